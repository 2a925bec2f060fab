"""What keeps the site going, for its stewards: the worker, its deliveries and its schedules."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, func, select

from wiki.kernel.clock import now
from wiki.kernel.database import db
from wiki.kernel.health import WORKER_SILENT_AFTER
from wiki.kernel.languages import _, ngettext
from wiki.kernel.outbox import Delivery, Event, declared
from wiki.kernel.pages import PER_PAGE, Pager
from wiki.kernel.worker import GIVE_UP_AFTER, Heartbeat, ScheduleRun, schedules

LONGEST_ERROR = 200


class Pulse(NamedTuple):
    """When a worker was last seen."""

    at: datetime | None

    @property
    def is_silent(self) -> bool:
        return self.at is None or now() - self.at >= WORKER_SILENT_AFTER


class Undelivered(NamedTuple):
    """An event a listener has not been told of."""

    id: int
    event: str
    listener: str
    at: datetime
    tries: int
    not_before: datetime
    error: str

    @property
    def is_stuck(self) -> bool:
        """The worker has stopped trying."""
        return self.tries >= GIVE_UP_AFTER


class Timetable(NamedTuple):
    """Something the worker does in every period."""

    name: str
    period: str
    last: datetime | None


def last_beat() -> ColumnElement[datetime]:
    return select(Heartbeat.at).where(Heartbeat.name == "worker").scalar_subquery()


def pulse() -> Pulse:
    return Pulse(db().scalar(select(last_beat())))


def failing() -> ColumnElement[bool]:
    return Delivery.done_at.is_(None) & (Delivery.error != "")


class Queue(NamedTuple):
    waiting: int
    failing: int


def queue() -> Queue:
    """How many deliveries wait, and how many of them have failed at least once."""
    numbers = select(func.count(), func.count().filter(Delivery.error != ""))
    return Queue(*db().execute(numbers.where(Delivery.done_at.is_(None))).one())


def failing_deliveries(number: int) -> tuple[list[Undelivered], Pager]:
    """One page of the deliveries that failed, oldest first."""
    pager = Pager(number, has_next=False)
    found = (
        db()
        .execute(
            select(
                Delivery.id,
                Event.name,
                Delivery.listener,
                Event.at,
                Delivery.tries,
                Delivery.not_before,
                Delivery.error,
            )
            .join(Event, Event.id == Delivery.event_id)
            .where(failing())
            .order_by(Delivery.id)
            .limit(PER_PAGE + 1)
            .offset(pager.offset)
        )
        .all()
    )
    lines = [undelivered(row) for row in found[:PER_PAGE]]
    return lines, Pager(number, has_next=len(found) > PER_PAGE)


def undelivered(row: Row[*tuple[Any, ...]]) -> Undelivered:
    return Undelivered(
        id=row.id,
        event=_(declared().get(row.name, row.name)),
        listener=short_name(row.listener),
        at=row.at,
        tries=row.tries,
        not_before=row.not_before,
        error=first_line(row.error),
    )


def short_name(listener: str) -> str:
    """A listener without what all of them have in common."""
    return listener.removeprefix("wiki.").replace(".listeners.", ": ").replace("_", " ")


def first_line(error: str) -> str:
    """What failed, without the values a database puts below it: those are people's words."""
    return error.partition("\n")[0][:LONGEST_ERROR]


def timetables() -> list[Timetable]:
    """What the worker does at certain times, and when it last did."""
    statement = select(ScheduleRun.schedule, func.max(ScheduleRun.due_at))
    found = db().execute(statement.group_by(ScheduleRun.schedule))
    last = {name: due_at for name, due_at in found if due_at}
    return [
        Timetable(schedule.name, in_words(schedule.every), last.get(schedule.name))
        for schedule in schedules()
    ]


def in_words(period: timedelta) -> str:
    if period.days:
        return ngettext("every day", "every %(num)s days", period.days)
    if period.seconds % 3600 == 0:
        return ngettext("every hour", "every %(num)s hours", period.seconds // 3600)
    return ngettext("every minute", "every %(num)s minutes", max(1, period.seconds // 60))
