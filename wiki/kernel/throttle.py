"""Counting tries, so that passwords and codes cannot be guessed.

Counted in the database in a transaction of its own, because a refused request undoes everything
else. Sign-in counts by account and by address: one alone would let either be worked round.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from flask import request
from sqlalchemy import String, case, delete, update
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.exceptions import TooManyRequests

from wiki.kernel.clock import now
from wiki.kernel.database import Base, db, transaction, upsert
from wiki.kernel.worker import every


class Tries(Base):
    """How often something was tried until ``expires_at``."""

    __tablename__ = "tries"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime]


def address() -> str:
    return request.remote_addr or "unknown"


def count(purpose: str, subject: str, most: int, within: timedelta) -> None:
    """Count one try; raise 429 once there were more than ``most`` of them within the time."""
    key = hashlib.sha256(f"{purpose}\0{subject}".encode()).hexdigest()
    moment = now()
    over = Tries.expires_at <= moment
    with transaction() as session:
        statement = upsert(session, Tries).values(key=key, number=1, expires_at=moment + within)
        number = session.scalar(
            statement.on_conflict_do_update(
                index_elements=["key"],
                set_={
                    "number": case((over, 1), else_=Tries.number + 1),
                    "expires_at": case((over, moment + within), else_=Tries.expires_at),
                },
            ).returning(Tries.number)
        )
    if number is not None and number > most:
        raise TooManyRequests(retry_after=int(within.total_seconds()))


def take_back(purpose: str, subject: str) -> None:
    """Let a success not count: many people may share an address. Part of the request's own
    transaction.
    """
    key = hashlib.sha256(f"{purpose}\0{subject}".encode()).hexdigest()
    db().execute(
        update(Tries).where(Tries.key == key, Tries.number > 0).values(number=Tries.number - 1)
    )


def forget(purpose: str, subject: str) -> None:
    """Start counting anew after a success. Part of the request's own transaction."""
    key = hashlib.sha256(f"{purpose}\0{subject}".encode()).hexdigest()
    db().execute(delete(Tries).where(Tries.key == key))


@every(timedelta(hours=1), "sweep tries")
def sweep() -> None:
    db().execute(delete(Tries).where(Tries.expires_at <= now()))
