import pytest

from tests.world import a_community
from wiki.kernel.database import db
from wiki.people.current import VISITOR
from wiki.places import convening, membership
from wiki.places.holdings import belongings, held_by
from wiki.places.models import Place
from wiki.places.waiting import waiting_for


def urls(reader):
    return [one.url for one in waiting_for(reader)]


def community(world):
    return db().get_one(Place, world.community.id)


@pytest.fixture
def done(session, world):
    """Nothing is owed to the places that are there."""
    for place in (community(world), db().get_one(Place, world.forum.id)):
        place.summary = "What it is about."
    db().flush()


def test_an_invitation_waits_until_it_is_answered(done, world):
    chidi = world.reader(world.chidi)
    membership.invite(community(world), world.chidi.email, world.reader(world.amina))

    assert urls(chidi) == ["/communities/staying-on/invitation"]
    membership.join(community(world), world.chidi)
    assert urls(chidi) == []
    assert waiting_for(VISITOR) == []


def test_a_proposal_waits_for_the_home_forum(done, world):
    place = a_community("Proposed", world.forum, world.bo)
    place.accepted_at = place.activated_at = None
    db().flush()

    assert urls(world.reader(world.amina)) == ["/communities/proposed/decision"]
    assert urls(world.reader(world.stella)) == []
    db().get_one(Place, world.forum.id).convenor_id = None
    db().flush()
    assert "/communities/proposed/decision" in urls(world.reader(world.stella))


def test_what_somebody_proposed_in_their_own_forum_waits_for_them_too(done, world):
    place = a_community("Proposed", world.forum, world.amina)
    place.accepted_at = place.activated_at = None
    db().flush()

    assert "/communities/proposed/decision" in urls(world.reader(world.amina))


def test_what_a_convenor_owes(done, world, at):
    amina, place = world.reader(world.amina), community(world)
    assert urls(amina) == []

    place.summary, place.success = "", " "
    db().flush()
    assert urls(amina) == [
        "/communities/staying-on/edit#summary",
        "/communities/staying-on/edit#priorities",
    ]
    with at(days=301):
        assert urls(amina) == ["/communities/staying-on/evaluation"]
        place.evaluate(world.amina, "It helped.", "<p>It helped.</p>")
        db().flush()
        assert urls(amina) == ["/communities/staying-on/closure"]


def test_an_offer_to_convene_waits_for_those_who_can_take_it_up(done, world):
    place = community(world)
    place.convenor_id = None
    db().flush()
    convening.offer(place, world.reader(world.chidi))

    assert urls(world.reader(world.amina)) == ["/communities/staying-on/convenor"]
    assert urls(world.reader(world.stella)) == ["/communities/staying-on/convenor"]
    assert urls(world.reader(world.bo)) == []


def test_asking_takes_two_statements(done, world, count_statements):
    amina = world.reader(world.amina)
    with count_statements() as seen:
        waiting_for(amina)

    assert len(seen) == 2


def test_what_a_person_holds(session, world):
    held = [one.label for one in held_by(world.amina.id)]

    assert held == ["Convenes “Skills Forum”", "Convenes “Staying on”"]
    assert held_by(world.bo.id) == []


def test_where_a_person_belongs(session, world):
    found = list(belongings(world.reader(world.chidi), world.amina.id))

    assert [(one.place.name, one.role) for one in found] == [("Staying on", "Convenor")]
