"""One place as its pages show it: Core rows, a fixed number of statements however large it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from markupsafe import Markup
from sqlalchemy import Executable, Row, and_, func, literal, select, union_all
from sqlalchemy.orm import aliased
from sqlalchemy.sql.selectable import ScalarSelect

from wiki.kernel.clock import local, today
from wiki.kernel.languages import _, format_date
from wiki.kernel.questions import question
from wiki.people.bylines import Byline, byline
from wiki.people.current import Reader
from wiki.people.models import Organisation, Person
from wiki.people.vocabulary import Area, Sector
from wiki.places.closing import Section, sections, stored
from wiki.places.labels import PlaceLabel, place_label
from wiki.places.membership import (
    Involvement,
    Membership,
    PlaceInvitation,
    counts,
    is_waiting,
)
from wiki.places.models import (
    PART_LABELS,
    ExitRoute,
    Extension,
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
from wiki.strategies.queries import how_many, is_current


class OrganisationLabel(NamedTuple):
    key: str
    name: str

    @property
    def url(self) -> str:
        return f"/organisations/{self.key}"


class Label(NamedTuple):
    slug: str
    name: str


class HomeForum(NamedTuple):
    """Where a community belongs, and who decides there."""

    label: PlaceLabel
    convenor_id: int | None
    deputy_id: int | None
    convenor: Byline | None


class Weeks(NamedTuple):
    """How far a community is: week n of m."""

    n: int
    m: int


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page of a place shows of it, and how its reader stands to it."""

    id: int
    label: PlaceLabel
    state: State
    summary: str
    is_public: bool
    version: int
    convenor_id: int | None
    deputy_id: int | None
    convenor: Byline | None
    deputy: Byline | None
    word: str
    word_by: Byline | None
    word_at: datetime | None
    body: OrganisationLabel | None
    challenge: str
    home: HomeForum | None
    within: PlaceLabel | None
    starts_on: date | None
    ends_on: date | None
    size_least: int | None
    size_most: int | None
    priorities: str
    answerable: str
    success: str
    proposer_id: int | None
    proposer: Byline | None
    declined_because: str
    closed_at: datetime | None
    has_evaluation: bool
    evaluation: Markup
    closing_note: list[Section]
    exit_route: ExitRoute | None
    receiver: OrganisationLabel | None
    extended: bool
    members: int
    membership_id: int | None
    confirmed: bool
    involvement: Involvement | None
    is_invited: bool

    @property
    def name(self) -> str:
        return self.label.name

    @property
    def slug(self) -> str:
        return self.label.slug

    @property
    def thread(self) -> int:
        return self.label.thread

    @property
    def url(self) -> str:
        return self.label.url

    @property
    def is_community(self) -> bool:
        return self.label.kind == PlaceKind.COMMUNITY

    @property
    def is_member(self) -> bool:
        return self.membership_id is not None

    @property
    def convenor_wanted(self) -> bool:
        return self.convenor_id is None and self.state not in (State.CLOSED, State.DECLINED)

    @property
    def takes_items(self) -> bool:
        return self.state in (State.FORMING, State.ACTIVE, State.ENDING)

    @property
    def weeks(self) -> Weeks | None:
        return weeks(self.starts_on, self.ends_on)

    @property
    def standing(self) -> str:
        return standing(self.state, self.starts_on, self.ends_on, self.closed_at)


class Organ(NamedTuple):
    """An organisation in a place, with how many of its people take part or are also involved."""

    label: OrganisationLabel
    direct: int
    also: int


class Bodies(NamedTuple):
    """Who is in a place, without people: organisations, and sectors present and absent."""

    organisations: list[Organ]
    present: list[str]
    absent: list[str]
    watched: list[str]

    @property
    def taking_part(self) -> int:
        return sum(1 for organ in self.organisations if organ.direct)


class Tied(NamedTuple):
    """What a place is tied to."""

    strategies: list[Label]
    areas: list[Label]
    subgroups: list[PlaceLabel]
    communities: list[PlaceLabel]
    touches_all: bool


class PlayedPart(NamedTuple):
    label: str
    meaning: str
    is_main: bool


class Player(NamedTuple):
    """An organisation with the parts it plays, the main one first, and what is said of them."""

    label: OrganisationLabel
    parts: list[PlayedPart]
    note: str


class Extended(NamedTuple):
    from_on: date
    to_on: date
    reason: str
    at: datetime


HOME = aliased(Place, name="home")
WITHIN = aliased(Place, name="within")
BODY = aliased(Organisation, name="body")
RECEIVER = aliased(Organisation, name="receiver")
#: By the prefix of their columns: the people a frame names, each with their organisation.
NAMED = {
    name: (aliased(Person, name=name), aliased(Organisation, name=f"{name}_organisation"))
    for name in ("convenor", "deputy", "word_by", "proposer", "home_convenor")
}


def read_frame(reader: Reader, kind: PlaceKind, slug: str) -> Frame | None:
    """The place at this address, if the reader may see it."""
    found = framed(reader, kind, slug)
    return frame_of(reader, found[0]) if found else None


@question
def framed(reader: Reader, kind: PlaceKind, slug: str) -> Executable:
    mine = and_(
        Membership.place_id == Place.id,
        Membership.person_id == reader.id,
        Membership.ended_at.is_(None),
    )
    holders = {
        "convenor": Place.convenor_id,
        "deputy": Place.deputy_id,
        "word_by": Place.word_by_id,
        "proposer": Place.proposed_by_id,
        "home_convenor": HOME.convenor_id,
    }
    statement = (
        select(
            Place.__table__,
            state_of_place().label("state"),
            HOME.slug.label("home_slug"),
            HOME.name.label("home_name"),
            HOME.thread.label("home_thread"),
            HOME.convenor_id.label("home_convenor_id"),
            HOME.deputy_id.label("home_deputy_id"),
            WITHIN.slug.label("within_slug"),
            WITHIN.name.label("within_name"),
            WITHIN.thread.label("within_thread"),
            BODY.key.label("body_key"),
            BODY.name.label("body_name"),
            RECEIVER.key.label("receiver_key"),
            RECEIVER.name.label("receiver_name"),
            Membership.id.label("membership_id"),
            Membership.confirmed_at,
            Membership.involvement,
            member_count().label("members"),
            extension_count().label("extensions"),
            invitations(reader).label("invitations"),
            *(column for name in NAMED for column in columns_of(name)),
        )
        .select_from(Place)
        .outerjoin(HOME, and_(HOME.id == Place.home_forum_id, open_to(reader, HOME)))
        .outerjoin(WITHIN, and_(WITHIN.id == Place.within_id, open_to(reader, WITHIN)))
        .outerjoin(BODY, BODY.id == Place.convening_body_id)
        .outerjoin(RECEIVER, RECEIVER.id == Place.receiving_organisation_id)
        .outerjoin(Membership, mine)
        .where(Place.kind == kind, Place.slug == slug, open_to(reader))
    )
    for name, holder in holders.items():
        person, organisation = NAMED[name]
        statement = statement.outerjoin(person, person.id == holder).outerjoin(
            organisation, organisation.id == person.organisation_id
        )
    return statement


def columns_of(name: str) -> tuple[Any, ...]:
    person, organisation = NAMED[name]
    return (
        person.name.label(f"{name}_name"),
        person.key.label(f"{name}_key"),
        person.organisation_id.label(f"{name}_organisation_id"),
        person.name_is_public.label(f"{name}_is_public"),
        organisation.name.label(f"{name}_organisation"),
    )


def byline_from(reader: Reader, row: Row[Any], name: str) -> Byline | None:
    """The person whose columns begin with ``name``, as this reader may know them."""
    found = row._mapping
    if found[f"{name}_name"] is None:
        return None
    return byline(
        reader,
        name=found[f"{name}_name"],
        key=found[f"{name}_key"],
        organisation=found[f"{name}_organisation"],
        organisation_id=found[f"{name}_organisation_id"],
        name_is_public=found[f"{name}_is_public"],
    )


def member_count() -> ScalarSelect[int]:
    return (
        select(func.count())
        .select_from(Membership)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.place_id == Place.id, counts())
        .correlate(Place)
        .scalar_subquery()
    )


def extension_count() -> ScalarSelect[int]:
    counted = select(func.count()).select_from(Extension)
    return counted.where(Extension.place_id == Place.id).correlate(Place).scalar_subquery()


def invitations(reader: Reader) -> ScalarSelect[int]:
    counted = select(func.count()).select_from(PlaceInvitation)
    return (
        counted.where(
            PlaceInvitation.place_id == Place.id,
            PlaceInvitation.email == reader.email,
            is_waiting(),
        )
        .correlate(Place)
        .scalar_subquery()
    )


def frame_of(reader: Reader, row: Row[Any]) -> Frame:
    label = place_label(row.slug, row.name, row.kind, row.thread)
    home = place_label(row.home_slug, row.home_name, PlaceKind.FORUM, row.home_thread)
    assert label is not None
    return Frame(
        id=row.id,
        label=label,
        state=State(row.state),
        summary=row.summary,
        is_public=row.is_public,
        version=row.version,
        convenor_id=row.convenor_id,
        deputy_id=row.deputy_id,
        convenor=byline_from(reader, row, "convenor"),
        deputy=byline_from(reader, row, "deputy"),
        word=row.word,
        word_by=byline_from(reader, row, "word_by"),
        word_at=row.word_at,
        body=OrganisationLabel(row.body_key, row.body_name) if row.body_key else None,
        challenge=row.challenge,
        home=HomeForum(
            home,
            row.home_convenor_id,
            row.home_deputy_id,
            byline_from(reader, row, "home_convenor"),
        )
        if home
        else None,
        within=place_label(
            row.within_slug, row.within_name, PlaceKind.COMMUNITY, row.within_thread
        ),
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        size_least=row.size_least,
        size_most=row.size_most,
        priorities=row.priorities,
        answerable=row.answerable,
        success=row.success,
        proposer_id=row.proposed_by_id,
        proposer=byline_from(reader, row, "proposer"),
        declined_because=row.declined_because,
        closed_at=row.closed_at,
        has_evaluation=bool(row.evaluation.strip()),
        evaluation=stored(row.evaluation_html),
        closing_note=sections(row.closing_note_html),
        exit_route=ExitRoute(row.exit_route) if row.exit_route else None,
        receiver=OrganisationLabel(row.receiver_key, row.receiver_name)
        if row.receiver_key
        else None,
        extended=row.extensions > 0,
        members=row.members,
        membership_id=row.membership_id,
        confirmed=row.confirmed_at is not None,
        involvement=Involvement(row.involvement) if row.involvement else None,
        is_invited=reader.signed_in and row.invitations > 0,
    )


def weeks(starts_on: date | None, ends_on: date | None) -> Weeks | None:
    """Which week of how many today is in; the first before the start, the last after the end."""
    if starts_on is None or ends_on is None:
        return None
    every = max(1, -(-(ends_on - starts_on).days // 7))
    present = (today() - starts_on).days // 7 + 1
    return Weeks(min(max(present, 1), every), every)


def standing(
    state: State, starts_on: date | None, ends_on: date | None, closed_at: datetime | None
) -> str:
    """Where a community is in its time, in words."""
    found = weeks(starts_on, ends_on)
    if found is None or starts_on is None or ends_on is None:
        return ""
    if state is State.CLOSED and closed_at is not None:
        return _("Closed %(date)s", date=day_of(local(closed_at).date()))
    if state in (State.PROPOSED, State.DECLINED):
        return _("%(weeks)s weeks, from %(date)s", weeks=found.m, date=day_of(starts_on))
    if ends_on <= today():
        return _("Its time ended %(date)s", date=day_of(ends_on))
    if starts_on > today():
        return _("%(weeks)s weeks, starts %(date)s", weeks=found.m, date=day_of(starts_on))
    return _("Week %(n)s of %(m)s · closes %(date)s", n=found.n, m=found.m, date=day_of(ends_on))


def day_of(moment: date) -> str:
    """16 April, with the year when it is not this one."""
    pattern = "d MMMM" if moment.year == today().year else "d MMMM y"
    return format_date(moment, pattern, rebase=False)


def read_tied(reader: Reader, frame: Frame) -> Tied:
    """Strategies, areas, sub-groups and the communities a forum is home of, in one statement."""
    found: dict[str, list[Any]] = {"strategy": [], "area": [], "subgroup": [], "community": []}
    of = 0
    for what, slug, name, thread, all_of in tied_to(reader, frame.id):
        of = of or all_of
        place = place_label(slug, name, PlaceKind.COMMUNITY, thread)
        found[what].append(place if thread else Label(slug, name))
    return Tied(
        found["strategy"],
        found["area"],
        found["subgroup"],
        found["community"],
        touches_all=of > 1 and len(found["strategy"]) >= of,
    )


@question
def tied_to(reader: Reader, place_id: int) -> Executable:
    return union_all(
        select(
            literal("strategy").label("what"),
            Strategy.slug,
            Strategy.name,
            literal(0).label("thread"),
            how_many().label("of"),
        )
        .join(PlaceStrategy, PlaceStrategy.strategy_id == Strategy.id)
        .where(PlaceStrategy.place_id == place_id, is_current()),
        select(literal("area"), Area.slug, Area.name, literal(0), literal(0))
        .join(PlaceArea, PlaceArea.area_id == Area.id)
        .where(PlaceArea.place_id == place_id),
        select(literal("subgroup"), Place.slug, Place.name, Place.thread, literal(0)).where(
            Place.within_id == place_id, open_to(reader), is_live()
        ),
        select(literal("community"), Place.slug, Place.name, Place.thread, literal(0)).where(
            Place.home_forum_id == place_id, open_to(reader), is_live()
        ),
    ).order_by("what", "name")


def read_bodies(place_id: int) -> Bodies:
    """Every sector with the organisations of it that have members here, in one statement."""
    organisations: list[Organ] = []
    direct: dict[str, int] = {}
    watched: set[str] = set()
    for row in represented_in(place_id):
        direct[row.name] = direct.get(row.name, 0) + (row.direct or 0)
        if row.watched:
            watched.add(row.name)
        if row.key is not None:
            label = OrganisationLabel(row.key, row.organisation)
            organisations.append(Organ(label, row.direct, row.everyone - row.direct))
    absent = [name for name, number in direct.items() if not number]
    return Bodies(
        sorted(organisations, key=lambda organ: organ.label.name.casefold()),
        [name for name, number in direct.items() if number],
        absent,
        [name for name in absent if name in watched],
    )


@question
def represented_in(place_id: int) -> Executable:
    counted = (
        select(
            Person.organisation_id,
            func.count().label("everyone"),
            func.count().filter(Membership.involvement == Involvement.DIRECT).label("direct"),
        )
        .select_from(Membership)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.place_id == place_id, counts())
        .group_by(Person.organisation_id)
        .subquery()
    )
    inside = (
        select(Organisation.sector_id, Organisation.key, Organisation.name, Organisation.sort_name)
        .add_columns(counted.c.everyone, counted.c.direct)
        .join(counted, counted.c.organisation_id == Organisation.id)
        .subquery()
    )
    return (
        select(Sector.name, Sector.watched, inside.c.key, inside.c.name.label("organisation"))
        .add_columns(inside.c.everyone, inside.c.direct)
        .outerjoin(inside, inside.c.sector_id == Sector.id)
        .order_by(Sector.name, inside.c.sort_name)
    )


def read_players(place_id: int) -> list[Player]:
    """The parts organisations play, by organisation."""
    return players_of(parts_played_in(place_id))


@question
def parts_played_in(place_id: int) -> Executable:
    return (
        select(
            Organisation.key,
            Organisation.name,
            PartPlayed.part,
            PartPlayed.is_main,
            PartPlayed.note,
        )
        .join(PartPlayed, PartPlayed.organisation_id == Organisation.id)
        .where(PartPlayed.place_id == place_id)
        .order_by(Organisation.sort_name, PartPlayed.is_main.desc(), PartPlayed.id)
    )


def players_of(rows: Iterable[Any]) -> list[Player]:
    parts: dict[OrganisationLabel, list[PlayedPart]] = {}
    notes: dict[OrganisationLabel, list[str]] = {}
    for row in rows:
        label = OrganisationLabel(row.key, row.name)
        name, meaning = PART_LABELS[Part(row.part)]
        parts.setdefault(label, []).append(PlayedPart(str(name), str(meaning), row.is_main))
        notes.setdefault(label, []).extend([row.note] if row.note else [])
    return [Player(label, played, " ".join(notes[label])) for label, played in parts.items()]


def read_extensions(frame: Frame) -> list[Extended]:
    return [Extended(*row) for row in extensions_of(frame.id)] if frame.extended else []


@question
def extensions_of(place_id: int) -> Executable:
    return (
        select(Extension.from_on, Extension.to_on, Extension.reason, Extension.at)
        .where(Extension.place_id == place_id)
        .order_by(Extension.id)
    )
