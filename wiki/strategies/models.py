"""Strategies: multi-year statements of aims that communities and forums are tied to. Names and periods for now."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from wiki.kernel.database import Base, Timestamps


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
