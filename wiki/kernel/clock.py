"""The one clock. Tests and sample content set it; nothing else asks the system for the time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask import current_app, has_app_context

_set_to: datetime | None = None


def now() -> datetime:
    """The present moment in UTC, with its time zone."""
    return _set_to or datetime.now(UTC)


def zone() -> ZoneInfo:
    """The site's time zone: the one its days are counted in."""
    if has_app_context():
        settings_zone: ZoneInfo = current_app.config["SETTINGS"].zone
        return settings_zone
    return ZoneInfo("Europe/London")


def today() -> date:
    """The present day where the site is."""
    return local(now()).date()


def local(moment: datetime) -> datetime:
    return moment.astimezone(zone())


@contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    """Let the clock stand still at a moment, for tests and for seeds written in the past."""
    global _set_to
    before, _set_to = _set_to, moment.astimezone(UTC)
    try:
        yield
    finally:
        _set_to = before
