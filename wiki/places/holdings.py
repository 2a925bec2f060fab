"""What a person holds and belongs to, for pages about people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Row, and_, or_, select

from wiki.kernel.database import db
from wiki.kernel.holdings import Holding
from wiki.kernel.languages import _
from wiki.people.current import Reader
from wiki.people.queries import PersonRow
from wiki.people.sections import PagePart
from wiki.places.labels import PlaceLabel, place_label
from wiki.places.membership import Membership
from wiki.places.models import Place, State, is_live, state_of_place
from wiki.places.queries import open_to


class Belonging(NamedTuple):
    """A place a person is in, and what they are there."""

    place: PlaceLabel
    role: str
    is_closed: bool


def held_by(person_id: int) -> list[Holding]:
    """The live places a person convenes or is deputy of: what is left without them when they go."""
    rows = db().execute(
        select(Place.slug, Place.name, Place.kind, Place.thread, Place.convenor_id, Place.deputy_id)
        .where(
            or_(Place.convenor_id == person_id, Place.deputy_id == person_id),
            or_(is_live(), and_(Place.declined_at.is_(None), Place.accepted_at.is_(None))),
            Place.closed_at.is_(None),
        )
        .order_by(Place.sort_name)
    )
    return [
        Holding(
            _("Convenes “%(place)s”", place=row.name)
            if row.convenor_id == person_id
            else _("Deputy of “%(place)s”", place=row.name),
            label_of(row).url,
            _("It will say “convenor wanted”")
            if row.convenor_id == person_id
            else _("It will have no deputy"),
        )
        for row in rows
    ]


def profile_parts(reader: Reader, person: PersonRow) -> Iterator[PagePart]:
    """The places a person is in, for whoever is signed in: memberships are nothing for visitors."""
    if not reader.signed_in:
        return
    found = list(belongings(reader, person.id))
    if found:
        yield PagePart("places/_belongings.html", {"belongings": found}, aside=True)


def belongings(reader: Reader, person_id: int) -> Iterator[Belonging]:
    rows = db().execute(
        select(
            Place.slug,
            Place.name,
            Place.kind,
            Place.thread,
            Place.convenor_id,
            Place.deputy_id,
            Place.closed_at,
            state_of_place().label("state"),
        )
        .join(Membership, Membership.place_id == Place.id)
        .where(
            Membership.person_id == person_id,
            Membership.ended_at.is_(None),
            Place.declined_at.is_(None),
            open_to(reader),
        )
        .order_by(Place.closed_at.is_not(None), Place.kind, Place.sort_name)
        .limit(60)
    )
    for row in rows:
        yield Belonging(label_of(row), role_of(row, person_id), row.state == State.CLOSED)


def role_of(row: Row[*tuple[Any, ...]], person_id: int) -> str:
    if row.convenor_id == person_id:
        return _("Convenor")
    return _("Deputy") if row.deputy_id == person_id else ""


def label_of(row: Row[*tuple[Any, ...]]) -> PlaceLabel:
    label = place_label(row.slug, row.name, row.kind, row.thread)
    assert label is not None
    return label
