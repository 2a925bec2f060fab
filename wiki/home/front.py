"""The public front: what the network has learned, by subject, as far as a visitor may read it."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Executable, func, select

from wiki.home.words import sentence
from wiki.items.choices import Visibility
from wiki.items.models import Item, ItemTag
from wiki.items.reading import ItemRow, item_row, newest_first, rows_for
from wiki.kernel.questions import question
from wiki.people.current import VISITOR
from wiki.people.vocabulary import Tag

SUBJECTS, ITEMS_OF_EACH = 6, 3
#: The subjects are those of the newest public items: so many are looked at, however many there are.
LOOKED_AT = 400
HISTORY = 6


@dataclass
class SubjectShown:
    """A tag with a few of its public items."""

    name: str
    url: str
    description: str
    rows: list[ItemRow] = field(default_factory=list)


def read_subjects() -> list[SubjectShown]:
    """The tags with most public items of late, each with a few not shown above. Two statements."""
    found = filed_lately()
    wanted = sorted({row.item_id for row in found})
    rows = {row.id: item_row(VISITOR, row) for row in public_rows(wanted)} if wanted else {}
    subjects: dict[str, SubjectShown] = {}
    shown: set[int] = set()
    for one in found:
        subject = subjects.setdefault(
            one.slug, SubjectShown(sentence(one.name), f"/tags/{one.slug}", one.description)
        )
        if one.item_id in rows and one.item_id not in shown and len(subject.rows) < ITEMS_OF_EACH:
            subject.rows.append(rows[one.item_id])
            shown.add(one.item_id)
    return [subject for subject in subjects.values() if subject.rows]


@question
def filed_lately() -> Executable:
    """The busiest tags, each with its newest items: more than are shown, since some repeat."""
    recent = (
        select(Item.id, Item.listed_at)
        .where(Item.visibility == Visibility.PUBLIC, Item.listed_at.is_not(None))
        .where(~Item.is_history)
        .order_by(Item.listed_at.desc(), Item.id.desc())
        .limit(LOOKED_AT)
        .subquery("recent")
    )
    busiest = (
        select(ItemTag.tag_id, func.count().label("number"))
        .join(recent, recent.c.id == ItemTag.item_id)
        .group_by(ItemTag.tag_id)
        .order_by(func.count().desc(), ItemTag.tag_id)
        .limit(SUBJECTS)
        .subquery("busiest")
    )
    turn = func.row_number().over(
        partition_by=ItemTag.tag_id, order_by=(recent.c.listed_at.desc(), recent.c.id.desc())
    )
    newest = (
        select(ItemTag.tag_id, ItemTag.item_id, busiest.c.number, turn.label("turn"))
        .join(recent, recent.c.id == ItemTag.item_id)
        .join(busiest, busiest.c.tag_id == ItemTag.tag_id)
        .subquery("newest")
    )
    return (
        select(Tag.name, Tag.slug, Tag.description, newest.c.item_id)
        .join(newest, newest.c.tag_id == Tag.id)
        .where(newest.c.turn <= SUBJECTS * ITEMS_OF_EACH)
        .order_by(newest.c.number.desc(), Tag.name, newest.c.turn)
    )


@question
def public_rows(ids: list[int]) -> Executable:
    return rows_for(VISITOR).where(Item.id.in_(ids))


def read_history() -> list[ItemRow]:
    """The public pages on what was tried before, elsewhere."""
    return [item_row(VISITOR, row) for row in history_rows()]


@question
def history_rows() -> Executable:
    pages = rows_for(VISITOR).where(Item.kind == "page", Item.is_history)
    return newest_first(pages).limit(HISTORY)
