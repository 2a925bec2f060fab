"""The directories of communities and of forums: filters from the address, one page of rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    case,
    func,
    or_,
    select,
)
from sqlalchemy.orm import aliased
from sqlalchemy.sql.selectable import ScalarSelect
from werkzeug.datastructures import MultiDict

from wiki.kernel.clock import local
from wiki.kernel.database import db
from wiki.kernel.languages import _, _l
from wiki.kernel.pages import PER_PAGE, Pager
from wiki.people.bylines import Byline
from wiki.people.current import Reader
from wiki.people.models import Organisation, Person
from wiki.people.vocabulary import Area, Sector
from wiki.places.frames import (
    BODY,
    HOME,
    NAMED,
    Weeks,
    byline_from,
    columns_of,
    standing,
    weeks,
)
from wiki.places.labels import PlaceLabel, place_label
from wiki.places.membership import Involvement, Membership, counts
from wiki.places.models import (
    Part,
    PartPlayed,
    Place,
    PlaceArea,
    PlaceKind,
    PlaceStrategy,
    State,
    is_live,
    state_of_place,
)
from wiki.places.queries import open_to
from wiki.strategies.models import Strategy
from wiki.strategies.queries import current, how_many, is_current


class Standing(StrEnum):
    """What can be asked for by state: "running" holds two states."""

    RUNNING = "running"
    ENDING = "ending"
    FORMING = "forming"
    PROPOSED = "proposed"
    CLOSED = "closed"
    DECLINED = "declined"


STANDINGS = {
    Standing.RUNNING: (_l("Running now"), (State.ACTIVE, State.ENDING)),
    Standing.ENDING: (_l("Ending"), (State.ENDING,)),
    Standing.FORMING: (_l("Forming"), (State.FORMING,)),
    Standing.PROPOSED: (_l("Proposed"), (State.PROPOSED,)),
    Standing.CLOSED: (_l("Closed"), (State.CLOSED,)),
    Standing.DECLINED: (_l("Declined"), (State.DECLINED,)),
}
#: Visitors are not told of these.
INSIDE = frozenset({Standing.PROPOSED, Standing.DECLINED})

#: The order of the sections of the list.
ORDER = (State.ACTIVE, State.FORMING, State.PROPOSED, State.CLOSED, State.DECLINED)


@dataclass(frozen=True, slots=True)
class Sought:
    """What the address asks for. Words it does not know mean nothing."""

    state: Standing | None = None
    spanning: bool = False
    strategy: str = ""
    area: str = ""
    present: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    vacant: bool = False
    part: Part | None = None
    mine: bool = False

    @classmethod
    def from_address(cls, asked: MultiDict[str, str], reader: Reader) -> Sought:
        state = asked.get("state", "")
        found = Standing(state) if state in set(Standing) else None
        part = asked.get("part", "")
        return cls(
            state=found if reader.signed_in or found not in INSIDE else None,
            spanning="spanning" in asked,
            strategy=asked.get("strategy", ""),
            area=asked.get("area", ""),
            present=tuple(asked.getlist("present")[:30]),
            absent=tuple(asked.getlist("absent")[:30]),
            vacant=asked.get("convenor") == "wanted",
            part=Part(part) if part in set(Part) else None,
            mine="mine" in asked and reader.signed_in,
        )

    @property
    def chosen(self) -> int:
        """How many filters are on."""
        one = (
            self.state,
            self.spanning,
            self.strategy,
            self.area,
            self.vacant,
            self.part,
            self.mine,
        )
        return sum(1 for value in one if value) + len(self.present) + len(self.absent)


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A forum or community in a directory."""

    label: PlaceLabel
    state: State
    lede: str
    is_public: bool
    convenor: Byline | None
    convenor_wanted: bool
    home: PlaceLabel | None
    body: str
    weeks: Weeks | None
    standing: str
    closed_in: int | None
    touches_all: bool
    organisations: int
    communities: int
    is_member: bool
    ends_on: date | None


class Group(NamedTuple):
    """Consecutive rows under one heading."""

    title: str
    rows: list[PlaceRow]


class Tally(NamedTuple):
    convened: int
    wanted: int


class Choices(NamedTuple):
    """What can be filtered by."""

    strategies: list[tuple[str, str]]
    areas: list[tuple[str, str]]
    sectors: list[tuple[str, str]]


def rows_for(reader: Reader, kind: PlaceKind, sought: Sought) -> Select[Any]:
    """The places of one kind this reader may see and the address asks for."""
    statement = select(Place.id).where(Place.kind == kind, open_to(reader))
    return statement.where(*(condition for condition in asked_for(reader, sought)))


def asked_for(reader: Reader, sought: Sought) -> Iterable[ColumnElement[bool]]:
    if sought.state is not None:
        yield state_of_place().in_([state.value for state in STANDINGS[sought.state][1]])
    else:
        yield Place.declined_at.is_(None)
    if sought.spanning:
        yield touching() >= how_many()
        yield how_many() > 1
    if sought.strategy:
        yield Place.strategies.any(Strategy.slug == sought.strategy)
    if sought.area:
        yield Place.id.in_(
            select(PlaceArea.place_id).where(PlaceArea.area_id.in_(within(sought.area)))
        )
    for sector in sought.present:
        yield sector_takes_part(sector)
    for sector in sought.absent:
        yield ~sector_takes_part(sector)
    if sought.vacant:
        yield and_(Place.convenor_id.is_(None), Place.closed_at.is_(None))
    if sought.part is not None:
        playing = select(PartPlayed.place_id).where(PartPlayed.part == sought.part)
        yield Place.id.in_(playing)
    if sought.mine:
        yield or_(
            Place.convenor_id == reader.id,
            Place.deputy_id == reader.id,
            Place.id.in_(places_of(reader)),
        )


def touching() -> ScalarSelect[int]:
    """How many of this year's strategies a place touches."""
    return (
        select(func.count())
        .select_from(PlaceStrategy)
        .join(Strategy, Strategy.id == PlaceStrategy.strategy_id)
        .where(PlaceStrategy.place_id == Place.id, is_current())
        .correlate(Place)
        .scalar_subquery()
    )


def within(slug: str) -> Select[Any]:
    """An area and all areas inside it."""
    inside = select(Area.id).where(Area.slug == slug).cte("inside", recursive=True)
    inside = inside.union(select(Area.id).where(Area.parent_id == inside.c.id))
    return select(inside.c.id)


def sector_takes_part(slug: str) -> ColumnElement[bool]:
    """At least one person of an organisation of this sector takes part."""
    return (
        select(Membership.id)
        .join(Person, Person.id == Membership.person_id)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .join(Sector, Sector.id == Organisation.sector_id)
        .where(
            Membership.place_id == Place.id,
            counts(),
            Membership.involvement == Involvement.DIRECT,
            Sector.slug == slug,
        )
        .correlate(Place)
        .exists()
    )


def places_of(reader: Reader) -> Select[Any]:
    return select(Membership.place_id).where(
        Membership.person_id == reader.id, Membership.ended_at.is_(None)
    )


def read_page(
    reader: Reader, kind: PlaceKind, sought: Sought, number: int
) -> tuple[list[PlaceRow], Pager]:
    """One page of a directory: running first, then what starts, what was proposed, what closed."""
    asked = rows_for(reader, kind, sought)
    total = db().scalar(select(func.count()).select_from(asked.subquery())) or 0
    pager = Pager(number, number * PER_PAGE < total, total)
    convenor, organisation = NAMED["convenor"]
    statement = (
        select(
            Place.id,
            Place.slug,
            Place.name,
            Place.kind,
            Place.thread,
            Place.challenge,
            Place.summary,
            Place.is_public,
            Place.convenor_id,
            Place.starts_on,
            Place.ends_on,
            Place.closed_at,
            state_of_place().label("state"),
            HOME.slug.label("home_slug"),
            HOME.name.label("home_name"),
            HOME.thread.label("home_thread"),
            BODY.name.label("body_name"),
            touching().label("touching"),
            how_many().label("strategies"),
            organisation_count().label("organisations"),
            community_count(reader).label("communities"),
            Place.id.in_(places_of(reader)).label("is_member"),
            *columns_of("convenor"),
        )
        .outerjoin(HOME, and_(HOME.id == Place.home_forum_id, open_to(reader, HOME)))
        .outerjoin(BODY, BODY.id == Place.convening_body_id)
        .outerjoin(convenor, convenor.id == Place.convenor_id)
        .outerjoin(organisation, organisation.id == convenor.organisation_id)
        .where(Place.id.in_(asked))
        .order_by(rank(), Place.closed_at.desc(), Place.sort_name, Place.id)
        .limit(PER_PAGE)
        .offset(pager.offset)
    )
    return [place_row(reader, row) for row in db().execute(statement)], pager


def rank() -> ColumnElement[int]:
    state = state_of_place()
    running = {State.ENDING.value: 0} | {each.value: order for order, each in enumerate(ORDER)}
    return case(running, value=state, else_=len(ORDER))


def organisation_count() -> ScalarSelect[int]:
    return (
        select(func.count(Person.organisation_id.distinct()))
        .select_from(Membership)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.place_id == Place.id,
            counts(),
            Membership.involvement == Involvement.DIRECT,
        )
        .correlate(Place)
        .scalar_subquery()
    )


def community_count(reader: Reader) -> ScalarSelect[int]:
    below = aliased(Place)
    return (
        select(func.count())
        .select_from(below)
        .where(
            below.home_forum_id == Place.id,
            below.accepted_at.is_not(None),
            below.closed_at.is_(None),
            open_to(reader, below),
        )
        .correlate(Place)
        .scalar_subquery()
    )


def place_row(reader: Reader, row: Row[*tuple[Any, ...]]) -> PlaceRow:
    label = place_label(row.slug, row.name, row.kind, row.thread)
    assert label is not None
    state = State(row.state)
    return PlaceRow(
        label=label,
        state=state,
        lede=row.challenge or row.summary,
        is_public=row.is_public,
        convenor=byline_from(reader, row, "convenor"),
        convenor_wanted=row.convenor_id is None and state is not State.CLOSED,
        home=place_label(row.home_slug, row.home_name, PlaceKind.FORUM, row.home_thread),
        body=row.body_name or "",
        weeks=weeks(row.starts_on, row.ends_on)
        if state in (State.FORMING, State.ACTIVE, State.ENDING)
        else None,
        standing=standing(state, row.starts_on, row.ends_on, row.closed_at),
        closed_in=local(row.closed_at).year if row.closed_at is not None else None,
        touches_all=row.strategies > 1 and row.touching >= row.strategies,
        organisations=row.organisations,
        communities=row.communities,
        is_member=bool(row.is_member),
        ends_on=row.ends_on,
    )


def grouped(rows: Iterable[PlaceRow]) -> list[Group]:
    """Rows under the headings of the directory; closed ones by year."""
    groups: list[Group] = []
    for row in rows:
        title = heading(row)
        if not groups or groups[-1].title != title:
            groups.append(Group(title, []))
        groups[-1].rows.append(row)
    return groups


def heading(row: PlaceRow) -> str:
    if row.state is State.CLOSED:
        return _("Closed in %(year)s", year=row.closed_in)
    if row.state is State.ENDING:
        return str(STANDINGS[Standing.RUNNING][0])
    standing = Standing.RUNNING if row.state is State.ACTIVE else Standing(row.state.value)
    return str(STANDINGS[standing][0])


def read_tally(reader: Reader, kind: PlaceKind) -> Tally:
    """Of the live ones: how many have a convenor, how many want one."""
    convened = func.count(Place.convenor_id)
    row = (
        db()
        .execute(
            select(convened, func.count() - convened).where(
                Place.kind == kind, open_to(reader), is_live()
            )
        )
        .one()
    )
    return Tally(*row)


def read_choices() -> Choices:
    session = db()
    areas = session.execute(select(Area.slug, Area.name).order_by(Area.name))
    sectors = session.execute(select(Sector.slug, Sector.name).order_by(Sector.name))
    return Choices(
        [(label.slug, label.name) for label in current()],
        [(slug, name) for slug, name in areas],
        [(slug, name) for slug, name in sectors],
    )
