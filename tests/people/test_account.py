"""What people set for themselves."""

import re

import pytest
from sqlalchemy import select, update

from tests.people.test_links import code_in
from tests.people.test_signing_in import HTTPS, cookie_of, sessions_of, sign_in
from tests.world import PASSWORD
from wiki.kernel.database import transaction
from wiki.people.models import Person
from wiki.people.sessions import SignIn

NEW = "seven slow barges"
ELSEWHERE = "bo@elsewhere.example"


def stored(person):
    with transaction(writing=False) as session:
        return session.get_one(Person, person.id, populate_existing=True)


# -- profile


def profile(**more):
    return {"name": "Bo Lind", "job_title": "", "knows": "", "learning": "", "about": "", **more}


def test_a_profile_is_written_and_read_by_others(signed_in, world):
    answer = signed_in(world.bo).post(
        "/account/profile",
        data=profile(
            name="Bo Lindström",
            job_title="Curator",
            knows="Handling collections, Early Years, early years",
            learning="evaluation",
            about="Here on Tuesdays.",
            areas="northside",
            away_until="2026-03-20",
            name_is_public="y",
        ),
    )
    assert (answer.status_code, answer.location) == (303, f"/people/{world.bo.key}")

    page = signed_in(world.chidi).get(f"/people/{world.bo.key}").text
    for words in ("Bo Lindström", "Curator", "Museum", "Here on Tuesdays.", "Northside"):
        assert words in page
    assert 'href="/tags/early-years">early years</a>' in page
    assert page.count("early years") == 1
    assert "Away until Friday 20 March" in page
    assert stored(world.bo).name_is_public


def test_the_form_holds_what_was_saved(signed_in, world):
    client = signed_in(world.bo)
    client.post("/account/profile", data=profile(knows="drama, oracy", areas="northside"))
    page = client.get("/account/profile").text

    assert 'value="drama, oracy"' in page
    assert re.search(r'value="northside"[^>]* checked', page)


def test_a_refused_profile_keeps_everything_typed(signed_in, world):
    data = profile(name="", job_title="Curator", away_until="2026-03-01", knows="a" * 50)
    answer = signed_in(world.bo).post("/account/profile", data=data)

    assert answer.status_code == 422
    assert "Write your name" in answer.text
    assert "This day has passed" in answer.text
    assert 'value="Curator"' in answer.text
    assert "a" * 50 in answer.text
    assert stored(world.bo).job_title == ""


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("knows", "a" * 50, "too long for a tag"),
        ("learning", "!!!", "a letter from a to z"),
        ("knows", ", ".join(f"tag {n}" for n in range(30)), "at most 20"),
        ("about", "x" * 601, "600 fit"),
        ("away_until", "soon", "Not a valid date"),
    ],
)
def test_a_mistake_is_told_beside_its_field(signed_in, world, field, value, sentence):
    answer = signed_in(world.bo).post("/account/profile", data=profile(**{field: value}))

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert sentence in answer.text


def test_nobody_moves_themselves_to_another_organisation(signed_in, world):
    client = signed_in(world.bo)

    for field in ("organisation", "organisation_id", "is_steward", "email"):
        assert client.post("/account/profile", data=profile(**{field: "1"})).status_code == 400


def test_an_area_nobody_knows_is_left_out(signed_in, world):
    answer = signed_in(world.bo).post("/account/profile", data=profile(areas="nowhere"))

    assert answer.status_code == 303


# -- password


def test_another_password_ends_the_other_sessions_and_is_told(visitor, signed_in, world, letters):
    here, elsewhere = signed_in(world.bo), signed_in(world.bo)
    answer = here.post("/account/password", data={"current": PASSWORD, "password": NEW})

    assert answer.status_code == 303
    assert here.get("/people").status_code == 200
    assert elsewhere.get("/people").status_code == 303
    assert letters("password_changed", world.bo.email)
    assert sign_in(visitor, world.bo).status_code == 422
    assert sign_in(visitor, world.bo, NEW).status_code == 303


def test_without_the_present_password_nothing_changes(signed_in, world, letters):
    client, other = signed_in(world.bo), signed_in(world.bo)
    for where, data in (
        ("/account/password", {"current": "guess", "password": NEW}),
        ("/account/address", {"current": "guess", "email": ELSEWHERE}),
    ):
        answer = client.post(where, data=data)
        assert answer.status_code == 422
        assert "That is not your password" in answer.text
    assert letters() == []
    assert other.get("/people").status_code == 200


def test_guessing_the_present_password_has_its_limit(signed_in, world):
    client = signed_in(world.bo)
    for _ in range(5):
        client.post("/account/password", data={"current": "guess", "password": NEW})

    data = {"current": PASSWORD, "password": NEW}
    assert client.post("/account/password", data=data).status_code == 429


def test_a_poor_new_password_is_refused(signed_in, world):
    data = {"current": PASSWORD, "password": "bo lind"}
    answer = signed_in(world.bo).post("/account/password", data=data)

    assert answer.status_code == 422
    assert 'id="password-error"' in answer.text


# -- address


def test_another_address_counts_once_it_is_confirmed(visitor, signed_in, world, letters, link_in):
    client = signed_in(world.bo)
    answer = client.post("/account/address", data={"current": PASSWORD, "email": ELSEWHERE})
    assert answer.status_code == 303
    path = link_in(letters("confirm_address", ELSEWHERE)[0])
    assert visitor.get(path).status_code == 200
    assert stored(world.bo).email == world.bo.email

    assert visitor.post("/address", data={"code": code_in(path)}).status_code == 303
    assert stored(world.bo).email == ELSEWHERE
    told = letters("address_changed", world.bo.email)
    assert len(told) == 1
    assert ELSEWHERE not in told[0].body
    assert visitor.post("/address", data={"code": code_in(path)}).status_code == 410


def test_links_sent_to_the_old_address_die_with_it(visitor, signed_in, world, letters, link_in):
    visitor.post("/password-reset", data={"email": world.bo.email})
    reset = link_in(letters("reset")[0])
    signed_in(world.bo).post("/account/address", data={"current": PASSWORD, "email": ELSEWHERE})
    confirm = link_in(letters("confirm_address")[0])
    visitor.post("/address", data={"code": code_in(confirm)})

    assert visitor.get(reset).status_code == 410


def test_the_address_of_somebody_else_is_neither_taken_nor_betrayed(
    visitor, signed_in, world, letters, link_in
):
    client = signed_in(world.bo)
    free = client.post("/account/address", data={"current": PASSWORD, "email": ELSEWHERE})
    taken = client.post("/account/address", data={"current": PASSWORD, "email": world.chidi.email})
    assert (free.status_code, free.location) == (taken.status_code, taken.location)

    path = link_in(letters("confirm_address", world.chidi.email)[0])
    answer = visitor.post("/address", data={"code": code_in(path)})
    assert answer.status_code == 422
    assert stored(world.bo).email == world.bo.email


def test_a_link_to_confirm_an_address_ends_after_a_day(
    visitor, signed_in, world, letters, link_in, at
):
    signed_in(world.bo).post("/account/address", data={"current": PASSWORD, "email": ELSEWHERE})
    path = link_in(letters("confirm_address")[0])
    with at(hours=25):
        assert visitor.get(path).status_code == 410


# -- devices


def test_one_sees_where_one_is_signed_in_and_ends_one(signed_in, world):
    here, there = signed_in(world.bo), signed_in(world.bo)
    assert here.get("/account/devices").text.count("Firefox on Linux") >= 2

    other = max(session.id for session in sessions_of(world.bo))
    assert here.post(f"/account/devices/{other}/end").status_code == 303
    assert there.get("/people").status_code == 303
    assert here.get("/people").status_code == 200


def test_all_others_end_together(signed_in, world):
    here, there, third = (signed_in(world.bo) for _ in range(3))
    here.post("/account/devices/others/end")

    assert here.get("/people").status_code == 200
    assert there.get("/people").status_code == 303
    assert third.get("/people").status_code == 303


def test_nobody_ends_the_session_of_somebody_else(signed_in, world):
    theirs = signed_in(world.chidi)
    number = sessions_of(world.chidi)[0].id
    mine = signed_in(world.bo)

    assert mine.post(f"/account/devices/{number}/end").status_code == 404
    assert mine.post("/account/devices/4711/end").status_code == 404
    assert theirs.get("/people").status_code == 200
    assert mine.post("/account/devices/others/end").status_code == 303
    assert theirs.get("/people").status_code == 200


def test_the_list_tells_no_secret(signed_in, world):
    client = signed_in(world.bo)
    page = client.get("/account/devices").text

    with transaction(writing=False) as session:
        assert session.scalar(select(SignIn.token_hash)) not in page
    assert client.get_cookie("across").value not in page


def test_somebody_without_a_password_is_shown_the_way_to_one(signed_in, world):
    with transaction() as session:
        session.execute(update(Person).where(Person.id == world.bo.id).values(password_hash=None))

    assert "Choose a password" in signed_in(world.bo).get("/account/devices").text


@pytest.mark.parametrize("page", ["profile", "devices", "password", "address"])
def test_pages_of_an_account_are_for_its_owner_and_kept_nowhere(signed_in, visitor, world, page):
    answer = signed_in(world.bo).get(f"/account/{page}")

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert visitor.get(f"/account/{page}").location == f"/sign-in?next=/account/{page}"
    assert visitor.post(f"/account/{page}").status_code in (401, 405)


# -- the look


def test_a_person_keeps_their_look_on_every_device(signed_in, world):
    client = signed_in(world.bo)
    answer = client.post("/appearance", data={"theme": "dark", "text_size": "115"})
    assert answer.status_code == 303

    page = signed_in(world.bo).get("/people").text
    assert 'data-theme="dark"' in page
    assert 'data-size="115"' in page


def test_a_visitor_keeps_theirs_in_a_cookie(visitor):
    answer = visitor.post("/appearance", data={"theme": "dark", "text_size": "115"})

    cookie = cookie_of(answer, "across-look")
    assert cookie.startswith("across-look=dark.115;")
    for flag in ("HttpOnly", "SameSite=Lax", "Max-Age"):
        assert flag in cookie
    page = visitor.get("/appearance").text
    assert 'data-theme="dark"' in page
    assert 'data-size="115"' in page


def test_the_usual_look_is_a_choice_too(signed_in, visitor, world):
    for client in (visitor, signed_in(world.bo)):
        client.post("/appearance", data={"theme": "dark", "text_size": "130"})
        client.post("/appearance", data={"theme": "", "text_size": "100"})
        page = client.get("/appearance").text
        assert "data-theme" not in page
        assert "data-size" not in page


@pytest.mark.parametrize(
    "data",
    [
        {"theme": "pink", "text_size": "100"},
        {"theme": "dark", "text_size": "999"},
        {"theme": "dark", "text_size": "x"},
    ],
)
def test_a_look_there_is_not_is_refused(visitor, data):
    answer = visitor.post("/appearance", data=data)

    assert answer.status_code == 422
    assert "across-look" not in str(answer.headers)


def test_over_https_the_look_is_kept_for_https(another_app):
    client = another_app(**HTTPS).test_client()
    answer = client.post(
        "/appearance",
        data={"theme": "dark", "text_size": "100"},
        base_url="https://across.example.org",
    )

    assert "Secure" in cookie_of(answer, "across-look")


def test_changing_the_look_goes_back_where_one_was_and_nowhere_else(visitor):
    look = {"theme": "dark", "text_size": "100"}

    assert (
        visitor.post("/appearance", data={**look, "next": "/organisations"}).location
        == "/organisations"
    )
    assert visitor.post("/appearance", data={**look, "next": "//evil.example"}).location == "/"
