"""What a person answers for here, to be looked at before they leave.

Each feature adds to ``registry("holdings")`` a function of the person's id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from wiki.kernel.registry import registry


@dataclass(frozen=True, slots=True)
class Holding:
    """One thing a person holds, where to look at it, and what becomes of it without them."""

    label: str
    url: str = ""
    note: str = ""


Holdings: TypeAlias = Callable[[int], Iterable[Holding]]


def held_by(person_id: int) -> list[Holding]:
    """All that the features know this person to hold, in the order of features."""
    return [holding for asked in registry("holdings") for holding in asked(person_id)]
