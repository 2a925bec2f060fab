"""Which strategies there are to tie work to."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import ColumnElement, Row, and_, func, or_, select
from sqlalchemy.sql.selectable import ScalarSelect

from wiki.kernel.database import db
from wiki.kernel.questions import THIS_YEAR
from wiki.strategies.models import Strategy


class StrategyLabel(NamedTuple):
    slug: str
    name: str


def is_current() -> ColumnElement[bool]:
    """Strategies whose period this year belongs to."""
    return and_(Strategy.starts_in <= THIS_YEAR, Strategy.ends_in >= THIS_YEAR)


def current() -> list[StrategyLabel]:
    """The strategies of this year, by name."""
    found = db().execute(
        select(Strategy.slug, Strategy.name).where(is_current()).order_by(Strategy.name)
    )
    return [StrategyLabel(*row) for row in found]


def how_many() -> ScalarSelect[int]:
    """How many strategies there are this year: what touches so many touches all."""
    return select(func.count()).select_from(Strategy).where(is_current()).scalar_subquery()


def all_of_them() -> list[Row[str, str, int, int, str]]:
    """Every strategy with its period, the present ones first."""
    return list(
        db()
        .execute(
            select(
                Strategy.slug, Strategy.name, Strategy.starts_in, Strategy.ends_in, Strategy.summary
            ).order_by(Strategy.ends_in.desc(), Strategy.name)
        )
        .all()
    )


def is_taken(name: str, slug: str, strategy_id: int | None) -> bool:
    """Whether another strategy has this name, or the address made from it."""
    taken = select(Strategy.id).where(
        or_(Strategy.name == name, Strategy.slug == slug), Strategy.id != (strategy_id or 0)
    )
    return db().scalar(taken.limit(1)) is not None
