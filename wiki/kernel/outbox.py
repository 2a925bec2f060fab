"""What happened, and who still has to hear of it.

``record`` writes one event and one delivery per listener in the transaction of the change itself:
an event is kept exactly when its change is. The worker (``wiki.kernel.worker``) hands deliveries to
listeners later; a listener may be called twice and therefore sets rather than adds. An event holds
ids and names, never text or addresses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from wiki.kernel.clock import now
from wiki.kernel.database import Base, db
from wiki.kernel.site import raise_generation

BigId = BigInteger().with_variant(Integer, "sqlite")

Listener = Callable[["Event"], None]

_declared: dict[str, str] = {}
_listeners: dict[str, list[Listener]] = {}


class Event(Base):
    """One thing that happened: ``thing`` and ``thing_id`` say to what, ``scope_id`` inside which
    place.
    """

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_thing", "thing", "thing_id", "at"),
        Index("ix_events_name_at", "name", "at"),
        Index("ix_events_scope", "scope_id", "at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    thing: Mapped[str] = mapped_column(String(30))
    thing_id: Mapped[int]
    scope_id: Mapped[int | None]
    by_id: Mapped[int | None] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(default=now)
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class Delivery(Base):
    """An event on its way to one listener."""

    __tablename__ = "deliveries"
    __table_args__ = (Index("ix_deliveries_waiting", "done_at", "not_before"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    listener: Mapped[str] = mapped_column(String(120))
    not_before: Mapped[datetime] = mapped_column(default=now)
    claimed_until: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(Text, default="")

    def try_again(self) -> None:
        """Hand it on with the next round of the worker, counting tries anew."""
        if self.done_at is None:
            self.tries, self.claimed_until, self.not_before = 0, None, now()

    def give_up(self) -> None:
        """Never hand it on. Its error stays, until done deliveries are swept."""
        if self.done_at is None:
            self.done_at, self.claimed_until = now(), None


def declare(events: Mapping[str, str]) -> None:
    """Name the events a feature records, each with one line on what it means."""
    _declared.update(events)


def declared() -> Mapping[str, str]:
    return dict(_declared)


def listens_to(*names: str) -> Callable[[Listener], Listener]:
    """Call the function with each event of these names, some time after it was committed."""

    def remember(listener: Listener) -> Listener:
        for name in names:
            if listener not in _listeners.setdefault(name, []):
                _listeners[name].append(listener)
        return listener

    return remember


def listener_name(listener: Listener) -> str:
    return f"{listener.__module__}.{listener.__qualname__}"


def listener_called(name: str) -> Listener | None:
    everyone = (listener for listeners in _listeners.values() for listener in listeners)
    return next((listener for listener in everyone if listener_name(listener) == name), None)


def listened_to() -> frozenset[str]:
    return frozenset(name for name, listeners in _listeners.items() if listeners)


def record(
    name: str,
    thing: Any,
    by: Any = None,
    *,
    scope_id: int | None = None,
    public: bool = True,
    **details: Any,
) -> Event:
    """Write down that something happened to ``thing`` (a row with an id), done by a person, a
    reader or nobody.

    ``public=False`` for what no visitor could ever see: their kept pages then stay good.

    """
    if name not in _declared:
        raise KeyError(f"event {name!r} is not declared")
    session = db()
    session.flush()
    event = Event(
        name=name,
        thing=name.split(".")[0],
        thing_id=thing.id,
        scope_id=scope_id,
        by_id=by.id if by is not None else None,
        details=details,
        at=now(),
    )
    session.add(event)
    session.flush()
    session.add_all(
        Delivery(event_id=event.id, listener=listener_name(listener), not_before=event.at)
        for listener in _listeners.get(name, ())
    )
    if public:
        raise_generation(session)
    return event
