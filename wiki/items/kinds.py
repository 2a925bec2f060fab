"""The registry of kinds of item. A kind says how it is called, drawn, written and judged; all else
is common to items.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from werkzeug.routing import BaseConverter, ValidationError


@dataclass(frozen=True, slots=True)
class PartOfText:
    """One Markdown field of a kind: its column, its heading, and what to ask for in it."""

    name: str
    label: Any
    hint: Any = ""
    required: Any = (
        ""  # the sentence that refuses publication without it; empty: it may be left out
    )
    missing: Any = ""  # what readers see when it was left out; empty: the heading is left out too


@dataclass(frozen=True, slots=True)
class Kind:
    """A registered kind. ``path`` is the first part of its addresses; ``fields`` are columns
    versioned besides the texts.
    """

    name: str
    label: Any
    plural: Any
    path: str
    icon: str
    thread: int
    model: Any = None
    form: Any = None
    parts: tuple[PartOfText, ...] = ()
    fields: tuple[str, ...] = ()
    has_ladder: bool = False
    anyone_edits: bool = True
    is_talk: bool = False  # belongs under Conversations
    hint: Any = ""
    new_label: Any = ""
    share_position: int = field(default=50)

    @property
    def parts_by_name(self) -> dict[str, PartOfText]:
        return {part.name: part for part in self.parts}


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    _kinds[kind.name] = kind


def kind_called(name: str) -> Kind:
    return _kinds[name]


def all_kinds() -> Iterator[Kind]:
    return iter(tuple(_kinds.values()))


class KindConverter(BaseConverter):
    """The first part of an item's address: "insights", "case-notes"; other words match nothing."""

    regex = "[a-z][a-z-]*"

    def to_python(self, value: str) -> Kind:
        found = next((kind for kind in _kinds.values() if kind.path == value), None)
        if found is None:
            raise ValidationError
        return found

    def to_url(self, value: Kind | str) -> str:
        return (_kinds[value] if isinstance(value, str) else value).path
