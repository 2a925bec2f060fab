"""Keys, slugs and folded names: how things are addressed and sorted."""

from __future__ import annotations

import re
import secrets
import unicodedata

KEY_LENGTH = 10
KEY_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
SLUG_LENGTH = 60

_not_in_slug = re.compile(r"[^a-z0-9]+")


def new_key() -> str:
    """Ten random base32 characters (50 bits): what an address holds for life."""
    return "".join(secrets.choice(KEY_LETTERS) for _ in range(KEY_LENGTH))


def fold(text: str) -> str:
    """Lower case without accents: for sorting and comparing the same way on every database."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).strip()


def slug_of(text: str) -> str:
    """The words of a title for an address, cut at a word's end; never empty."""
    ascii_text = fold(text).replace("'", "").replace("’", "").encode("ascii", "ignore").decode()
    slug = _not_in_slug.sub("-", ascii_text).strip("-")
    if len(slug) > SLUG_LENGTH:
        slug = slug[: SLUG_LENGTH + 1].rsplit("-", 1)[0][:SLUG_LENGTH]
    return slug or "untitled"


def initials(name: str) -> str:
    words = [word for word in re.split(r"[\s-]+", name) if word and word[0].isalpha()]
    return "".join(
        word[0].upper() for word in (words[:1] + words[-1:] if len(words) > 1 else words)
    )
