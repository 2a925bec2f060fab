"""The first steward of a real site: made with a code printed once, while there is no steward."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from sqlalchemy import exists, select, update

from wiki.kernel.database import db, transaction
from wiki.kernel.errors import Refused
from wiki.kernel.languages import _
from wiki.kernel.naming import fold, slug_of
from wiki.kernel.outbox import record
from wiki.kernel.site import Site, raise_generation
from wiki.people.invitations import register
from wiki.people.models import Organisation, Person
from wiki.people.tokens import hash_of
from wiki.people.vocabulary import Sector

TRIES = 5


def is_open() -> bool:
    """Whether somebody may still become the first steward with a code."""
    steward = exists(select(Person.id).where(Person.is_steward))
    waiting = Site.setup_code_hash.is_not(None) & Site.is_sample.is_(False) & ~steward
    return db().scalar(select(Site.id).where(waiting)) is not None


def check_code(code: str) -> None:
    """Count this try in a transaction of its own, refuse a wrong code; after five it is dead."""
    with transaction() as session:
        kept = session.scalar(
            update(Site)
            .where(Site.setup_code_hash.is_not(None), Site.setup_code_tries < TRIES)
            .values(setup_code_tries=Site.setup_code_tries + 1)
            .returning(Site.setup_code_hash)
            .execution_options(synchronize_session=False)
        )
        right = kept is not None and hmac.compare_digest(kept, hash_of(code))
        if right:
            session.execute(update(Site).values(setup_code_tries=0))
    if kept is None:
        dead = _("This code was tried too often. Run “across setup” again for another.")
        raise Refused(dead, "code")
    if not right:
        raise Refused(_("That is not the code. Look at what “across setup” printed."), "code")


@dataclass(frozen=True, slots=True)
class Founding:
    site_name: str
    organisation: str
    sector: str
    name: str
    email: str
    password_hash: str


def found(site: Founding, code: str) -> Person:
    """Name the site, register its first organisation, make its first steward. Uses the code up."""
    used = db().scalar(
        update(Site)
        .where(Site.setup_code_hash == hash_of(code))
        .values(name=site.site_name, setup_code_hash=None)
        .returning(Site.id)
        .execution_options(synchronize_session=False)
    )
    if used is None or db().scalar(select(exists(select(Person.id).where(Person.is_steward)))):
        raise Refused(_("This site has a steward already."))
    organisation = organisation_called(site.organisation, site.sector)
    person = register(site.email, site.name, site.password_hash, organisation.id)
    person.make_steward(person)
    raise_generation(db())
    return person


def organisation_called(name: str, sector: str) -> Organisation:
    found = db().scalar(select(Organisation).where(Organisation.name == name))
    if found is None:
        found = Organisation(sector_id=sector_called(sector).id)
        found.rename(name)
        db().add(found)
        record("organisation.joined", found)
    return found


def sector_called(name: str) -> Sector:
    slug = slug_of(name)
    found = db().scalar(select(Sector).where(Sector.slug == slug))
    if found is None:
        if not fold(name):
            raise Refused(_("Name its sector."), "sector")
        found = Sector(slug=slug, name=name)
        db().add(found)
        db().flush()
    return found
