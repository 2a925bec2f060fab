"""Inviting to a place: who has an account finds it waiting, others are invited to the site too."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select

from wiki.kernel.database import db
from wiki.kernel.throttle import count
from wiki.people import invitations
from wiki.people.bylines import Byline, byline
from wiki.people.current import Reader
from wiki.people.models import Organisation, Person
from wiki.places import membership
from wiki.places.membership import PlaceInvitation, is_waiting
from wiki.places.models import Place

#: So many invitations may one person send within so long.
MOST, WITHIN = 60, timedelta(hours=24)


class Unanswered(NamedTuple):
    """An invitation nobody has answered, for those who may take it back."""

    id: int
    email: str
    note: str
    at: datetime


class Asked(NamedTuple):
    """An invitation as the invited person reads it."""

    by: Byline
    note: str
    at: datetime


def check_rate(reader: Reader) -> None:
    """Raise 429 for somebody who invites by the hundred; asked before the request writes."""
    count("invite to a place", str(reader.id), MOST, WITHIN)


def invite(
    place: Place, email: str, organisation: Organisation, by: Reader, note: str = ""
) -> PlaceInvitation | None:
    """Invite an address to a place. Nothing in the answer tells whether somebody has it."""
    invitation = membership.invite(place, email, by, note)
    if invitation is not None:
        inviter = db().get_one(Person, by.id)
        invitations.invite(
            email, organisation, inviter, by_name=by.name, to_what=place.name, note=note
        )
    return invitation


def waiting(place_id: int) -> list[Unanswered]:
    found = db().execute(
        select(
            PlaceInvitation.id,
            PlaceInvitation.email,
            PlaceInvitation.note,
            PlaceInvitation.invited_at,
        )
        .where(PlaceInvitation.place_id == place_id, is_waiting())
        .order_by(PlaceInvitation.id.desc())
    )
    return [Unanswered(*row) for row in found]


def asked(reader: Reader, place_id: int) -> Asked | None:
    """The invitation to this place that waits for this reader."""
    row = (
        db()
        .execute(
            select(
                PlaceInvitation.note,
                PlaceInvitation.invited_at,
                Person.name,
                Person.key,
                Person.organisation_id,
                Organisation.name.label("organisation"),
            )
            .join(Person, Person.id == PlaceInvitation.invited_by_id)
            .join(Organisation, Organisation.id == Person.organisation_id)
            .where(
                PlaceInvitation.place_id == place_id,
                PlaceInvitation.email == reader.email,
                is_waiting(),
            )
            .order_by(PlaceInvitation.id.desc())
        )
        .first()
    )
    if row is None:
        return None
    inviter = byline(
        reader,
        name=row.name,
        key=row.key,
        organisation=row.organisation,
        organisation_id=row.organisation_id,
    )
    return Asked(inviter, row.note, row.invited_at)
