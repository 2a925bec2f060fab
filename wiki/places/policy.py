"""Who may do what to a place (DECISIONS.md 3)."""

from __future__ import annotations

from wiki.people.current import Reader
from wiki.places.models import Place, State


def runs(reader: Reader, place: Place | None) -> bool:
    """Its convenor or deputy. The deputy may do the same and is not answerable."""
    return (
        reader.signed_in and place is not None and reader.id in (place.convenor_id, place.deputy_id)
    )


def steps_in(reader: Reader, place: Place, home: Place | None) -> bool:
    """While the role is vacant, the home forum's convenor or a steward stands in."""
    return place.convenor_id is None and (reader.is_steward or runs(reader, home))


def edit(reader: Reader, place: Place, home: Place | None = None) -> bool:
    """Edit, invite, confirm, extend, end, close, hand over."""
    return runs(reader, place) or steps_in(reader, place, home)


def decide(reader: Reader, place: Place, home: Place) -> bool:
    """Accept or decline a proposed community: the home forum's convenor; a steward while that role is vacant."""
    if place.state is not State.PROPOSED:
        return False
    return runs(reader, home) or (home.convenor_id is None and reader.is_steward)


def open_forum(reader: Reader) -> bool:
    return reader.is_steward


def propose(reader: Reader) -> bool:
    return reader.signed_in
