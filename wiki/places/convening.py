"""Who answers for a place: handing the role over, and offering to take it while it is open."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from wiki.kernel.clock import now
from wiki.kernel.database import db
from wiki.kernel.errors import Refused
from wiki.kernel.languages import _
from wiki.kernel.outbox import Event, record
from wiki.people.bylines import Byline, byline
from wiki.people.current import Reader
from wiki.people.models import Organisation, Person
from wiki.places.membership import Membership, join, seat
from wiki.places.models import Actor, Place
from wiki.places.policy import SHUT

#: An offer nobody took up is forgotten after this time, and may be made again.
OFFER_STANDS = timedelta(days=60)


class Candidate(NamedTuple):
    """Somebody who could convene: a member, or who holds the role now."""

    key: str
    name: str
    organisation: str


class Offer(NamedTuple):
    byline: Byline
    at: datetime


def hand_over(place: Place, by: Actor, convenor: Person | None, deputy: Person | None) -> None:
    """Give the role to members, or leave it open. Who holds it reads what is restricted here."""
    place.hand_over(by, convenor, deputy)
    if place.state not in SHUT:
        for person in (convenor, deputy):
            if person is not None:
                seat(place, person, by)


def candidates(place: Place) -> list[Candidate]:
    """Members who can sign in, and whoever holds the role now."""
    members = select(Membership.person_id).where(
        Membership.place_id == place.id, Membership.ended_at.is_(None)
    )
    holders = [held for held in (place.convenor_id, place.deputy_id) if held is not None]
    found = db().execute(
        select(Person.key, Person.name, Organisation.name)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(
            or_(Person.id.in_(members), Person.id.in_(holders)),
            Person.disabled_at.is_(None),
        )
        .order_by(Person.sort_name)
    )
    return [Candidate(*row) for row in found]


def offer(place: Place, by: Reader) -> None:
    """Offer to convene a place that has nobody: join it, and those who decide are told."""
    if place.convenor_id is not None:
        raise Refused(_("It has a convenor already."))
    join(place, by)
    standing = db().scalar(select(Event.id).where(stands(place.id), Event.by_id == by.id).limit(1))
    if standing is None:
        record("place.convenor_offered", place, by, scope_id=place.id, public=False)


def stands(
    place_id: int | InstrumentedAttribute[int], since: datetime | None = None
) -> ColumnElement[bool]:
    """Offers to convene this place that may still be taken up, by default at this moment."""
    return and_(
        Event.thing == "place",
        Event.thing_id == place_id,
        Event.name == "place.convenor_offered",
        Event.at > (now() - OFFER_STANDS if since is None else since),
    )


def offers(reader: Reader, place_id: int) -> list[Offer]:
    """Who has offered to convene, latest first."""
    rows = db().execute(
        select(
            Person.name,
            Person.key,
            Person.organisation_id,
            Organisation.name.label("organisation"),
            func.max(Event.at).label("at"),
        )
        .select_from(Event)
        .join(Person, Person.id == Event.by_id)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(stands(place_id), Person.disabled_at.is_(None))
        .group_by(Person.id, Organisation.id)
        .order_by(func.max(Event.at).desc())
    )
    return [
        Offer(
            byline(
                reader,
                name=row.name,
                key=row.key,
                organisation=row.organisation,
                organisation_id=row.organisation_id,
            ),
            row.at,
        )
        for row in rows
    ]
