"""What hangs from a tag among items."""

from __future__ import annotations

from sqlalchemy import ColumnElement, delete, exists, or_, select, update
from sqlalchemy.orm import aliased

from wiki.items.following import Follow, Subject
from wiki.items.models import Item, ItemTag
from wiki.items.visibility import listed_for
from wiki.kernel.database import db
from wiki.people.current import Reader
from wiki.people.vocabulary import Tag


def filed_for(reader: Reader) -> ColumnElement[bool]:
    """Whether the reader may read, or wrote, something that is filed under a tag."""
    readable = listed_for(reader)
    if reader.signed_in:
        readable = or_(readable, Item.author_id == reader.id)
    return exists().where(ItemTag.tag_id == Tag.id, Item.id == ItemTag.item_id, readable)


def merge(from_id: int, to_id: int) -> None:
    """Items and follows move; what was under both tags stays once."""
    other = aliased(ItemTag)
    both = select(other.id).where(other.tag_id == to_id, other.item_id == ItemTag.item_id)
    db().execute(delete(ItemTag).where(ItemTag.tag_id == from_id, both.exists()))
    db().execute(update(ItemTag).where(ItemTag.tag_id == from_id).values(tag_id=to_id))
    move_follows(from_id, to_id)


def move_follows(from_id: int, to_id: int) -> None:
    other = aliased(Follow)
    of_tag = (Follow.subject == Subject.TAG) & (Follow.subject_id == from_id)
    both = select(other.id).where(
        other.subject == Subject.TAG,
        other.subject_id == to_id,
        other.person_id == Follow.person_id,
    )
    db().execute(delete(Follow).where(of_tag, both.exists()))
    db().execute(update(Follow).where(of_tag).values(subject_id=to_id))
