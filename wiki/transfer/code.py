"""Code set aside: marks stand in its place while everything around it is rewritten, and it comes back word for word."""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass

from wiki.transfer.lists import ITEM, RULE, Levels, columns, width_of

#: Private-use characters delimit the marks; the text is freed of its own first.
BLOCK, SPAN, END = "\ue000", "\ue001", "\ue002"
MARK = re.compile(f"[{BLOCK}{SPAN}](\\d+){END}")
BLOCK_MARK = re.compile(f"{BLOCK}\\d+{END}")
UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\ue000-\uf8ff\ud800-\udfff\ufffe\uffff]")

TEMPLATE = r"\{\{(?:(?!\}\}|\{\{|\{%).){0,2000}+\}\}|\{%(?:(?!%\}|\{%).){0,2000}+%\}|\{\#(?:(?!\#\}).){0,2000}+\#\}"
TAG = (
    r"</?[A-Za-z][\w:.-]*+(?:(?:\s|/)(?:[^\"'<>]++|\"[^\"]*+\"|'[^']*+')*+)?>"
    r"|</?[A-Za-z][\w:.-]*+(?:\s[^<>]*+)?>"
)
COMMENT = r"<!--(?:(?!<!--|-->).)*+-->"
ADDRESS = r"<(?:[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*+|[\w.+-]+@[\w.-]+)>"

RAW = re.compile(r"\{%-?\s*(?:end)?(?:raw|verbatim)\s*-?%\}")
RAW_LINE = re.compile(rf"^[ \t]*{RAW.pattern}[ \t]*\n", re.MULTILINE)
FENCE = re.compile(
    r"(?P<lead>(?:[ \t]*(?:>|(?:[-*+]|\d{1,9}[.)])(?=[ \t])))*[ \t]*)(?P<fence>`{3,}|~{3,})(?P<info>[^`\n]*)\Z"
)
LANGUAGE = re.compile(r"[\s{.:]*(?:language-)?([\w+#-]+)")
HTML_BLOCK = re.compile(
    r"<(/?)(?:article|aside|blockquote|div|dl|figure|footer|header|li|main|nav|ol|script|section|style|table|tr|ul)\b",
    re.IGNORECASE,
)
PREFORMATTED = re.compile(
    r"<pre\b[^<>]*>(?P<pre>.*?)</pre\s*>|\{%-?\s*highlight\s+(?P<info>\w+)[^%]*%\}(?P<highlight>.*?)\{%-?\s*endhighlight\s*-?%\}",
    re.DOTALL | re.IGNORECASE,
)
INLINE = re.compile(
    rf"\\[!-/:-@\[-`{{-~]|(?P<ticks>`+)|{TEMPLATE}|{COMMENT}|(?P<address>{ADDRESS})|{TAG}",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Code:
    """One piece of code: ``info`` is the language of a block, None for code within a line."""

    text: str
    info: str | None
    newlines: int


class Aside:
    """The code of one text, and the marks it is known by."""

    def __init__(self) -> None:
        self._kept: list[Code] = []

    def block(self, text: str, info: str = "", newlines: int = 0) -> str:
        language = LANGUAGE.match(info)
        self._kept.append(Code(without_raw(text), language[1] if language else "", newlines))
        return f"{BLOCK}{len(self._kept) - 1}{END}"

    def span(self, text: str) -> str:
        """Code within a line; its own line breaks mean no more than a space."""
        line = re.sub(r"\s*\n[ \t>]*", " ", without_raw(text)).strip()
        self._kept.append(Code(line, None, text.count("\n")))
        return f"{SPAN}{len(self._kept) - 1}{END}"

    def verbatim(self, text: str) -> str:
        """Something that is no code and still is not to be touched, such as an address in angle brackets."""
        self._kept.append(Code(text, "verbatim", 0))
        return f"{SPAN}{len(self._kept) - 1}{END}"

    def inline(self, text: str) -> str:
        """The text with its blocks of code turned into code within the line, for table cells and the like."""
        return BLOCK_MARK.sub(lambda mark: self.span(self._kept[int(mark[0][1:-1])].text), text)

    def plain(self, text: str) -> str:
        """The text with the code itself in place of the marks."""
        return MARK.sub(lambda mark: self._kept[int(mark[1])].text, text)

    def newlines(self, text: str) -> int:
        """How many lines of the original a piece of text covers, less one."""
        return text.count("\n") + sum(
            self._kept[int(mark[1])].newlines for mark in MARK.finditer(text)
        )

    def lines(self, text: str) -> Lines:
        return Lines(self, text)

    def restore(self, text: str) -> str:
        return "\n".join(self._restored(line) for line in text.split("\n"))

    def _restored(self, line: str) -> str:
        if (mark := BLOCK_MARK.search(line)) is None:
            return MARK.sub(lambda span: in_ticks(self._kept[int(span[1])]), line)
        prefix, code = line[: mark.start()], self._kept[int(mark[0][1:-1])]
        beneath = re.sub(r"[^>\s]", " ", prefix)
        fence = "`" * max(3, 1 + longest_run(code.text))
        inside = [f"{beneath}{row}".rstrip() for row in code.text.split("\n")]
        return "\n".join([f"{prefix}{fence}{code.info}", *inside, f"{beneath}{fence}"])


class Lines:
    """Which line of the original a place in a marked text is on, counted from 0."""

    def __init__(self, aside: Aside, text: str) -> None:
        self._at: list[int] = []
        for match in re.finditer(rf"\n|{MARK.pattern}", text):
            self._at += [match.start()] * (1 if match[0] == "\n" else aside.newlines(match[0]))

    def at(self, position: int) -> int:
        return bisect_left(self._at, position)


def set_aside(text: str) -> tuple[Aside, str]:
    """The text with every piece of code replaced by a mark, and the code."""
    aside = Aside()
    text = UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    without_blocks = "\n".join(Blocks(aside, text.split("\n")).read())
    paragraphs = re.split(r"(\n[ \t>]*\n)", set_preformatted_aside(aside, without_blocks))
    return aside, "".join(set_spans_aside(aside, paragraph) for paragraph in paragraphs)


def set_preformatted_aside(aside: Aside, text: str) -> str:
    def kept(match: re.Match[str]) -> str:
        newlines = aside.newlines(match[0])
        if match["pre"] is None:
            return aside.block(aside.plain(match["highlight"]).strip("\n"), match["info"], newlines)
        written = re.sub(r"</?[A-Za-z][^<>]*>", "", aside.plain(match["pre"]))
        language = re.search(r"class=[\"']?[^\"'<>]*?language-([\w+#-]+)", match[0])
        return aside.block(
            html.unescape(written).strip("\n"), language[1] if language else "", newlines
        )

    return PREFORMATTED.sub(kept, text)


def set_spans_aside(aside: Aside, paragraph: str) -> str:
    """A paragraph with marks for its code spans. Whatever begins first wins: a tag, an address or code."""
    runs = defaultdict(list)
    for run in re.finditer(r"`+", paragraph):
        runs[len(run[0])].append(run.start())
    pieces, at = [], 0
    while match := INLINE.search(paragraph, at):
        pieces.append(paragraph[at : match.start()])
        at = match.end()
        if match["address"]:
            pieces.append(aside.verbatim(match[0]))
        elif match["ticks"] and (closing := next_run(runs[len(match[0])], at)) is not None:
            pieces.append(aside.span(paragraph[at:closing]))
            at = closing + len(match[0])
        else:
            pieces.append(match[0])
    return "".join([*pieces, paragraph[at:]])


def next_run(starts: list[int], after: int) -> int | None:
    place = bisect_left(starts, after)
    return starts[place] if place < len(starts) else None


class Blocks:
    """A reading of the lines that finds fenced and indented code."""

    def __init__(self, aside: Aside, lines: list[str]) -> None:
        self._aside = aside
        self._lines = lines
        self._at = 0
        self._levels = Levels()
        self._open_tags = 0
        self._after_blank = True

    def read(self) -> list[str]:
        out: list[str] = []
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if (fence := FENCE.match(line)) and self._fences(fence):
                out.append(self._fenced(fence))
            elif self._is_indented_code(line):
                out.append(self._indented())
            else:
                self._look_at(line)
                out.append(line)
                self._at += 1
        return out

    def _fences(self, fence: re.Match[str]) -> bool:
        """Three marks begin a block unless they are code within a line, or beneath an indented block."""
        return not (fence["fence"][0] == "`" and "`" in fence["info"])

    def _fenced(self, fence: re.Match[str]) -> str:
        lead, quotes = fence["lead"], fence["lead"].count(">")
        closing = re.compile(
            rf"[ \t>]*{re.escape(fence['fence'][0])}{{{len(fence['fence'])},}}[ \t]*\Z"
        )
        width = columns(lead.rpartition(">")[2])
        first, code = self._at, []
        self._at += 1
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if quotes and not line.lstrip().startswith(">"):
                break
            self._at += 1
            if closing.match(line):
                break
            code.append(outdented(unquoted(line, quotes), width))
        self._after_blank = False
        return lead + self._aside.block("\n".join(code), fence["info"], self._at - first - 1)

    def _is_indented_code(self, line: str) -> bool:
        if not line.strip() or not self._after_blank or self._open_tags:
            return False
        return columns(line) >= self._levels.content + 4 and not self._is_nested_item(line)

    def _is_nested_item(self, line: str) -> bool:
        """Lists are often indented deeper than they need; inside a list an item stays an item."""
        return bool(self._levels) and ITEM.match(line.lstrip()) is not None

    def _indented(self) -> str:
        width, first, code = self._levels.content + 4, self._at, []
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if line.strip() and columns(line) < width:
                break
            code.append(outdented(line, width))
            self._at += 1
        while not code[-1].strip():
            code.pop()
            self._at -= 1
        self._after_blank = False
        return " " * self._levels.content + self._aside.block(
            "\n".join(code), "", self._at - first - 1
        )

    def _look_at(self, line: str) -> None:
        for tag in HTML_BLOCK.finditer(line):
            self._open_tags = max(0, self._open_tags + (-1 if tag[1] else 1))
        stripped = line.strip()
        if not stripped:
            self._after_blank = True
            return
        if (item := ITEM.match(stripped)) and not RULE.match(stripped):
            self._levels.enter(columns(line), width_of(item))
        elif self._after_blank:
            self._levels.leave(columns(line))
        self._after_blank = False


def without_raw(code: str) -> str:
    """Code less the tags that told a template language to leave it alone."""
    return RAW.sub("", RAW_LINE.sub("", code + "\n")[:-1]) if "{%" in code else code


def unquoted(line: str, quotes: int) -> str:
    for _quote in range(quotes):
        line = re.sub(r"^[ \t]*> ?", "", line, count=1)
    return line


def outdented(line: str, width: int) -> str:
    """The line moved left by as much of a width as it has."""
    expanded = line if "\t" not in line[:width] else line.expandtabs(4)
    return expanded[min(width, columns(expanded)) :]


def in_ticks(code: Code) -> str:
    if code.info == "verbatim":
        return code.text
    ticks = "`" * (1 + longest_run(code.text)) if "`" in code.text else "`"
    space = " " if code.text.startswith("`") or code.text.endswith("`") else ""
    return f"{ticks}{space}{code.text}{space}{ticks}"


def longest_run(text: str) -> int:
    return max((len(run) for run in re.findall(r"`+", text)), default=0)
