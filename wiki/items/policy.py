"""Who may do what to an item (DECISIONS.md 3). The reader is known to be able to read it."""

from __future__ import annotations

from wiki.items.choices import Visibility
from wiki.items.models import Item
from wiki.people.current import Reader
from wiki.places.models import Place, State
from wiki.places.policy import runs


def edit(reader: Reader, item: Item) -> bool:
    """Title, texts and tags: everyone who can read it; of talk only the author; of a draft only the
    author.
    """
    if not reader.signed_in or item.withdrawn_at is not None:
        return False
    if item.is_draft or not item.declared.anyone_edits:
        return is_author(reader, item)
    return True


def edit_claims(reader: Reader, item: Item) -> bool:
    """Evidence basis, origin, intent, attribution."""
    return is_author(reader, item) and item.withdrawn_at is None


def restore_version(reader: Reader, item: Item) -> bool:
    return edit(reader, item)


def publish(reader: Reader, item: Item) -> bool:
    return is_author(reader, item) and item.is_draft


def discard(reader: Reader, item: Item) -> bool:
    return is_author(reader, item) and item.is_draft


def set_visibility(
    reader: Reader, item: Item, place: Place | None, to: Visibility | None = None
) -> bool:
    """Widen, or narrow with a reason: author, convenor of its place. To public the convenor has to
    have told the author.
    """
    return not item.is_draft and (is_author(reader, item) or runs(reader, place))


def withdraw(reader: Reader, item: Item, place: Place | None) -> bool:
    return not item.is_draft and (
        is_author(reader, item) or runs(reader, place) or reader.is_steward
    )


def reply(reader: Reader, item: Item, place: Place | None) -> bool:
    return (
        reader.signed_in and item.is_listed and (place is None or place.state is not State.CLOSED)
    )


def record_use(reader: Reader, item: Item) -> bool:
    return reader.signed_in and item.is_listed and not is_author(reader, item)


def react(reader: Reader, item: Item) -> bool:
    """Helpful, follow."""
    return reader.signed_in and not item.is_draft


def is_author(reader: Reader, item: Item) -> bool:
    return reader.signed_in and item.author_id == reader.id
