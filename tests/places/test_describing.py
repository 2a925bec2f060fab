from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from wiki.kernel.clock import today
from wiki.kernel.database import db
from wiki.kernel.errors import Refused, Stale
from wiki.kernel.outbox import Event
from wiki.places import describing
from wiki.places.describing import Described
from wiki.places.membership import membership_of
from wiki.places.models import OldPlaceSlug, Place, State
from wiki.places.queries import free_slug


def said(world, **more):
    return Described(
        **{
            "name": "First weeks",
            "summary": "What keeps people coming in the first weeks.",
            "thread": 3,
            "challenge": "What keeps people coming?",
            "home": db().get_one(Place, world.forum.id),
            "starts_on": today(),
            "ends_on": today() + timedelta(days=200),
            **more,
        }
    )


def propose(world, by=None, convening=True, **more):
    by = world.reader(by or world.bo)
    return describing.propose(by, said(world, **more), public=False, convening=convening)


def loaded(place):
    return db().scalar(
        select(Place)
        .where(Place.id == place.id)
        .options(selectinload(Place.strategies), selectinload(Place.areas))
        .execution_options(populate_existing=True)
    )


def test_whoever_proposes_is_in_it_and_may_convene_it(session, world):
    place = propose(world)

    assert place.state is State.PROPOSED
    assert place.convenor_id == world.bo.id
    assert membership_of(world.bo.id, place.id).confirmed_at is not None


def test_a_proposal_without_a_convenor_says_so(session, world):  # invariant 8
    place = propose(world, convening=False)

    assert place.convenor_wanted
    assert membership_of(world.bo.id, place.id).confirmed_at is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "Staying on"}, "name"),
        ({"home": None}, "home"),
        ({"ends_on": None}, "ends_on"),
        ({"ends_on": date(2020, 1, 1), "starts_on": date(2019, 1, 1)}, "ends_on"),
        ({"ends_on": date(2029, 1, 1)}, "ends_on"),
        ({"size_least": 20, "size_most": 5}, "size_most"),
    ],
)
def test_what_a_proposal_lacks_is_said_beside_its_field(session, world, change, field):
    with pytest.raises(Refused) as refused:
        propose(world, **change)

    assert refused.value.field == field


def test_a_sub_group_has_no_sub_groups(session, world):
    large = db().get_one(Place, world.community.id)
    small = propose(world, within=large)
    assert small.within_id == large.id

    with pytest.raises(Refused, match="sub-groups of its own"):
        propose(world, name="Smaller still", within=small)


def test_a_renamed_place_keeps_its_old_address(session, world):
    place = propose(world)
    db().flush()
    place = loaded(place)

    describing.revise(place, world.reader(world.bo), 1, said(world, name="First six weeks"))

    assert place.slug == "first-six-weeks"
    assert db().get_one(OldPlaceSlug, "first-weeks").place_id == place.id
    describing.revise(place, world.reader(world.bo), 2, said(world))
    assert place.slug == "first-weeks"
    assert db().get(OldPlaceSlug, "first-weeks") is None


def test_an_address_somebody_else_had_is_not_given_again(session, world):
    db().add(OldPlaceSlug(slug="evenings", place_id=world.community.id))
    db().flush()

    assert free_slug("Evenings") == "evenings-2"
    assert free_slug("Evenings", world.community.id) == "evenings"
    assert free_slug("New") == "new-2"


def test_a_stale_version_shows_what_is_stored(session, world):
    place = loaded(propose(world))
    describing.revise(place, world.reader(world.amina), 1, said(world, summary="Amina’s words"))

    with pytest.raises(Stale) as stale:
        describing.revise(place, world.reader(world.bo), 1, said(world, summary="Bo’s words"))

    assert stale.value.by == "Amina Hart"
    assert stale.value.theirs["summary"] == "Amina’s words"
    assert stale.value.version == 2


def test_saving_the_same_again_changes_nothing(session, world):
    place = loaded(propose(world))
    describing.revise(place, world.reader(world.bo), 1, said(world))

    assert place.version == 1
    assert db().scalar(select(Event.id).where(Event.name == "place.changed")) is None


def test_an_accepted_community_keeps_forum_and_end(session, world):
    place = propose(world)
    place.accept(world.amina)
    place, end = loaded(place), place.ends_on

    describing.revise(
        place,
        world.reader(world.bo),
        1,
        said(world, ends_on=end + timedelta(days=90), home=None, priorities="The door"),
    )

    assert place.ends_on == end
    assert place.home_forum_id == world.forum.id
    assert place.priorities == "The door"
