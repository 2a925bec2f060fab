"""The one row that says what this site is, and the number that says whether its public pages
changed.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, String, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from wiki.kernel.clock import now
from wiki.kernel.database import Base


class Site(Base):
    """Made once, when the database is; no setting turns a real site into a sample or back."""

    __tablename__ = "site"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    is_sample: Mapped[bool] = mapped_column(default=False)
    name: Mapped[str] = mapped_column(String(120), default="")
    line: Mapped[str] = mapped_column(String(200), default="")
    setup_code_hash: Mapped[str | None] = mapped_column(String(64))
    setup_code_tries: Mapped[int] = mapped_column(default=0)
    seeded_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    generation: Mapped[int] = mapped_column(default=0)


def raise_generation(session: Session) -> None:
    """What visitors see may have changed: whole answers kept in web processes no longer hold."""
    session.execute(update(Site).values(generation=Site.generation + 1))
