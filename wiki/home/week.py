"""The week in numbers, and the one item that leads a front page, with where it has been used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Executable,
    Row,
    Select,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from wiki.home.words import beginning, monday
from wiki.items.choices import Attribution, Visibility
from wiki.items.frames import KNOTS, Knot
from wiki.items.models import Item
from wiki.items.reading import ItemRow, item_row, joined
from wiki.items.reuse import Outcome, Reuse
from wiki.kernel.clock import local, now, today
from wiki.kernel.kept import the_same_for_all
from wiki.kernel.languages import _, format_date
from wiki.kernel.outbox import Event
from wiki.kernel.questions import question
from wiki.people.current import Reader
from wiki.people.models import Organisation
from wiki.places.models import Place

LATELY = timedelta(days=30)
A_YEAR_AGO, ABOUT = timedelta(days=364), timedelta(days=4)
MOST_RECORDS = 40  # of one item, looked at for the crossing


def numbers() -> tuple[int, int]:
    """How many insights were shared since Monday, and how many were used somewhere new.

    What is restricted is not counted: the sentence is the same for everybody.
    """
    (counts,) = counted(beginning(monday()))
    return counts.shared, counts.used


@the_same_for_all
@question
def counted(since: datetime) -> Executable:
    shared = select(func.count()).where(
        Item.kind == "insight", Item.listed_at >= since, open_to_the_network()
    )
    earlier = aliased(Reuse)
    before = exists().where(
        earlier.item_id == Reuse.item_id, earlier.id < Reuse.id, same_place(earlier)
    )
    used = (
        select(func.count(Reuse.item_id.distinct()))
        .select_from(Event)
        .join(Reuse, Reuse.id == Event.thing_id)
        .join(Item, Item.id == Reuse.item_id)
        .where(Event.name == "reuse.recorded", Event.at >= since, Item.kind == "insight")
        .where(Item.listed_at.is_not(None), open_to_the_network(), ~before)
    )
    return select(shared.scalar_subquery().label("shared"), used.scalar_subquery().label("used"))


def open_to_the_network() -> Any:
    return Item.visibility.in_((Visibility.PUBLIC, Visibility.NETWORK))


def same_place(earlier: Any) -> Any:
    """Both records were made in the same community, or in the same organisation outside any."""
    return or_(
        earlier.place_id == Reuse.place_id,
        and_(
            earlier.place_id.is_(None),
            Reuse.place_id.is_(None),
            earlier.organisation_id == Reuse.organisation_id,
        ),
    )


@dataclass(frozen=True, slots=True)
class Lead:
    """What stands at the head of a front page: why it does, and where it went."""

    row: ItemRow
    why: str
    knots: list[Knot]
    is_from_last_year: bool


MOST_USED, LAST_YEAR, NEWEST = range(3)
#: What leads when something happened this week, and what leads when nothing did.
LIVELY, QUIET = (MOST_USED, LAST_YEAR, NEWEST), (LAST_YEAR, MOST_USED, NEWEST)


def read_lead(reader: Reader, *, quiet: bool = False) -> Lead | None:
    """What was used in most places lately, else an insight from a year ago, else the newest.

    In a quiet week the one from a year ago comes first.
    """
    then = beginning(today() - A_YEAR_AGO)
    lately = beginning(today() - LATELY)
    found = leading(reader.signed_in, quiet, lately, then - ABOUT, then + ABOUT)
    if not found:
        return None
    first = found[0]
    records = [row for row in found if row.why == first.why and row.use_id is not None]
    row = item_row(reader, first)
    knots = crossing(reader, row, records)
    return Lead(row, reason(first.why), knots, first.why == LAST_YEAR)


@the_same_for_all
@question
def leading(
    inside: bool, quiet: bool, lately: datetime, began: datetime, ended: datetime
) -> Executable:
    """What may lead, the first choice first, each with the latest records of its use."""
    readable = open_to_the_network() if inside else Item.visibility == Visibility.PUBLIC
    chosen = chosen_items(readable, lately, began, ended)
    order = QUIET if quiet else LIVELY
    turn = case({why: place for place, why in enumerate(order)}, value=chosen.c.why)
    used_by = aliased(Organisation)
    used_in = aliased(Place)
    return (
        joined()
        .join(chosen, chosen.c.id == Item.id)
        .outerjoin(Reuse, Reuse.item_id == Item.id)
        .outerjoin(used_by, used_by.id == Reuse.organisation_id)
        .outerjoin(used_in, used_in.id == Reuse.place_id)
        .add_columns(
            chosen.c.why,
            Reuse.id.label("use_id"),
            Reuse.outcome,
            Reuse.attribution.label("use_attribution"),
            Reuse.place_id.label("used_in_id"),
            Reuse.organisation_id.label("used_by_id"),
            Reuse.created_at.label("used_at"),
            used_in.name.label("used_in_name"),
            used_in.thread.label("used_in_thread"),
            used_in.is_public.label("used_in_public"),
            used_by.name.label("used_by_name"),
        )
        .order_by(turn, Reuse.updated_at.desc(), Reuse.id.desc())
        .limit(MOST_RECORDS)
    )


def chosen_items(readable: Any, lately: datetime, began: datetime, ended: datetime) -> Any:
    """The identity of at most three items, each with the reason it could lead."""
    listed = and_(Item.listed_at.is_not(None), readable)
    insight = and_(Item.kind == "insight", listed)
    places = func.count(func.coalesce(Reuse.place_id, -Reuse.organisation_id).distinct())
    most_used = (
        select(Item.id, literal(MOST_USED).label("why"))
        .select_from(Event)
        .join(Reuse, Reuse.id == Event.thing_id)
        .join(Item, Item.id == Reuse.item_id)
        .where(Event.name == "reuse.recorded", Event.at > lately, listed)
        .where(Reuse.outcome != Outcome.STILL_TRYING)
        .group_by(Item.id)
        .order_by(places.desc(), Item.kind != "insight", func.max(Reuse.id).desc(), Item.id)
        .limit(1)
    )
    last_year = (
        select(Item.id, literal(LAST_YEAR).label("why"))
        .where(insight, Item.listed_at.between(began, ended))
        .order_by(Item.use_count.desc(), Item.evidence.desc(), Item.id)
        .limit(1)
    )
    newest = (
        select(Item.id, literal(NEWEST).label("why"))
        .where(insight)
        .order_by(Item.listed_at.desc(), Item.id.desc())
        .limit(1)
    )
    apart: list[Select[Any]] = [select(*one.subquery().c) for one in (most_used, last_year, newest)]
    return union_all(*apart).subquery("chosen")


def reason(why: int) -> str:
    return {
        MOST_USED: _("Most used lately"),
        LAST_YEAR: _("From this time last year"),
    }.get(why, _("The newest insight"))


def crossing(reader: Reader, row: ItemRow, records: Sequence[Row[Any]]) -> list[Knot]:
    """Where it began and the latest record of each place, in the order in which it got there."""
    latest: dict[tuple[str, int], Row[Any]] = {}
    for one in records:
        latest.setdefault(place_of_use(one), one)
    newest = sorted(latest.values(), key=lambda one: (one.used_at, one.use_id))[-(KNOTS - 1) :]
    return [start(row), *(knot(reader, one) for one in newest)]


def place_of_use(record: Row[Any]) -> tuple[str, int]:
    if record.used_in_id is not None:
        return "place", record.used_in_id
    return "organisation", record.used_by_id


def start(row: ItemRow) -> Knot:
    where = row.place.name if row.place else row.byline.organisation or row.byline.shown
    thread = row.place.thread if row.place else row.byline.thread
    return Knot(where, thread, "started", month(row.published_at))


def knot(reader: Reader, record: Row[Any]) -> Knot:
    """A place of use; visitors read the organisation where the community is not public. Who used
    it in a role only tells no organisation (invariant 6).
    """
    if record.used_in_name and (reader.signed_in or record.used_in_public):
        name, thread = record.used_in_name, record.used_in_thread
    elif record.use_attribution == Attribution.ROLE_ONLY:
        name, thread = _("A partner"), 6
    else:
        name, thread = record.used_by_name, record.used_by_id % 6 + 1
    is_new = now() - record.used_at < timedelta(days=7)
    return Knot(name, thread, Outcome(record.outcome).value, _("this week") if is_new else "")


def month(moment: datetime | None) -> str:
    """October; with the year when it is not within the last twelve months."""
    if moment is None:
        return ""
    day = local(moment).date()
    recent = (today() - day).days < 330
    return format_date(day, "MMMM" if recent else "MMMM y", rebase=False)
