"""Home for those inside, the front for those outside."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from tests.conftest import NOON
from wiki.home.week import numbers, read_lead
from wiki.home.words import greeting, in_words, monday, on_the_week
from wiki.items.models import Item
from wiki.items.reuse import Outcome
from wiki.kernel.database import transaction
from wiki.kernel.naming import new_key
from wiki.people.current import VISITOR
from wiki.people.models import Person
from wiki.places.membership import join
from wiki.places.models import Place


def visited(person, moment):
    with transaction() as session:
        session.execute(
            update(Person)
            .where(Person.id == person.id)
            .values(seen_at=moment, joined_at=moment - timedelta(days=100))
        )


@pytest.mark.parametrize(
    ("hours", "words"), [(-6, "Good morning"), (0, "Good afternoon"), (7, "Good evening")]
)
def test_the_greeting_knows_the_time_of_day(app, at, hours, words):
    with at(hours=hours):
        assert greeting("Bo") == f"{words}, Bo"


@pytest.mark.parametrize(
    ("shared", "used", "sentence"),
    [
        (0, 0, ""),
        (
            6,
            4,
            "Since Monday, six insights have been shared across the network,"
            " and four were put to use somewhere new.",
        ),
        (1, 0, "Since Monday, one insight has been shared across the network."),
        (0, 1, "Since Monday, one insight was put to use somewhere new."),
        (
            13,
            1,
            "Since Monday, 13 insights have been shared across the network,"
            " and one was put to use somewhere new.",
        ),
    ],
)
def test_one_sentence_on_the_week(app, shared, used, sentence):
    assert on_the_week(shared, used) == sentence


def test_numbers_are_words_up_to_twelve():
    assert [in_words(number) for number in (1, 12, 13, 1300)] == ["one", "twelve", "13", "1,300"]


def test_on_a_monday_the_week_before_is_told(app, at):
    with at(days=5):
        assert monday() == NOON.date() - timedelta(days=2)
        assert on_the_week(1, 0).startswith("Since last Monday,")


def test_the_week_counts_what_everybody_may_read_and_each_place_once(session, world, at):
    with at(days=-7):
        old = world.item(title="Old")
        world.use(old, by=world.chidi)
    item = world.item(title="Heron")
    world.item(title="Hidden", restricted=True)
    world.use(old, by=world.chidi)  # again where it was used before
    world.use(item, by=world.chidi)
    world.use(item, by=world.stella)

    assert numbers() == (1, 1)


def test_the_lead_is_what_was_used_in_most_places_lately(session, world, at):
    with at(days=-60):
        once = world.item(title="Long ago")
        for person in (world.chidi, world.stella, world.amina):
            world.use(once, by=person)
    with at(days=-20):
        twice = world.item(title="Heron")
        world.use(twice, by=world.chidi, outcome=Outcome.DID_NOT_WORK)
        world.use(twice, by=world.stella)
        single = world.item(title="Wagtail")
        world.use(single, by=world.amina)
        world.use(single, by=world.amina)

    lead = read_lead(world.reader(world.dele))

    assert lead.row.title == "Heron"
    assert lead.why == "Most used lately"
    assert [(knot.place, knot.outcome) for knot in lead.knots] == [
        ("Staying on", "started"),
        ("Library", "did_not_work"),
        ("Council", "worked"),
    ]


def test_without_uses_the_lead_is_from_last_year_and_else_the_newest(session, world, at):
    assert read_lead(world.reader(world.bo)) is None
    with at(days=-300):
        world.item(title="Wagtail")
    assert read_lead(world.reader(world.bo)).row.title == "Wagtail"
    with at(days=-364):
        world.item(title="Heron")
    lead = read_lead(world.reader(world.bo))

    assert lead.row.title == "Heron"
    assert lead.is_from_last_year


def test_what_leads_for_visitors_is_public_and_names_no_closed_place(session, world):
    hidden = world.item(title="Wagtail")
    world.use(hidden, by=world.chidi)
    world.use(hidden, by=world.stella)
    item = world.item(title="Heron", public=True)
    world.use(item, by=world.chidi, place=world.forum)

    lead = read_lead(VISITOR)

    assert lead.row.title == "Heron"
    assert [knot.place for knot in lead.knots][1:] == ["Library"]


def test_restricted_items_never_lead(session, world):  # invariant 2
    world.item(title="Wagtail", restricted=True)

    assert read_lead(world.reader(world.bo)) is None


def test_home_tells_the_new_from_elsewhere(world, signed_in):
    with transaction():
        world.item("discussion", title="Heron elsewhere", place=world.forum, author=world.amina)
        world.item("discussion", title="Wagtail at home", author=world.amina)
        world.item("discussion", title="Lapwing mine", author=world.bo, place=None)
        world.item("discussion", title="Plover hidden", place=world.forum, restricted=True)

    text = signed_in(world.bo).get("/").text
    elsewhere = text[text.index("New across the network") :]

    assert "Heron elsewhere" in elsewhere
    for word in ("Wagtail", "Lapwing"):
        assert word not in elsewhere
    assert "Plover" not in signed_in(world.chidi).get("/").text


def test_a_new_member_is_shown_where_to_begin(world, signed_in, at):
    assert "Start your first fortnight" in signed_in(world.chidi).get("/").text
    assert "Find a community" in signed_in(world.chidi).get("/").text
    with at(days=15):
        assert "Start your first fortnight" not in signed_in(world.chidi).get("/").text


def test_a_quiet_week_is_said_to_be_one(world, signed_in, at):
    with at(days=-364), transaction():
        world.item(title="Heron")

    text = signed_in(world.bo).get("/").text

    assert "Nothing new since Monday. Here is something from this week last year." in text
    assert "From this time last year" in text


def test_the_box_leads_to_a_new_insight(world, signed_in):
    text = signed_in(world.bo).get("/").text

    assert '<form action="/insights/new"' in text
    assert 'name="sentence"' in text
    answer = signed_in(world.bo).get("/insights/new?sentence=Herons+wait")
    assert "Herons wait" in answer.text


def test_home_costs_the_same_at_any_size(world, signed_in, count_statements, at):
    visited(world.bo, NOON - timedelta(days=3))
    client = signed_in(world.bo)

    def fill(number):
        with transaction() as session:
            for place in (world.community, world.forum):
                item = world.item("discussion", title="Heron", author=world.amina, place=place)
                world.use(item, by=world.chidi)
                world.reply(item)
                mine = world.item("discussion", title="Mine", author=world.bo, place=place)
                world.reply(mine)
                copy(session, item, number)
            join(session.get(Place, world.forum.id), world.bo)

    fill(10)
    client.get("/")
    with count_statements() as few:
        client.get("/")
    fill(300)
    client.get("/")  # what is the same for all is asked once for each public change
    with count_statements() as lots:
        assert client.get("/").status_code == 200

    assert len(lots) == len(few)
    assert len(few) - 1 <= 9, few  # besides the one that asks who is there


def copy(session, item, number):
    session.flush()
    row = session.execute(select(Item.__table__).where(Item.id == item.id)).mappings().one()
    values = {name: value for name, value in row.items() if name != "id"}
    session.execute(insert(Item.__table__), [{**values, "key": new_key()} for _ in range(number)])


# -- the front


def test_the_front_shows_public_things_by_subject_and_nobodys_name(world, visitor):  # S12
    with transaction() as session:
        world.item(title="Heron", tags=("doors",), public=True)
        world.item(title="Wagtail", tags=("doors",))
        world.item("page", title="How it began", public=True).is_history = True
        session.get(Place, world.community.id).is_public = True
        session.flush()

    text = visitor.get("/").text

    assert "Doors" in text
    assert "Heron" in text
    assert "How it began" in text
    assert "Staying on" in text
    assert "Skills Forum" not in text
    assert "Wagtail" not in text
    for name in ("Bo Lind", "Amina Hart"):
        assert name not in text


def test_the_front_of_an_empty_site_says_so(world, visitor):
    text = visitor.get("/").text

    assert "Nothing has been made public yet" in text
    assert "/sign-in" in text


def test_the_front_is_kept_until_something_public_changes(world, visitor, count_statements):
    visitor.get("/")
    with count_statements() as seen:
        visitor.get("/")
    assert len(seen) == 1  # who asks

    with transaction():
        world.item(title="Heron", public=True)
    assert "Heron" in visitor.get("/").text


def test_the_front_costs_the_same_at_any_size(world, visitor, count_statements):
    def fill(number):
        with transaction() as session:
            item = world.item(title="Heron", public=True)
            copy(session, item, number)

    fill(10)
    with count_statements() as few:
        visitor.get("/")
    fill(300)
    with count_statements() as lots:
        visitor.get("/")

    assert len(lots) == len(few) <= 8


def test_something_public_is_shown_under_one_subject_only(world, visitor):
    with transaction():
        world.item("discussion", title="Heron", tags=("doors", "keys"), public=True)
        world.item("discussion", title="Wagtail", tags=("keys",), public=True)

    text = visitor.get("/").text

    assert text.count(">Heron<") == 1
