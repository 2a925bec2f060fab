"""What people own under a tag, when the tag is merged into another."""

from __future__ import annotations

from sqlalchemy import and_, delete, select, update
from sqlalchemy.orm import aliased

from wiki.kernel.database import db
from wiki.people.models import Topic


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
