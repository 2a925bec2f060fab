"""How open the network is: how much is restricted, and what stewards opened of it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select

from wiki.items.choices import Visibility
from wiki.items.models import Item
from wiki.items.visibility import Opening
from wiki.kernel.clock import now
from wiki.kernel.database import db
from wiki.kernel.pages import PER_PAGE, Pager
from wiki.people.models import Person


class OpeningRow(NamedTuple):
    """That a steward opened something restricted: who, when and why, not what (invariant 2)."""

    by_name: str
    by_key: str
    at: datetime
    until: datetime
    reason: str

    @property
    def is_open(self) -> bool:
        return self.until > now()


def restricted_in_all() -> ColumnElement[int]:
    restricted = Item.listed_at.is_not(None) & (Item.visibility == Visibility.RESTRICTED)
    return select(func.count()).select_from(Item).where(restricted).scalar_subquery()


def openings(number: int) -> tuple[list[OpeningRow], Pager]:
    """One page of what stewards opened, newest first."""
    pager = Pager(number, has_next=False)
    found = (
        db()
        .execute(
            select(Person.name, Person.key, Opening.at, Opening.until, Opening.reason)
            .join(Person, Person.id == Opening.by_id)
            .order_by(Opening.id.desc())
            .limit(PER_PAGE + 1)
            .offset(pager.offset)
        )
        .all()
    )
    lines = [OpeningRow(*row) for row in found[:PER_PAGE]]
    return lines, Pager(number, has_next=len(found) > PER_PAGE)
