"""Markdown as it is written: text within lines, and blocks that blank lines set apart from it."""

from __future__ import annotations

import re

from wiki.transfer.posts.lists import ITEM

#: What a line begins with before its text: quotation, indentation, the marker of an item.
BEFORE_TEXT = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])(?:[ \t]+|\Z))?")
ONE_LINER = re.compile(r"[ \t>]*(?P<sign>#{1,6}[ \t]|\|)")
#: A sign that would make a list, a heading or a quotation of a text at the beginning of a line.
OPENING_SIGN = re.compile(r"\A(\s*(?:\d{1,9}(?=[.)][ \t]))?)([-+#>.)](?=[ \t]))")


class Flow:
    """A text in the making."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line = ""
        self._breaks = False
        #: After a block, what the next line of the same item or quotation begins with.
        self._beneath: str | None = None

    @property
    def text(self) -> str:
        return "\n".join([*self._lines, self._line])

    @property
    def is_after_a_star(self) -> bool:
        return self._line.endswith("*")

    def add(self, text: str) -> None:
        """Write on where the text stands."""
        if text.strip(" \t") and self._beneath is not None:
            text = text.lstrip(" \t")
            if not text.startswith("\n"):
                self._new_lines("", self._beneath)
            self._beneath = None
        if text.strip(" \t") and self._breaks:
            text = self._broken(text.lstrip(" \t"))
        first, *others = text.split("\n")
        self._line += first
        self._new_lines(*others)

    def add_literally(self, text: str) -> None:
        """Write on with text that is to stay text, even at the beginning of a line."""
        if not self._line.strip(" \t>"):
            text = OPENING_SIGN.sub(r"\1\\\2", text)
        self.add(text)

    def add_break(self) -> None:
        """Begin a new line in the same paragraph; two of them begin another paragraph."""
        if one_liner := ONE_LINER.match(self._line):
            self.add("<br>" if one_liner["sign"] == "|" else " ")
        elif self._breaks:
            self.add_block("")
        else:
            self._breaks = bool(self._text_of_line())

    def add_block(self, text: str) -> None:
        """Write lines that stand apart, in the item or quotation they are written in."""
        self._breaks = False
        before = self._before_text()
        beneath = re.sub(r"[^>\s]", " ", before)
        if self._text_of_line():
            self._new_lines(beneath.rstrip(), beneath)
        elif not before.strip():
            beneath = self._line = before if self._is_in_list() else ""
            if self._lines and self._lines[-1].strip():
                self._new_lines(beneath)
        if text:
            first, *others = text.split("\n")
            self._line += first
            self._new_lines(*(f"{beneath}{line}".rstrip() for line in others), "")
            self._beneath = beneath

    def _broken(self, text: str) -> str:
        """Text after a line break, unless its paragraph ends there."""
        self._breaks = False
        self._line = self._line.rstrip()
        if not text.startswith("\n"):
            return f"  \n{'> ' if '>' in self._before_text() else ''}{text}"
        ends = text[1:].strip(" \t>")[:1] in {"", "\n"}
        return text if ends else f"  {text}"

    def _before_text(self) -> str:
        before = BEFORE_TEXT.match(self._line)
        return before[0] if before else ""

    def _text_of_line(self) -> str:
        return self._line[len(self._before_text()) :].strip()

    def _is_in_list(self) -> bool:
        last = next((line for line in reversed(self._lines) if line.strip()), "")
        return last[:1] in {" ", "\t"} or ITEM.match(last) is not None

    def _new_lines(self, *lines: str) -> None:
        for line in lines:
            self._lines.append(self._line)
            self._line = line
