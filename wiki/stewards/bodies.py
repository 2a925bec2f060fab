"""Organisations as stewards keep them: the register, what is said of each, and its end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, delete, func, or_, select

from wiki.kernel.clock import today
from wiki.kernel.database import db
from wiki.kernel.errors import Refused
from wiki.kernel.languages import _
from wiki.kernel.naming import fold
from wiki.kernel.outbox import record
from wiki.kernel.pages import Pager
from wiki.people.current import Reader
from wiki.people.models import MailDomain, Organisation, OrganisationArea, Person
from wiki.people.queries import Rows
from wiki.people.vocabulary import Area, Sector
from wiki.places.labels import PlaceLabel, place_label
from wiki.places.models import Place
from wiki.stewards import accounts

#: What is said of an organisation is looked at again after this time.
GOOD_FOR = timedelta(days=365)
DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")


class Body(NamedTuple):
    """A line of the ledger of organisations."""

    id: int
    key: str
    name: str
    sector: str
    people: int
    confirmed_on: date | None
    closed_at: datetime | None

    @property
    def is_stale(self) -> bool:
        return self.closed_at is None and (
            self.confirmed_on is None or self.confirmed_on <= today() - GOOD_FOR
        )


def unconfirmed() -> ColumnElement[bool]:
    """Organisations nobody has looked at for a year."""
    long_ago = or_(
        Organisation.confirmed_on.is_(None), Organisation.confirmed_on <= today() - GOOD_FOR
    )
    return Organisation.closed_at.is_(None) & long_ago


@dataclass(frozen=True, slots=True)
class BodyFilter:
    """What the ledger was narrowed to, as the address has it."""

    q: str = ""
    standing: str = ""

    @classmethod
    def of(cls, arguments: Mapping[str, str]) -> BodyFilter:
        return cls(**{name: arguments.get(name, "").strip()[:100] for name in cls.__slots__})

    @property
    def is_set(self) -> bool:
        return any(getattr(self, name) for name in self.__slots__)

    def conditions(self) -> Iterable[ColumnElement[bool]]:
        for word in fold(self.q).split():
            yield Organisation.sort_name.contains(word, autoescape=True)
        if self.standing == "unconfirmed":
            yield unconfirmed()
        elif self.standing == "closed":
            yield Organisation.closed_at.is_not(None)
        elif self.standing != "all":
            yield Organisation.closed_at.is_(None)


def body_rows() -> Rows:
    active = Person.disabled_at.is_(None)
    people = select(func.count()).where(Person.organisation_id == Organisation.id, active)
    statement: Rows = select(
        Organisation.id,
        Organisation.key,
        Organisation.name,
        Sector.name,
        people.scalar_subquery(),
        Organisation.confirmed_on,
        Organisation.closed_at,
    ).join(Sector, Sector.id == Organisation.sector_id)
    return statement


def find_bodies(only: BodyFilter, number: int) -> tuple[list[Body], Pager]:
    """One page of the ledger, by name."""
    narrowed = body_rows().where(*only.conditions())
    total = db().scalar(narrowed.with_only_columns(func.count(), maintain_column_froms=True)) or 0
    pager = Pager(number, has_next=False, total=total)
    found = db().execute(
        narrowed.order_by(Organisation.sort_name, Organisation.id)
        .limit(pager.per_page)
        .offset(pager.offset)
    )
    return [Body(*row) for row in found], pager


def body(key: str) -> Body | None:
    row = db().execute(body_rows().where(Organisation.key == key)).first()
    return Body(*row) if row else None


class Member(NamedTuple):
    key: str
    name: str
    job_title: str


def people_of(organisation_id: int, most: int | None = None) -> list[Member]:
    """The people of an organisation who can sign in, by name."""
    found = db().execute(
        select(Person.key, Person.name, Person.job_title)
        .where(Person.organisation_id == organisation_id, Person.disabled_at.is_(None))
        .order_by(Person.sort_name, Person.id)
        .limit(most)
    )
    return [Member(*row) for row in found]


def forums_of(organisation_id: int) -> list[PlaceLabel]:
    """The forums it calls together; they need another convening body when it closes."""
    found = db().execute(
        select(Place.slug, Place.name, Place.kind, Place.thread)
        .where(Place.convening_body_id == organisation_id)
        .order_by(Place.sort_name)
    )
    return [label for row in found if (label := place_label(*row)) is not None]


# -- what is said of one


def described(organisation: Organisation) -> dict[str, Any]:
    """What a steward can change of an organisation, by field."""
    session = db()
    sector = session.scalar(select(Sector.slug).where(Sector.id == organisation.sector_id))
    areas = session.scalars(
        select(Area.slug)
        .join(OrganisationArea)
        .where(OrganisationArea.organisation_id == organisation.id)
        .order_by(Area.name)
    )
    domains = session.scalars(
        select(MailDomain.domain)
        .where(MailDomain.organisation_id == organisation.id)
        .order_by(MailDomain.domain)
    )
    return {
        "name": organisation.name,
        "sector": sector,
        "specialisms": organisation.specialisms,
        "description": organisation.description,
        "areas": list(areas),
        "domains": ", ".join(domains),
    }


def register(by: Reader, said: Mapping[str, Any]) -> Organisation:
    """A new organisation of the network; what is said of it is right as of today."""
    organisation = Organisation(confirmed_on=today())
    write(organisation, said)
    record("organisation.joined", organisation, by)
    return organisation


def describe(organisation: Organisation, by: Reader, said: Mapping[str, Any]) -> None:
    """Change what is said of an organisation; whoever does has looked at all of it."""
    write(organisation, said)
    organisation.confirmed_on = today()
    record("organisation.changed", organisation, by)


def write(organisation: Organisation, said: Mapping[str, Any]) -> None:
    check_name(organisation, said["name"])
    domains = domains_in(said["domains"])
    check_domains(organisation, domains)
    organisation.rename(said["name"])
    organisation.sector_id = sector_called(said["sector"]).id
    organisation.specialisms = said["specialisms"]
    organisation.description = said["description"]
    db().add(organisation)
    db().flush()
    set_areas(organisation, said["areas"])
    set_domains(organisation, domains)


def check_name(organisation: Organisation, name: str) -> None:
    others = select(Organisation.id).where(
        Organisation.sort_name == fold(name)[:120], Organisation.id != (organisation.id or 0)
    )
    if db().scalar(others.limit(1)) is not None:
        raise Refused(_("There is an organisation with this name already."), "name")


def sector_called(slug: str) -> Sector:
    found = db().scalar(select(Sector).where(Sector.slug == slug))
    if found is None:
        raise Refused(_("Choose a sector."), "sector")
    return found


def set_areas(organisation: Organisation, slugs: list[str]) -> None:
    mine = OrganisationArea.organisation_id == organisation.id
    db().execute(delete(OrganisationArea).where(mine))
    known = db().scalars(select(Area.id).where(Area.slug.in_(slugs))).all()
    db().add_all(
        OrganisationArea(organisation_id=organisation.id, area_id=area_id) for area_id in known
    )


def domains_in(text: str) -> list[str]:
    """The mail domains somebody wrote, each once."""
    words = text.lower().replace(",", " ").replace(";", " ").split()
    domains = list(dict.fromkeys(word.removeprefix("@") for word in words))
    for domain in domains:
        if not DOMAIN.fullmatch(domain):
            raise Refused(_("“%(word)s” is not a mail domain.", word=domain[:60]), "domains")
    return domains


def check_domains(organisation: Organisation, domains: list[str]) -> None:
    """A domain lets people join one organisation only."""
    taken = db().execute(
        select(MailDomain.domain, Organisation.name)
        .join(Organisation, Organisation.id == MailDomain.organisation_id)
        .where(MailDomain.domain.in_(domains), Organisation.id != (organisation.id or 0))
    )
    if (other := taken.first()) is not None:
        raise Refused(
            _("%(domain)s belongs to %(name)s.", domain=other.domain, name=other.name), "domains"
        )


def set_domains(organisation: Organisation, domains: list[str]) -> None:
    db().execute(delete(MailDomain).where(MailDomain.organisation_id == organisation.id))
    db().add_all(MailDomain(domain=domain, organisation_id=organisation.id) for domain in domains)


# -- its end


def close(organisation: Organisation, by: Reader, successor_key: str, gaps: str) -> None:
    """Cease, with a successor or with gaps for others to fill. Only one that lasts can succeed."""
    successor = accounts.organisation_called(successor_key, "successor") if successor_key else None
    if successor is not None and successor.closed_at is not None:
        raise Refused(_("That organisation is closed itself."), "successor")
    organisation.close(by, successor, gaps)


def move_people(organisation: Organisation, by: Reader, keys: list[str], to: str) -> int:
    """Let people of one organisation belong to another; answers how many."""
    new = accounts.organisation_called(to, "to")
    people = (
        db()
        .scalars(
            select(Person)
            .where(Person.key.in_(keys), Person.organisation_id == organisation.id)
            .order_by(Person.id)
            .with_for_update()
        )
        .all()
    )
    if new.id == organisation.id:
        raise Refused(_("They belong there already."), "to")
    for person in people:
        accounts.move(person, new, by)
    return len(people)
