"""What waits for a person in the places they are asked into or answer for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, Row, and_, func, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql.selectable import ScalarSelect

from wiki.kernel.clock import now
from wiki.kernel.languages import _
from wiki.kernel.outbox import Event
from wiki.kernel.questions import question
from wiki.kernel.waiting import Waiting
from wiki.people.current import Reader
from wiki.people.models import Person
from wiki.places.convening import OFFER_STANDS, stands
from wiki.places.labels import PlaceLabel, place_label
from wiki.places.membership import PlaceInvitation, is_waiting
from wiki.places.models import Place, PlaceKind, State, state_of_place

CLARITY = ("priorities", "answerable", "success")


def waiting_for(reader: Reader) -> list[Waiting]:
    """Invitations to answer; then what is owed to the places they answer for. Two statements."""
    return [*invited(reader), *owed(reader)] if reader.signed_in else []


@question
def invitations(reader: Reader) -> Executable:
    return (
        select(
            Place.slug,
            Place.name,
            Place.kind,
            Place.thread,
            Person.name.label("inviter"),
            PlaceInvitation.invited_at,
        )
        .select_from(PlaceInvitation)
        .join(Place, Place.id == PlaceInvitation.place_id)
        .join(Person, Person.id == PlaceInvitation.invited_by_id)
        .where(
            PlaceInvitation.email == reader.email,
            is_waiting(),
            Place.closed_at.is_(None),
            Place.declined_at.is_(None),
        )
        .order_by(PlaceInvitation.invited_at)
    )


def invited(reader: Reader) -> Iterator[Waiting]:
    for row in invitations(reader):
        place = label_of(row)
        yield Waiting(
            _("Answer an invitation to “%(place)s”", place=place.name),
            f"{place.url}/invitation",
            _("From %(name)s", name=row.inviter),
            row.invited_at,
        )


@question
def answerable_for(reader: Reader, offers_since: datetime) -> Executable:
    """The places a reader runs, decides on or stands in for, with what may be owed to each."""
    home = aliased(Place)
    runs = or_(Place.convenor_id == reader.id, Place.deputy_id == reader.id)
    stands_in = or_(home.convenor_id == reader.id, home.deputy_id == reader.id)
    decides = stands_in
    if reader.is_steward:
        decides = or_(stands_in, home.convenor_id.is_(None))
        stands_in = or_(stands_in, Place.convenor_id.is_(None))
    return (
        select(
            Place.slug,
            Place.name,
            Place.kind,
            Place.thread,
            Place.summary,
            Place.created_at,
            Place.convenor_id,
            *(getattr(Place, field) for field in CLARITY),
            (func.length(Place.evaluation) > 0).label("evaluated"),
            state_of_place().label("state"),
            runs.label("runs"),
            decides.label("decides"),
            last_offer(offers_since).label("offered_at"),
        )
        .outerjoin(home, home.id == Place.home_forum_id)
        .where(
            Place.closed_at.is_(None),
            Place.declined_at.is_(None),
            or_(
                runs,
                and_(Place.kind == PlaceKind.COMMUNITY, Place.accepted_at.is_(None), decides),
                and_(Place.convenor_id.is_(None), stands_in),
            ),
        )
        .order_by(Place.ends_on, Place.sort_name)
    )


def owed(reader: Reader) -> Iterator[Waiting]:
    """What has to be done in places this reader runs, decides on, or stands in for."""
    for row in answerable_for(reader, now() - OFFER_STANDS):
        yield from decided_on(row)
        if row.runs:
            yield from answered_for(row)


def last_offer(since: datetime) -> ScalarSelect[Any]:
    """When somebody last offered to convene the place."""
    latest = select(func.max(Event.at)).where(stands(Place.id, since))
    return latest.correlate(Place).scalar_subquery()


def decided_on(row: Row[*tuple[Any, ...]]) -> Iterator[Waiting]:
    """A proposal to decide, or an offer to convene."""
    place = label_of(row)
    if row.state == State.PROPOSED and row.decides:
        yield Waiting(
            _("Decide on a proposed community"), f"{place.url}/decision", place.name, row.created_at
        )
    elif row.convenor_id is None and row.offered_at is not None:
        yield Waiting(
            _("Somebody offers to convene “%(place)s”", place=place.name),
            f"{place.url}/convenor",
            _("Give them the role, or choose somebody else"),
            row.offered_at,
        )


def answered_for(row: Row[*tuple[Any, ...]]) -> Iterator[Waiting]:
    """What a convenor owes: a summary, a clarity card, and at the end an evaluation."""
    place, state = label_of(row), State(row.state)
    if state is State.ENDING:
        if row.evaluated:
            yield Waiting(_("Close “%(place)s”", place=place.name), f"{place.url}/closure")
        else:
            yield Waiting(
                _("Write down what “%(place)s” found", place=place.name),
                f"{place.url}/evaluation",
                _("It is ending, and closes with an evaluation"),
            )
        return
    if not row.summary.strip():
        yield Waiting(
            _("Say in a few words what “%(place)s” is about", place=place.name),
            f"{place.url}/edit#summary",
        )
    blank = row.kind == PlaceKind.COMMUNITY and not all(
        getattr(row, field).strip() for field in CLARITY
    )
    if blank and state in (State.FORMING, State.ACTIVE):
        yield Waiting(
            _("Fill in the clarity card of “%(place)s”", place=place.name),
            f"{place.url}/edit#priorities",
            _("Something on it is not yet stated"),
        )


def label_of(row: Row[*tuple[Any, ...]]) -> PlaceLabel:
    label = place_label(row.slug, row.name, row.kind, row.thread)
    assert label is not None
    return label
