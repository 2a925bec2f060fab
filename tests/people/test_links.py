"""Signing in by link, a new password by link: the same for those we know and those we do not."""

import pytest
from sqlalchemy import func, select

from tests.people.test_signing_in import sessions_of, sign_in
from tests.world import PASSWORD
from wiki.kernel.database import transaction
from wiki.kernel.mail import Mail, MailState
from wiki.people.letters import forget_letters_to_nobody
from wiki.people.models import Person
from wiki.people.tokens import Token, hash_of

NOBODY = "nobody@elsewhere.example"
NEW = "seven slow barges"
ASKING = ["/sign-in/link", "/password-reset"]


def code_in(path):
    return path.partition("code=")[2]


@pytest.fixture
def link(visitor, world, letters, link_in):
    """Ask for a link as Bo, and answer its path."""

    def ask(where):
        visitor.post(where, data={"email": world.bo.email})
        return link_in(letters(to=world.bo.email)[-1])

    return ask


@pytest.mark.parametrize("where", ASKING)
def test_known_and_unknown_get_the_same_answer_and_the_same_work(
    visitor, world, where, count_statements
):
    with count_statements() as for_bo:
        known = visitor.post(where, data={"email": world.bo.email})
    with count_statements() as for_nobody:
        unknown = visitor.post(where, data={"email": NOBODY})

    assert (known.status_code, known.location) == (303, f"{where}/sent")
    assert (unknown.status_code, unknown.location) == (known.status_code, known.location)
    assert len(for_bo) == len(for_nobody)
    assert "on its way" in visitor.get(known.location).text


@pytest.mark.parametrize("where", ASKING)
def test_only_people_get_letters(visitor, world, sent, where):
    with transaction() as session:
        session.get_one(Person, world.dele.id).disable(world.stella)
    for email in (world.bo.email, NOBODY, world.dele.email):
        visitor.post(where, data={"email": email})

    assert sent() == [world.bo.email]


def test_the_address_of_nobody_is_soon_forgotten(visitor, sent, at):
    visitor.post("/sign-in/link", data={"email": NOBODY})
    sent()
    with at(days=2), transaction() as session:
        forget_letters_to_nobody()
        assert session.scalar(select(func.count()).select_from(Mail)) == 0
        assert session.scalar(select(func.count()).select_from(Token)) == 0


def test_opening_a_link_only_shows_a_page(visitor, world, link):
    path = link("/sign-in/link")

    for _ in range(3):
        assert visitor.get(path).status_code == 200
    assert sessions_of(world.bo) == []
    assert visitor.get("/people").status_code == 303


def test_pressing_the_button_signs_in_once(app, visitor, link):
    path = link("/sign-in/link")
    answer = visitor.post("/sign-in/link/open", data={"code": code_in(path)})
    assert (answer.status_code, answer.location) == (303, "/")
    assert visitor.get("/people").status_code == 200

    again = app.test_client()
    answer = again.post("/sign-in/link/open", data={"code": code_in(path)})
    assert answer.status_code == 410
    assert "used or is more than 20 minutes old" in answer.text
    assert "Send me another link" in answer.text
    assert again.get("/people").status_code == 303


def test_a_link_dies_after_its_time(visitor, link, at):
    to_sign_in, to_reset = link("/sign-in/link"), link("/password-reset")
    with at(minutes=21):
        assert visitor.get(to_sign_in).status_code == 410
        assert visitor.get(to_reset).status_code == 200
    with at(minutes=61):
        assert visitor.get(to_reset).status_code == 410


def test_a_link_is_good_for_its_purpose_only(visitor, link):
    path = link("/password-reset")

    assert visitor.get(f"/sign-in/link/open?code={code_in(path)}").status_code == 410
    assert visitor.get(f"/address?code={code_in(path)}").status_code == 410


def test_a_second_link_replaces_the_first(visitor, link):
    first, second = link("/sign-in/link"), link("/sign-in/link")

    assert visitor.get(first).status_code == 410
    assert visitor.get(second).status_code == 200


def test_a_link_of_somebody_disabled_meanwhile_is_dead(visitor, world, link):
    path = link("/sign-in/link")
    with transaction() as session:
        session.get_one(Person, world.bo.id).disable(world.stella)

    assert visitor.get(path).status_code == 410
    assert visitor.post("/sign-in/link/open", data={"code": code_in(path)}).status_code == 410


def test_secrets_are_long_and_stored_hashed(link):
    code = code_in(link("/sign-in/link"))

    assert len(code) >= 22  # 128 bits and more in base64
    with transaction(writing=False) as session:
        token = session.scalar(select(Token))
    assert token.token_hash == hash_of(code)


def test_pages_of_links_are_kept_nowhere_and_tell_their_address_to_nobody(visitor, link):
    answer = visitor.get(link("/password-reset"))

    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_links_are_made_from_the_address_of_the_site(visitor, world, letters):
    visitor.post("/sign-in/link", data={"email": world.bo.email}, headers={"Host": "localhost"})

    assert "http://127.0.0.1:8000/sign-in/link/open?code=" in letters()[0].body
    bad = visitor.post(
        "/sign-in/link", data={"email": world.bo.email}, headers={"Host": "evil.example"}
    )
    assert bad.status_code == 400


def test_a_new_password_ends_every_other_session(visitor, signed_in, world, link, letters):
    elsewhere = signed_in(world.bo)
    path = link("/password-reset")
    to_sign_in = link("/sign-in/link")
    answer = visitor.post("/password-reset/new", data={"code": code_in(path), "password": NEW})

    assert answer.status_code == 303
    assert visitor.get("/people").status_code == 200
    assert elsewhere.get("/people").status_code == 303
    assert visitor.get(to_sign_in).status_code == 410
    assert visitor.get(path).status_code == 410
    assert letters("password_changed", world.bo.email)
    visitor.post("/sign-out")
    assert sign_in(visitor, world.bo).status_code == 422
    assert sign_in(visitor, world.bo, NEW).status_code == 303


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("short", "at least 8"),
        ("password123", "Many people use this"),
        ("aaaaaaaaaaaa", "Many people use this"),
        ("bo.lind@testford.example", "not your name or address"),
        ("x1" * 200, "at most 256"),
        ("", "Choose a password"),
    ],
)
def test_a_poor_password_is_refused_and_the_link_stays_good(visitor, link, password, sentence):
    path = link("/password-reset")
    data = {"code": code_in(path), "password": password}
    answer = visitor.post("/password-reset/new", data=data)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert visitor.get(path).status_code == 200


@pytest.mark.parametrize(
    "password", [" two blanks around ", "пароль с пробелами", "🦆" * 8, "z" * 127 + "b"]
)
def test_any_characters_make_a_password_and_none_is_cut_off(app, visitor, world, link, password):
    if password.startswith("z"):
        password = "abc" + password
    path = link("/password-reset")
    if password == "🦆" * 8:
        password = "🦆🐢🐌" * 4
    visitor.post("/password-reset/new", data={"code": code_in(path), "password": password})
    visitor.post("/sign-out")

    assert sign_in(visitor, world.bo, password[:-1]).status_code == 422
    assert sign_in(visitor, world.bo, password.strip() + "x").status_code == 422
    assert sign_in(visitor, world.bo, password).status_code == 303


@pytest.mark.parametrize("where", ASKING)
def test_letters_to_one_address_are_counted(visitor, world, letters, where, at):
    for _ in range(5):
        assert visitor.post(where, data={"email": world.bo.email}).status_code == 303

    answer = visitor.post(where, data={"email": world.bo.email})
    assert answer.status_code == 429
    assert "Look in your mail" in answer.text
    assert len(letters()) == 5
    for _ in range(5):
        visitor.post(where, data={"email": NOBODY})
    assert visitor.post(where, data={"email": NOBODY}).status_code == 429
    with at(minutes=61):
        assert visitor.post(where, data={"email": world.bo.email}).status_code == 303


@pytest.mark.parametrize(
    "email",
    [
        "",
        "bo",
        "bo@x",
        "a@b.c\nBcc: x@y.z",
        "a,b@c.de",
        "a b@c.de",
        "<a@b.de>",
        "ä@b.de",
        "a@b.de" * 60,
    ],
)
def test_what_is_no_address_is_refused_with_a_sentence(visitor, letters, email):
    answer = visitor.post("/sign-in/link", data={"email": email})

    assert answer.status_code == 422
    assert "email address" in answer.text
    assert letters() == []


def test_the_text_of_a_sent_letter_is_erased(visitor, world, sent, letters):
    visitor.post("/sign-in/link", data={"email": world.bo.email})
    sent()

    assert [(one.state, one.body) for one in letters()] == [(MailState.SENT, "")]


def test_no_log_line_holds_a_secret(visitor, link, log_lines):
    path = link("/sign-in/link")
    visitor.get(path)
    visitor.post("/sign-in/link/open", data={"code": code_in(path)})

    assert log_lines
    assert not any(code_in(path) in f"{text} {more}" for text, more in log_lines)
    assert PASSWORD not in str(log_lines)
