"""The worker: hands events to listeners, sends mail, does what is due.

All state is in the database. Any number of workers may run. Each claims a row with a conditional
update, lets go of the database, works, and marks the row done in the transaction of the work
itself. A claim left by a killed worker expires.
"""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from select import select as select_ready

from flask import current_app
from sqlalchemy import String, delete, func, or_, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped, mapped_column

from wiki.kernel.clock import now
from wiki.kernel.database import Base, db, transaction, upsert
from wiki.kernel.outbox import Delivery, Event, listener_called

log = logging.getLogger("across.worker")

CLAIM = timedelta(minutes=5)
GIVE_UP_AFTER = 8
KEEP_DELIVERIES = timedelta(days=30)
BEAT_EVERY = 10.0  # seconds; each beat is a write
SOON, IDLE = 0.1, 1.0  # seconds until the next look, after work and after none

_due: dict[str, Schedule] = {}
_told_to_stop: list[int] = []


class ScheduleRun(Base):
    """That a schedule was taken for one due time: the row is the claim, so it happens once."""

    __tablename__ = "schedule_runs"

    schedule: Mapped[str] = mapped_column(String(60), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(primary_key=True)


class Heartbeat(Base):
    """When a worker was last seen, for the readiness page and the stewards."""

    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Schedule:
    name: str
    every: timedelta
    run: Callable[[], None]

    def due_at(self, moment: datetime) -> datetime:
        """The latest due time not after ``moment``, counted in whole periods from 1970."""
        period = int(self.every.total_seconds())
        return datetime.fromtimestamp(int(moment.timestamp()) // period * period, UTC)


def every(period: timedelta, name: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Let the worker call the function once in each period, in a transaction of its own."""

    def remember(run: Callable[[], None]) -> Callable[[], None]:
        _due[name] = Schedule(name, period, run)
        return run

    return remember


def schedules() -> list[Schedule]:
    """Everything the worker does at certain times, by name."""
    return sorted(_due.values(), key=lambda schedule: schedule.name)


def work_until_told_to_stop() -> None:
    """Work as long as this process is let; the piece begun is finished first."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda told, _frame: _told_to_stop.append(told))
    beaten = float("-inf")
    while not _told_to_stop:
        try:
            if time.monotonic() - beaten >= BEAT_EVERY:
                beat()
                beaten = time.monotonic()
            done = work_waiting()
        except DBAPIError as error:  # the database is away or busy: the next round may find it
            log.error("no work without the database", extra={"error": str(error.orig)})
            done = 0
        select_ready([reader], [], [], SOON if done else IDLE)
    with suppress(DBAPIError):
        stop_beating()


def work_once() -> int:
    """Do all there is to do now; answers how many pieces of work were done."""
    beat()
    return work_waiting()


def beat() -> None:
    with transaction() as session:
        session.execute(
            upsert(session, Heartbeat)
            .values(name="worker", at=now())
            .on_conflict_do_update(index_elements=["name"], set_={"at": now()})
        )


def stop_beating() -> None:
    """Let the readiness page and a restore know at once that this worker has ended."""
    with transaction() as session:
        session.execute(delete(Heartbeat))


def work_waiting() -> int:
    done = sum(take(schedule) for schedule in list(_due.values()) if not is_stopping())
    while not is_stopping() and (delivery_id := claim()) is not None:
        deliver(delivery_id)
        done += 1
    for also in current_app.extensions.get("across.work", ()):
        done += also()
    return done


def is_stopping() -> bool:
    """Whether the worker should begin nothing more."""
    return bool(_told_to_stop)


def also_works(work: Callable[[], int]) -> None:
    """Add a queue of its own (mail) to what one round of the worker does."""
    current_app.extensions.setdefault("across.work", []).append(work)


def take(schedule: Schedule) -> int:
    due_at = schedule.due_at(now())
    with transaction(writing=False) as session:
        if session.get(ScheduleRun, (schedule.name, due_at)):
            return 0
    try:
        with transaction() as session:
            claimed = session.execute(
                upsert(session, ScheduleRun)
                .values(schedule=schedule.name, due_at=due_at)
                .on_conflict_do_nothing()
                .returning(ScheduleRun.schedule)
            ).all()
            if not claimed:
                return 0
            schedule.run()
    except Exception:
        log.exception("schedule failed", extra={"schedule": schedule.name})
        return 0
    return 1


def claim() -> int | None:
    """Take the oldest delivery that waits and that nobody else holds."""
    moment = now()
    free = or_(Delivery.claimed_until.is_(None), Delivery.claimed_until < moment)
    waiting = Delivery.done_at.is_(None) & (Delivery.not_before <= moment) & free
    with transaction(writing=False) as session:
        candidate = session.scalar(
            select(Delivery.id).where(waiting).order_by(Delivery.not_before, Delivery.id).limit(1)
        )
    if candidate is None:
        return None
    with transaction() as session:
        return session.scalar(
            update(Delivery)
            .where(Delivery.id == candidate, waiting)
            .values(claimed_until=moment + CLAIM, tries=Delivery.tries + 1)
            .returning(Delivery.id)
            .execution_options(synchronize_session=False)
        )


def deliver(delivery_id: int) -> None:
    """Call the listener and mark the delivery done, together or not at all."""
    try:
        with transaction() as session:
            delivery = session.get_one(Delivery, delivery_id, with_for_update=True)
            if delivery.done_at is not None:
                return  # whoever took it over when this claim expired was faster
            listener = listener_called(delivery.listener)
            if listener is not None:
                listener(session.get_one(Event, delivery.event_id))
            delivery.done_at = now()
    except (
        Exception
    ) as error:  # the worker's outer edge: one failing listener must not stop the others
        log.exception("listener failed", extra={"delivery": delivery_id})
        put_off(delivery_id, error)


def put_off(delivery_id: int, error: Exception) -> None:
    """Try again later, after ever longer pauses; after the last try the row keeps its error."""
    with transaction() as session:
        delivery = session.get_one(Delivery, delivery_id, with_for_update=True)
        if delivery.done_at is not None:
            return
        delivery.error = f"{type(error).__name__}: {error}"[:2000]
        delivery.claimed_until = None
        delivery.not_before = now() + timedelta(seconds=30 * 4 ** min(delivery.tries, 6))
        if delivery.tries >= GIVE_UP_AFTER:
            delivery.not_before = now() + timedelta(days=36500)


@every(timedelta(days=1), "sweep deliveries")
def sweep_deliveries() -> None:
    db().execute(delete(Delivery).where(Delivery.done_at < now() - KEEP_DELIVERIES))
    db().execute(delete(ScheduleRun).where(ScheduleRun.due_at < now() - KEEP_DELIVERIES))


def waiting_deliveries() -> int:
    """How many deliveries wait: a figure for the readiness page."""
    return (
        db().scalar(select(func.count()).select_from(Delivery).where(Delivery.done_at.is_(None)))
        or 0
    )
