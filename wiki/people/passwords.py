"""Passwords: argon2id, any characters, 8 to 256 of them, none of the common ones."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from wiki.kernel.errors import Refused
from wiki.kernel.languages import _
from wiki.kernel.locations import folder

SHORTEST = 8
LONGEST = 256

_hasher = PasswordHasher()


def hashed(password: str) -> str:
    return _hasher.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Whether this is the password. Takes as long for a person who has none, or does not exist."""
    try:
        return (
            _hasher.verify(password_hash or nobodys_hash(), password) and password_hash is not None
        )
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(password_hash: str) -> bool:
    return _hasher.check_needs_rehash(password_hash)


def chosen(password: str, about: tuple[str, ...] = (), field: str = "password") -> str:
    """The hash of a chosen password, if it will do. Slow on purpose: for before a write begins."""
    check_strength(password, about, field)
    return hashed(password)


def check_strength(password: str, about: tuple[str, ...] = (), field: str = "password") -> None:
    """Raise :class:`Refused` for a password others would guess first."""
    if len(password) < SHORTEST:
        raise Refused(_("Use at least %(n)s characters.", n=SHORTEST), field)
    if len(password) > LONGEST:
        raise Refused(_("Use at most %(n)s characters.", n=LONGEST), field)
    plain = password.casefold()
    if plain in common() or len(set(plain)) < 3:
        raise Refused(
            _("Many people use this password. Choose another; three unusual words do well."), field
        )
    if any(plain == word.casefold() for word in about):
        raise Refused(_("Choose a password that is not your name or address."), field)


@cache
def nobodys_hash() -> str:
    return _hasher.hash("nobody has this password")


@cache
def common() -> frozenset[str]:
    text = (folder("seeds") / "common-passwords.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.split() if line)
