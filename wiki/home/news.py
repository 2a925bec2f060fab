"""What changed in what a person follows: found in the event log, told from the things themselves.

An event only says that something happened, and when. What is shown is read from the item, reply,
record or place it names, through the same question of who may read it as everywhere else; what is
withdrawn by now is not told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Executable,
    Row,
    Select,
    and_,
    case,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.orm import aliased

from wiki.home.words import in_words, sentence
from wiki.items.choices import Attribution
from wiki.items.following import Follow, Subject
from wiki.items.kinds import kind_called
from wiki.items.models import Item, ItemTag
from wiki.items.reading import ItemRow, byline_of, item_row, joined
from wiki.items.replies import Reply
from wiki.items.reuse import Outcome, Reuse
from wiki.items.visibility import listed_for
from wiki.kernel.languages import _, ngettext
from wiki.kernel.outbox import Event
from wiki.kernel.pages import PER_PAGE, Pager, day
from wiki.kernel.questions import question
from wiki.people.bylines import Byline
from wiki.people.current import Reader
from wiki.people.models import Organisation, Person
from wiki.people.vocabulary import Tag
from wiki.places.labels import PlaceLabel, place_label
from wiki.places.membership import Membership, membership_ids
from wiki.places.models import Place, PlaceKind, State, state_of_place
from wiki.places.queries import open_to as places_open_to

USES_SHOWN = 3
MOST_PLACES = 40
PLACE_EVENTS = (
    "place.accepted",
    "place.activated",
    "place.extended",
    "place.ending",
    "place.closed",
    "place.handed_over",
)


@dataclass(frozen=True, slots=True)
class ChangedItem:
    """An item with what happened to it, and why this reader hears of it."""

    row: ItemRow
    at: datetime
    is_new: bool
    edits: int
    replies: int
    uses: int
    is_mine: bool  # written, answered or followed
    in_my_place: bool
    by_person: bool
    tag: tuple[str, str] | None

    @property
    def notes(self) -> list[str]:
        """What happened, in words, for a line."""
        told = []
        if self.is_new:
            told.append(_("new"))
        if self.uses:
            told.append(ngettext("used once", "used %(num)s times", self.uses))
        if self.replies:
            told.append(ngettext("one new reply", "%(num)s new replies", self.replies))
        if self.edits:
            told.append(ngettext("edited", "edited %(num)s times", self.edits))
        return told


class NewUse(NamedTuple):
    where: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Told:
    """A changed item on the catch-up page, with the latest reply's author and where it was used."""

    changed: ChangedItem
    latest_reply: Byline | None = None
    uses: tuple[NewUse, ...] = ()

    @property
    def more_uses(self) -> int:
        """How many uses there were besides those shown."""
        return max(0, self.changed.uses - len(self.uses))


@dataclass
class Group:
    """What is new in one subject."""

    title: str
    url: str
    thread: int = 0
    leads_to: str = ""
    lines: list[str] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)


# -- items


def read_changed(
    reader: Reader, since: datetime, *, limit: int, offset: int = 0
) -> list[ChangedItem]:
    """The items that changed in what the reader follows, the latest change first. One statement."""
    return [changed_item(reader, row) for row in changed_rows(reader, since, limit, offset)]


@question
def changed_rows(reader: Reader, since: datetime, limit: int, offset: int) -> Executable:
    happened = happenings(reader, since).subquery("happened")
    changed = (
        select(
            happened.c.item_id,
            func.max(happened.c.at).label("changed_at"),
            func.sum(happened.c.new).label("news"),
            func.sum(happened.c.edited).label("edits"),
            func.sum(happened.c.replied).label("replies"),
            func.sum(happened.c.used).label("uses"),
        )
        .group_by(happened.c.item_id)
        .subquery("changed")
    )
    mine = is_theirs(reader)
    in_my_place = Item.place_id.in_(places_of(reader))
    # A CASE, so that SQLite begins with what happened and not with all that was ever theirs.
    signed = by_person(reader) & (changed.c.news > 0)
    told = case((or_(mine, in_my_place, signed, has_followed_tag(reader)), 1), else_=0)
    chosen = (
        select(*changed.c)
        .join(Item, Item.id == changed.c.item_id)
        .where(listed_for(reader), told == 1)
        .order_by(changed.c.changed_at.desc(), Item.id.desc())
        .limit(limit)
        .offset(offset)
        .subquery("chosen")
    )
    return (
        joined()
        .join(chosen, chosen.c.item_id == Item.id)
        .add_columns(
            *(column for column in chosen.c if column.name != "item_id"),
            mine.label("is_mine"),
            in_my_place.label("in_my_place"),
            (by_person(reader) & (chosen.c.news > 0)).label("by_person"),
            a_followed_tag(reader).label("tag"),
        )
        .order_by(chosen.c.changed_at.desc(), Item.id.desc())
    )


def happenings(reader: Reader, since: datetime) -> CompoundSelect[Any]:
    """One row for each thing others did to an item: what it was, when, to which item."""

    def said(**what: Any) -> tuple[Any, ...]:
        names = ("new", "edited", "replied", "used")
        return tuple((what.get(name, literal(0))).label(name) for name in names)

    by_others = Event.by_id.is_distinct_from(reader.id)
    published = case((Event.name == "item.published", 1), else_=0)
    written = select(
        Event.thing_id.label("item_id"), Event.at, *said(new=published, edited=1 - published)
    ).where(
        Event.name.in_(("item.published", "item.revised")),
        Event.at > since,
        Event.by_id.is_not(None),  # imports have nobody behind them and are told apart
        by_others,
    )
    replied = (
        select(Reply.item_id, Event.at, *said(replied=literal(1)))
        .join(Reply, Reply.id == Event.thing_id)
        .where(
            Event.name == "reply.posted", Event.at > since, by_others, Reply.withdrawn_at.is_(None)
        )
    )
    used = (
        select(Reuse.item_id, Event.at, *said(used=literal(1)))
        .join(Reuse, Reuse.id == Event.thing_id)
        .where(Event.name == "reuse.recorded", Event.at > since, by_others)
    )
    return union_all(written, replied, used)


def followed(reader: Reader, subject: Subject) -> Select[int]:
    return select(Follow.subject_id).where(Follow.person_id == reader.id, Follow.subject == subject)


def is_theirs(reader: Reader) -> ColumnElement[bool]:
    """Items a person wrote, follows or answered."""
    return or_(
        Item.author_id == reader.id,
        Item.id.in_(followed(reader, Subject.ITEM)),
        exists().where(Reply.item_id == Item.id, Reply.author_id == reader.id),
    )


def by_person(reader: Reader) -> ColumnElement[bool]:
    """Items signed by a person they follow."""
    return and_(
        Item.attribution == Attribution.NAMED,
        Item.author_id.in_(followed(reader, Subject.PERSON)),
    )


def places_of(reader: Reader) -> CompoundSelect[Any]:
    """The places a person follows or is a member of."""
    return union(followed(reader, Subject.PLACE), membership_ids(reader.id))


def filed_under_followed(reader: Reader) -> Select[Any]:
    return (
        select(Tag.slug)
        .join(ItemTag, ItemTag.tag_id == Tag.id)
        .where(ItemTag.item_id == Item.id, Tag.id.in_(followed(reader, Subject.TAG)))
        .correlate(Item)
    )


def has_followed_tag(reader: Reader) -> ColumnElement[bool]:
    return exists(filed_under_followed(reader))


def a_followed_tag(reader: Reader) -> ColumnElement[str]:
    """One of the tags under which the reader hears of an item, as ``slug name``."""
    named = filed_under_followed(reader).with_only_columns(Tag.slug + " " + Tag.name)
    return named.order_by(Tag.name).limit(1).scalar_subquery()


def changed_item(reader: Reader, row: Row[Any]) -> ChangedItem:
    slug, _space, name = (row.tag or "").partition(" ")
    return ChangedItem(
        row=item_row(reader, row),
        at=row.changed_at,
        is_new=row.news > 0,
        edits=int(row.edits),
        replies=int(row.replies),
        uses=int(row.uses),
        is_mine=bool(row.is_mine),
        in_my_place=bool(row.in_my_place),
        by_person=bool(row.by_person),
        tag=(slug, name) if slug else None,
    )


# -- the page


def read_page_of_changes(reader: Reader, since: datetime, number: int) -> tuple[list[Told], Pager]:
    """One page of changed items with the latest reply and the uses of each. Three statements."""
    found = read_changed(
        reader, since, limit=PER_PAGE + 1, offset=Pager(number, has_next=False).offset
    )
    shown = found[:PER_PAGE]
    replies = latest_replies(reader, [one.row.id for one in shown if one.replies], since)
    uses = latest_uses([one.row.id for one in shown if one.uses], since, reader)
    told = [Told(one, replies.get(one.row.id), tuple(uses.get(one.row.id, ()))) for one in shown]
    return told, Pager(number, has_next=len(found) > PER_PAGE)


def latest_replies(reader: Reader, ids: list[int], since: datetime) -> dict[int, Byline]:
    """Who wrote the latest reply to each of these items."""
    if not ids:
        return {}
    found = latest_reply_rows(reader, ids, since)
    return {row.item_id: byline_of(reader, row) for row in found}


@question
def latest_reply_rows(reader: Reader, ids: list[int], since: datetime) -> Executable:
    newest = (
        select(func.max(Reply.id))
        .where(
            Reply.item_id.in_(ids),
            Reply.created_at > since,
            Reply.withdrawn_at.is_(None),
            Reply.author_id.is_distinct_from(reader.id),
        )
        .group_by(Reply.item_id)
    )
    return (
        select(
            Reply.item_id,
            Reply.attribution,
            null().label("credited"),
            Person.name.label("person_name"),
            Person.key.label("person_key"),
            Person.name_is_public,
            Person.organisation_id,
            Organisation.name.label("organisation_name"),
        )
        .outerjoin(Person, Person.id == Reply.author_id)
        .outerjoin(Organisation, Organisation.id == Person.organisation_id)
        .where(Reply.id.in_(newest))
    )


def latest_uses(ids: list[int], since: datetime, reader: Reader) -> dict[int, list[NewUse]]:
    """Where each of these items was used since then and how it went: the latest few of each."""
    found: dict[int, list[NewUse]] = {}
    for row in latest_use_rows(reader, ids, since) if ids else ():
        where = row.where or _("A partner")
        found.setdefault(row.item_id, []).append(NewUse(where, Outcome(row.outcome)))
    return found


@question
def latest_use_rows(reader: Reader, ids: list[int], since: datetime) -> Executable:
    turn = func.row_number().over(partition_by=Reuse.item_id, order_by=Reuse.id.desc())
    named = case((Reuse.attribution == Attribution.NAMED, Organisation.name), else_=None)
    inside = (
        select(
            Reuse.item_id,
            Reuse.outcome,
            func.coalesce(Place.name, named).label("where"),
            turn.label("turn"),
        )
        .join(Organisation, Organisation.id == Reuse.organisation_id)
        .outerjoin(Place, Place.id == Reuse.place_id)
        .where(
            Reuse.item_id.in_(ids),
            Reuse.created_at > since,
            Reuse.by_id.is_distinct_from(reader.id),
        )
        .subquery()
    )
    return select(inside).where(inside.c.turn <= USES_SHOWN).order_by(inside.c.turn)


# -- places


@dataclass(frozen=True, slots=True)
class ChangedPlace:
    label: PlaceLabel
    lines: list[str]


def read_changed_places(reader: Reader, since: datetime) -> list[ChangedPlace]:
    """What was decided about the reader's places, and how many joined them. One statement."""
    changed: dict[str, ChangedPlace] = {}
    for row in changed_place_rows(reader, since):
        label = place_label(row.slug, row.name, row.kind, row.thread)
        assert label is not None
        line = place_line(row)
        if line:
            changed.setdefault(row.slug, ChangedPlace(label, [])).lines.append(line)
    return list(changed.values())


@question
def changed_place_rows(reader: Reader, since: datetime) -> Executable:
    mine = Place.id.in_(places_of(reader))
    convenor = aliased(Person)
    decided = (
        select(
            Event.thing_id.label("place_id"),
            Event.name.label("what"),
            func.max(Event.at).label("at"),
            literal(1).label("number"),
        )
        .where(
            Event.name.in_(PLACE_EVENTS),
            Event.at > since,
            Event.by_id.is_distinct_from(reader.id),
        )
        .group_by(Event.thing_id, Event.name)
    )
    joined_since = (
        select(
            Membership.place_id,
            literal("joined"),
            func.max(Membership.began_at),
            func.count(),
        )
        .where(
            Membership.place_id.in_(places_of(reader)),
            Membership.began_at > since,
            Membership.ended_at.is_(None),
            Membership.person_id != reader.id,
        )
        .group_by(Membership.place_id)
    )
    happened = union_all(decided, joined_since).subquery("happened")
    return (
        select(
            Place.slug,
            Place.name,
            Place.kind,
            Place.thread,
            Place.ends_on,
            state_of_place().label("state"),
            convenor.name.label("convenor"),
            happened.c.what,
            happened.c.at,
            happened.c.number,
        )
        .join(happened, happened.c.place_id == Place.id)
        .outerjoin(convenor, convenor.id == Place.convenor_id)
        .where(mine, places_open_to(reader))
        .order_by(happened.c.at.desc(), Place.id, happened.c.what)
        .limit(MOST_PLACES)
    )


def place_line(row: Row[Any]) -> str:
    """What happened to a place, told from what it is now; empty when it is no longer so."""
    state = State(row.state)
    if row.what == "joined":
        return sentence(
            ngettext(
                "%(count)s person joined.",
                "%(count)s people joined.",
                row.number,
                count=in_words(row.number),
            )
        )
    if row.what == "place.accepted" and state is State.FORMING:
        return _("Accepted by its home forum; it is forming now.")
    if row.what == "place.activated" and state is State.ACTIVE:
        return _("Under way since %(day)s.", day=day(row.at))
    if row.what == "place.extended" and state in (State.ACTIVE, State.FORMING):
        return _("Extended: it now closes on %(day)s.", day=day(row.ends_on))
    if row.what == "place.ending" and state is State.ENDING:
        return _("It is ending; what was found is being written down.")
    if row.what == "place.closed" and state is State.CLOSED:
        return _("Closed on %(day)s. Everything in it stays readable.", day=day(row.at))
    if row.what == "place.handed_over" and state is not State.CLOSED:
        if row.convenor is None:
            return _("It has no convenor at present.")
        return _("%(name)s is its convenor now.", name=row.convenor)
    return ""


# -- imports


def read_imports(reader: Reader, since: datetime) -> list[tuple[str, PlaceLabel | None]]:
    """One line for what came in with an import: how much of which kind, and where."""
    return [import_line(row) for row in import_rows(reader, since)]


@question
def import_rows(reader: Reader, since: datetime) -> Executable:
    return (
        select(
            Item.kind.label("of_kind"),
            func.count(Item.id.distinct()).label("number"),
            Place.slug,
            Place.name,
            Place.kind,
            Place.thread,
        )
        .select_from(Event)
        .join(Item, Item.id == Event.thing_id)
        .outerjoin(Place, Place.id == Item.place_id)
        .where(
            Event.name.in_(("item.imported", "item.published")),
            Event.by_id.is_(None),
            Event.at > since,
            Item.author_id.is_(None),
            listed_for(reader),
        )
        .group_by(Item.kind, Place.id)
        .order_by(Place.name, Item.kind)
    )


def import_line(row: Any) -> tuple[str, PlaceLabel | None]:
    kind = kind_called(row.of_kind)
    what = str(kind.label if row.number == 1 else kind.plural).lower()
    label = place_label(row.slug, row.name, row.kind, row.thread)
    text = ngettext(
        "One %(what)s was imported", "%(num)s %(what)s were imported", row.number, what=what
    )
    return text, label


# -- by subject


def by_subject(told: Iterable[Told], places: Iterable[ChangedPlace]) -> list[Group]:
    """What is told, under the subject through which the reader hears of it: each thing once."""
    groups: dict[str, Group] = {}

    def group(url: str, title: str, **more: Any) -> Group:
        return groups.setdefault(url, Group(title, url, **more))

    for one in told:
        group_of(one.changed, group).told.append(one)
    for place in places:
        found = place_group(place.label, group)
        found.lines += place.lines
    return sorted(groups.values(), key=lambda found: found.url != "")


def group_of(changed: ChangedItem, group: Any) -> Group:
    row = changed.row
    found: Group
    if changed.is_mine:
        found = group("", _("What you wrote, answered or follow"))
    elif changed.in_my_place and row.place is not None:
        found = place_group(row.place, group)
    elif changed.by_person and row.byline.url:
        found = group(row.byline.url, row.byline.shown, leads_to=_("Their page"))
    else:
        slug, name = changed.tag or ("", "")
        found = group(f"/tags/{slug}", name, leads_to=_("The subject"))
    return found


def place_group(place: PlaceLabel, group: Any) -> Group:
    leads_to = _("The forum") if place.kind == PlaceKind.FORUM else _("The community")
    found: Group = group(place.url, place.name, thread=place.thread, leads_to=leads_to)
    return found
