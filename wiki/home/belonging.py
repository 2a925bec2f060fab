"""The places a person is in, as home lists them, and those anyone may see, as the front does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, func, select

from wiki.items.models import Item
from wiki.items.visibility import listed_for
from wiki.kernel.clock import now
from wiki.kernel.questions import question
from wiki.people.current import VISITOR, Reader
from wiki.places.frames import Weeks, standing, weeks
from wiki.places.labels import PlaceLabel, place_label
from wiki.places.membership import Membership
from wiki.places.models import Place, PlaceKind, State, is_live, state_of_place
from wiki.places.queries import open_to

SHOWN_AT_HOME = 6
SHOWN_IN_FRONT = 20
COLUMNS = (
    Place.id,
    Place.slug,
    Place.name,
    Place.kind,
    Place.thread,
    Place.starts_on,
    Place.ends_on,
    Place.closed_at,
    Place.challenge,
    state_of_place().label("state"),
)
ORDER = (Place.kind, Place.sort_name)


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A place in a short list: how far it is, and how much is new in it."""

    id: int
    label: PlaceLabel
    state: State
    weeks: Weeks | None
    standing: str
    challenge: str
    new: int = 0

    @property
    def is_community(self) -> bool:
        return self.label.kind == PlaceKind.COMMUNITY


def my_places(reader: Reader) -> list[PlaceLine]:
    """The places under way that the reader is in, communities first, each with how much is new."""
    since = reader.last_visit_ended_at or reader.joined_at or now()
    return [place_line(row) for row in joined_places(reader, since)]


@question
def joined_places(reader: Reader, since: datetime) -> Executable:
    new = (
        select(func.count())
        .select_from(Item)
        .where(
            Item.place_id == Place.id,
            Item.listed_at > since,
            Item.author_id.is_distinct_from(reader.id),
            listed_for(reader),
        )
        .correlate(Place)
        .scalar_subquery()
    )
    return (
        select(*COLUMNS, new.label("new"))
        .join(Membership, Membership.place_id == Place.id)
        .where(Membership.person_id == reader.id, Membership.ended_at.is_(None), is_live())
        .order_by(*ORDER)
        .limit(SHOWN_AT_HOME + 1)
    )


def public_places() -> list[PlaceLine]:
    """The public places under way."""
    return [place_line(row) for row in shown_in_front()]


@question
def shown_in_front() -> Executable:
    statement = select(*COLUMNS).where(open_to(VISITOR), is_live())
    return statement.order_by(*ORDER).limit(SHOWN_IN_FRONT)


def place_line(row: Any) -> PlaceLine:
    label = place_label(row.slug, row.name, row.kind, row.thread)
    assert label is not None
    state = State(row.state)
    return PlaceLine(
        id=row.id,
        label=label,
        state=state,
        weeks=weeks(row.starts_on, row.ends_on),
        standing=standing(state, row.starts_on, row.ends_on, row.closed_at)
        if label.kind == PlaceKind.COMMUNITY
        else "",
        challenge=row.challenge,
        new=row._mapping.get("new", 0),
    )
