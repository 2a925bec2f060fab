"""What people own under a tag, and who may learn that there is such a tag."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update
from sqlalchemy.orm import aliased

from wiki.kernel.database import db
from wiki.kernel.registry import registry
from wiki.people.current import Reader
from wiki.people.models import Topic
from wiki.people.vocabulary import Tag


def known_to(reader: Reader) -> ColumnElement[bool]:
    """Whether a reader may learn of a tag: it is explained, somebody inside knows about it, or
    something is filed under it that they may read (``registry("tag_known")``).
    """
    reasons = [Tag.description != "", *(known(reader) for known in registry("tag_known"))]
    if reader.signed_in:
        reasons.append(exists().where(Topic.tag_id == Tag.id))
    return or_(*reasons)


def merge(from_id: int, to_id: int) -> None:
    """What people know about or are learning moves; what they named under both stays once."""
    other = aliased(Topic)
    both = select(other.id).where(
        and_(
            other.tag_id == to_id,
            other.person_id == Topic.person_id,
            other.learning == Topic.learning,
        )
    )
    db().execute(delete(Topic).where(Topic.tag_id == from_id, both.exists()))
    db().execute(update(Topic).where(Topic.tag_id == from_id).values(tag_id=to_id))
