"""Who is in a place, by organisation, with what they know about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select

from wiki.kernel.clock import today
from wiki.kernel.database import db
from wiki.kernel.pages import Pager
from wiki.people.bylines import Byline, byline
from wiki.people.current import Reader
from wiki.people.models import Organisation, Person, Topic
from wiki.people.vocabulary import Tag
from wiki.places.frames import Frame, Label, OrganisationLabel
from wiki.places.membership import Involvement, Membership, counts

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Member:
    """A person in a place. Whether they are confirmed is for those who run it."""

    key: str
    byline: Byline
    job_title: str
    away_until: date | None
    involvement: Involvement
    confirmed: bool
    since: datetime
    is_convenor: bool
    is_deputy: bool
    knows: list[Label]

    @property
    def is_away(self) -> bool:
        return self.away_until is not None and self.away_until >= today()


class Body(NamedTuple):
    """An organisation with its people here."""

    organisation: OrganisationLabel
    members: list[Member]


def read_page(reader: Reader, frame: Frame, number: int) -> tuple[list[Body], Pager]:
    """Members by organisation, fifty a page: two statements."""
    pager = Pager(number, number * PER_PAGE < frame.members, frame.members, PER_PAGE)
    rows = (
        db()
        .execute(
            select(
                Person.id,
                Person.key,
                Person.name,
                Person.job_title,
                Person.away_until,
                Person.organisation_id,
                Organisation.key.label("organisation_key"),
                Organisation.name.label("organisation"),
                Membership.involvement,
                Membership.confirmed_at,
                Membership.began_at,
            )
            .select_from(Membership)
            .join(Person, Person.id == Membership.person_id)
            .join(Organisation, Organisation.id == Person.organisation_id)
            .where(Membership.place_id == frame.id, counts())
            .order_by(Organisation.sort_name, Person.sort_name, Person.id)
            .limit(PER_PAGE)
            .offset(pager.offset)
        )
        .all()
    )
    knows = topics(row.id for row in rows)
    bodies: dict[OrganisationLabel, list[Member]] = defaultdict(list)
    for row in rows:
        bodies[OrganisationLabel(row.organisation_key, row.organisation)].append(
            Member(
                key=row.key,
                byline=byline(
                    reader,
                    name=row.name,
                    key=row.key,
                    organisation=row.organisation,
                    organisation_id=row.organisation_id,
                ),
                job_title=row.job_title,
                away_until=row.away_until,
                involvement=Involvement(row.involvement),
                confirmed=row.confirmed_at is not None,
                since=row.began_at,
                is_convenor=row.id == frame.convenor_id,
                is_deputy=row.id == frame.deputy_id,
                knows=knows[row.id],
            )
        )
    return [Body(label, members) for label, members in bodies.items()], pager


def topics(people: Iterable[int]) -> dict[int, list[Label]]:
    """What each of these people knows about."""
    found: dict[int, list[Label]] = defaultdict(list)
    rows = db().execute(
        select(Topic.person_id, Tag.slug, Tag.name)
        .join(Tag, Tag.id == Topic.tag_id)
        .where(Topic.person_id.in_(list(people)), Topic.learning.is_(False))
        .order_by(Tag.name)
    )
    for person_id, slug, name in rows:
        found[person_id].append(Label(slug, name))
    return found
