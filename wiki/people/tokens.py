"""Links sent by mail: random, stored hashed, for one purpose, for a time, used once."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, String, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from wiki.kernel.clock import now
from wiki.kernel.database import Base, db
from wiki.kernel.worker import every
from wiki.people.models import Person


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
    """A link on its way to ``email``. Without a person it leads nowhere: nobody has the address."""

    __tablename__ = "tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[Purpose] = mapped_column(String(20))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    email: Mapped[str] = mapped_column(String(254))
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


def new_secret() -> str:
    """At least 128 random bits, for an address."""
    return secrets.token_urlsafe(24)


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def issue(purpose: Purpose, person_id: int | None, email: str) -> tuple[Token, str]:
    """A new link and its secret. Earlier unused ones of this purpose die with it."""
    same = Token.person_id == person_id if person_id else Token.email == email
    db().execute(delete(Token).where(same, Token.purpose == purpose, Token.used_at.is_(None)))
    secret = new_secret()
    token = Token(
        purpose=purpose,
        token_hash=hash_of(secret),
        person_id=person_id,
        email=email,
        expires_at=now() + LASTS[purpose],
    )
    db().add(token)
    db().flush()
    return token, secret


def revoke_all(person_id: int) -> None:
    """No link sent to this person before works any more: address or password are new."""
    db().execute(delete(Token).where(Token.person_id == person_id, Token.used_at.is_(None)))


def works() -> ColumnElement[bool]:
    """Unused, in time, and of somebody who may sign in."""
    active = select(Person.id).where(Person.disabled_at.is_(None))
    return Token.used_at.is_(None) & (Token.expires_at > now()) & Token.person_id.in_(active)


def find(purpose: Purpose, secret: str) -> Token | None:
    """The link if it still works. Looking does not use it: mail scanners open pages too."""
    return db().scalar(
        select(Token).where(Token.token_hash == hash_of(secret), Token.purpose == purpose, works())
    )


def use(purpose: Purpose, secret: str) -> Token | None:
    """Use the link up; None if it does not work any more. Decided by the database, so once."""
    used = db().scalar(
        update(Token)
        .where(Token.token_hash == hash_of(secret), Token.purpose == purpose, works())
        .values(used_at=now())
        .returning(Token.id)
        .execution_options(synchronize_session=False)
    )
    return db().get(Token, used) if used is not None else None


@every(timedelta(days=1), "sweep tokens")
def sweep() -> None:
    db().execute(delete(Token).where(Token.expires_at < now() - timedelta(days=30)))
