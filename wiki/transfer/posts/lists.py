"""Where a line stands among the lists open around it, told from its indentation alone."""

from __future__ import annotations

import re

ITEM = re.compile(r"(?P<marker>[-*+]|\d{1,9}[.)])(?P<gap>[ \t]+|\Z)")
RULE = re.compile(r"(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})\Z")


def columns(line: str) -> int:
    """How far a line is indented; a tab goes to the next multiple of four."""
    indent = line[: len(line) - len(line.lstrip(" \t"))]
    return len(indent.expandtabs(4))


def width_of(item: re.Match[str]) -> int:
    """How far behind the beginning of its marker an item's text begins."""
    gap = len(item["gap"].expandtabs(4))
    return len(item["marker"]) + (gap if 1 <= gap <= 4 else 1)


class Levels:
    """The lists open at a line, outermost first, as the columns of their markers and of their text.

    A line belongs to an item when it is indented as far as the item's text. Two columns are taken
    to mean the same, for many houses read them so.
    """

    def __init__(self) -> None:
        self._levels: list[tuple[int, int]] = []

    def __len__(self) -> int:
        return len(self._levels)

    @property
    def text_column(self) -> int:
        """Where the text of the innermost item begins."""
        return self._levels[-1][1] if self._levels else 0

    def enter(self, indent: int, width: int) -> None:
        """Begin an item."""
        self.leave(indent)
        self._levels.append((indent, indent + width))

    def leave(self, indent: int) -> None:
        """End the lists that a line of this indentation does not belong to."""
        while self._levels and indent < min(self._levels[-1][1], self._levels[-1][0] + 2):
            self._levels.pop()
