"""Tags as stewards keep them: what is filed under each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, delete, func, or_, select

from wiki.items.choices import Visibility
from wiki.items.following import Follow, Subject
from wiki.items.models import Item, ItemTag
from wiki.kernel.database import db
from wiki.kernel.errors import Refused
from wiki.kernel.languages import _
from wiki.kernel.naming import slug_of
from wiki.kernel.pages import Pager
from wiki.people.current import Reader
from wiki.people.models import Topic
from wiki.people.queries import Rows
from wiki.people.vocabulary import Tag, TagAlias


@dataclass(frozen=True, slots=True)
class TagRow:
    """A line of the ledger of tags. Items are counted as anybody signed in could count them."""

    id: int
    slug: str
    name: str
    description: str
    items: int
    people: int
    synonyms: list[Synonym] = field(default_factory=list)

    @property
    def is_unused(self) -> bool:
        return not self.items and not self.people


class Synonym(NamedTuple):
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class TagFilter:
    """What the ledger was narrowed to, as the address has it."""

    q: str = ""
    standing: str = ""

    @classmethod
    def of(cls, arguments: Mapping[str, str]) -> TagFilter:
        return cls(**{name: arguments.get(name, "").strip()[:100] for name in cls.__slots__})

    @property
    def is_set(self) -> bool:
        return any(getattr(self, name) for name in self.__slots__)

    def conditions(self) -> Iterable[ColumnElement[bool]]:
        if self.q:
            part = slug_of(self.q)
            by_synonym = select(TagAlias.tag_id).where(TagAlias.slug.contains(part))
            yield or_(Tag.slug.contains(part), Tag.id.in_(by_synonym))
        if self.standing == "unused":
            yield items_under() == 0
        elif self.standing == "undescribed":
            yield Tag.description == ""


def items_under() -> ColumnElement[int]:
    shared = (Item.listed_at.is_not(None), Item.visibility != Visibility.RESTRICTED)
    counted = select(func.count()).select_from(ItemTag).join(Item, Item.id == ItemTag.item_id)
    return counted.where(ItemTag.tag_id == Tag.id, *shared).scalar_subquery()


def tag_rows() -> Rows:
    people = select(func.count(Topic.person_id.distinct())).where(Topic.tag_id == Tag.id)
    statement: Rows = select(
        Tag.id,
        Tag.slug,
        Tag.name,
        Tag.description,
        items_under().label("items"),
        people.scalar_subquery().label("people"),
    )
    return statement


def find_tags(only: TagFilter, number: int) -> tuple[list[TagRow], Pager]:
    """One page of the ledger, by name."""
    counted = select(func.count()).select_from(Tag).where(*only.conditions())
    pager = Pager(number, has_next=False, total=db().scalar(counted) or 0)
    found = db().execute(
        tag_rows()
        .where(*only.conditions())
        .order_by(Tag.slug)
        .limit(pager.per_page)
        .offset(pager.offset)
    )
    return with_synonyms([tag_of(row) for row in found]), pager


def tag_of(row: Any) -> TagRow:
    return TagRow(**dict(row._mapping))


def tag_row(slug: str) -> TagRow | None:
    row = db().execute(tag_rows().where(Tag.slug == slug)).first()
    return with_synonyms([tag_of(row)])[0] if row else None


def with_synonyms(rows: list[TagRow]) -> list[TagRow]:
    """The same rows, with what else each tag is called."""
    synonyms: dict[int, list[Synonym]] = defaultdict(list)
    found = db().execute(
        select(TagAlias.tag_id, TagAlias.slug, TagAlias.name)
        .where(TagAlias.tag_id.in_([row.id for row in rows]))
        .order_by(TagAlias.name)
    )
    for tag_id, slug, name in found:
        synonyms[tag_id].append(Synonym(slug, name))
    for row in rows:
        row.synonyms.extend(synonyms[row.id])
    return rows


def tag_answering_to(name: str) -> Tag | None:
    """The tag of this name, or the one it is a synonym of."""
    slug = slug_of(name)
    synonym = select(TagAlias.tag_id).where(TagAlias.slug == slug)
    return db().scalar(select(Tag).where(or_(Tag.slug == slug, Tag.id.in_(synonym))))


def remove(tag: Tag, by: Reader) -> None:
    """Take a tag away with those who follow it, unless something is filed under it."""
    of_tag = (Follow.subject == Subject.TAG) & (Follow.subject_id == tag.id)
    if is_in_use(tag.id):
        raise Refused(_("Something is filed under it, perhaps a draft. Merge it into another tag."))
    db().execute(delete(Follow).where(of_tag))
    tag.remove(by)


def is_in_use(tag_id: int) -> bool:
    """Whether anything is filed under it, also what a steward does not see."""
    items = select(ItemTag.id).where(ItemTag.tag_id == tag_id)
    people = select(Topic.id).where(Topic.tag_id == tag_id)
    return bool(db().scalar(select(or_(items.exists(), people.exists()))))
