"""The page of an item: who sees what of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from wiki.items.models import Item
from wiki.items.replies import Reply
from wiki.items.reuse import Reuse, Rung
from wiki.items.visibility import open_restricted
from wiki.kernel.clock import today
from wiki.kernel.database import db, transaction
from wiki.kernel.mail import Mail
from wiki.kernel.worker import work_once
from wiki.people.current import reader_for
from wiki.places.membership import membership_of


def test_everyone_signed_in_reads_what_is_shared(world, signed_in):  # invariant 1
    with transaction():
        path = world.item().path

    assert signed_in(world.chidi).get(path).status_code == 200


def test_a_restricted_item_does_not_exist_for_others(world, signed_in, visitor):  # invariant 2
    with transaction():
        path = world.item(restricted=True).path

    assert signed_in(world.bo).get(path).status_code == 200
    hidden = signed_in(world.chidi).get(path)
    unknown = signed_in(world.chidi).get("/insights/aaaaaaaaaa-nothing")
    assert (hidden.status_code, len(hidden.data)) == (404, len(unknown.data))
    assert signed_in(world.dele).get(path).status_code == 404  # a member, but not confirmed
    assert signed_in(world.stella).get(path).status_code == 404  # a steward
    assert visitor.get(path).status_code == 404


def test_leaving_ends_reading_at_the_next_request(world, signed_in):
    with transaction():
        path = world.item(author=world.amina, restricted=True).path
    bo = signed_in(world.bo)
    assert bo.get(path).status_code == 200

    with transaction():
        membership_of(world.bo.id, world.community.id).end(world.bo)

    assert bo.get(path).status_code == 404


def test_a_steward_opens_a_restricted_item_for_a_day_and_its_author_is_told(world, signed_in, at):
    with transaction():
        item = world.item(restricted=True)
        path = item.path
    stella = signed_in(world.stella)

    answer = stella.post(f"/restricted/{item.key}", data={"reason": "A complaint names this text."})
    work_once()

    assert answer.status_code == 303
    assert stella.get(path).status_code == 200
    with transaction():
        letter = db().scalar(select(Mail).where(Mail.purpose == "item_opened"))
        assert letter.to == world.bo.email
    with at(days=1, minutes=1):
        assert stella.get(path).status_code == 404


def test_only_stewards_open_what_is_restricted(world, signed_in):
    with transaction():
        key = world.item(restricted=True).key

    assert signed_in(world.chidi).get(f"/restricted/{key}").status_code == 404


def test_visitors_read_public_items_without_names(world, visitor):
    with transaction():
        item = world.item(public=True, title="Tea first")
        world.reply(item, world.chidi, "Only for the network")
        world.use(item)

    page = visitor.get(item.path).text

    assert "Tea first" in page
    assert "Museum" in page
    for hidden in ("Bo Lind", "Chidi Obi", "Only for the network"):
        assert hidden not in page


def test_a_wrong_slug_redirects_to_the_right_address(world, signed_in):
    with transaction():
        item = world.item()

    answer = signed_in(world.chidi).get(f"/insights/{item.key}-some-old-title?page=1")

    assert (answer.status_code, answer.location) == (301, f"{item.path}?page=1")


def test_a_withdrawn_item_says_why_and_what_to_read_instead(world, signed_in, visitor):
    with transaction():
        better = world.item(title="The better one")
        item = world.item(title="The first try")
    bo = signed_in(world.bo)

    bo.post(
        f"{item.path}/withdrawal",
        data={"reason": "It was a fluke.", "successor": f"http://127.0.0.1:8000{better.path}"},
    )
    answer = signed_in(world.chidi).get(item.path)

    assert answer.status_code == 410
    assert "It was a fluke." in answer.text
    assert "The better one" in answer.text
    assert visitor.get(item.path).status_code == 404


def test_withdrawing_without_a_reason_is_refused_beside_the_field(world, signed_in):
    with transaction():
        item = world.item()

    answer = signed_in(world.bo).post(f"{item.path}/withdrawal", data={"reason": " "})

    assert answer.status_code == 422
    assert "Say why" in answer.text
    assert signed_in(world.chidi).get(item.path).status_code == 200


def test_others_may_not_withdraw(world, signed_in):
    with transaction():
        item = world.item()

    answer = signed_in(world.chidi).post(f"{item.path}/withdrawal", data={"reason": "I disagree."})

    assert answer.status_code == 403
    assert signed_in(world.chidi).get(item.path).status_code == 200


@pytest.mark.parametrize("days", [0, 400])
def test_a_restriction_needs_a_review_date_within_a_year(world, signed_in, days):  # invariant 2
    with transaction():
        item = world.item()
    form = {
        "visibility": "restricted",
        "reason": "Names a learner",
        "review_on": (today() + timedelta(days=days)).isoformat(),
    }

    assert signed_in(world.bo).post(f"{item.path}/visibility", data=form).status_code == 422
    assert signed_in(world.chidi).get(item.path).status_code == 200


def test_a_reply_is_answered_with_its_place_on_the_page(world, signed_in):
    with transaction():
        item = world.item()

    answer = signed_in(world.chidi).post(
        f"{item.path}/replies", data={"body": "We saw *the same*.", "kind": "supporting"}
    )

    assert answer.status_code == 303
    page = signed_in(world.bo).get(answer.location).text
    assert "<em>the same</em>" in page
    assert "Supporting example" in page


def test_a_refused_reply_keeps_what_was_typed(world, signed_in):
    with transaction():
        item = world.item()
    long = "word " * 2001

    answer = signed_in(world.chidi).post(
        f"{item.path}/replies", data={"body": long, "kind": "comment"}
    )

    assert answer.status_code == 422
    assert "10,004 characters long" in answer.text
    assert long.strip() in answer.text
    with transaction():
        assert db().scalar(select(Reply.id)) is None


def test_a_stale_edit_of_a_reply_shows_both_texts(world, signed_in):
    with transaction():
        item = world.item()
        mine = world.reply(item, world.chidi, "First words")
        address = f"{item.path}/replies/{mine.id}/edit"
    chidi = signed_in(world.chidi)
    form = {"kind": "comment", "version": "1"}

    assert chidi.post(address, data={**form, "body": "From the phone"}).status_code == 303
    answer = chidi.post(address, data={**form, "body": "From the desk"})

    assert answer.status_code == 409
    assert "From the phone" in answer.text
    assert "From the desk" in answer.text


def test_nobody_edits_the_reply_of_another(world, signed_in):
    with transaction():
        item = world.item()
        mine = world.reply(item, world.chidi)

    answer = signed_in(world.bo).post(
        f"{item.path}/replies/{mine.id}/edit",
        data={"body": "Mine now", "kind": "comment", "version": "1"},
    )

    assert answer.status_code == 403


def test_recording_a_use_adds_a_knot_and_lifts_the_rung(world, signed_in):  # invariant 15
    with transaction():
        item = world.item()
    form = {"place": "", "outcome": "worked", "changed": "We moved it to the door.", "effect": ""}

    answer = signed_in(world.chidi).post(f"{item.path}/uses/new", data=form)

    assert answer.status_code == 303
    page = signed_in(world.bo).get(item.path).text
    assert "We moved it to the door." in page
    with transaction():
        assert db().get(Item, item.id).evidence == Rung.TRIED


def test_the_author_cannot_record_a_use(world, signed_in):
    with transaction():
        item = world.item()

    answer = signed_in(world.bo).post(
        f"{item.path}/uses/new",
        data={"place": "", "outcome": "worked", "changed": "x", "effect": ""},
    )

    assert answer.status_code == 403
    with transaction():
        assert db().scalar(select(Reuse.id)) is None


def test_helpful_is_taken_back_by_pressing_again(world, signed_in):
    with transaction():
        item = world.item()
    chidi = signed_in(world.chidi)

    for expected in (1, 0):
        chidi.post(f"{item.path}/helpful")
        with transaction():
            assert db().get(Item, item.id).helpful_count == expected


def test_an_htmx_press_is_answered_with_the_row_of_buttons_only(world, signed_in):
    with transaction():
        item = world.item()

    answer = signed_in(world.chidi).post(f"{item.path}/following", headers={"HX-Request": "true"})

    assert answer.status_code == 200
    assert 'aria-pressed="true"' in answer.text
    assert "<html" not in answer.text


def test_a_closed_community_takes_no_replies_but_records_use(world, signed_in):
    with transaction():
        item = world.item(place=None)
        item.place_id = world.closed.id
    chidi = signed_in(world.chidi)

    said = chidi.post(f"{item.path}/replies", data={"body": "Late", "kind": "comment"})
    used = chidi.post(
        f"{item.path}/uses/new",
        data={
            "place": "",
            "outcome": "did_not_work",
            "changed": "Too late in the day.",
            "effect": "",
        },
    )

    assert (said.status_code, used.status_code) == (422, 303)


def test_a_page_costs_the_same_number_of_statements_however_much_there_is(
    world, signed_in, count_statements
):
    with transaction():
        item = world.item()
        world.use(item)
        world.reply(item)
    bo = signed_in(world.bo)
    bo.get(item.path)

    with count_statements() as few:
        bo.get(item.path)
    with transaction():
        for _ in range(20):
            world.reply(item)
        world.use(item, world.dele)
    with count_statements() as many:
        bo.get(item.path)

    assert len(many) == len(few) <= 12


def test_a_convenor_of_another_place_can_say_they_would_rely_on_it(world, signed_in):
    with transaction():
        item = world.item(place=world.forum, author=world.chidi)

    answer = signed_in(world.amina).post(
        f"{item.path}/agreements", data={"place": world.community.id}
    )

    assert answer.status_code == 303
    assert world.community.name in signed_in(world.bo).get(item.path).text
    denied = signed_in(world.bo).post(f"{item.path}/agreements", data={"place": world.community.id})
    assert denied.status_code == 403


def test_opening_is_for_restricted_items_only(world, session):
    from wiki.kernel.errors import Refused

    with pytest.raises(Refused):
        open_restricted(world.item(), reader_for(world.stella), "A reason long enough")


def test_a_button_pressed_twice_makes_one_reply(world, signed_in):
    with transaction():
        item = world.item()
    chidi = signed_in(world.chidi)
    form = {"body": "We saw the same.", "kind": "comment"}

    first = chidi.post(f"{item.path}/replies", data=form)
    second = chidi.post(f"{item.path}/replies", data=form)

    assert first.location == second.location
    with transaction():
        assert len(db().scalars(select(Reply)).all()) == 1
