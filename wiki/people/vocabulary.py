"""The network's shared words: sectors, areas, learner groups and tags."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import ClassVar, TypeAlias

from sqlalchemy import ForeignKey, String, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from wiki.kernel.database import Base, Timestamps, db
from wiki.kernel.errors import Refused
from wiki.kernel.languages import _
from wiki.kernel.naming import SLUG_LENGTH, fold, slug_of
from wiki.kernel.outbox import declare, record
from wiki.kernel.registry import registry

declare(
    {
        "sector.added": "A sector was added to the list.",
        "sector.changed": "A sector has another name, or is watched or no longer.",
        "sector.removed": "A sector nobody used was taken off the list.",
        "area.added": "An area was added to the list.",
        "area.changed": "An area has another name, other dates, or lies in another area.",
        "area.removed": "An area nobody used was taken off the list.",
        "learner_group.added": "A learner group was added to the list.",
        "learner_group.changed": "A learner group has another name.",
        "learner_group.removed": "A learner group nobody used was taken off the list.",
        "tag.changed": "A tag has another name, description or synonym.",
        "tag.merged": "A tag took over all that was filed under another.",
        "tag.removed": "A tag nobody used was taken away.",
    }
)

LONGEST_TAG = 40


class Word:
    """An entry of one of the network's fixed lists. Its name may change; its address stays."""

    thing: ClassVar[str]

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)

    def add(self, name: str, by: object) -> None:
        """Put a new entry on the list."""
        self.slug = self._free_slug(name)
        self._store(name)
        record(f"{self.thing}.added", self, by)

    def rename(self, name: str, by: object) -> None:
        self._store(name)
        record(f"{self.thing}.changed", self, by)

    def remove(self, by: object) -> None:
        """Take an entry off the list. What uses it keeps it there: the database sees to it."""
        record(f"{self.thing}.removed", self, by)
        try:
            with db().begin_nested():
                db().delete(self)
        except IntegrityError:
            raise Refused(_("This is in use, so it stays.")) from None

    def _store(self, name: str) -> None:
        if self._is_taken(name):
            raise Refused(_("There is one with this name already."), "name")
        self.name = name
        db().add(self)
        db().flush()

    def _is_taken(self, name: str) -> bool:
        """Whether another entry has this name, but for case and accents."""
        model = type(self)
        others = db().scalars(select(model.name).where(model.id != (self.id or 0)))
        return fold(name) in {fold(other) for other in others}

    def _free_slug(self, name: str) -> str:
        slug = base = slug_of(name)
        taken = set(db().scalars(select(type(self).slug)))
        number = 2
        while slug in taken:
            slug, number = f"{base[: SLUG_LENGTH - 5]}-{number}", number + 1
        return slug


class Sector(Word, Base):
    """One of a fixed list. A watched sector is one known to be under-represented."""

    __tablename__ = "sectors"
    thing = "sector"

    watched: Mapped[bool] = mapped_column(default=False)


class Area(Word, Base):
    """A place in the city, possibly inside a larger one, with dates of validity."""

    __tablename__ = "areas"
    thing = "area"

    parent_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]

    def lie_within(self, parent: Area | None) -> None:
        """Say which larger area it is part of. No area lies inside itself, however far round."""
        if parent is not None and self.id in lineage(parent):
            raise Refused(_("That area lies inside this one."), "parent")
        self.parent_id = parent.id if parent is not None else None

    def last(self, valid_from: date | None, valid_to: date | None) -> None:
        """Say from when to when it exists. What was filed under it before stays there."""
        if valid_from is not None and valid_to is not None and valid_to < valid_from:
            raise Refused(_("The last day comes after the first."), "valid_to")
        self.valid_from, self.valid_to = valid_from, valid_to


def lineage(area: Area) -> list[int]:
    """The area and all it lies in, inside first. The areas are held until the change is done."""
    found = db().execute(select(Area.id, Area.parent_id).order_by(Area.id).with_for_update())
    parents = {row.id: row.parent_id for row in found}
    line: list[int] = []
    step: int | None = area.id
    while step is not None and step not in line:
        line.append(step)
        step = parents.get(step)
    return line


class LearnerGroup(Word, Base):
    """A kind of learner, used to tag content and split figures."""

    __tablename__ = "learner_groups"
    thing = "learner_group"


#: What a feature does when all that is filed under one tag (its id first) moves to another.
Merge: TypeAlias = Callable[[int, int], None]


class Tag(Timestamps, Base):
    """A word things are filed under, with a page of its own."""

    __tablename__ = "tags"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(LONGEST_TAG), unique=True)
    description: Mapped[str] = mapped_column(String(300), default="")

    def rename(self, name: str, by: object) -> None:
        """Another name gives another address; the old one redirects."""
        name = one_tag(name, "name")
        if name == self.name:
            return
        slug = slug_of(name)
        if slug != self.slug:
            self._check_free(slug, name, "name")
            db().execute(delete(TagAlias).where(TagAlias.slug == slug))
            db().add(TagAlias(slug=self.slug, name=self.name, tag_id=self.id))
        self.name, self.slug = name, slug
        record("tag.changed", self, by, changed=["name"])

    def describe(self, description: str, by: object) -> None:
        if description != self.description:
            self.description = description
            record("tag.changed", self, by, changed=["description"])

    def add_synonym(self, name: str, by: object) -> None:
        """Whoever types the synonym gets this tag."""
        name = one_tag(name, "synonym")
        slug = slug_of(name)
        if slug == self.slug or db().get(TagAlias, slug) in synonyms_of(self.id):
            raise Refused(_("This tag answers to “%(name)s” already.", name=name), "synonym")
        self._check_free(slug, name, "synonym")
        db().add(TagAlias(slug=slug, name=name, tag_id=self.id))
        record("tag.changed", self, by, changed=["synonyms"])

    def remove_synonym(self, slug: str, by: object) -> None:
        db().execute(delete(TagAlias).where(TagAlias.slug == slug, TagAlias.tag_id == self.id))
        record("tag.changed", self, by, changed=["synonyms"])

    def merge_into(self, target: Tag, by: object) -> None:
        """Move all that is filed under this tag to another, which answers to its name from now on.

        Each feature moves what is its own: ``registry("tag_merge")``.
        """
        if target.id == self.id:
            raise Refused(_("A tag can’t be merged into itself."), "target")
        for move in registry("tag_merge"):
            move(self.id, target.id)
        db().execute(update(TagAlias).where(TagAlias.tag_id == self.id).values(tag_id=target.id))
        db().add(TagAlias(slug=self.slug, name=self.name, tag_id=target.id))
        target.description = target.description or self.description
        record("tag.merged", target, by, before=self.id)
        db().delete(self)
        db().flush()

    def remove(self, by: object) -> None:
        """Take a tag away that nothing is filed under."""
        record("tag.removed", self, by)
        try:
            with db().begin_nested():
                db().delete(self)
        except IntegrityError:
            raise Refused(_("Something is filed under it. Merge it into another tag.")) from None

    def _check_free(self, slug: str, name: str, field: str) -> None:
        """Refuse a name that is another tag's, or a synonym of another."""
        other = select(Tag.id).where(Tag.slug == slug, Tag.id != self.id)
        synonym = select(TagAlias.tag_id).where(TagAlias.slug == slug, TagAlias.tag_id != self.id)
        if db().scalar(other.union_all(synonym)) is not None:
            raise Refused(
                _("“%(name)s” is a tag already, or a synonym of one: merge the two.", name=name),
                field,
            )


class TagAlias(Base):
    """An old name or a synonym: typing it gives the tag, its address redirects."""

    __tablename__ = "tag_aliases"

    slug: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(LONGEST_TAG))
    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id", ondelete="CASCADE"), index=True)


def synonyms_of(tag_id: int) -> list[TagAlias]:
    return list(
        db().scalars(select(TagAlias).where(TagAlias.tag_id == tag_id).order_by(TagAlias.name))
    )


def one_tag(text: str, field: str) -> str:
    """The one tag somebody wrote, as tags are written."""
    names = tag_names(text)
    if len(names) != 1:
        raise Refused(_("Write one tag, without a comma."), field)
    check_tag(names[0], field)
    return names[0]


def check_tag(name: str, field: str = "tags") -> None:
    if len(name) > LONGEST_TAG:
        raise Refused(
            _(
                "“%(tag)s…” is too long for a tag: %(most)s characters fit.",
                tag=name[:20],
                most=LONGEST_TAG,
            ),
            field,
        )
    if slug_of(name) == slug_of("") != fold(name):
        raise Refused(
            _("“%(tag)s” can’t be a tag: it needs a letter from a to z or a number.", tag=name),
            field,
        )


def tag_names(text: str) -> list[str]:
    """The tags of a comma-separated line, lower case, each once, in the order typed."""
    names = (
        " ".join(part.split()).strip("# ").lower() for part in text.replace(";", ",").split(",")
    )
    return list(dict.fromkeys(name for name in names if name))


def tags_called(names: list[str], session: Session | None = None) -> list[Tag]:
    """The tags of these names: the preferred one for a synonym, a new one for a new word."""
    session = session or db()
    by_slug: dict[str, str] = {}
    for name in names:
        check_tag(name)
        by_slug.setdefault(slug_of(name), name)
    found = {tag.slug: tag for tag in session.scalars(select(Tag).where(Tag.slug.in_(by_slug)))}
    aliases = session.execute(
        select(TagAlias.slug, Tag)
        .join(Tag, Tag.id == TagAlias.tag_id)
        .where(TagAlias.slug.in_(by_slug))
    )
    found |= {slug: tag for slug, tag in aliases if slug not in found}
    for slug, name in by_slug.items():
        if slug not in found:
            found[slug] = Tag(slug=slug, name=name)
            session.add(found[slug])
    session.flush()
    return list({found[slug].id: found[slug] for slug in by_slug}.values())
