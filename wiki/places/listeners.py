"""What places do when something happened: mail to those concerned, a vacancy for who left."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import or_, select

from wiki.kernel import mail
from wiki.kernel.database import db
from wiki.kernel.outbox import Event, listens_to
from wiki.people import letters
from wiki.people.models import Person
from wiki.places.labels import PATHS
from wiki.places.membership import PlaceInvitation
from wiki.places.models import Place


@listens_to("place_invitation.sent")
def tell_invited(event: Event) -> None:
    """Write to who has an account; others get the invitation to the site, which names the place."""
    invitation = db().get(PlaceInvitation, event.thing_id)
    if invitation is None or not invitation.is_open:
        return
    person = active(Person.email == invitation.email)
    if person is None:
        return
    place = db().get_one(Place, invitation.place_id)
    letters.post(
        "place_invitation",
        person.email,
        about_id=invitation.id,
        person=person,
        place=place,
        note=invitation.note,
        by_name=name_of(invitation.invited_by_id),
        url=address_of(place, "invitation"),
    )


@mail.still_wanted_if("place_invitation")
def still_open(letter: mail.Mail) -> bool:
    invitation = db().get(PlaceInvitation, letter.about_id)
    return (
        invitation is not None
        and invitation.is_open
        and active(Person.email == letter.to) is not None
    )


@listens_to("place.handed_over")
def tell_new_holders(event: Event) -> None:
    """Write to who now convenes a place or is its deputy, unless they arranged it."""
    place = db().get(Place, event.thing_id)
    if place is None:
        return
    for person_id in event.details.get("newly", ()):
        if person_id == event.by_id or person_id not in (place.convenor_id, place.deputy_id):
            continue
        person = active(Person.id == person_id)
        if person is not None:
            letters.post(
                "place_handed_over",
                person.email,
                about_id=place.id,
                person=person,
                place=place,
                convenes=place.convenor_id == person.id,
                by_name=name_of(event.by_id),
                url=address_of(place),
            )


@mail.still_wanted_if("place_handed_over")
def still_holds(letter: mail.Mail) -> bool:
    place = db().get(Place, letter.about_id)
    person = active(Person.email == letter.to)
    return (
        place is not None
        and person is not None
        and person.id in (place.convenor_id, place.deputy_id)
    )


@listens_to("place.accepted", "place.declined")
def tell_proposer(event: Event) -> None:
    place = db().get(Place, event.thing_id)
    if place is None or place.proposed_by_id is None or place.proposed_by_id == event.by_id:
        return
    person = active(Person.id == place.proposed_by_id)
    if person is not None:
        letters.post(
            "proposal_accepted" if place.accepted_at else "proposal_declined",
            person.email,
            about_id=place.id,
            person=person,
            place=place,
            by_name=name_of(event.by_id),
            url=address_of(place),
        )


@mail.still_wanted_if("proposal_accepted")
@mail.still_wanted_if("proposal_declined")
def can_sign_in(letter: mail.Mail) -> bool:
    """Whether whoever it was written to still can."""
    return active(Person.email == letter.to) is not None


@listens_to("place.convenor_offered")
def tell_deciders(event: Event) -> None:
    """Write to those who can give the role away: deputy, home forum, else the stewards."""
    place = db().get(Place, event.thing_id)
    if place is None or place.convenor_id is not None:
        return
    for person in deciders(place):
        if person.id != event.by_id:
            letters.post(
                "convenor_offered",
                person.email,
                about_id=place.id,
                person=person,
                place=place,
                by_name=name_of(event.by_id),
                url=address_of(place, "convenor"),
            )


@mail.still_wanted_if("convenor_offered")
def still_vacant(letter: mail.Mail) -> bool:
    place = db().get(Place, letter.about_id)
    return place is not None and place.convenor_id is None and can_sign_in(letter)


@listens_to("person.disabled")
def leave_open(event: Event) -> None:
    """Who can no longer sign in convenes nothing: their places say so."""
    person = db().get(Person, event.thing_id)
    if person is None or person.is_active:
        return
    held = select(Place).where(
        or_(Place.convenor_id == person.id, Place.deputy_id == person.id),
        Place.closed_at.is_(None),
        Place.declined_at.is_(None),
    )
    for place in db().scalars(held):
        remaining = {
            role: db().get(Person, holder) if holder and holder != person.id else None
            for role, holder in (("convenor", place.convenor_id), ("deputy", place.deputy_id))
        }
        place.hand_over(None, remaining["convenor"], remaining["deputy"])


def deciders(place: Place) -> Iterable[Person]:
    home = db().get(Place, place.home_forum_id) if place.home_forum_id else None
    ids = [place.deputy_id]
    if home is not None:
        ids += [home.convenor_id, home.deputy_id]
    found = select(Person).where(Person.id.in_(held for held in ids if held is not None))
    people = [person for person in db().scalars(found) if person.is_active]
    if people:
        return people
    stewards = select(Person).where(Person.is_steward, Person.disabled_at.is_(None))
    return db().scalars(stewards)


def active(condition: object) -> Person | None:
    found = select(Person).where(condition, Person.disabled_at.is_(None))  # type: ignore[arg-type]
    return db().scalar(found)


def name_of(person_id: int | None) -> str:
    return db().scalar(select(Person.name).where(Person.id == person_id)) or ""


def address_of(place: Place, page: str = "") -> str:
    """The whole address of a place, or of a page below it."""
    endpoint = f"{PATHS[place.kind]}.{page or 'show'}"
    return letters.address(endpoint, slug=place.slug)
