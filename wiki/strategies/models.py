"""Strategies: multi-year statements of aims that communities and forums are tied to."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from wiki.kernel.database import Base, Timestamps, db
from wiki.kernel.errors import Refused
from wiki.kernel.languages import _
from wiki.kernel.outbox import declare, record

declare({"strategy.named": "A strategy was named, or what is said of it was changed."})


class Strategy(Timestamps, Base):
    """A strategy of the network, for a period of whole years."""

    __tablename__ = "strategies"
    __table_args__ = (CheckConstraint("ends_in >= starts_in", name="period"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    starts_in: Mapped[int]
    ends_in: Mapped[int]
    summary: Mapped[str] = mapped_column(Text, default="")

    def describe(self, by: object, name: str, starts_in: int, ends_in: int, summary: str) -> None:
        """Say what it is called, for which years, and in short what it aims at."""
        if ends_in < starts_in:
            raise Refused(_("The last year comes after the first."), "ends_in")
        self.name, self.summary = name, summary
        self.starts_in, self.ends_in = starts_in, ends_in
        db().add(self)
        record("strategy.named", self, by)
