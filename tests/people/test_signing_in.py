import re
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update

from tests.world import PASSWORD
from wiki.kernel.database import transaction
from wiki.people.models import Person
from wiki.people.sessions import SignIn, sweep

HTTPS = {"ACROSS_URL": "https://across.example.org"}


def sign_in(client, person, password=PASSWORD, **more):
    return client.post("/sign-in", data={"email": person.email, "password": password, **more})


def cookie_of(answer, name="across"):
    return next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith(f"{name}="))


def sessions_of(person):
    with transaction(writing=False) as session:
        return list(session.scalars(select(SignIn).where(SignIn.person_id == person.id)))


def test_a_person_signs_in_and_out(visitor, world):
    answer = sign_in(visitor, world.bo)
    assert (answer.status_code, answer.location) == (303, "/")
    assert visitor.get("/people").status_code == 200

    answer = visitor.post("/sign-out")
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert visitor.get("/people").status_code == 303
    assert sessions_of(world.bo) == []


def test_the_cookie_of_before_is_worth_nothing_after_signing_out(app, visitor, world):
    sign_in(visitor, world.bo)
    kept = visitor.get_cookie("across").value
    visitor.post("/sign-out")

    visitor.set_cookie("across", kept)
    assert visitor.get("/people").status_code == 303


def test_the_address_may_be_typed_in_capitals_with_blanks(visitor, world):
    typed = {"email": f" {world.bo.email.upper()} ", "password": PASSWORD}

    assert visitor.post("/sign-in", data=typed).status_code == 303


@pytest.mark.parametrize("email", ["bo.lind@testford.example", "nobody@testford.example"])
def test_a_wrong_pair_is_refused_without_saying_which(visitor, world, email):
    answer = visitor.post("/sign-in", data={"email": email, "password": "quite another"})

    assert answer.status_code == 422
    assert "That email and password don’t match" in answer.text
    assert "<title>Error:" in answer.text
    assert f'value="{email}"' in answer.text
    assert "quite another" not in answer.text


def test_known_and_unknown_addresses_get_the_same_page(visitor, world):
    known = visitor.post("/sign-in", data={"email": world.bo.email, "password": "wrong wrong"})
    nobody = visitor.post("/sign-in", data={"email": "nobody@x.example", "password": "wrong wrong"})

    assert known.text.replace(world.bo.email, "@") == nobody.text.replace("nobody@x.example", "@")


def test_somebody_without_a_password_cannot_sign_in_with_one(visitor, world):
    with transaction() as session:
        session.execute(update(Person).where(Person.id == world.bo.id).values(password_hash=None))

    assert sign_in(visitor, world.bo, "nobody has this password").status_code == 422


def test_after_five_failures_even_the_right_password_has_to_wait(visitor, world, at):
    for _ in range(5):
        assert sign_in(visitor, world.bo, "wrong").status_code == 422

    answer = sign_in(visitor, world.bo)
    assert answer.status_code == 429
    assert "Wait a minute" in answer.text
    assert answer.headers["Retry-After"] == "60"
    with at(minutes=2):
        assert sign_in(visitor, world.bo).status_code == 303


def test_waiting_is_the_same_for_an_address_nobody_has(visitor, world):
    someone = {"email": "nobody@x.example", "password": "wrong"}
    for _ in range(5):
        visitor.post("/sign-in", data=someone)

    assert visitor.post("/sign-in", data=someone).status_code == 429


def test_slow_guessing_ends_too(visitor, world, at, monkeypatch):
    monkeypatch.setattr("wiki.people.passwords.matches", lambda *_: False)
    for minute in range(0, 24, 4):
        with at(minutes=minute):
            for _ in range(5):
                sign_in(visitor, world.bo, "wrong")

    with at(minutes=30):
        answer = sign_in(visitor, world.bo)
    assert answer.status_code == 429
    assert "Wait an hour" in answer.text


def test_one_address_cannot_try_many_accounts(visitor, world, monkeypatch):
    monkeypatch.setattr("wiki.people.passwords.matches", lambda *_: False)
    for number in range(100):
        data = {"email": f"somebody{number}@x.example", "password": "wrong"}
        assert visitor.post("/sign-in", data=data).status_code == 422

    assert sign_in(visitor, world.bo).status_code == 429


def test_a_success_forgets_the_failures(visitor, world):
    for _ in range(4):
        sign_in(visitor, world.bo, "wrong")
    sign_in(visitor, world.bo)
    visitor.post("/sign-out")

    for _ in range(4):
        assert sign_in(visitor, world.bo, "wrong").status_code == 422


def test_signing_in_gives_a_new_session_and_ends_the_one_before(visitor, world):
    sign_in(visitor, world.bo)
    first = visitor.get_cookie("across").value
    sign_in(visitor, world.chidi)

    assert visitor.get_cookie("across").value != first
    assert sessions_of(world.bo) == []


def test_a_cookie_planted_before_is_not_taken_over(visitor, world):
    visitor.set_cookie("across", "planted-by-somebody-else")
    answer = sign_in(visitor, world.bo)

    assert "planted" not in cookie_of(answer)


def test_a_weak_hash_is_made_anew(visitor, world):
    weak = PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD)
    with transaction() as session:
        session.execute(update(Person).where(Person.id == world.bo.id).values(password_hash=weak))

    sign_in(visitor, world.bo)

    with transaction(writing=False) as session:
        stored = session.get_one(Person, world.bo.id).password_hash
    assert stored != weak
    assert stored.startswith("$argon2id$")
    visitor.post("/sign-out")
    assert sign_in(visitor, world.bo).status_code == 303


def test_staying_signed_in_lasts_longer(visitor, world, at):
    assert "Max-Age" not in cookie_of(sign_in(visitor, world.bo))
    with at(hours=13):
        assert visitor.get("/people").status_code == 303

    assert "Max-Age" in cookie_of(sign_in(visitor, world.bo, stay="y"))
    with at(days=20):
        assert visitor.get("/people").status_code == 200
    with at(days=91):
        assert visitor.get("/people").status_code == 303


def test_a_session_ends_at_once_when_the_person_is_disabled(signed_in, world):
    client = signed_in(world.bo)
    assert client.get("/people").status_code == 200

    with transaction() as session:
        session.get_one(Person, world.bo.id).disable(world.stella)

    assert client.get("/people").status_code == 303
    assert sign_in(client, world.bo).status_code == 422


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        " //evil.example",
        "javascript:alert(1)",
        "http:evil",
        "people",
        "",
    ],
)
def test_after_signing_in_nobody_is_sent_elsewhere(visitor, world, target):
    answer = sign_in(visitor, world.bo, next=target)

    assert answer.location == "/"


def test_after_signing_in_one_is_back_where_one_wanted_to_be(visitor, world):
    asked = visitor.get("/people?area=northside&tag=welcome")
    assert asked.location == "/sign-in?next=/people?area%3Dnorthside%26tag%3Dwelcome"

    form = visitor.get(asked.location)
    assert 'name="next" type="hidden" value="/people?area=northside&amp;tag=welcome"' in form.text
    answer = sign_in(visitor, world.bo, next="/people?area=northside&tag=welcome")
    assert answer.location == "/people?area=northside&tag=welcome"


def test_whoever_is_signed_in_needs_no_form(signed_in, world):
    assert signed_in(world.bo).get("/sign-in?next=/people").location == "/people"


def test_over_https_cookies_are_for_this_host_alone(another_app, world):
    client = another_app(**HTTPS).test_client()
    answer = client.post(
        "/sign-in",
        data={"email": world.bo.email, "password": PASSWORD, "stay": "y"},
        base_url="https://across.example.org",
    )

    cookie = cookie_of(answer, "__Host-across")
    for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert flag in cookie
    assert "Domain" not in cookie


def test_a_form_without_its_token_is_refused(another_app, world):
    client = another_app(csrf=True).test_client()
    data = {"email": world.bo.email, "password": PASSWORD}

    assert client.post("/sign-in", data=data).status_code == 400
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/sign-in").text)[1]
    assert client.post("/sign-in", data={**data, "csrf_token": token}).status_code == 303
    assert client.post("/sign-out").status_code == 400
    assert client.get("/people").status_code == 200


def test_the_form_token_of_before_is_void_after_signing_in(another_app, world):
    client = another_app(csrf=True).test_client()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/sign-in").text)[1]
    client.post(
        "/sign-in", data={"email": world.bo.email, "password": PASSWORD, "csrf_token": token}
    )

    assert client.post("/sign-out", data={"csrf_token": token}).status_code == 400


def test_fields_nobody_asked_for_are_refused(visitor, world):
    assert sign_in(visitor, world.bo, is_steward="1").status_code == 400


def test_log_lines_name_keys_and_never_people(visitor, world, log_lines):
    sign_in(visitor, world.bo, "wrong")
    visitor.post("/sign-in", data={"email": "nobody@x.example", "password": "wrong"})
    sign_in(visitor, world.bo)

    told = [(text, more) for text, more in log_lines if text.startswith(("sign", "failed"))]
    assert [text for text, _ in told] == ["sign-in failed", "sign-in failed", "signed in"]
    assert [more.get("account") for _, more in told] == [world.bo.key, None, None]
    assert told[2][1]["person"] == world.bo.key
    for _, more in told:
        assert not {"Bo Lind", world.bo.email, "nobody@x.example", "wrong", PASSWORD} & {
            str(value) for value in more.values()
        }


def test_a_change_of_permission_is_logged(session, world, log_lines):
    session.get_one(Person, world.bo.id).make_steward(world.stella)

    text, more = log_lines[-1]
    assert (text, more["subject"], more["by"]) == (
        "person.made_steward",
        world.bo.key,
        world.stella.key,
    )


def test_an_idle_session_is_swept(signed_in, world, at):
    signed_in(world.bo)
    with at(hours=13), transaction():
        sweep()
    assert sessions_of(world.bo) == []


def test_sign_in_limits_are_what_is_promised():
    from wiki.people import sessions, tokens

    assert (timedelta(hours=12), timedelta(days=7)) == (sessions.IDLE, sessions.LONGEST)
    assert tokens.LASTS[tokens.Purpose.SIGN_IN] == timedelta(minutes=20)
    assert tokens.LASTS[tokens.Purpose.RESET] == timedelta(hours=1)


def test_after_signing_in_one_is_back_on_the_page_one_came_from(world, visitor):
    from_there = {"Referer": "http://localhost/insights/aaaaaaaaaa-hidden"}

    page = visitor.get("/sign-in", headers=from_there).text

    assert 'value="/insights/aaaaaaaaaa-hidden"' in page
    strange = ("http://evil.example/insights/x", "http://localhost/sign-in/link", "http://[")
    for elsewhere in strange:
        assert (
            'name="next" type="hidden" value="/"'
            in visitor.get("/sign-in", headers={"Referer": elsewhere}).text
        )
