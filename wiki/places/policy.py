"""Who may do what to a place (DECISIONS.md 3)."""

from __future__ import annotations

from typing import Protocol

from wiki.people.current import Reader
from wiki.places.models import State

SHUT = frozenset({State.CLOSED, State.DECLINED})


class Convened(Protocol):
    """A place as far as its convenor and deputy go: a row of it will do."""

    @property
    def convenor_id(self) -> int | None: ...
    @property
    def deputy_id(self) -> int | None: ...


class Standing(Convened, Protocol):
    """A place as far as rights go."""

    @property
    def is_community(self) -> bool: ...
    @property
    def state(self) -> State: ...


def runs(reader: Reader, place: Convened | None) -> bool:
    """Its convenor or deputy. The deputy may do the same and is not answerable."""
    return (
        reader.signed_in and place is not None and reader.id in (place.convenor_id, place.deputy_id)
    )


def steps_in(reader: Reader, place: Convened, home: Convened | None) -> bool:
    """While the role is vacant, the home forum's convenor or a steward stands in."""
    return place.convenor_id is None and (reader.is_steward or runs(reader, home))


def edit(reader: Reader, place: Convened, home: Convened | None = None) -> bool:
    """Edit, invite, confirm, extend, end, close, hand over."""
    return runs(reader, place) or steps_in(reader, place, home)


def describe(reader: Reader, place: Standing, home: Convened | None = None) -> bool:
    """Change what is said of it. Forums are the stewards' too: name, convening body, strategies."""
    return edit(reader, place, home) or (reader.is_steward and not place.is_community)


def decide(reader: Reader, place: Standing, home: Convened | None) -> bool:
    """Accept or decline a proposal: the home forum's convenor; a steward while there is none."""
    if place.state is not State.PROPOSED or home is None:
        return False
    return runs(reader, home) or (home.convenor_id is None and reader.is_steward)


def join(reader: Reader, place: Standing) -> bool:
    """Joining is open to everyone signed in, while there is something to join."""
    return reader.signed_in and place.state not in SHUT


def offer(reader: Reader, place: Standing) -> bool:
    """Offer to convene a place that has nobody."""
    return join(reader, place) and place.convenor_id is None


def open_forum(reader: Reader) -> bool:
    return reader.is_steward


def propose(reader: Reader) -> bool:
    return reader.signed_in
