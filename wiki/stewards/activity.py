"""The event log as stewards read it. It shows nothing of a thing that the thing would not show.

Drafts are left out. Of what is restricted the log says that something happened, not to what or by
whom. Who is named in a role only stays unnamed, and is not found by a search for their name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, and_, case, false, func, or_, select
from sqlalchemy.orm import aliased

from wiki.items.choices import Attribution, Visibility
from wiki.items.kinds import kind_called
from wiki.items.models import Item
from wiki.items.replies import Reply
from wiki.items.reuse import Agreement, Reuse
from wiki.items.visibility import open_to
from wiki.kernel.clock import zone
from wiki.kernel.database import db
from wiki.kernel.languages import _
from wiki.kernel.naming import fold
from wiki.kernel.outbox import Event, declared
from wiki.kernel.pages import PER_PAGE, Pager, known_url
from wiki.people.current import Reader
from wiki.people.models import Organisation, Person
from wiki.people.queries import Rows
from wiki.people.vocabulary import Area, LearnerGroup, Sector, Tag
from wiki.places.labels import place_label
from wiki.places.membership import Membership, PlaceInvitation
from wiki.places.models import Place
from wiki.transfer.models import ImportRun

#: Things written by people, with the visibility of an item.
WRITTEN = ("item", "reply", "reuse", "agreement")
#: Of a draft only its author knows.
UNSEEN = ("item.drafted", "item.discarded")
#: What stewards do to what is restricted is done in the open.
OF_STEWARDS = ("item.opened_by_steward",)

actor, subject = aliased(Person), aliased(Person)


class Thing(NamedTuple):
    """What something happened to. Without a label it is gone."""

    label: str
    url: str = ""
    restricted_key: str = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """A line of the log."""

    id: int
    at: datetime
    name: str
    meaning: str
    by_name: str | None
    by_key: str | None
    is_nameless: bool
    thing: Thing
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ActivityFilter:
    """What the log was narrowed to, as the address has it."""

    name: str = ""
    who: str = ""
    day: str = ""

    @classmethod
    def of(cls, arguments: Mapping[str, str]) -> ActivityFilter:
        return cls(**{name: arguments.get(name, "").strip()[:100] for name in cls.__slots__})

    @property
    def is_set(self) -> bool:
        return any(getattr(self, name) for name in self.__slots__)

    def conditions(self, reader: Reader) -> Iterable[ColumnElement[bool]]:
        if self.name:
            yield Event.name == self.name
        if self.who:
            by_name = and_(
                *(
                    actor.sort_name.contains(word, autoescape=True)
                    for word in fold(self.who).split()
                )
            )
            yield or_(actor.key == self.who, by_name)
            yield ~is_nameless(reader)
        if self.day:
            yield self.on_day()

    def on_day(self) -> ColumnElement[bool]:
        try:
            begins = datetime.combine(date.fromisoformat(self.day), time(), zone())
            return and_(Event.at >= begins, Event.at < begins + timedelta(days=1))
        except (ValueError, OverflowError):
            return false()


def happenings(reader: Reader, only: ActivityFilter, number: int) -> tuple[list[Happening], Pager]:
    """One page of the log, newest first."""
    pager = Pager(number, has_next=False)
    found = (
        db()
        .execute(
            log_rows(reader)
            .where(
                or_(Item.id.is_(None), Item.published_at.is_not(None)), Event.name.not_in(UNSEEN)
            )
            .where(*only.conditions(reader))
            .order_by(Event.id.desc())
            .limit(PER_PAGE + 1)
            .offset(pager.offset)
        )
        .all()
    )
    lines = [happening(row) for row in found[:PER_PAGE]]
    return lines, Pager(number, has_next=len(found) > PER_PAGE)


def log_rows(reader: Reader) -> Rows:
    """Events with whatever they happened to, in one statement."""
    thing = Event.thing
    statement: Rows = (
        select(
            Event.id,
            Event.at,
            Event.name,
            Event.thing,
            Event.details,
            actor.name.label("by_name"),
            actor.key.label("by_key"),
            is_nameless(reader).label("is_nameless"),
            is_hidden(reader).label("is_hidden"),
            Item.key.label("item_key"),
            Item.slug.label("item_slug"),
            Item.kind.label("item_kind"),
            Item.title.label("item_title"),
            Place.slug.label("place_slug"),
            Place.name.label("place_name"),
            Place.kind.label("place_kind"),
            subject.name.label("subject_name"),
            subject.key.label("subject_key"),
            Organisation.name.label("organisation_name"),
            Organisation.key.label("organisation_key"),
            Tag.name.label("tag_name"),
            Tag.slug.label("tag_slug"),
            func.coalesce(Sector.name, Area.name, LearnerGroup.name).label("word_name"),
            func.coalesce(Sector.slug, Area.slug, LearnerGroup.slug).label("word_slug"),
            ImportRun.id.label("import_id"),
        )
        .select_from(Event)
        .outerjoin(actor, actor.id == Event.by_id)
    )
    for model, name in (
        (Reply, "reply"),
        (Reuse, "reuse"),
        (Agreement, "agreement"),
        (Membership, "membership"),
        (PlaceInvitation, "place_invitation"),
        (ImportRun, "import"),
        (Organisation, "organisation"),
        (Tag, "tag"),
        (Sector, "sector"),
        (Area, "area"),
        (LearnerGroup, "learner_group"),
    ):
        statement = statement.outerjoin(model, and_(thing == name, model.id == Event.thing_id))
    item_id = case(
        (thing == "item", Event.thing_id),
        else_=func.coalesce(Reply.item_id, Reuse.item_id, Agreement.item_id),
    )
    place_id = case(
        (thing == "place", Event.thing_id),
        else_=func.coalesce(Membership.place_id, PlaceInvitation.place_id, ImportRun.place_id),
    )
    person_id = case((thing == "person", Event.thing_id), else_=Membership.person_id)
    return (
        statement.outerjoin(Item, Item.id == item_id)
        .outerjoin(Place, Place.id == place_id)
        .outerjoin(subject, subject.id == person_id)
    )


def is_hidden(reader: Reader) -> ColumnElement[bool]:
    """Whether it happened to something restricted that this reader does not read."""
    readable = func.coalesce(open_to(reader), false())
    return and_(func.coalesce(Item.visibility == Visibility.RESTRICTED, false()), ~readable)


def is_nameless(reader: Reader) -> ColumnElement[bool]:
    """Whether who did it stays unnamed: role-only, restricted, or gone so that nobody can tell."""
    in_a_role = or_(
        and_(Item.attribution == Attribution.ROLE_ONLY, Item.author_id == Event.by_id),
        and_(Reply.attribution == Attribution.ROLE_ONLY, Reply.author_id == Event.by_id),
        and_(Reuse.attribution == Attribution.ROLE_ONLY, Reuse.by_id == Event.by_id),
    )
    gone = and_(Event.thing.in_(WRITTEN), Item.id.is_(None))
    hidden = and_(is_hidden(reader), Event.name.not_in(OF_STEWARDS))
    return or_(func.coalesce(in_a_role, false()), gone, hidden)


def happening(row: Row[Any]) -> Happening:
    named = not row.is_nameless
    changed = row.details.get("changed") if not row.is_hidden else None
    return Happening(
        id=row.id,
        at=row.at,
        name=row.name,
        meaning=_(declared().get(row.name, row.name)),
        by_name=row.by_name if named else None,
        by_key=row.by_key if named else None,
        is_nameless=not named,
        thing=thing_of(row),
        changed=tuple(changed) if isinstance(changed, list) else (),
    )


def thing_of(row: Row[Any]) -> Thing:
    """What it happened to, with where to look at it."""
    if row.is_hidden:
        return Thing(_("Something restricted"), restricted_key=row.item_key)
    if row.item_key is not None:
        path = kind_called(row.item_kind).path
        return Thing(row.item_title, f"/{path}/{row.item_key}-{row.item_slug}")
    if row.import_id is not None:
        url = known_url("stewards.imports")
        return Thing(row.place_name or _("An import"), f"{url}/{row.import_id}")
    if row.subject_key is not None:
        label = _("%(person)s in %(place)s", person=row.subject_name, place=row.place_name)
        name = label if row.place_name else row.subject_name
        return Thing(name, f"/people/{row.subject_key}")
    place = place_label(row.place_slug, row.place_name, row.place_kind, 1)
    if place is not None:
        return Thing(place.name, place.url)
    if row.organisation_key is not None:
        return Thing(row.organisation_name, f"/organisations/{row.organisation_key}")
    if row.tag_slug is not None:
        return Thing(row.tag_name, f"/tags/{row.tag_slug}")
    return Thing(row.word_name or "")
