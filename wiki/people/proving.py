"""Proving who you are with a password.

Tries are counted, the slow part is done outside any write, and an address nobody has takes as long.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import select, update

from wiki.kernel import throttle
from wiki.kernel.database import db, transaction
from wiki.people import passwords
from wiki.people.models import Person

log = logging.getLogger("across.people")

#: How many tries may fail before one has to wait: by account, and by address, which many may share.
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BY_ACCOUNT = (("sign-in", 5, MINUTE), ("sign-in, long", 30, HOUR))
BY_ADDRESS = ("sign-in from", 100, HOUR)


class Proof(NamedTuple):
    """Whose password this is, and its hash: a better one where the old is weaker than today's."""

    person_id: int
    key: str
    old_hash: str
    better_hash: str | None


def prove(email: str, password: str) -> Proof | None:
    """Whose address and password these are; 429 after too many tries. Goes before any ``db()``."""
    count_try(email)
    with transaction(writing=False) as session:
        row = session.execute(
            select(Person.id, Person.key, Person.password_hash).where(
                Person.email == email, Person.disabled_at.is_(None)
            )
        ).first()
    password_hash: str | None = row.password_hash if row else None
    right = passwords.matches(password_hash, password)
    if row is None or password_hash is None or not right:
        log.warning("sign-in failed", extra={"account": row.key if row else None})
        return None
    stale = passwords.needs_rehash(password_hash)
    return Proof(row.id, row.key, password_hash, passwords.hashed(password) if stale else None)


def accept(proof: Proof, email: str) -> bool:
    """Use the proof; False when the password was changed or the account disabled meanwhile."""
    unchanged = db().scalar(
        update(Person)
        .where(
            Person.id == proof.person_id,
            Person.password_hash == proof.old_hash,
            Person.disabled_at.is_(None),
        )
        .values(password_hash=proof.better_hash or proof.old_hash, updated_at=Person.updated_at)
        .returning(Person.id)
        .execution_options(synchronize_session=False)
    )
    for purpose, _, _ in BY_ACCOUNT:
        throttle.forget(purpose, email)
    throttle.take_back(BY_ADDRESS[0], throttle.address())
    return unchanged is not None


def count_try(email: str) -> None:
    purpose, most, within = BY_ADDRESS
    throttle.count(purpose, throttle.address(), most, within)
    for purpose, most, within in BY_ACCOUNT:
        throttle.count(purpose, email, most, within)
