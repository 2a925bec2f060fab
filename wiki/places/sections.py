"""What later features put on a place's pages: tabs, sections of the overview, acts by its title.

A feature adds to ``registry("place_tabs")``, ``("place_parts")`` and ``("place_acts")`` a function
of reader and frame. All functions of one feature together should ask the database once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wiki.kernel.registry import registry
from wiki.people.current import Reader

if TYPE_CHECKING:
    from wiki.places.frames import Frame


@dataclass(frozen=True, slots=True)
class PlaceTab:
    """A page below a place. ``name`` is what the page calls itself when it marks its tab."""

    name: str
    label: str
    url: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class PlacePart:
    """A section of a place's overview: its template is included with ``part`` and ``frame``."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    aside: bool = False


@dataclass(frozen=True, slots=True)
class PlaceAct:
    """A button beside the title, after "Share" and "Join": a form of its own, pressed or not."""

    label: str
    url: str
    icon: str = ""
    pressed: bool | None = None


def asked(name: str, reader: Reader, frame: Frame) -> Iterator[Any]:
    """All that the functions of one registry have for this reader of this place."""
    for answers in registry(name):
        yield from answers(reader, frame)
