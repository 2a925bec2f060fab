from datetime import timedelta

import pytest
from werkzeug.datastructures import MultiDict

from tests.world import a_community, organisation, person
from wiki.kernel.clock import now
from wiki.kernel.database import db
from wiki.people.current import VISITOR
from wiki.people.vocabulary import Area, Sector
from wiki.places import directory, membership
from wiki.places.directory import Sought
from wiki.places.models import Part, PartPlayed, Place, PlaceArea, PlaceKind, PlaceStrategy
from wiki.strategies.models import Strategy


def names(reader, *, kind=PlaceKind.COMMUNITY, **asked):
    address = MultiDict(
        [
            (name, one)
            for name, value in asked.items()
            for one in ([value] if isinstance(value, str) else value)
        ]
    )
    rows, _pager = directory.read_page(reader, kind, Sought.from_address(address, reader), 1)
    return [row.label.name for row in rows]


@pytest.fixture
def chidi(session, world):
    return world.reader(world.chidi)


def make(world, name, **values):
    place = a_community(name, world.forum, world.amina)
    for column, value in values.items():
        setattr(place, column, value)
    db().flush()
    return place


def test_running_comes_first_then_what_starts_then_closed_by_year(session, world, chidi):
    make(world, "Forming", activated_at=None)
    make(world, "Proposed", accepted_at=None, activated_at=None)
    make(world, "Long closed", closed_at=now() - timedelta(days=800))
    make(world, "Ended", ends_on=now().date())
    make(world, "Declined", accepted_at=None, activated_at=None, declined_at=now())
    rows, pager = directory.read_page(chidi, PlaceKind.COMMUNITY, Sought(), 1)

    found = [
        (group.title, [row.label.name for row in group.rows]) for group in directory.grouped(rows)
    ]

    assert found == [
        ("Running now", ["Ended", "Staying on"]),
        ("Forming", ["Forming"]),
        ("Proposed", ["Proposed"]),
        ("Closed in 2026", ["Thinking skills"]),
        ("Closed in 2024", ["Long closed"]),
    ]
    assert pager.total == 6
    assert names(chidi, state="declined") == ["Declined"]
    assert names(chidi, state="running") == ["Ended", "Staying on"]
    assert names(chidi, state="nonsense") == names(chidi)


def test_visitors_see_what_is_public_and_accepted(session, world):
    make(world, "Open", is_public=True)
    make(world, "Only proposed", is_public=True, accepted_at=None, activated_at=None)

    assert names(VISITOR) == ["Open"]
    assert names(VISITOR, state="proposed") == ["Open"]
    assert names(VISITOR, mine="1") == ["Open"]


def test_touching_all_strategies_stands_out(session, world, chidi):  # S35
    culture = Strategy(slug="culture", name="Culture", starts_in=2024, ends_in=2028)
    old = Strategy(slug="old", name="Old", starts_in=2010, ends_in=2014)
    db().add_all([culture, old])
    db().flush()
    both, one = make(world, "Both"), make(world, "One")
    skills = db().query(Strategy).filter_by(slug="skills").one()
    for place, strategy in ((both, culture), (both, skills), (one, skills), (one, old)):
        db().add(PlaceStrategy(place_id=place.id, strategy_id=strategy.id))
    db().flush()

    assert names(chidi, spanning="1") == ["Both"]
    assert names(chidi, strategy="skills") == ["Both", "One"]
    assert names(chidi, strategy="culture") == ["Both"]


def test_an_area_holds_the_areas_inside_it(session, world, chidi):
    city = Area(slug="city", name="City")
    db().add(city)
    db().flush()
    street = Area(slug="street", name="Street", parent_id=city.id)
    db().add(street)
    db().flush()
    db().add(PlaceArea(place_id=make(world, "Local").id, area_id=street.id))
    db().flush()

    assert names(chidi, area="city") == names(chidi, area="street") == ["Local"]
    assert names(chidi, area="northside") == []


def test_sectors_present_and_absent(session, world, chidi):
    faith = Sector(slug="faith", name="Faith")
    db().add(faith)
    db().flush()
    place = make(world, "With faith")
    imam = person("Yusuf Ali", organisation("Mosque", faith))
    seat = membership.join(place, imam)
    db().flush()

    assert names(chidi, present="faith") == ["With faith"]
    assert "With faith" not in names(chidi, absent="faith")
    assert names(chidi, present=["faith", "culture"]) == []
    seat.involve(imam, membership.Involvement.ALSO)
    db().flush()
    assert names(chidi, present="faith") == []


def test_convenor_wanted_part_played_and_mine(session, world, chidi):
    vacant = make(world, "Vacant", convenor_id=None)
    db().add(PartPlayed(place_id=vacant.id, organisation_id=world.museum.id, part=Part.HOST))
    db().flush()

    assert names(chidi, convenor="wanted") == ["Vacant"]
    assert names(chidi, part="host") == ["Vacant"]
    assert names(chidi, part="pilot") == names(chidi)
    assert names(world.reader(world.bo), mine="1") == ["Staying on"]
    assert names(world.reader(world.amina), mine="1") == ["Staying on", "Thinking skills"]
    assert directory.read_tally(chidi, PlaceKind.COMMUNITY) == (1, 1)


def test_a_forum_says_how_many_communities_it_is_home_of(session, world, chidi):
    rows, _ = directory.read_page(chidi, PlaceKind.FORUM, Sought(), 1)

    assert [(row.label.name, row.communities, row.body) for row in rows] == [
        ("Skills Forum", 1, "Council")
    ]
    assert db().get_one(Place, world.forum.id).state.value == "active"
