"""Items: the one supertype of everything people write. What is common to all kinds is written here
once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    delete,
    select,
    text,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column, relationship

from wiki.items.choices import WIDTH, Attribution, Basis, Intent, Origin, Visibility
from wiki.items.kinds import Kind, kind_called
from wiki.items.reuse import judge
from wiki.kernel.clock import now, today
from wiki.kernel.database import LAST, Base, Timestamps, db
from wiki.kernel.errors import Refused, Stale
from wiki.kernel.languages import _
from wiki.kernel.markdown import MAX_ITEM, RENDERER_VERSION, Rendered, excerpt
from wiki.kernel.naming import KEY_LENGTH, new_key, slug_of
from wiki.kernel.outbox import declare, record
from wiki.people.current import Reader
from wiki.people.models import Person
from wiki.people.vocabulary import Area, LearnerGroup, Tag, tags_called
from wiki.places.models import Place

declare(
    {
        "item.drafted": "Somebody began to write an item; only they can see it.",
        "item.published": "An item became readable by others.",
        "item.revised": "An item was edited; the revision says what and by whom.",
        "item.moved": "An item hangs from another place than before, or from none.",
        "item.restricted": "An item was restricted to confirmed members, with a reason.",
        "item.widened": "An item became readable by more people.",
        "item.withdrawn": "An item was taken back with a reason.",
        "item.restored": "A withdrawn item was put back.",
        "item.discarded": "A draft was thrown away.",
        "item.opened_by_steward": "A steward opened a restricted item for a day, with a reason.",
        "item.imported": "An item came in with an import; nobody is told of each.",
    }
)

LONGEST_EXCERPT = 320
RESTRICTED_AT_MOST = timedelta(days=366)
#: What only the author says of an item (DECISIONS.md 3).
CLAIMS = ("intent", "evidence_basis", "origin")


@dataclass(frozen=True, slots=True)
class Written:
    """What a form, import or seed says an item should now hold. Markdown is rendered already."""

    title: str
    texts: Mapping[str, str]
    rendered: Mapping[str, Rendered]
    tags: tuple[str, ...] = ()
    area_ids: tuple[int, ...] = ()
    learner_group_ids: tuple[int, ...] = ()
    summary: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    #: None: as it is. Only the author changes these (DECISIONS.md 3).
    intent: Intent | None = None
    evidence_basis: Basis | None = None
    origin: Origin | None = None


class Item(Timestamps, Base):
    """Something somebody wrote for others: title, Markdown texts, where it belongs, who may read
    it, how sure we are.

    ``html`` holds each text rendered at save with reference marks; ``listed_at`` is when it was
    published, and is empty for drafts and withdrawn items: lists are made and ordered by it.
    """

    __tablename__ = "items"
    __table_args__ = (
        CheckConstraint(
            "visibility <> 'restricted' OR (restriction_reason <> ''"
            " AND restriction_review_on IS NOT NULL AND place_id IS NOT NULL)",
            name="restriction",
        ),
        CheckConstraint("version >= 1", name="version"),
        Index("ix_items_listed", "listed_at", "id"),
        Index("ix_items_visibility", "visibility", "listed_at"),
        Index("ix_items_place", "place_id", "kind", "listed_at", "visibility"),
        Index("ix_items_place_listed", "place_id", "listed_at", "visibility"),
        Index("ix_items_kind", "kind", "listed_at"),
        Index("ix_items_author", "author_id", "listed_at"),
        Index("ix_items_author_replied", "author_id", "last_reply_at"),
        Index("ix_items_author_review", "author_id", "restriction_review_on"),
        Index("ix_items_place_evidence", "place_id", "kind", "evidence", "listed_at"),
        Index("ix_items_place_replied", "place_id", "last_reply_at"),
        Index("ix_items_kind_evidence", "kind", "evidence", "listed_at"),
        Index("ix_items_kind_used", "kind", "use_count", "listed_at"),
        Index(  # a handful among thousands
            "ix_items_history",
            "visibility",
            "kind",
            "listed_at",
            sqlite_where=text("is_history = 1"),
            postgresql_where=text("is_history"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(KEY_LENGTH), unique=True, default=new_key)
    kind: Mapped[str] = mapped_column(String(20))
    slug: Mapped[str] = mapped_column(String(60), default="untitled")
    title: Mapped[str] = mapped_column(String(300), default="")
    summary: Mapped[str] = mapped_column(String(600), default="")
    excerpt: Mapped[str] = mapped_column(String(LONGEST_EXCERPT), default="")
    problem: Mapped[str] = mapped_column(String(300), default="")
    renderer: Mapped[int] = mapped_column(default=RENDERER_VERSION)

    author_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    credited: Mapped[list[str]] = mapped_column(JSON, default=list)
    attribution: Mapped[Attribution] = mapped_column(String(10), default=Attribution.NAMED)
    place_id: Mapped[int | None] = mapped_column(ForeignKey("places.id"))
    intent: Mapped[Intent] = mapped_column(String(12), default=Intent.SHARE)
    origin: Mapped[Origin] = mapped_column(String(20), default=Origin.OWN_ORGANISATION)
    evidence_basis: Mapped[Basis | None] = mapped_column(String(20))
    evidence: Mapped[int] = mapped_column(default=0)
    mixed: Mapped[bool] = mapped_column(default=False)

    visibility: Mapped[Visibility] = mapped_column(String(10), default=Visibility.NETWORK)
    restriction_reason: Mapped[str] = mapped_column(String(600), default="")
    restriction_review_on: Mapped[date | None] = mapped_column(index=True)

    version: Mapped[int] = mapped_column(default=1)
    #: The version that was shared. What the draft was before that, only its author sees.
    shared_version: Mapped[int] = mapped_column(default=1)
    listed_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    revised_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    withdrawn_because: Mapped[str] = mapped_column(String(600), default="")
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("items.id"))

    reply_count: Mapped[int] = mapped_column(default=0)
    use_count: Mapped[int] = mapped_column(default=0)
    helpful_count: Mapped[int] = mapped_column(default=0)
    last_reply_at: Mapped[datetime | None]

    source: Mapped[str] = mapped_column(String(400), default="")
    source_date: Mapped[date | None]
    is_history: Mapped[bool] = mapped_column(default=False)

    # Stored last: SQLite reads through a long text to get at what lies behind it in the row.
    body: Mapped[str] = mapped_column(Text, default="", deferred=True, sort_order=LAST)
    html: Mapped[dict[str, str]] = mapped_column(JSON, default=dict, deferred=True, sort_order=LAST)
    text: Mapped[str] = mapped_column(Text, default="", deferred=True, sort_order=LAST)
    references: Mapped[dict[str, Any]] = mapped_column(
        JSON, default=dict, deferred=True, sort_order=LAST
    )

    author: Mapped[Person | None] = relationship(foreign_keys=[author_id], lazy="raise")
    place: Mapped[Place | None] = relationship(lazy="raise")
    tags: Mapped[list[Tag]] = relationship(secondary="item_tags", lazy="raise", viewonly=True)
    areas: Mapped[list[Area]] = relationship(secondary="item_areas", lazy="raise", viewonly=True)
    learner_groups: Mapped[list[LearnerGroup]] = relationship(
        secondary="item_learner_groups", lazy="raise", viewonly=True
    )

    __mapper_args__ = {
        "polymorphic_on": "kind",
        "polymorphic_identity": "item",
    }

    # -- questions

    @property
    def declared(self) -> Kind:
        return kind_called(self.kind)

    @property
    def path(self) -> str:
        return f"/{self.declared.path}/{self.key}-{self.slug}"

    @property
    def is_draft(self) -> bool:
        return self.published_at is None

    @property
    def is_imported(self) -> bool:
        """Written elsewhere by people who have no account here."""
        return self.author_id is None

    @property
    def is_listed(self) -> bool:
        return self.listed_at is not None

    def texts(self) -> dict[str, str]:
        """The Markdown of every part, by name."""
        return {part.name: getattr(self, part.name) for part in self.declared.parts}

    def tag_names(self) -> list[str]:
        """Its tags, in the order in which they were added."""
        return list(
            db().scalars(
                select(Tag.name)
                .join(ItemTag, ItemTag.tag_id == Tag.id)
                .where(ItemTag.item_id == self.id)
                .order_by(ItemTag.id)
            )
        )

    def area_ids(self) -> list[int]:
        of_item = select(ItemArea.area_id).where(ItemArea.item_id == self.id)
        return list(db().scalars(of_item.order_by(ItemArea.area_id)))

    def learner_group_ids(self) -> list[int]:
        column = ItemLearnerGroup.learner_group_id
        return list(
            db().scalars(select(column).where(ItemLearnerGroup.item_id == self.id).order_by(column))
        )

    def versioned(self) -> dict[str, Any]:
        """All that a revision keeps. Claims are kept to be seen; restoring leaves them to the
        author.
        """
        return {
            "title": self.title,
            "summary": self.summary,
            "texts": self.texts(),
            "fields": {name: getattr(self, name) for name in self.declared.fields},
            "tags": self.tag_names(),
            "areas": self.area_ids(),
            "learner_groups": self.learner_group_ids(),
            "claims": {name: getattr(self, name) for name in CLAIMS},
        }

    # -- verbs

    @classmethod
    def begin(
        cls, kind: Kind, author: Person | Reader | None, place: Place | None, written: Written
    ) -> Item:
        """A new draft, seen by its author only."""
        if place is not None and not place.takes_items:
            raise Refused(_("This place takes nothing new."), "place")
        item: Item = kind.model(
            kind=kind.name,
            author_id=author.id if author else None,
            place_id=place.id if place else None,
        )
        db().add(item)
        item._take(written)
        db().flush()
        item._file(written)
        item._keep_revision(author, "")
        judge(item)
        record("item.drafted", item, author, scope_id=item.place_id, public=False)
        return item

    def publish(self, by: Person | Reader | None, at: datetime | None = None) -> None:
        """Share a draft with those who may read it. Refused while a part that readers need is
        missing.
        """
        if self.published_at is not None:
            return
        self.check_complete()
        place = db().get(Place, self.place_id) if self.place_id is not None else None
        if place is not None and not place.takes_items:
            raise Refused(_("This place takes nothing new."), "place")
        self.published_at = self.listed_at = at or now()
        self.shared_version = self.version
        self._relist()
        record("item.published", self, by, scope_id=self.place_id)

    def arrive(self, at: datetime) -> None:
        """Be shared as something written elsewhere, at its own date: complete as it came, and
        nobody is told.
        """
        self.published_at = self.listed_at = at
        self._relist()
        record("item.imported", self, None, scope_id=self.place_id)

    def check_complete(self) -> None:
        """Raise :class:`Refused` for the first thing without which this kind is not shared."""
        if not self.title.strip():
            raise Refused(_("Give it a title."), "title")
        if self.author_id is None:
            return  # imported: what is missing was not recorded in the original
        for part in self.declared.parts:
            if part.required and not getattr(self, part.name).strip():
                raise Refused(str(part.required), part.name)

    def check_has_tag(self) -> None:
        if db().scalar(select(ItemTag.id).where(ItemTag.item_id == self.id).limit(1)) is None:
            raise Refused(_("Add at least one tag, so that others find it."), "tags")

    def revise(
        self, by: Person | Reader | None, written: Written, *, version: int, reason: str = ""
    ) -> None:
        """Save an edit made to ``version``. If somebody saved in between, nothing is overwritten:
        :class:`Stale`.
        """
        self.check_version(version)
        before = self.versioned()
        self._take(written)
        self._file(written)
        if self.published_at is not None:
            self.check_complete()
        after = self.versioned()
        if after == before:
            return
        self.version += 1
        self.revised_at = now()
        self._keep_revision(by, reason)
        judge(self)
        changed = sorted(name for name in after if after[name] != before[name])
        if self.is_draft:
            db().flush()
            return
        record(
            "item.revised", self, by, scope_id=self.place_id, changed=changed, number=self.version
        )

    def check_version(self, version: int) -> None:
        if version == self.version:
            return
        editor = (
            db()
            .execute(
                select(Person.id, Person.name)
                .join(Revision, Revision.editor_id == Person.id)
                .where(Revision.item_id == self.id, Revision.number == self.version)
            )
            .first()
        )
        theirs = {"title": self.title, "summary": self.summary, **self.texts()}
        raise Stale(
            _("Somebody saved this while you were writing. Nothing is lost: both texts are below."),
            theirs=theirs,
            by=self.name_shown_for_edit(editor.id, editor.name) if editor else _("Somebody"),
            version=self.version,
        )

    def name_shown_for_edit(self, editor_id: int | None, name: str) -> str:
        """A role-only author's own edits read "the author" (DECISIONS.md 3)."""
        if self.attribution == Attribution.ROLE_ONLY and editor_id == self.author_id:
            return _("the author")
        return name

    def restrict(self, by: Person | Reader, reason: str, review_on: date | None) -> None:
        """Let only confirmed members of its place read it: needs a reason and a date to look again
        (invariants 2, 3).
        """
        if self.place_id is None:
            raise Refused(
                _("Only what belongs to a forum or community can be restricted to its members."),
                "visibility",
            )
        if not reason.strip():
            raise Refused(
                _("Say why others in the network should not read this."), "restriction_reason"
            )
        if review_on is None or not today() < review_on <= today() + RESTRICTED_AT_MOST:
            raise Refused(
                _("Name a date within the next 12 months to look at this again."),
                "restriction_review_on",
            )
        self.visibility = Visibility.RESTRICTED
        self.restriction_reason, self.restriction_review_on = reason, review_on
        if not self.is_draft:
            record("item.restricted", self, by, scope_id=self.place_id)

    def open_to(self, by: Person | Reader, visibility: Visibility, reason: str = "") -> None:
        """Widen to the network or the public; from public to network is narrowing and needs a
        reason.
        """
        if visibility is Visibility.RESTRICTED:
            raise Refused(_("Restricting needs a reason and a review date."), "visibility")
        before = Visibility(self.visibility)
        if before is visibility:
            return
        narrower = WIDTH[visibility] < WIDTH[before]
        if narrower and not self.is_draft and not reason.strip():
            raise Refused(
                _("Say why fewer people should read this from now on."), "restriction_reason"
            )
        self.visibility = visibility
        self.restriction_reason = reason if narrower else ""
        self.restriction_review_on = None
        if not self.is_draft:
            name = "item.restricted" if narrower else "item.widened"
            record(
                name, self, by, scope_id=self.place_id, before=before.value, after=visibility.value
            )

    def move(self, by: Person | Reader, place: Place | None) -> None:
        """Hang it from another place, or from none. What is restricted stays with those it was
        restricted to.
        """
        before, after = self.place_id, place.id if place else None
        if before == after:
            return
        if place is not None and not place.takes_items:
            raise Refused(_("This place takes nothing new."), "place")
        if self.visibility == Visibility.RESTRICTED and (place is None or not self.is_draft):
            raise Refused(
                _("This is restricted to members of its place. Open it to the network first."),
                "place",
            )
        self.place_id = after
        judge(self)
        if not self.is_draft:
            record("item.moved", self, by, scope_id=after, before=before)

    def withdraw(self, by: Person | Reader, reason: str, successor: Item | None = None) -> None:
        """Take it back: it leaves every list; those who could read it find the reason and what to
        read instead.
        """
        if self.is_draft or self.withdrawn_at is not None:
            raise Refused(_("Only what is shared can be withdrawn."))
        if not reason.strip():
            raise Refused(_("Say why, for those who come back to it."), "reason")
        if successor is not None and successor.id == self.id:
            raise Refused(_("It can’t be its own successor."), "successor")
        self.withdrawn_at, self.withdrawn_by_id, self.withdrawn_because = now(), by.id, reason
        self.successor_id = successor.id if successor else None
        self.listed_at = None
        self._relist()
        record("item.withdrawn", self, by, scope_id=self.place_id)

    def discard(self, by: Person | Reader) -> None:
        """Throw a draft away, with its versions. What was ever shared is withdrawn instead."""
        if not self.is_draft:
            raise Refused(_("Only a draft can be thrown away; what is shared can be withdrawn."))
        record("item.discarded", self, by, scope_id=self.place_id, public=False)
        db().execute(delete(Item).where(Item.id == self.id))
        db().expunge(self)

    def put_back(self, by: Person | Reader) -> None:
        """Undo a withdrawal."""
        if self.withdrawn_at is None:
            raise Refused(_("This is not withdrawn."))
        self.withdrawn_at = self.withdrawn_by_id = self.successor_id = None
        self.withdrawn_because = ""
        self.listed_at = self.published_at
        self._relist()
        record("item.restored", self, by, scope_id=self.place_id)

    def restore(
        self,
        revision: Revision,
        by: Person | Reader,
        rendered: Mapping[str, Rendered],
        version: int,
    ) -> None:
        """Make the text of an earlier revision the newest one; nothing in between is lost
        (invariant 5).
        """
        kept = revision.kept
        written = Written(
            title=kept["title"],
            summary=kept.get("summary", ""),
            texts=kept["texts"],
            rendered=rendered,
            tags=tuple(kept["tags"]),
            area_ids=still_there(Area.id, kept["areas"]),
            learner_group_ids=still_there(LearnerGroup.id, kept["learner_groups"]),
            fields=kept["fields"],
        )
        self.revise(
            by, written, version=version, reason=_("Version %(n)s restored", n=revision.number)
        )

    # -- how

    def _take(self, written: Written) -> None:
        size = sum(len(text) for text in written.texts.values())
        if size > MAX_ITEM:
            raise Refused(
                _(
                    "All parts together are %(size)s characters long; %(most)s fit.",
                    size=f"{size:,}",
                    most=f"{MAX_ITEM:,}",
                ),
                self.declared.parts[0].name,
            )
        self.title = written.title
        self.slug = slug_of(written.title)
        self.summary = written.summary
        for name, value in {**written.texts, **written.fields}.items():
            setattr(self, name, value)
        for name in CLAIMS:
            if getattr(written, name) is not None:
                setattr(self, name, getattr(written, name))
        rendered = {name: written.rendered[name] for name in written.texts if written.texts[name]}
        self.html = {name: one.html for name, one in rendered.items()}
        self.text = "\n\n".join(one.text for one in rendered.values())
        self.references = {
            name: [[r.kind, r.value, r.label] for r in one.references]
            for name, one in rendered.items()
            if one.references
        }
        self.excerpt = excerpt(written.summary, LONGEST_EXCERPT - 1) or excerpt(self.text)
        self.problem = next((one.problem for one in rendered.values() if one.problem), "") or ""
        self.renderer = RENDERER_VERSION

    def _file(self, written: Written) -> None:
        """Put it under its tags, areas and learner groups."""
        session = db()
        wanted = tags_called(list(written.tags))
        present = {
            row.tag_id: row
            for row in session.scalars(select(ItemTag).where(ItemTag.item_id == self.id))
        }
        for tag in wanted:
            if tag.id not in present:
                session.add(ItemTag(item_id=self.id, tag_id=tag.id, listed_at=self.listed_at))
        for tag_id, row in present.items():
            if tag_id not in {tag.id for tag in wanted}:
                session.delete(row)
        for table, column, ids in (
            (ItemArea, "area_id", written.area_ids),
            (ItemLearnerGroup, "learner_group_id", written.learner_group_ids),
        ):
            have = set(
                session.scalars(select(getattr(table, column)).where(table.item_id == self.id))
            )
            session.add_all(
                table(item_id=self.id, **{column: one})
                for one in dict.fromkeys(ids)
                if one not in have
            )
            if gone := have - set(ids):
                session.execute(
                    delete(table).where(table.item_id == self.id, getattr(table, column).in_(gone))
                )
        session.flush()

    def _relist(self) -> None:
        db().flush()
        db().execute(
            update(ItemTag).where(ItemTag.item_id == self.id).values(listed_at=self.listed_at)
        )

    def _keep_revision(self, by: Person | Reader | None, reason: str) -> None:
        db().flush()
        db().add(
            Revision(
                item_id=self.id,
                number=self.version,
                editor_id=by.id if by else None,
                reason=reason[:300],
                at=now(),
                kept=self.versioned(),
            )
        )


def still_there(column: InstrumentedAttribute[int], ids: list[int]) -> tuple[int, ...]:
    """Those of the ids that the network still has a word for."""
    return tuple(db().scalars(select(column).where(column.in_(ids)))) if ids else ()


class Revision(Base):
    """An item as it was: every edit makes one, naming the editor; any can be restored (invariant
    5).
    """

    __tablename__ = "revisions"
    __table_args__ = (UniqueConstraint("item_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id", ondelete="CASCADE"))
    number: Mapped[int]
    editor_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    reason: Mapped[str] = mapped_column(String(300), default="")
    at: Mapped[datetime] = mapped_column(default=now)
    kept: Mapped[dict[str, Any]] = mapped_column(JSON)


class ItemTag(Base):
    """That an item is filed under a tag; ``listed_at`` as the item's, so that a tag's newest are
    found by index.
    """

    __tablename__ = "item_tags"
    __table_args__ = (
        UniqueConstraint("item_id", "tag_id"),
        Index("ix_item_tags_tag", "tag_id", "listed_at", "item_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id", ondelete="CASCADE"))
    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id"))
    listed_at: Mapped[datetime | None]


class ItemArea(Base):
    __tablename__ = "item_areas"

    item_id: Mapped[int] = mapped_column(
        ForeignKey("items.id", ondelete="CASCADE"), primary_key=True
    )
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), primary_key=True, index=True)


class ItemLearnerGroup(Base):
    __tablename__ = "item_learner_groups"

    item_id: Mapped[int] = mapped_column(
        ForeignKey("items.id", ondelete="CASCADE"), primary_key=True
    )
    learner_group_id: Mapped[int] = mapped_column(
        ForeignKey("learner_groups.id"), primary_key=True, index=True
    )
