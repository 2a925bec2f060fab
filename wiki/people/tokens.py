"""Links sent by mail: random, stored hashed, for one purpose, for a time, used once."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, String, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from wiki.kernel.clock import now
from wiki.kernel.database import Base, db
from wiki.kernel.worker import every


class Purpose(StrEnum):
    SIGN_IN = "sign_in"
    RESET = "reset"
    NEW_ADDRESS = "new_address"


LASTS = {
    Purpose.SIGN_IN: timedelta(minutes=20),
    Purpose.RESET: timedelta(hours=1),
    Purpose.NEW_ADDRESS: timedelta(days=1),
}


class Token(Base):
    """A link somebody was sent. ``extra`` holds what it is about (a new address to confirm)."""

    __tablename__ = "tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[Purpose] = mapped_column(String(20))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    extra: Mapped[str] = mapped_column(String(254), default="")
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


def new_secret() -> str:
    """At least 128 random bits, for an address."""
    return secrets.token_urlsafe(24)


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def issue(purpose: Purpose, person_id: int, extra: str = "") -> str:
    """A new link's secret. Earlier unused ones of this purpose die with it."""
    db().execute(
        delete(Token).where(
            Token.person_id == person_id, Token.purpose == purpose, Token.used_at.is_(None)
        )
    )
    secret = new_secret()
    db().add(
        Token(
            purpose=purpose,
            token_hash=hash_of(secret),
            person_id=person_id,
            extra=extra,
            expires_at=now() + LASTS[purpose],
        )
    )
    return secret


def find(purpose: Purpose, secret: str) -> Token | None:
    """The link if it still works. Looking does not use it: opening a page must not, mail scanners do that too."""
    return db().scalar(
        select(Token).where(
            Token.token_hash == hash_of(secret),
            Token.purpose == purpose,
            Token.used_at.is_(None),
            Token.expires_at > now(),
        )
    )


def use(purpose: Purpose, secret: str) -> Token | None:
    """Use the link up; None if it was used, or expired, or never was. Decided by the database, so once."""
    used = db().scalar(
        update(Token)
        .where(
            Token.token_hash == hash_of(secret),
            Token.purpose == purpose,
            Token.used_at.is_(None),
            Token.expires_at > now(),
        )
        .values(used_at=now())
        .returning(Token.id)
    )
    return db().get(Token, used) if used is not None else None


@every(timedelta(days=1), "sweep tokens")
def sweep() -> None:
    db().execute(delete(Token).where(Token.expires_at < now() - timedelta(days=30)))
