"""What items put on the pages of people and organisations: what they shared, and "Follow"."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask
from sqlalchemy import select

from wiki.items import following
from wiki.items.choices import Attribution
from wiki.items.following import Subject
from wiki.items.models import Item
from wiki.items.reading import newest_first, read_rows, rows_for
from wiki.kernel.languages import _
from wiki.kernel.registry import registry
from wiki.people.current import Reader
from wiki.people.models import Person
from wiki.people.queries import OrganisationRow, PersonRow
from wiki.people.sections import PageAct, PagePart

SHOWN = 8


def shared_by_person(reader: Reader, person: PersonRow) -> Iterator[PagePart]:
    """The newest of what somebody shared under their name; what is role-only names nobody."""
    named = Item.attribution == Attribution.NAMED
    found = rows_for(reader).where(Item.author_id == person.id, named)
    if rows := read_rows(reader, newest_first(found).limit(SHOWN)):
        title = _("What I’ve shared") if person.id == reader.id else _("What they have shared")
        yield PagePart("items/shared.html", {"rows": rows, "title": title})


def shared_by_organisation(reader: Reader, organisation: OrganisationRow) -> Iterator[PagePart]:
    named = Item.attribution == Attribution.NAMED
    people = select(Person.id).where(Person.organisation_id == organisation.id)
    found = rows_for(reader).where(Item.author_id.in_(people), named)
    if rows := read_rows(reader, newest_first(found).limit(SHOWN)):
        yield PagePart("items/shared.html", {"rows": rows, "title": _("Shared lately")})


def follow_person(reader: Reader, person: PersonRow) -> Iterator[PageAct]:
    """To hear of what they share; nobody follows themselves."""
    if person.id == reader.id or person.has_left:
        return
    followed = following.follows(reader.id, Subject.PERSON, person.id)
    yield PageAct(_("Follow"), f"/following/person/{person.key}", "bell", followed)


def init_app(app: Flask) -> None:
    registry("profile", app).add(shared_by_person)
    registry("profile_acts", app).add(follow_person)
    registry("organisation", app).add(shared_by_organisation)
