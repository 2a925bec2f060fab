"""One item as its page shows it: read as Core rows, one statement for each thing however much there
is of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import Executable, Row, and_, literal, null, select, union_all
from sqlalchemy.orm import aliased

from wiki.items.choices import Attribution, Basis, Intent, Origin
from wiki.items.following import Follow, Helpful, Subject
from wiki.items.kinds import Kind, PartOfText, kind_called
from wiki.items.models import Item, ItemArea, ItemLearnerGroup, ItemTag
from wiki.items.reading import ROW, ItemRow, byline_of, item_row
from wiki.items.replies import REPLY_LABELS, Reply, ReplyKind
from wiki.items.reuse import EFFECT_LABELS, Agreement, Effect, Outcome, Reuse
from wiki.items.visibility import open_to, readable_by
from wiki.kernel import markdown
from wiki.kernel.database import db
from wiki.kernel.languages import _
from wiki.kernel.markdown import Reference
from wiki.kernel.questions import question
from wiki.people.bylines import Byline
from wiki.people.current import Reader
from wiki.people.models import Organisation, Person
from wiki.people.vocabulary import Area, LearnerGroup, Tag
from wiki.places.labels import PlaceLabel, place_label
from wiki.places.membership import Membership
from wiki.places.models import Place, is_live, state_of_place
from wiki.places.queries import open_to as places_open_to

REPLIES_PER_PAGE = 50
KNOTS = 6

FRAME = (
    *ROW,
    Item.html,
    Item.references,
    Item.summary,
    Item.version,
    Item.shared_version,
    Item.author_id,
    Item.published_at,
    Item.revised_at,
    Item.intent,
    Item.origin,
    Item.evidence_basis,
    Item.restriction_reason,
    Item.restriction_review_on,
    Item.withdrawn_at,
    Item.withdrawn_because,
    Item.successor_id,
    Item.problem,
    Item.source,
    Item.helpful_count,
    Place.convenor_id,
    Place.deputy_id,
    state_of_place().label("place_state"),
)


@dataclass(frozen=True, slots=True)
class Frame:
    """What the page of an item shows of the item itself."""

    row: ItemRow
    place_id: int | None
    author_id: int | None
    lede: str
    parts: tuple[tuple[PartOfText, Markup | None], ...]
    version: int
    edits_since_shared: int
    published_at: datetime | None
    revised_at: datetime | None
    intent: Intent
    origin: Origin
    basis: Basis | None
    restriction_reason: str
    restriction_review_on: date | None
    withdrawn_at: datetime | None
    withdrawn_because: str
    successor_id: int | None
    problem: str
    source: str
    source_date: date | None
    helpful_count: int
    place_state: str | None
    #: Whose place it is: convenor and deputy.
    runs: tuple[int, ...]

    @property
    def id(self) -> int:
        return self.row.id

    @property
    def kind(self) -> Kind:
        return self.row.kind

    @property
    def url(self) -> str:
        return self.row.url

    @property
    def is_imported(self) -> bool:
        return self.author_id is None

    @property
    def is_draft(self) -> bool:
        return self.published_at is None


def read_frame(reader: Reader, key: str) -> Frame | None:
    """The item at this key, if the reader may read it: listed, withdrawn, or their own draft."""
    found = framed(reader, key)
    return frame_of(reader, found[0]) if found else None


@question
def framed(reader: Reader, key: str) -> Executable:
    return (
        select(*FRAME)
        .outerjoin(Person, Person.id == Item.author_id)
        .outerjoin(Organisation, Organisation.id == Person.organisation_id)
        .outerjoin(Place, Place.id == Item.place_id)
        .where(Item.key == key, readable_by(reader))
    )


def frame_of(reader: Reader, row: Row[Any]) -> Frame:
    of_item = item_row(reader, row)
    return Frame(
        row=of_item,
        place_id=row.place_id,
        author_id=row.author_id,
        lede=row.summary,
        parts=tuple(
            (part, shown(row.html.get(part.name), row.references.get(part.name, ())))
            for part in of_item.kind.parts
        ),
        version=row.version,
        edits_since_shared=row.version - row.shared_version,
        published_at=row.published_at,
        revised_at=row.revised_at,
        intent=Intent(row.intent),
        origin=Origin(row.origin),
        basis=Basis(row.evidence_basis) if row.evidence_basis else None,
        restriction_reason=row.restriction_reason,
        restriction_review_on=row.restriction_review_on,
        withdrawn_at=row.withdrawn_at,
        withdrawn_because=row.withdrawn_because,
        successor_id=row.successor_id,
        problem=row.problem,
        source=row.source,
        source_date=row.source_date,
        helpful_count=row.helpful_count,
        place_state=row.place_state if row.place_slug else None,
        runs=tuple(one for one in (row.convenor_id, row.deputy_id) if one is not None),
    )


def shown(html: str | None, references: Sequence[Sequence[str]]) -> Markup | None:
    """Stored HTML with its references printed."""
    if not html:
        return None
    return markdown.show(html, [Reference(*one) for one in references], print_reference)  # type: ignore[arg-type]


def print_reference(reference: Reference) -> Markup | str:
    """A picture of the item's own; names and titles as they were typed."""
    if reference.kind == "file":
        address = f"/files/{escape(reference.value)}"
        return Markup('<img src="{}" alt="{}" loading="lazy">').format(address, reference.label)
    return reference.label


@dataclass(frozen=True, slots=True)
class Label:
    """A tag, area or learner group under which something is filed."""

    name: str
    slug: str

    @property
    def url(self) -> str:
        return f"/tags/{self.slug}"


@dataclass(frozen=True, slots=True)
class Filing:
    tags: tuple[Label, ...]
    areas: tuple[Label, ...]
    learner_groups: tuple[Label, ...]


def read_filing(item_id: int) -> Filing:
    """All that an item is filed under, in one statement."""
    found = filed(item_id)
    labels = [tuple(Label(row.name, row.slug) for row in found if row.sort == n) for n in range(3)]
    return Filing(*labels)


@question
def filed(item_id: int) -> Executable:
    kinds = (
        (0, Tag, ItemTag, ItemTag.tag_id),
        (1, Area, ItemArea, ItemArea.area_id),
        (2, LearnerGroup, ItemLearnerGroup, ItemLearnerGroup.learner_group_id),
    )
    statements = [
        select(literal(number).label("sort"), words.id, words.name, words.slug)
        .join(filing, column == words.id)
        .where(filing.item_id == item_id)
        for number, words, filing, column in kinds
    ]
    return union_all(*statements).order_by("sort", "name")


@dataclass(frozen=True, slots=True)
class ShownReply:
    id: int
    byline: Byline
    kind: ReplyKind
    html: Markup | None
    at: datetime
    is_edited: bool
    is_withdrawn: bool
    is_mine: bool
    quoted: str | None
    quotes_id: int | None

    @property
    def label(self) -> str:
        return str(REPLY_LABELS[self.kind])


def read_replies(reader: Reader, item_id: int, page: int) -> list[ShownReply]:
    """One page of the replies, oldest first. Ask only for an item the reader may read."""
    if not reader.signed_in:
        return []
    return [
        ShownReply(
            id=row.id,
            byline=byline_of(reader, row),
            kind=ReplyKind(row.kind),
            html=shown(row.html, row.references) if row.withdrawn_at is None else None,
            at=row.created_at,
            is_edited=row.version > 1,
            is_withdrawn=row.withdrawn_at is not None,
            is_mine=row.author_id == reader.id,
            quoted=row.quoted_name,
            quotes_id=row.quotes_id,
        )
        for row in replies_to(item_id, (page - 1) * REPLIES_PER_PAGE)
    ]


@question
def replies_to(item_id: int, offset: int) -> Executable:
    quoted, quoted_person = aliased(Reply), aliased(Person)
    return (
        select(
            Reply.id,
            Reply.author_id,
            Reply.kind,
            Reply.html,
            Reply.references,
            Reply.created_at,
            Reply.version,
            Reply.withdrawn_at,
            Reply.quotes_id,
            Reply.attribution,
            null().label("credited"),
            Person.name.label("person_name"),
            Person.key.label("person_key"),
            Person.name_is_public,
            Person.organisation_id,
            Organisation.name.label("organisation_name"),
            quoted.attribution.label("quoted_attribution"),
            quoted_person.name.label("quoted_name"),
        )
        .outerjoin(Person, Person.id == Reply.author_id)
        .outerjoin(Organisation, Organisation.id == Person.organisation_id)
        .outerjoin(quoted, quoted.id == Reply.quotes_id)
        .outerjoin(
            quoted_person, and_(quoted_person.id == quoted.author_id, quoted.attribution == "named")
        )
        .where(Reply.item_id == item_id)
        .order_by(Reply.id)
        .limit(REPLIES_PER_PAGE)
        .offset(offset)
    )


@dataclass(frozen=True, slots=True)
class Knot:
    """A place on the crossing."""

    place: str
    thread: int
    outcome: str
    note: str = ""
    url: str | None = None


@dataclass(frozen=True, slots=True)
class ShownUse:
    id: int
    byline: Byline
    organisation: str
    place: PlaceLabel | None
    outcome: Outcome
    effect: str
    changed: str
    may_contact: bool
    at: datetime
    updated_at: datetime
    thread: int
    is_before_edit: bool
    is_mine: bool

    @property
    def where(self) -> str:
        return self.place.name if self.place else self.organisation


def read_uses(reader: Reader, frame: Frame, limit: int = 20) -> list[ShownUse]:
    """Where an item was used, newest first. Visitors learn the places they can see, never names."""
    return [
        ShownUse(
            id=row.id,
            byline=byline_of(reader, row),
            organisation=organisation_of_use(row),
            place=place_label(row.slug, row.name, row.kind, row.thread),
            outcome=Outcome(row.outcome),
            effect=str(EFFECT_LABELS[Effect(row.effect)]) if row.effect else "",
            changed=row.changed,
            may_contact=row.may_contact,
            at=row.created_at,
            updated_at=row.updated_at,
            thread=row.thread or thread_of_use(row),
            is_before_edit=row.item_version < frame.version,
            is_mine=row.by_id == reader.id and reader.signed_in,
        )
        for row in uses_of(reader, frame.id, limit)
    ]


def organisation_of_use(row: Row[Any]) -> str:
    """Where something was used outside any place; who used it in a role only tells no organisation
    (invariant 6).
    """
    return _("A partner") if row.attribution == Attribution.ROLE_ONLY else row.used_in_name


def thread_of_use(row: Row[Any]) -> int:
    return 6 if row.attribution == Attribution.ROLE_ONLY else row.used_in % 6 + 1


@question
def uses_of(reader: Reader, item_id: int, limit: int) -> Executable:
    used_by = aliased(Organisation)
    return (
        select(
            Reuse.id,
            Reuse.by_id,
            Reuse.outcome,
            Reuse.effect,
            Reuse.changed,
            Reuse.may_contact,
            Reuse.created_at,
            Reuse.updated_at,
            Reuse.item_version,
            Reuse.attribution,
            Reuse.organisation_id.label("used_in"),
            used_by.name.label("used_in_name"),
            null().label("credited"),
            Person.name.label("person_name"),
            Person.key.label("person_key"),
            literal(False).label("name_is_public"),
            Person.organisation_id,
            Organisation.name.label("organisation_name"),
            Place.slug,
            Place.name,
            Place.kind,
            Place.thread,
        )
        .join(used_by, used_by.id == Reuse.organisation_id)
        .outerjoin(Person, Person.id == Reuse.by_id)
        .outerjoin(Organisation, Organisation.id == Person.organisation_id)
        .outerjoin(Place, and_(Place.id == Reuse.place_id, places_open_to(reader)))
        .where(Reuse.item_id == item_id)
        .order_by(Reuse.updated_at.desc(), Reuse.id.desc())
        .limit(limit)
    )


@dataclass(frozen=True, slots=True)
class Agreed:
    id: int
    place: PlaceLabel
    is_mine: bool


def read_agreements(reader: Reader, item_id: int) -> list[Agreed]:
    """The places whose convenor would rely on this."""
    agreed = []
    for row in agreements_on(reader, item_id):
        label = place_label(row.slug, row.name, row.kind, row.thread)
        assert label is not None
        agreed.append(Agreed(row.id, label, reader.signed_in and row.person_id == reader.id))
    return agreed


@question
def agreements_on(reader: Reader, item_id: int) -> Executable:
    return (
        select(Agreement.id, Agreement.person_id, Place.slug, Place.name, Place.kind, Place.thread)
        .join(Place, Place.id == Agreement.place_id)
        .where(
            Agreement.item_id == item_id, Agreement.withdrawn_at.is_(None), places_open_to(reader)
        )
        .order_by(Place.sort_name)
    )


@dataclass(frozen=True, slots=True)
class Mine:
    """What the reader has to do with an item."""

    follows: bool = False
    helped: bool = False
    is_member: bool = False
    convenes: tuple[tuple[int, str], ...] = ()


def read_mine(reader: Reader, frame: Frame) -> Mine:
    """The reader's own marks and the places they convene, in one statement."""
    if not reader.signed_in:
        return Mine()
    found = marks_of(reader, frame.id, frame.place_id)
    what = {row.what for row in found}
    return Mine(
        follows="follows" in what,
        helped="helped" in what,
        is_member="member" in what,
        convenes=tuple((row.id, row.name) for row in found if row.what == "convenes"),
    )


@question
def marks_of(reader: Reader, item_id: int, place_id: int | None) -> Executable:
    helped = (
        select(literal("helped").label("what"), literal(0).label("id"), literal("").label("name"))
        .select_from(Helpful)
        .where(Helpful.item_id == item_id, Helpful.person_id == reader.id)
    )
    followed = (
        select(literal("follows"), literal(0), literal(""))
        .select_from(Follow)
        .where(
            Follow.person_id == reader.id,
            Follow.subject == Subject.ITEM,
            Follow.subject_id == item_id,
        )
    )
    convened = select(literal("convenes"), Place.id, Place.name).where(
        (Place.convenor_id == reader.id) | (Place.deputy_id == reader.id), is_live()
    )
    member = (
        select(literal("member"), literal(0), literal(""))
        .select_from(Membership)
        .where(
            Membership.place_id == place_id,
            Membership.person_id == reader.id,
            Membership.ended_at.is_(None),
        )
    )
    return union_all(helped, followed, convened, member)


def successor_of(reader: Reader, frame: Frame) -> tuple[str, str] | None:
    """Address and title of what replaces a withdrawn item, if the reader may read it."""
    if frame.successor_id is None:
        return None
    row = (
        db()
        .execute(
            select(Item.kind, Item.key, Item.slug, Item.title).where(
                Item.id == frame.successor_id, Item.listed_at.is_not(None), open_to(reader)
            )
        )
        .first()
    )
    if row is None:
        return None
    return f"/{kind_called(row.kind).path}/{row.key}-{row.slug}", row.title


def crossing(frame: Frame, uses: Sequence[ShownUse]) -> list[Knot]:
    """Where it started and where it went: the latest record of each place, oldest first, at most
    six knots.
    """
    start = (
        frame.row.place.name
        if frame.row.place
        else frame.row.byline.organisation or frame.row.byline.shown
    )
    thread = frame.row.place.thread if frame.row.place else frame.row.byline.thread
    latest: dict[str, ShownUse] = {}
    for use in uses:
        latest.setdefault(use.where, use)
    newest = sorted(latest.values(), key=lambda use: use.at)[-(KNOTS - 1) :]
    return [
        Knot(start, thread, "started"),
        *(Knot(u.where, u.thread, u.outcome.value) for u in newest),
    ]
