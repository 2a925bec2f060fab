import pytest
from sqlalchemy import func, select

from tests.world import fresh, person
from wiki.kernel import mail
from wiki.kernel.database import db
from wiki.kernel.errors import Refused
from wiki.people.invitations import Invitation
from wiki.people.models import Person
from wiki.places import inviting, membership
from wiki.places.membership import Involvement, confirmed_places, membership_of
from wiki.places.models import Place


def in_community(world):
    return db().get_one(Place, world.community.id)


def test_joining_is_at_once_and_twice_is_once(session, world):
    first = membership.join(in_community(world), world.chidi)

    assert membership.join(in_community(world), world.chidi) is first
    assert first.confirmed_at is None


def test_nobody_joins_what_has_closed(session, world):
    with pytest.raises(Refused, match="closed"):
        membership.join(db().get_one(Place, world.closed.id), world.chidi)


def test_leaving_ends_what_confirmed_members_may_read_at_once(session, world):
    assert world.community.id in set(db().scalars(confirmed_places(world.bo.id)))

    membership.leave(in_community(world), world.reader(world.bo))

    assert world.community.id not in set(db().scalars(confirmed_places(world.bo.id)))
    assert membership_of(world.bo.id, world.community.id) is None


def test_whoever_convenes_hands_over_before_leaving(session, world):
    with pytest.raises(Refused, match="hand it over"):
        membership.leave(in_community(world), world.reader(world.amina))
    seat = membership_of(world.amina.id, world.community.id)
    with pytest.raises(Refused, match="Hand over first"):
        membership.remove(in_community(world), seat, world.reader(world.stella))


def test_an_invited_person_is_confirmed_by_joining(session, world):
    place = in_community(world)
    membership.invite(place, world.chidi.email.upper(), world.reader(world.amina))

    assert membership.join(place, world.chidi).confirmed_at is not None
    assert membership.open_invitation(place.id, world.chidi.email) is None


def test_an_invitation_taken_back_confirms_nobody(session, world):
    place = in_community(world)
    invitation = membership.invite(place, world.chidi.email, world.reader(world.amina))
    invitation.withdraw(world.reader(world.amina))

    assert membership.join(place, world.chidi).confirmed_at is None


def test_inviting_twice_renews_the_first_invitation(session, world):
    place, amina = in_community(world), world.reader(world.amina)

    first = membership.invite(place, "new@elsewhere.example", amina, "Come along")
    again = membership.invite(place, "new@elsewhere.example", amina, "Do come")

    assert again is first
    assert first.note == "Do come"


def test_a_member_is_not_invited_again(session, world):
    assert membership.invite(in_community(world), world.bo.email, world.reader(world.amina)) is None


def invited_to_site():
    return db().scalar(select(func.count()).select_from(Invitation))


def test_a_new_address_is_invited_to_the_site_too(session, world):
    place, amina = in_community(world), world.reader(world.amina)
    inviting.invite(place, world.chidi.email, world.library, amina)
    assert invited_to_site() == 0

    inviting.invite(place, "new@elsewhere.example", world.library, amina)

    assert invited_to_site() == 1
    assert db().scalar(select(mail.Mail.to)) == "new@elsewhere.example"


def test_sectors_count_who_takes_part_and_can_sign_in(session, world):
    place = in_community(world)
    assert membership.organisations_in(place.id) == 2

    membership_of(world.bo.id, place.id).involve(world.amina, Involvement.ALSO)
    assert membership.organisations_in(place.id) == 2
    fresh(world.dele).disable(world.stella)
    db().flush()

    assert membership.organisations_in(place.id) == 1


def test_confirming_somebody_who_left_is_refused(session, world):
    seat = membership_of(world.dele.id, world.community.id)
    membership.leave(in_community(world), world.reader(world.dele))

    with pytest.raises(Refused, match="left"):
        seat.confirm(world.amina)


def test_residents_convene_like_anyone_else(session, world):  # S47
    from wiki.places import policy
    from wiki.places.convening import hand_over

    resident = person("Rosa Quick", world.library)
    place = in_community(world)
    membership.join(place, resident)
    hand_over(place, world.amina, resident, None)

    assert policy.edit(world.reader(resident), place)
    assert db().get_one(Person, resident.id).is_steward is False
