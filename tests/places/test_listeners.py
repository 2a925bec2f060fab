"""Who is written to, and what is left open when somebody goes."""

import pytest
from sqlalchemy import select

from tests.world import a_community
from wiki.kernel import mail, worker
from wiki.kernel.database import db, transaction
from wiki.kernel.outbox import Delivery
from wiki.people.models import Person
from wiki.places import convening, membership
from wiki.places.models import Place


@pytest.fixture
def letters(app):
    """Deliver what waits; answers (purpose, address, subject) of the mails it came to."""

    def deliver():
        while (number := worker.claim()) is not None:
            worker.deliver(number)
        with transaction() as session:
            assert not session.scalars(select(Delivery.error).where(Delivery.error != "")).all()
            found = session.execute(select(mail.Mail.purpose, mail.Mail.to, mail.Mail.subject))
            return [tuple(row) for row in found]

    return deliver


def community(world):
    return db().get_one(Place, world.community.id)


def test_an_invited_person_is_written_to_once(letters, world):
    with transaction():
        membership.invite(community(world), world.chidi.email, world.reader(world.amina), "Do come")

    assert letters() == [
        ("place_invitation", world.chidi.email, "Amina Hart invites you to Staying on")
    ]
    with transaction() as session:
        body = session.scalar(select(mail.Mail.body))
    assert "Do come" in body
    assert "/communities/staying-on/invitation" in body


def test_an_unknown_address_gets_the_invitation_to_the_site_only(letters, world):
    with transaction():
        membership.invite(community(world), "new@elsewhere.example", world.reader(world.amina))

    assert letters() == []


def test_whoever_is_handed_a_place_is_told(letters, world):
    with transaction():
        convening.hand_over(community(world), world.amina, world.bo, world.amina)

    assert letters() == [("place_handed_over", world.bo.email, "You now convene Staying on")]


@pytest.mark.parametrize(
    ("accepted", "purpose"), [(True, "proposal_accepted"), (False, "proposal_declined")]
)
def test_whoever_proposed_hears_what_was_decided(letters, world, accepted, purpose):
    with transaction() as session:
        place = a_community("Proposed", world.forum, world.bo)
        place.accepted_at = place.activated_at = None
        place.proposed_by_id = world.chidi.id
        session.flush()
        place.accept(world.amina) if accepted else place.decline(
            world.amina, "Settle it in a room."
        )

    assert [(sent[0], sent[1]) for sent in letters()] == [(purpose, world.chidi.email)]


def test_an_offer_to_convene_is_told_to_the_home_forum(letters, world):
    with transaction() as session:
        place = community(world)
        place.convenor_id = None
        session.flush()
        convening.offer(place, world.reader(world.chidi))

    assert letters() == [
        ("convenor_offered", world.amina.email, "Chidi Obi offers to convene Staying on")
    ]


def test_who_can_no_longer_sign_in_convenes_nothing(letters, world):
    with transaction() as session:
        session.get_one(Person, world.amina.id).disable(world.stella)
    letters()

    with transaction():
        assert community(world).convenor_wanted
        assert db().get_one(Place, world.forum.id).convenor_wanted


def test_a_letter_about_an_invitation_that_was_taken_back_is_not_sent(letters, world):
    with transaction():
        invitation = membership.invite(
            community(world), world.chidi.email, world.reader(world.amina)
        )
    letters()
    with transaction() as session:
        session.merge(invitation).withdraw(world.reader(world.amina))
        letter = session.scalar(select(mail.Mail))
        from wiki.places.listeners import still_open

        assert not still_open(letter)
