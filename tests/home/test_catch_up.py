"""Catch-up: what others did in what I follow, since when, and never what I may not read."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from tests.conftest import NOON
from wiki.home.news import read_changed, read_page_of_changes
from wiki.items.choices import Attribution
from wiki.items.following import Subject, follow
from wiki.items.models import Item
from wiki.items.reuse import Outcome
from wiki.kernel.clock import now
from wiki.kernel.database import db, transaction
from wiki.kernel.outbox import record
from wiki.people.models import Person
from wiki.people.vocabulary import Tag
from wiki.places.models import Place


@pytest.fixture
def later(session, world, at):
    """Three days after everybody was last here."""
    with at(days=3):
        yield NOON + timedelta(days=1)


def changed(world, person, since):
    return {one.row.title: one for one in read_changed(world.reader(person), since, limit=50)}


def test_a_member_hears_of_what_is_new_in_their_place(world, later):
    world.item(title="Heron", author=world.amina)

    assert changed(world, world.bo, later)["Heron"].notes == ["new"]
    assert changed(world, world.bo, later)["Heron"].in_my_place
    assert changed(world, world.chidi, later) == {}


def test_what_i_did_myself_is_left_out(world, later):
    item = world.item(title="Heron", author=world.bo)
    world.reply(item, world.bo)

    assert changed(world, world.bo, later) == {}
    world.reply(item, world.chidi)
    assert changed(world, world.bo, later)["Heron"].notes == ["one new reply"]


def test_who_follows_a_tag_hears_of_it_without_joining_anything(world, later):  # S4
    item = world.item(title="Heron", tags=("doors",))
    tag = db().scalar(Tag.__table__.select().where(Tag.slug == "doors"))
    assert changed(world, world.chidi, later) == {}

    follow(world.chidi, Subject.TAG, tag)

    told = changed(world, world.chidi, later)[item.title]
    assert told.tag == ("doors", "doors")
    assert not told.in_my_place


def test_who_follows_a_place_or_an_item_hears_of_it(world, later):
    item = world.item(title="Heron", place=world.forum)
    follow(world.chidi, Subject.PLACE, world.forum.id)
    follow(world.dele, Subject.ITEM, item.id)

    assert changed(world, world.chidi, later)["Heron"].in_my_place
    assert changed(world, world.dele, later)["Heron"].is_mine


def test_who_answered_hears_of_further_answers_and_of_uses(world, at, session):
    item = world.item(title="Heron", author=world.bo)
    world.reply(item, world.chidi)
    with at(days=2):
        world.reply(item, world.stella)
        world.use(item, by=world.dele, outcome=Outcome.DID_NOT_WORK)

        told = changed(world, world.chidi, NOON + timedelta(days=1))["Heron"]

    assert told.notes == ["used once", "one new reply"]


def test_people_i_follow_are_told_by_what_they_sign(world, later):  # invariant 6
    world.item(title="Heron", author=world.amina, place=None)
    quiet = world.item(title="Wagtail", author=world.amina, place=None)
    quiet.attribution = Attribution.ROLE_ONLY
    db().flush()
    follow(world.chidi, Subject.PERSON, world.amina.id)

    assert set(changed(world, world.chidi, later)) == {"Heron"}


def test_what_was_restricted_meanwhile_is_not_told(world, later):  # invariant 2
    item = world.item(title="Heron", author=world.bo)
    follow(world.chidi, Subject.PLACE, world.community.id)
    follow(world.chidi, Subject.ITEM, item.id)
    assert "Heron" in changed(world, world.chidi, later)

    item.restrict(world.bo, "Names a learner", now().date() + timedelta(days=30))
    db().flush()

    assert changed(world, world.chidi, later) == {}
    assert changed(world, world.stella, later) == {}


def test_what_was_withdrawn_meanwhile_is_not_told(world, later):
    item = world.item(title="Heron", author=world.amina)
    world.reply(item, world.chidi).withdraw(world.chidi)
    assert changed(world, world.bo, later)["Heron"].notes == ["new"]

    item.withdraw(world.amina, "It was wrong")
    db().flush()

    assert changed(world, world.bo, later) == {}


def test_a_moment_before_and_a_moment_after(session, world, at):
    with at(minutes=10):
        world.item(title="Heron", author=world.amina)
        follow(world.chidi, Subject.PLACE, world.community.id)

        assert changed(world, world.chidi, now() - timedelta(seconds=1)) != {}
        assert changed(world, world.chidi, now()) == {}


def test_pages_hold_twenty_and_say_if_there_is_more(session, world, at):
    with at(days=1):
        for number in range(23):
            world.item("discussion", title=f"Heron {number}", author=world.amina)

    first, pager = read_page_of_changes(world.reader(world.bo), NOON, 1)
    second, last = read_page_of_changes(world.reader(world.bo), NOON, 2)

    assert [len(first), len(second)] == [20, 3]
    assert (pager.has_next, last.has_next) == (True, False)
    assert len({one.changed.row.id for one in [*first, *second]}) == 23


# -- the page


def visited(person, moment):
    """As if the person had last been here then."""
    with transaction() as session:
        session.execute(update(Person).where(Person.id == person.id).values(seen_at=moment))


def test_since_the_last_visit_stays_the_same_during_a_visit(world, signed_in, at):
    visited(world.bo, NOON)
    with at(days=1), transaction():
        world.item("discussion", title="Heron", author=world.amina)

    with at(days=2):
        client = signed_in(world.bo)
        first = client.get("/catch-up").text
    with at(days=2, minutes=20):
        again = client.get("/catch-up").text
    with at(days=2, minutes=55):
        next_visit = client.get("/catch-up").text

    assert "Heron" in first
    assert "Heron" in again
    assert "Heron" not in next_visit
    assert "Nothing has changed" in next_visit


def test_a_longer_time_can_be_asked_for(world, signed_in, at):
    with transaction():
        world.item("discussion", title="Heron", author=world.amina)
    visited(world.bo, NOON + timedelta(days=9))

    with at(days=10):
        client = signed_in(world.bo)
        assert "Heron" not in client.get("/catch-up").text
        assert "Heron" not in client.get("/catch-up?since=7").text
        assert "Heron" in client.get("/catch-up?since=30").text
        assert "Heron" not in client.get("/catch-up?since=soon").text


def test_what_was_decided_about_my_places_is_told_as_it_is_now(world, signed_in, at):
    visited(world.bo, NOON)
    with at(days=1), transaction() as session:
        community = session.get(Place, world.community.id)
        community.begin_ending(world.amina)
    with at(days=2):
        client = signed_in(world.bo)
        ending = client.get("/catch-up").text
        with transaction() as session:
            community = session.get(Place, world.community.id)
            community.extend(world.amina, community.ends_on + timedelta(days=30), "More to do")
        extended = client.get("/catch-up").text

    assert "It is ending" in ending
    assert "It is ending" not in extended
    assert "Extended: it now closes on" in extended


def test_an_import_is_one_line(world, signed_in, at):
    visited(world.chidi, NOON)
    with at(days=1), transaction():
        for number in range(3):
            item = world.item("discussion", title=f"Heron {number}", published=False)
            item.author_id = None
            item.publish(None)
            record("item.imported", item, None, scope_id=item.place_id)

    with at(days=2):
        text = signed_in(world.chidi).get("/catch-up").text

    assert "3 discussions were imported into" in text
    assert "Staying on" in text
    assert "Heron" not in text


def test_a_role_only_reply_shows_no_name_in_catch_up(world, signed_in, at):  # invariant 6
    visited(world.bo, NOON)
    with at(days=1), transaction():
        item = world.item("discussion", title="Heron", author=world.bo)
        world.reply(item, world.chidi).attribution = Attribution.ROLE_ONLY
    with at(days=2):
        text = signed_in(world.bo).get("/catch-up").text

    assert "Heron" in text
    assert "Chidi" not in text
    assert "Library" not in text


def test_catch_up_costs_the_same_however_much_happened(world, signed_in, at, count_statements):
    visited(world.bo, NOON)

    def happen(number):
        with at(days=1), transaction():
            for _ in range(number):
                item = world.item("discussion", title="Heron", author=world.amina)
                world.reply(item)
                world.use(item, by=world.chidi)

    happen(3)
    with at(days=2):
        client = signed_in(world.bo)
        client.get("/catch-up")
        with count_statements() as few:
            client.get("/catch-up")
    happen(40)
    with at(days=2), count_statements() as lots:
        text = client.get("/catch-up").text

    assert text.count('class="entry"') == 20
    assert len(lots) == len(few) <= 8


def test_catch_up_is_for_those_inside(visitor):
    assert visitor.get("/catch-up").status_code == 303
    assert visitor.get("/waiting").status_code == 303


def test_an_item_is_told_once_under_one_subject(world, signed_in, at):
    visited(world.bo, NOON)
    with at(days=1), transaction():
        item = world.item("discussion", title="Heron", author=world.amina, tags=("doors",))
        follow(world.bo, Subject.ITEM, item.id)
        follow(world.bo, Subject.PERSON, world.amina.id)
        follow(world.bo, Subject.TAG, db().scalar(Tag.__table__.select()))
    with at(days=2):
        text = signed_in(world.bo).get("/catch-up").text

    assert text.count(">Heron<") == 1
    assert "What you wrote, answered or follow" in text


def test_listed_dates_of_old_things_do_not_matter(world, later):
    """What was imported with its own date long ago is news on the day it came, not on its date."""
    item = world.item(title="Heron", author=world.amina, published=False)
    item.publish(world.amina, at=NOON - timedelta(days=900))

    assert "Heron" in changed(world, world.bo, later)
    assert db().get(Item, item.id).listed_at.year == 2023
