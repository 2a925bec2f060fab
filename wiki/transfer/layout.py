"""Markdown as other houses lay it out, with the blank lines and indentation that Python-Markdown reads it by.

Elsewhere a list may follow a paragraph at once and its inner lists stand two columns in; here that would
leave the marks of the list in the text.
"""

from __future__ import annotations

import re

from wiki.transfer.code import BLOCK_MARK
from wiki.transfer.lists import ITEM, RULE, Levels, columns, width_of

#: What ends a paragraph without a blank line.
HEADING = re.compile(r"#{1,6}(?:[ \t]|\Z)")
DELIMITERS = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-*:?[ \t]*)*\Z")
UNDERLINE = re.compile(r"(?:=+|-+)[ \t]*\Z")
#: Characters that need no backslash here; Python-Markdown would show it.
NEEDLESS_ESCAPE = re.compile(r"\\([\"$%',/:;=?@^])")
TASK = re.compile(r"\[[ xX]\][ \t]")


def lay_out(text: str) -> str:
    """The same Markdown, spaced so that lists, quotations, tables and code begin where they are meant to."""
    spaced = "\n".join(Layout(text.split("\n")).read())
    spaced = NEEDLESS_ESCAPE.sub(r"\1", spaced).replace("\\<", "&lt;").replace("\\&", "&amp;")
    spaced = re.sub(r"\\\n", "  \n", spaced)
    return re.sub(r"\n{3,}", "\n\n", spaced).strip("\n") + "\n"


class Layout:
    """A reading of the lines that keeps track of the lists open around them."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._at = 0
        self._levels = Levels()
        self._out: list[str] = []

    def read(self) -> list[str]:
        while self._at < len(self._lines):
            line = self._lines[self._at].rstrip("\t")
            text = line.strip(" \t")
            if not text:
                self._out.append("")
            elif text.startswith(">"):
                self._quote(columns(line))
                continue
            elif self._is_item(text):
                self._item(columns(line), text)
            else:
                self._write(line, text)
            self._at += 1
        return self._out

    @property
    def _after_blank(self) -> bool:
        return not self._out or not self._out[-1].strip()

    def _is_item(self, text: str) -> bool:
        """Whether a line begins an item; within a paragraph only what can hardly be a part of its sentence does."""
        item = ITEM.match(text)
        if item is None or RULE.match(text):
            return False
        if self._after_blank or self._levels:
            return True
        has_text = bool(text[item.end() :].strip())
        return has_text and (not item["marker"][0].isdigit() or item["marker"][:-1] == "1")

    def _item(self, indent: int, text: str) -> None:
        item = ITEM.match(text)
        assert item is not None  # asked just before
        outside = not self._levels
        depth = self._levels.enter(indent, width_of(item))
        if outside:
            self._set_apart()
        marker = item["marker"].replace(")", ".")
        self._out.append(f"{'    ' * depth}{marker} {text[item.end() :]}".rstrip() + trailing_break(text))

    def _write(self, line: str, text: str) -> None:
        """A line that is neither an item nor a quotation."""
        begins = bool(HEADING.match(text) or BLOCK_MARK.fullmatch(text) or RULE.match(text)) and not self._underlines(text)
        if self._after_blank or begins:
            self._levels.leave(columns(line))
        if begins or self._begins_table(text):
            self._set_apart()
        depth = len(self._levels)
        self._out.append("    " * depth + text + trailing_break(line))
        if begins and not HEADING.match(text) and not self._next_is_blank():
            self._out.append("")

    def _quote(self, indent: int) -> None:
        """A run of quoted lines, its inside laid out on its own."""
        inside = []
        while self._at < len(self._lines) and self._lines[self._at].lstrip(" \t").startswith(">"):
            inside.append(re.sub(r"^[ \t]*> ?", "", self._lines[self._at]))
            self._at += 1
        if self._after_blank:
            self._levels.leave(indent)
        self._set_apart()
        indentation = "    " * len(self._levels)
        for line in Layout(inside).read():
            self._out.append(f"{indentation}> {line}" if line.strip() else f"{indentation}>")

    def _underlines(self, text: str) -> bool:
        return not self._after_blank and UNDERLINE.match(text) is not None and not self._levels

    def _begins_table(self, text: str) -> bool:
        following = self._lines[self._at + 1].strip() if self._at + 1 < len(self._lines) else ""
        return "|" in text and "|" in following and "-" in following and DELIMITERS.match(following) is not None

    def _next_is_blank(self) -> bool:
        return self._at + 1 < len(self._lines) and not self._lines[self._at + 1].strip()

    def _set_apart(self) -> None:
        if not self._after_blank:
            self._out.append("")


def trailing_break(line: str) -> str:
    return "  " if line.endswith("  ") else ""
