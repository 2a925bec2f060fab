"""Code set aside while all around it is rewritten.

A mark stands in its place, and it comes back word for word.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

# A mark is a number between characters of private use, of which the text is freed first.
BLOCK, SPAN, END = "\ue000", "\ue001", "\ue002"
MARK = re.compile(f"[{BLOCK}{SPAN}](\\d+){END}")
BLOCK_MARK = re.compile(f"{BLOCK}(\\d+){END}")
LANGUAGE = re.compile(r"[\s{.:]*(?:language-)?([\w+#-]+)")

RAW = re.compile(r"\{%-?\s*(?:end)?(?:raw|verbatim)\s*-?%\}")
RAW_LINE = re.compile(rf"^[ \t]*{RAW.pattern}[ \t]*\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Kept:
    """One piece set aside, and how many line breaks it had where it came from."""

    text: str
    newlines: int = 0
    language: str = ""
    #: An address in angle brackets is kept like code, and is none.
    is_code: bool = True


class Aside:
    """All that was set aside of one text."""

    def __init__(self) -> None:
        self._kept: list[Kept] = []

    def block(self, code: str, info: str = "", newlines: int = 0) -> str:
        """The mark for lines of code; of what is said of them, only the language is kept."""
        language = LANGUAGE.match(info)
        kept = Kept(without_raw(code), newlines, language[1] if language else "")
        return self._keep(kept, BLOCK)

    def span(self, code: str) -> str:
        """The mark for code within a line, where a line break means no more than a space."""
        line = re.sub(r"\s*\n[ \t>]*", " ", without_raw(code)).strip()
        return self._keep(Kept(line, code.count("\n")), SPAN)

    def verbatim(self, text: str) -> str:
        return self._keep(Kept(text, is_code=False), SPAN)

    def in_line(self, text: str) -> str:
        """The text with blocks of code made into code within the line, as for a cell of a table."""
        return BLOCK_MARK.sub(lambda mark: self.span(self._kept[int(mark[1])].text), text)

    def plain(self, text: str) -> str:
        """The text with what was set aside in place of its marks, unmarked as code."""
        return MARK.sub(lambda mark: self._kept[int(mark[1])].text, text)

    def newlines(self, text: str) -> int:
        """How many line breaks of the original a piece of the text stands for."""
        return text.count("\n") + sum(
            self._kept[int(mark[1])].newlines for mark in MARK.finditer(text)
        )

    def as_long(self, piece: str, region: str) -> str:
        """The piece, with the line breaks of what it replaces: lines can still be counted."""
        return piece + "\n" * max(0, self.newlines(region) - self.newlines(piece))

    def lines(self, text: str) -> Lines:
        return Lines(self, text)

    def restore(self, text: str) -> str:
        """The text with its code, in spans and fences."""
        return "\n".join(self._restored(line) for line in text.split("\n"))

    def _keep(self, kept: Kept, sign: str) -> str:
        self._kept.append(kept)
        return f"{sign}{len(self._kept) - 1}{END}"

    def _restored(self, line: str) -> str:
        mark = BLOCK_MARK.search(line)
        if mark is None:
            return MARK.sub(lambda span: self._written(int(span[1])), line)
        code = self._kept[int(mark[1])]
        before = line[: mark.start()]
        beneath = re.sub(r"[^>\s]", " ", before)
        fence = "`" * max(3, longest_run(code.text) + 1)
        inside = [f"{beneath}{row}".rstrip() for row in code.text.split("\n")]
        return "\n".join([f"{before}{fence}{code.language}", *inside, f"{beneath}{fence}"])

    def _written(self, number: int) -> str:
        kept = self._kept[number]
        if not kept.is_code:
            return kept.text
        ticks = "`" * (longest_run(kept.text) + 1)
        space = " " if kept.text.startswith("`") or kept.text.endswith("`") else ""
        return f"{ticks}{space}{kept.text}{space}{ticks}"


class Lines:
    """Which line of the original a place in a marked text comes from, counted from 0."""

    def __init__(self, aside: Aside, text: str) -> None:
        self._breaks: list[int] = []
        for match in re.finditer(rf"\n|{MARK.pattern}", text):
            self._breaks += [match.start()] * aside.newlines(match[0])

    def at(self, position: int) -> int:
        return bisect_left(self._breaks, position)


def without_raw(code: str) -> str:
    """Code less the tags that told a template language to leave it alone."""
    return RAW.sub("", RAW_LINE.sub("", f"{code}\n")[:-1]) if "{%" in code else code


def longest_run(code: str) -> int:
    """The length of the longest run of backticks."""
    return max((len(run) for run in re.findall(r"`+", code)), default=0)
