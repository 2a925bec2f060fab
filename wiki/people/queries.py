"""Reading people and organisations: Core rows with named columns, for lists and pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from wiki.kernel.clock import now, today
from wiki.kernel.database import db
from wiki.kernel.forms import clean
from wiki.kernel.naming import fold, slug_of
from wiki.kernel.pages import Pager
from wiki.people.bylines import Byline, byline
from wiki.people.current import Reader
from wiki.people.invitations import Invitation
from wiki.people.models import Organisation, OrganisationArea, Person, PersonArea, Topic
from wiki.people.sessions import SignIn
from wiki.people.tagging import known_to
from wiki.people.vocabulary import Area, Sector, Tag, TagAlias

#: A statement of list rows.
Rows: TypeAlias = Select[*tuple[Any, ...]]

COMPLETIONS = 10


class TagLabel(NamedTuple):
    name: str
    slug: str

    @property
    def url(self) -> str:
        return f"/tags/{self.slug}"


class AreaLabel(NamedTuple):
    name: str
    slug: str


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as others see them: in the directory, and at the head of their page."""

    id: int
    key: str
    name: str
    byline: Byline
    job_title: str
    organisation_id: int
    organisation_key: str
    organisation_name: str
    sector_name: str
    about: str
    away_until: date | None
    joined_at: datetime
    disabled_at: datetime | None
    sample_as: str
    knows: list[TagLabel] = field(default_factory=list)
    learning: list[TagLabel] = field(default_factory=list)

    @property
    def is_away(self) -> bool:
        return self.away_until is not None and self.away_until >= today()

    @property
    def has_left(self) -> bool:
        return self.disabled_at is not None


PERSON: tuple[Any, ...] = (
    Person.id,
    Person.key,
    Person.name,
    Person.job_title,
    Person.organisation_id,
    Organisation.key.label("organisation_key"),
    Organisation.name.label("organisation_name"),
    Sector.name.label("sector_name"),
    Person.about,
    Person.away_until,
    Person.joined_at,
    Person.disabled_at,
    Person.sample_as,
)


def people_rows() -> Rows:
    statement: Rows = (
        select(*PERSON)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .join(Sector, Sector.id == Organisation.sector_id)
    )
    return statement


def person_row(reader: Reader, row: Row[Any]) -> PersonRow:
    values = dict(row._mapping)
    by = byline(
        reader,
        name=row.name,
        key=row.key,
        organisation=row.organisation_name,
        organisation_id=row.organisation_id,
    )
    return PersonRow(byline=by, **values)


def find_person(reader: Reader, key: str) -> PersonRow | None:
    row = db().execute(people_rows().where(Person.key == key)).first()
    return with_topics([person_row(reader, row)])[0] if row else None


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """What the directory was narrowed to, as the address has it."""

    q: str = ""
    organisation: str = ""
    sector: str = ""
    area: str = ""
    tag: str = ""
    how: str = ""

    @classmethod
    def of(cls, arguments: Mapping[str, str]) -> PeopleFilter:
        return cls(**{name: clean(arguments.get(name, ""))[:100] for name in cls.__slots__})

    @property
    def is_set(self) -> bool:
        return any(getattr(self, name) for name in self.__slots__)

    def conditions(self) -> Iterable[ColumnElement[bool]]:
        yield Person.disabled_at.is_(None)
        for word in fold(self.q).split():
            yield Person.sort_name.contains(word, autoescape=True)
        if self.organisation:
            yield Organisation.key == self.organisation
        if self.sector:
            yield Sector.slug == self.sector
        if self.area:
            there = select(PersonArea.person_id).join(Area).where(Area.slug == self.area)
            yield Person.id.in_(there)
        if self.tag:
            yield Person.id.in_(people_with(self.tag, self.how))


def people_with(tag: str, how: str) -> Select[int]:
    """Who has this tag, or the one it is a synonym of; ``how``: "knows", "learning" or either."""
    slug = slug_of(tag)
    synonym = select(TagAlias.tag_id).where(TagAlias.slug == slug)
    with_it = select(Topic.person_id).join(Tag).where(or_(Tag.slug == slug, Tag.id.in_(synonym)))
    return with_it.where(Topic.learning == (how == "learning")) if how else with_it


def find_people(reader: Reader, only: PeopleFilter, number: int) -> tuple[list[PersonRow], Pager]:
    """One page of the directory, by name."""
    narrowed = people_rows().where(*only.conditions())
    total = db().scalar(narrowed.with_only_columns(func.count(), maintain_column_froms=True)) or 0
    pager = Pager(number, has_next=False, total=total)
    found = db().execute(
        narrowed.order_by(Person.sort_name, Person.id).limit(pager.per_page).offset(pager.offset)
    )
    return with_topics([person_row(reader, row) for row in found]), pager


def with_topics(rows: list[PersonRow]) -> list[PersonRow]:
    """The same rows, with what each knows about and is learning."""
    by_id = {row.id: row for row in rows}
    found = db().execute(
        select(Topic.person_id, Topic.learning, Tag.name, Tag.slug)
        .join(Tag)
        .where(Topic.person_id.in_(by_id))
        .order_by(Topic.id)
    )
    for person_id, learning, name, slug in found:
        row = by_id[person_id]
        (row.learning if learning else row.knows).append(TagLabel(name, slug))
    return rows


def areas_of_person(person_id: int) -> list[AreaLabel]:
    statement = select(Area.name, Area.slug).join(PersonArea).order_by(Area.name)
    found = db().execute(statement.where(PersonArea.person_id == person_id))
    return [AreaLabel(name, slug) for name, slug in found]


def people_of(reader: Reader, organisation_id: int, most: int) -> list[PersonRow]:
    """The people of an organisation by name, one more than ``most`` when there are more."""
    statement = people_rows().where(
        Person.organisation_id == organisation_id, Person.disabled_at.is_(None)
    )
    found = db().execute(statement.order_by(Person.sort_name, Person.id).limit(most + 1))
    return [person_row(reader, row) for row in found]


def sample_people(reader: Reader) -> tuple[list[PersonRow], list[PersonRow]]:
    """Whom one may sign in as on a sample: those picked out for something, then everyone else."""
    found = db().execute(
        people_rows().where(Person.disabled_at.is_(None)).order_by(Person.id).limit(200)
    )
    rows = [person_row(reader, row) for row in found]
    return [row for row in rows if row.sample_as], [row for row in rows if not row.sample_as]


# -- organisations


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """An organisation as anyone sees it. Its people are asked for apart, and not for visitors."""

    id: int
    key: str
    name: str
    sector_name: str
    sector_slug: str
    specialisms: str
    description: str
    confirmed_on: date | None
    closed_at: datetime | None
    gaps: str
    successor_key: str | None
    successor_name: str | None
    areas: list[AreaLabel] = field(default_factory=list)

    @property
    def thread(self) -> int:
        return self.id % 6 + 1


def organisation_rows() -> Rows:
    successor = aliased(Organisation)
    statement: Rows = (
        select(
            Organisation.id,
            Organisation.key,
            Organisation.name,
            Sector.name.label("sector_name"),
            Sector.slug.label("sector_slug"),
            Organisation.specialisms,
            Organisation.description,
            Organisation.confirmed_on,
            Organisation.closed_at,
            Organisation.gaps,
            successor.key.label("successor_key"),
            successor.name.label("successor_name"),
        )
        .join(Sector, Sector.id == Organisation.sector_id)
        .outerjoin(successor, successor.id == Organisation.successor_id)
    )
    return statement


def find_organisation(key: str) -> OrganisationRow | None:
    row = db().execute(organisation_rows().where(Organisation.key == key)).first()
    return with_areas([OrganisationRow(**dict(row._mapping))])[0] if row else None


@dataclass(frozen=True, slots=True)
class OrganisationFilter:
    sector: str = ""
    area: str = ""
    closed: str = ""

    @classmethod
    def of(cls, arguments: Mapping[str, str]) -> OrganisationFilter:
        return cls(**{name: clean(arguments.get(name, ""))[:100] for name in cls.__slots__})

    @property
    def is_set(self) -> bool:
        return any(getattr(self, name) for name in self.__slots__)

    def conditions(self) -> Iterable[ColumnElement[bool]]:
        if self.sector:
            yield Sector.slug == self.sector
        if self.area:
            there = (
                select(OrganisationArea.organisation_id).join(Area).where(Area.slug == self.area)
            )
            yield Organisation.id.in_(there)
        if self.closed:
            yield Organisation.closed_at.is_not(None)
        else:
            yield Organisation.closed_at.is_(None)


def find_organisations(
    only: OrganisationFilter, number: int
) -> tuple[list[OrganisationRow], Pager]:
    narrowed = organisation_rows().where(*only.conditions())
    total = db().scalar(narrowed.with_only_columns(func.count(), maintain_column_froms=True)) or 0
    pager = Pager(number, has_next=False, total=total)
    found = db().execute(
        narrowed.order_by(Organisation.sort_name, Organisation.id)
        .limit(pager.per_page)
        .offset(pager.offset)
    )
    return with_areas([OrganisationRow(**dict(row._mapping)) for row in found]), pager


def with_areas(rows: list[OrganisationRow]) -> list[OrganisationRow]:
    areas: dict[int, list[AreaLabel]] = defaultdict(list)
    found = db().execute(
        select(OrganisationArea.organisation_id, Area.name, Area.slug)
        .join(OrganisationArea)
        .where(OrganisationArea.organisation_id.in_([row.id for row in rows]))
        .order_by(Area.name)
    )
    for organisation_id, name, slug in found:
        areas[organisation_id].append(AreaLabel(name, slug))
    for row in rows:
        row.areas.extend(areas[row.id])
    return rows


# -- what there is to choose from


def open_organisations() -> list[tuple[str, str]]:
    """Organisations that are not closed, by name."""
    statement = select(Organisation.key, Organisation.name).where(Organisation.closed_at.is_(None))
    return pairs(statement.order_by(Organisation.sort_name))


def sectors() -> list[tuple[str, str]]:
    return pairs(select(Sector.slug, Sector.name).order_by(Sector.name))


def present_areas() -> list[tuple[str, str]]:
    """Areas that exist today."""
    began = or_(Area.valid_from.is_(None), Area.valid_from <= today())
    lasts = or_(Area.valid_to.is_(None), Area.valid_to >= today())
    return pairs(select(Area.slug, Area.name).where(and_(began, lasts)).order_by(Area.name))


def pairs(statement: Select[str, str]) -> list[tuple[str, str]]:
    return [(value, label) for value, label in db().execute(statement)]


# -- invitations and devices


class WaitingInvitation(NamedTuple):
    id: int
    email: str
    name: str
    organisation_name: str
    to_what: str
    by_name: str | None
    sent_at: datetime
    expires_at: datetime

    @property
    def has_expired(self) -> bool:
        return self.expires_at <= now()


def waiting_invitations() -> list[WaitingInvitation]:
    """Invitations nobody has accepted yet, newest first; those out of date can be sent again."""
    found = db().execute(
        select(
            Invitation.id,
            Invitation.email,
            Invitation.name,
            Organisation.name,
            Invitation.to_what,
            Person.name,
            Invitation.sent_at,
            Invitation.expires_at,
        )
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .outerjoin(Person, Person.id == Invitation.invited_by_id)
        .where(
            Invitation.accepted_at.is_(None),
            Invitation.withdrawn_at.is_(None),
            Invitation.asked_for.is_(False),
        )
        .order_by(Invitation.id.desc())
        .limit(200)
    )
    return [WaitingInvitation(*row) for row in found]


class Device(NamedTuple):
    id: int
    name: str
    began_at: datetime
    staying: bool
    ends_at: datetime
    is_this_one: bool


def devices_of(reader: Reader) -> list[Device]:
    """Where this person is signed in, the browser they are using now first."""
    found = db().execute(
        select(SignIn.id, SignIn.device, SignIn.began_at, SignIn.staying, SignIn.ends_at)
        .where(SignIn.person_id == reader.id, SignIn.ends_at > now(), SignIn.idle_after > now())
        .order_by(SignIn.began_at.desc(), SignIn.id.desc())
    )
    devices = [Device(*row, is_this_one=row.id == reader.sign_in_id) for row in found]
    return sorted(devices, key=lambda device: not device.is_this_one)


# -- tags


class Completion(NamedTuple):
    name: str
    description: str


def completions(reader: Reader, typed: str) -> list[Completion]:
    """Tags whose name, or a synonym of it, begins like this; at most ten, by name."""
    if not fold(typed).strip("-. #"):
        return []
    beginning = slug_of(typed)
    by_synonym = select(TagAlias.tag_id).where(TagAlias.slug.startswith(beginning, autoescape=True))
    found = db().execute(
        select(Tag.name, Tag.description)
        .where(or_(Tag.slug.startswith(beginning, autoescape=True), Tag.id.in_(by_synonym)))
        .where(known_to(reader))
        .order_by(Tag.name)
        .limit(COMPLETIONS)
    )
    return [Completion(name, description) for name, description in found]
