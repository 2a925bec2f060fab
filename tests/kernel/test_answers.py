"""What every answer carries, and what people see when something goes wrong."""

import pytest

from wiki.kernel.database import db, transaction
from wiki.kernel.kept import Kept, KeptPages


def test_every_answer_carries_the_policy_and_stays_private(world, signed_in):
    with transaction():
        path = world.item().path

    headers = signed_in(world.bo).get(path).headers

    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "private, no-cache"
    assert "Cookie" in headers["Vary"]


@pytest.mark.parametrize(
    "path", ["/nowhere", "/insights/aaaaaaaaaa", "/nothing/aaaaaaaaaa-x", "/%00", "/" + "x" * 3000]
)
def test_unknown_addresses_answer_in_words(world, visitor, path):
    answer = visitor.get(path)

    assert answer.status_code == 404
    assert "That page isn’t here." in answer.text


def test_too_large_a_request_is_refused_in_words(world, signed_in):
    with transaction():
        path = world.item().path

    answer = signed_in(world.chidi).post(f"{path}/replies", data={"body": "x" * (13 * 1024 * 1024)})

    assert answer.status_code == 413
    assert "too large" in answer.text


def test_a_field_the_form_does_not_have_is_refused(world, signed_in):
    with transaction():
        path = world.item().path

    answer = signed_in(world.chidi).post(
        f"{path}/replies", data={"body": "Hello", "kind": "comment", "author_id": "1"}
    )

    assert answer.status_code == 400


def test_a_crash_answers_with_a_number_and_keeps_nothing(world, app, signed_in, monkeypatch):
    from wiki.items import conversation

    def crash(*_args, **_more):
        raise RuntimeError("boom")

    monkeypatch.setattr(conversation, "reply", crash)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with transaction():
        path = world.item().path

    answer = signed_in(world.chidi).post(
        f"{path}/replies", data={"body": "Hello", "kind": "comment"}
    )

    assert answer.status_code == 500
    assert "boom" not in answer.text
    assert "Something broke on our side" in answer.text


def test_a_locked_database_answers_503_and_says_when_to_come_back(
    world, app, signed_in, monkeypatch
):
    import sqlite3

    from sqlalchemy.exc import OperationalError

    from wiki.items import conversation

    def locked(*_args, **_more):
        raise OperationalError("INSERT", {}, sqlite3.OperationalError("database is locked"))

    monkeypatch.setattr(conversation, "reply", locked)
    with transaction():
        path = world.item().path

    answer = signed_in(world.chidi).post(
        f"{path}/replies", data={"body": "Hello", "kind": "comment"}
    )

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")


def test_a_kept_page_is_given_out_until_something_public_changes(world, visitor, count_statements):
    with transaction():
        item = world.item(public=True, title="Tea first")
        path = item.path
    visitor.get(path)

    with count_statements() as seen:
        assert "Tea first" in visitor.get(path).text
    assert len(seen) == 1

    with transaction():
        found = db().get(type(item), item.id)
        found.withdraw(world.bo, "Changed my mind")
    assert visitor.get(path).status_code == 410


def test_kept_pages_never_hold_more_than_their_room():
    pages = KeptPages(room=100)

    for number in range(50):
        pages.keep((number,), Kept(b"x" * 30, [("Content-Type", "text/html")]), 30)

    assert pages.find((0,)) is None
    assert pages.find((49,)) is not None
    assert pages._held <= 100
