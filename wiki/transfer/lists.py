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
    """How far behind its marker an item's text begins."""
    gap = len(item["gap"].expandtabs(4))
    return len(item["marker"]) + (gap if 1 <= gap <= 4 else 1)


class Levels:
    """The lists open at a line, outermost first.

    A line belongs to an item when it is indented as far as the item's text; two columns are taken as meant
    that way too, since many houses read Markdown so.
    """

    def __init__(self) -> None:
        self._levels: list[tuple[int, int]] = []

    def __len__(self) -> int:
        return len(self._levels)

    @property
    def content(self) -> int:
        """The column at which the text of the innermost item begins."""
        return self._levels[-1][1] if self._levels else 0

    def enter(self, indent: int, width: int) -> int:
        """Begin an item; answers how many lists it stands within."""
        self.leave(indent)
        self._levels.append((indent, indent + width))
        return len(self._levels) - 1

    def leave(self, indent: int) -> None:
        """Close the lists a line at this indentation does not belong to."""
        while self._levels and indent < min(self._levels[-1][1], self._levels[-1][0] + 2):
            self._levels.pop()

    def clear(self) -> None:
        self._levels.clear()
