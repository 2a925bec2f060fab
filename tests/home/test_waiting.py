"""What waits for a person."""

from datetime import timedelta

import pytest

from tests.conftest import NOON
from wiki.home.waiting import waiting_items
from wiki.items.replies import ReplyKind
from wiki.items.reuse import Outcome
from wiki.kernel.clock import today
from wiki.kernel.database import db, transaction


def waits(world, person, since=NOON):
    reader = world.reader(person)
    object.__setattr__(reader, "last_visit_ended_at", since)
    return [one.label for one in waiting_items(reader)]


def test_replies_to_what_i_wrote_wait_until_i_answer(session, world, at):
    item = world.item("discussion", author=world.bo)
    with at(hours=1):
        world.reply(item, world.chidi)
        world.reply(item, world.stella)
        assert waits(world, world.bo) == ["2 replies wait for your answer"]
        assert waits(world, world.chidi) == []
    with at(hours=2):
        world.reply(item, world.bo)
        assert waits(world, world.bo) == []


def test_a_question_waits_longer_than_a_comment(session, world, at):
    item = world.item("discussion", author=world.bo)
    with at(hours=1):
        world.reply(item, world.chidi)
        world.reply(item, world.chidi, kind=ReplyKind.QUESTION)
    with at(days=5):
        seen = NOON + timedelta(days=4)
        assert waits(world, world.bo, since=seen) == ["A reply waits for your answer"]
    with at(days=40):
        assert waits(world, world.bo, since=NOON + timedelta(days=39)) == []


def test_a_reply_taken_back_waits_no_more(session, world, at):
    item = world.item("discussion", author=world.bo)
    with at(hours=1):
        world.reply(item, world.chidi).withdraw(world.chidi)
        assert waits(world, world.bo) == []


@pytest.mark.parametrize(("days", "expected"), [(75, []), (76, 1), (90, 1), (120, 1)])
def test_a_restriction_waits_from_a_fortnight_before_its_date(session, world, at, days, expected):
    world.item(restricted=True)  # to be looked at again after 90 days
    with at(days=days):
        found = waits(world, world.bo)

    assert found == (["Look again at a restriction"] if expected else [])


def test_a_use_still_being_tried_waits_after_six_weeks(session, world, at):
    item = world.item()
    record = world.use(item, by=world.chidi, outcome=Outcome.STILL_TRYING)
    with at(days=41):
        assert waits(world, world.chidi) == []
    with at(days=42):
        assert waits(world, world.chidi) == ["Say how it went"]
        record.update(
            item, world.chidi, Outcome.WORKED, changed="Moved it", effect=None, may_contact=False
        )
        db().flush()
        assert waits(world, world.chidi) == []


def test_a_use_of_what_i_may_no_longer_read_does_not_wait(session, world, at):  # invariant 2
    item = world.item()
    world.use(item, by=world.chidi, outcome=Outcome.STILL_TRYING)
    item.restrict(world.bo, "Names a learner", today() + timedelta(days=90))
    db().flush()
    with at(days=50):
        assert waits(world, world.chidi) == []


def test_only_the_oldest_draft_waits(session, world, at):
    world.item(title="Heron", published=False)
    with at(days=1):
        world.item(title="Wagtail", published=False)
        reader = world.reader(world.bo)
        (draft,) = waiting_items(reader)

    assert draft.label == "Finish your draft"
    assert "Heron" in draft.note
    assert draft.url.endswith("/edit")


def test_home_shows_three_and_leads_to_the_rest(world, signed_in, at):
    with transaction():
        for number in range(5):
            world.reply(
                world.item("discussion", title=f"Heron {number}", author=world.bo),
                kind=ReplyKind.QUESTION,
            )
    with at(hours=1):
        client = signed_in(world.bo)
        home = client.get("/").text
        page = client.get("/waiting").text

    band = home[home.index('class="due"') : home.index("</section>")]
    assert band.count("<li>") == 3
    assert "and 2 more" in band
    assert page.count("A reply waits for your answer") == 5


def test_where_a_waiting_thing_leads_can_be_opened(world, signed_in, at):
    with transaction():
        world.item(title="Heron", published=False)
        world.item(title="Wagtail", restricted=True)
        world.use(
            world.item(title="Lapwing", author=world.amina),
            by=world.bo,
            outcome=Outcome.STILL_TRYING,
        )
    with at(days=80):
        client = signed_in(world.bo)
        reader = world.reader(world.bo)
        with transaction():
            urls = [one.url for one in waiting_items(reader)]
        assert len(urls) == 3
        assert [client.get(url).status_code for url in urls] == [200, 200, 200]
