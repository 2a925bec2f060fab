"""Questions to the database, each written once; from then on only its values change.

To put a statement together costs several times what it costs to answer it. A function marked
``@question`` is therefore called once for each shape of its arguments, with stand-ins in place of
numbers, texts, dates and readers, and the statement it returns is kept::

    @question
    def replies_of(reader: Reader, item_id: int) -> Select[Any]:
        return select(Reply.id, Reply.html).where(Reply.item_id == item_id, open_to(reader))

    rows = replies_of(reader, 7)

What is computed from a value has to be computed before: inside, it is not known yet. Anything that
is not a value (a choice, a flag, None) is known, and has a statement of its own. The present is
``NOW``, ``TODAY`` or ``THIS_YEAR``, filled in when the question is put.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import date, datetime
from functools import wraps
from inspect import signature
from typing import Any, ParamSpec, Protocol

from sqlalchemy import BindParameter, Date, Executable, Integer, Row, String, bindparam
from sqlalchemy.sql.visitors import iterate
from sqlalchemy.types import TypeEngine

from wiki.kernel.clock import now, today
from wiki.kernel.database import Moment, db

Asked = ParamSpec("Asked")

#: Values, by their exact type: an enumeration is text too, but a choice, not a value.
VALUES: Mapping[type, TypeEngine[Any]] = {
    int: Integer(),
    str: String(),
    datetime: Moment(),
    date: Date(),
}
#: More shapes than any question has: it was asked with values that do not look like values.
MOST_SHAPES = 500
SEVERAL = frozenset({list, tuple, set, frozenset})

#: The moment, the day and the year in which a question is put.
NOW: BindParameter[datetime] = bindparam("now", type_=Moment(), callable_=now)
TODAY: BindParameter[date] = bindparam("today", type_=Date(), callable_=today)
THIS_YEAR: BindParameter[int] = bindparam(
    "this_year", type_=Integer(), callable_=lambda: today().year
)


class HasStandIn(Protocol):
    """Something with values of its own, such as who is asking."""

    @property
    def stand_in(self) -> Hashable:
        """The same with parameters for its values: equal for all that are asked about alike."""

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The values, by the names of those parameters."""


def question(
    build: Callable[Asked, Executable],
) -> Callable[Asked, Sequence[Row[*tuple[Any, ...]]]]:
    """Ask the database with the statement this function makes; the answer is all its rows."""
    names = tuple(signature(build).parameters)
    written: dict[tuple[Any, ...], Executable] = {}
    write: Callable[..., Executable] = build

    @wraps(build)
    def ask(*values: Any) -> Sequence[Row[*tuple[Any, ...]]]:
        shape: list[Any] = []
        given: dict[str, Any] = {}
        for name, value in zip(names, values, strict=True):
            kind = type(value)
            if kind in VALUES or kind in SEVERAL:
                shape.append(kind)
                given[name] = value
            elif hasattr(value, "stand_in"):
                shape.append(value.stand_in)
                given.update(value.parameters)
            else:
                shape.append(value)
        key = tuple(shape)
        statement = written.get(key)
        if statement is None:
            if len(written) >= MOST_SHAPES:
                written.clear()  # another thread may be just below
            statement = written[key] = without_dates(write(*map(stand_in_for, names, key)))
        session = db()
        session.flush()
        return session.connection().execute(statement, given).all()

    return ask  # type: ignore[return-value]


def stand_in_for(name: str, part: Any) -> Any:
    if part in SEVERAL:
        return bindparam(name, expanding=True)
    return parameter(name, part) if isinstance(part, type) else part


def parameter(name: str, kind: type) -> BindParameter[Any]:
    """A value to come."""
    return bindparam(name, type_=VALUES[kind])


def without_dates(statement: Any) -> Executable:
    """Refuse a statement that would for ever ask about the moment it was written."""
    for part in iterate(statement):
        if isinstance(part, BindParameter) and isinstance(part.value, date):
            raise RuntimeError(f"a question is kept: ask with NOW or TODAY, not with {part.value}")
    kept: Executable = statement
    return kept
