"""Markdown laid out as Python-Markdown reads it.

In other houses a list may follow a paragraph at once, and its inner lists may stand two columns in.
Here that would leave the marks of the list in the text.
"""

from __future__ import annotations

import re

from wiki.transfer.posts.aside import BLOCK_MARK
from wiki.transfer.posts.lists import ITEM, RULE, Levels, columns, width_of

HEADING = re.compile(r"#{1,6}(?:[ \t]|\Z)")
UNDERLINE = re.compile(r"(?:=+|-+)[ \t]*\Z")
TABLE_RULE = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-*:?[ \t]*)+\Z")
#: Characters that need no backslash here; Python-Markdown would show it.
NEEDLESS_ESCAPE = re.compile(r"\\([\"$%',/:;=?@^])")
STARS = re.compile(r"^(?:\\\*[ \t]*){3,}$", re.MULTILINE)
DEEPEST_LIST = 12
DEEPEST_QUOTATION = 10


def lay_out(text: str) -> str:
    """The same Markdown, spaced so that lists, quotations, tables and code begin where meant."""
    text = "\n".join(_Layout(STARS.sub("---", text).split("\n")).read())
    text = NEEDLESS_ESCAPE.sub(r"\1", text).replace("\\<", "&lt;").replace("\\&", "&amp;")
    return re.sub(r"(?<!\\)\\\n", "  \n", text).strip("\n") + "\n"


class _Layout:
    """A reading of the lines that keeps track of the lists open around them."""

    def __init__(self, lines: list[str], depth: int = 0) -> None:
        self._lines = lines
        self._depth = depth
        self._at = 0
        self._levels = Levels()
        self._out: list[str] = []
        #: How deep the first line since a blank one is: Python-Markdown reads on from there.
        self._block_level = 0

    def read(self) -> list[str]:
        while self._at < len(self._lines):
            line = self._lines[self._at].rstrip("\t")
            text = line.strip(" \t")
            if text.startswith(">") and self._depth < DEEPEST_QUOTATION:
                self._quotation(columns(line))
                continue
            if not text:
                self._set_apart()
            elif self._is_item(text):
                self._item(columns(line), text, ending(line))
            else:
                self._line(columns(line), text, ending(line))
            self._at += 1
        return self._out

    @property
    def _level(self) -> int:
        """How many lists the innermost open item stands within, itself counted."""
        return min(len(self._levels), DEEPEST_LIST)

    @property
    def _after_blank(self) -> bool:
        return not self._out or not self._out[-1].strip()

    def _is_item(self, text: str) -> bool:
        """Whether a line begins an item. In a paragraph it must look unlike part of a sentence."""
        item = ITEM.match(text)
        if item is None or RULE.match(text):
            return False
        if self._after_blank or self._levels:
            return True
        return bool(text[item.end() :]) and item["marker"].rstrip(".)") in {"-", "*", "+", "1"}

    def _item(self, indent: int, text: str, end: str) -> None:
        was_outside = not self._levels
        item = ITEM.match(text)
        assert item is not None  # that is how an item is told
        self._levels.enter(indent, width_of(item))
        if was_outside or self._level - 1 < self._block_level:
            self._set_apart()
        marker = item["marker"].replace(")", ".")
        self._put(self._level - 1, f"{marker} {text[item.end() :]}".rstrip() + end)

    def _line(self, indent: int, text: str, end: str) -> None:
        """A line that is neither an item nor a quotation."""
        stands_alone = not self._underlines(text) and any(
            (BLOCK_MARK.fullmatch(text), HEADING.match(text), RULE.match(text))
        )
        if self._after_blank or stands_alone:
            self._levels.leave(indent)
        if stands_alone or self._begins_table(text):
            self._set_apart()
        self._put(self._level, text + end)
        if stands_alone and not HEADING.match(text):
            self._set_apart()

    def _quotation(self, indent: int) -> None:
        """A run of quoted lines, laid out on their own."""
        inside: list[str] = []
        while self._at < len(self._lines) and self._lines[self._at].lstrip(" \t").startswith(">"):
            inside.append(re.sub(r"\A[ \t]*> ?", "", self._lines[self._at]))
            self._at += 1
        if self._after_blank:
            self._levels.leave(indent)
        self._set_apart()
        for line in _Layout(inside, self._depth + 1).read():
            self._put(self._level, f"> {line}" if line.strip() else ">")

    def _underlines(self, text: str) -> bool:
        """Whether a line makes a heading of the one before it."""
        return not self._after_blank and not self._levels and UNDERLINE.match(text) is not None

    def _begins_table(self, text: str) -> bool:
        following = self._lines[self._at + 1].strip() if self._at + 1 < len(self._lines) else ""
        return "|" in text and TABLE_RULE.match(following) is not None

    def _set_apart(self) -> None:
        if not self._after_blank:
            self._out.append("")

    def _put(self, level: int, text: str) -> None:
        if self._after_blank:
            self._block_level = level
        self._out.append("    " * level + text)


def ending(line: str) -> str:
    """The two spaces that break a line, if it ends with them."""
    return "  " if line.endswith("  ") else ""
