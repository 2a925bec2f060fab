"""Who may read an item: the one predicate that lists, counts, feeds, exports, search and single
pages start from.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ForeignKey, Index, Select, String, and_, false, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from wiki.items.choices import Visibility
from wiki.items.models import Item
from wiki.kernel.clock import now
from wiki.kernel.database import Base, db
from wiki.kernel.errors import Refused
from wiki.kernel.languages import _
from wiki.kernel.outbox import record
from wiki.kernel.questions import NOW
from wiki.people.current import Reader
from wiki.places.membership import confirmed_places

OPEN_FOR = timedelta(hours=24)


class Opening(Base):
    """That a steward opened one restricted item, with a written reason, for a day. The author is
    told at once.
    """

    __tablename__ = "openings"
    __table_args__ = (Index("ix_openings_by", "by_id", "until"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id", ondelete="CASCADE"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    reason: Mapped[str] = mapped_column(String(600))
    at: Mapped[datetime] = mapped_column(default=now)
    until: Mapped[datetime]


def open_to(reader: Reader) -> ColumnElement[bool]:
    """What this reader may read of what is shared (invariants 1 and 2). Drafts and withdrawals are
    asked about apart.
    """
    if not reader.signed_in:
        return Item.visibility == Visibility.PUBLIC
    allowed = [
        Item.visibility != Visibility.RESTRICTED,
        Item.author_id == reader.id,
        Item.place_id.in_(confirmed_places(reader.id)),
    ]
    if reader.is_steward:
        opened = select(Opening.item_id).where(Opening.by_id == reader.id, Opening.until > NOW)
        allowed.append(Item.id.in_(opened))
    return or_(*allowed)


def listed_for(reader: Reader) -> ColumnElement[bool]:
    """What appears to this reader in lists, counts and everything made from lists."""
    return and_(Item.listed_at.is_not(None), open_to(reader))


def readable_by(reader: Reader) -> ColumnElement[bool]:
    """What answers at its own address: what is listed, one's own drafts, and (as 410) what was
    withdrawn.
    """
    mine = Item.author_id == reader.id if reader.signed_in else false()
    return or_(mine, and_(Item.published_at.is_not(None), open_to(reader)))


def find(reader: Reader, key: str) -> Item | None:
    """The item for reading or changing; locked for change on databases that lock rows."""
    return db().scalar(select(Item).where(Item.key == key, readable_by(reader)))


def find_to_change(reader: Reader, key: str) -> Item | None:
    """The item, held until the end of this transaction so that counts and versions made from it are
    right.
    """
    found: Select[Item] = select(Item).where(Item.key == key, readable_by(reader))
    return db().scalar(found.with_for_update(of=Item))


def open_restricted(item: Item, by: Reader, reason: str) -> Opening:
    """Let a steward read one restricted item for 24 hours. Written down, and its author hears of
    it.
    """
    if item.visibility != Visibility.RESTRICTED:
        raise Refused(_("This is not restricted."))
    if len(reason.strip()) < 10:
        raise Refused(_("Write a reason the author will understand."), "reason")
    assert by.id is not None
    opening = Opening(item_id=item.id, by_id=by.id, reason=reason, at=now(), until=now() + OPEN_FOR)
    db().add(opening)
    record("item.opened_by_steward", item, by, scope_id=item.place_id, public=False)
    return opening
