"""The event log shows nothing of a thing that the thing would not show."""

import pytest

from wiki.items.models import Attribution
from wiki.items.visibility import open_restricted
from wiki.kernel.database import db, transaction
from wiki.kernel.outbox import record
from wiki.people.current import reader_for
from wiki.people.models import Person
from wiki.stewards.activity import ActivityFilter, happenings


def log(world, **only):
    """The log as Stella reads it: names of events with what and who."""
    with transaction(writing=False):
        found, _pager = happenings(reader_for(world.stella), ActivityFilter(**only), 1)
    return [(one.name, one.thing.label, one.by_name) for one in found]


def test_it_says_what_happened_to_what_and_by_whom(world, signed_in):
    with transaction():
        item = world.item(title="Tea first")
        world.reply(item, world.chidi)

    assert log(world)[:2] == [
        ("reply.posted", "Tea first", "Chidi Obi"),
        ("item.published", "Tea first", "Bo Lind"),
    ]
    page = signed_in(world.stella).get("/steward/activity").text
    assert f'href="{item.path}"' in page


def test_drafts_are_not_in_it(world):
    with transaction():
        item = world.item(title="Not yet", published=False)
        item.discard(world.bo)
        world.item(title="Nor this", published=False)

    assert not [line for line in log(world) if line[0].startswith("item.")]


def test_of_what_is_restricted_it_says_only_that_something_happened(world, signed_in):
    with transaction():
        item = world.item(restricted=True, title="Named learner")
        world.reply(item, world.amina)

    lines = log(world)[:2]

    assert {line[1:] for line in lines} == {("Something restricted", None)}
    assert "item.published" not in {line[0] for line in log(world, who="Bo Lind")}
    page = signed_in(world.stella).get("/steward/activity").text
    assert "Named learner" not in page
    assert f"/restricted/{item.key}" in page


def test_who_reads_it_anyway_sees_it(world):
    with transaction():
        item = world.item(restricted=True, title="Named learner")
        open_restricted(item, reader_for(world.stella), "A complaint names this text.")

    assert ("item.published", "Named learner", "Bo Lind") in log(world)


def test_who_opened_something_restricted_is_named(world, at):
    with transaction():
        item = world.item(restricted=True)
        open_restricted(item, reader_for(world.stella), "A complaint names this text.")

    with at(days=2):
        assert ("item.opened_by_steward", "Something restricted", "Stella Roy") in log(world)


@pytest.mark.parametrize("what", ["item", "reply", "reuse"])
def test_who_spoke_in_a_role_stays_unnamed(world, what):  # invariant 6
    with transaction():
        item = world.item(author=world.amina, title="Said in a role")
        thing = {
            "item": lambda: item,
            "reply": lambda: world.reply(item, world.amina),
            "reuse": lambda: world.use(world.item(title="Another"), world.amina),
        }[what]()
        thing.attribution = Attribution.ROLE_ONLY
        name = {"item": "item.published", "reply": "reply.posted", "reuse": "reuse.recorded"}[what]

    lines = [line for line in log(world, name=name) if line[1] in ("Said in a role", "Another")]

    assert "Amina Hart" not in {line[2] for line in lines}
    assert None in {line[2] for line in lines}
    assert name not in {line[0] for line in log(world, who="Amina Hart")}
    assert name not in {line[0] for line in log(world, who=world.amina.key)}


def test_others_stay_named_where_somebody_spoke_in_a_role(world):
    with transaction():
        item = world.item(author=world.amina, title="Said in a role")
        item.attribution = Attribution.ROLE_ONLY
        world.reply(item, world.chidi)

    assert ("reply.posted", "Said in a role", "Chidi Obi") in log(world)


def test_it_is_narrowed_by_event_person_and_day(world, at):
    with at(days=3), transaction():
        world.item(title="Later", author=world.chidi)
    with transaction():
        world.item(title="Now")

    assert [line[1] for line in log(world, name="item.published")] == ["Now", "Later"]
    assert [line[1] for line in log(world, who="obi", name="item.published")] == ["Later"]
    assert [line[1] for line in log(world, day="2026-03-14")] == ["Later"]
    assert log(world, day="the day after") == []
    assert log(world, day="0001-01-01") == []


def test_things_of_every_kind_have_a_name(world):
    with transaction():
        bo = db().get_one(Person, world.bo.id)
        record("person.changed", bo, bo)
        record("organisation.changed", world.museum, world.stella)
        record("place.changed", world.forum, world.amina)
        record("area.changed", world.area, world.stella)

    assert [line[1] for line in log(world)[:4]] == [
        "Northside",
        "Skills Forum",
        "Museum",
        "Bo Lind",
    ]
