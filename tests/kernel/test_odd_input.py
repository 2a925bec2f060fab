"""Numbers, bytes and moments nobody would send by hand: an answer in words, never a crash."""

import pytest
from sqlalchemy.exc import IntegrityError

from wiki.kernel.access import public
from wiki.kernel.database import transaction

BEYOND, ENDLESS = 2**70, "9" * 5000


@pytest.fixture
def address(world):
    with transaction():
        return world.item(public=True).path


@pytest.mark.parametrize("number", [BEYOND, 2**31, ENDLESS, -BEYOND])
def test_a_number_no_row_has_leads_nowhere(world, signed_in, address, number):
    chidi = signed_in(world.chidi)

    for page in (f"uses/{number}/edit", f"replies/{number}/edit"):
        assert chidi.get(f"{address}/{page}").status_code == 404
    assert chidi.get(f"{address}/replies/new?quotes={number}").status_code in (200, 404)
    reply = {"body": "Yes.", "kind": "comment", "quotes": number}
    assert chidi.post(f"{address}/replies", data=reply).status_code in (404, 422)
    assert chidi.post(f"{address}/agreements", data={"place": number}).status_code == 404


@pytest.mark.parametrize("number", [ENDLESS, "0", "00", "-1", "x", ""])
def test_any_page_number_shows_a_page(visitor, number):
    assert visitor.get(f"/insights?page={number}").status_code == 200


@pytest.mark.parametrize("path", ["/", "/insights", "/people"])
def test_bytes_that_are_no_text_after_the_question_mark(world, visitor, signed_in, path):
    raw = {"QUERY_STRING": "q=\xff"}

    for client in (visitor, signed_in(world.bo)):
        assert client.get(path, environ_overrides=raw).status_code == 400


def test_who_comes_second_in_the_same_moment_is_asked_to_look_again(app, visitor, monkeypatch):
    @public
    def collide():
        raise IntegrityError("INSERT", {}, Exception("there is one already"))

    monkeypatch.setitem(app.view_functions, "about.help_page", collide)

    answer = visitor.get("/help")

    assert answer.status_code == 409
    assert "Somebody did the same just now." in answer.text
