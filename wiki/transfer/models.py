"""What imports leave behind: one run with its progress and report, and which post became which
item.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from wiki.kernel.clock import now
from wiki.kernel.database import Base
from wiki.kernel.naming import KEY_LENGTH
from wiki.kernel.outbox import declare

declare(
    {"import.finished": "An import ran to its end; its report says what could not be resolved."}
)


class ImportState(StrEnum):
    READING = "reading"
    WRITING = "writing"
    FINISHED = "finished"
    STOPPED = "stopped"


class ImportRun(Base):
    """One run of an import into a place: how far it is and what it found."""

    __tablename__ = "import_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"), index=True)
    folder: Mapped[str] = mapped_column(String(400))
    state: Mapped[ImportState] = mapped_column(String(10), default=ImportState.READING)
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    report: Mapped[list[Any]] = mapped_column(JSON, default=list)
    began_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(String(600), default="")


class ImportedPost(Base):
    """Which post of a folder became which item.

    The key of the item's address is set aside before the item exists, so that posts can link to
    each other in whatever order they come. Digest and version tell what changed since, and on which
    side.
    """

    __tablename__ = "imported_posts"
    __table_args__ = (UniqueConstraint("place_id", "path"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"))
    path: Mapped[str] = mapped_column(String(400))
    item_key: Mapped[str] = mapped_column(String(KEY_LENGTH), unique=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("items.id"), unique=True)
    digest: Mapped[str] = mapped_column(String(64), default="")
    item_version: Mapped[int] = mapped_column(default=0)
    imported_at: Mapped[datetime] = mapped_column(default=now)
