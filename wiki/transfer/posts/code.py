"""Where the code of a post is: in fences, indented, in ``pre``, in template tags, within lines."""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections import defaultdict

from wiki.transfer.posts.aside import Aside
from wiki.transfer.posts.lists import ITEM, RULE, Levels, columns, width_of
from wiki.transfer.posts.markup import ADDRESS, COMMENT, TAG, TEMPLATE

#: Control characters, those of private use (our marks are among them), and what is none.
UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff]"
)
FENCE = re.compile(
    r"(?P<lead>(?:[ \t]*(?:>|(?:[-*+]|\d{1,9}[.)])(?=[ \t])))*[ \t]*)"
    r"(?P<fence>`{3,}|~{3,})(?P<info>.*)\Z"
)
HTML_BLOCK = re.compile(
    r"<(?P<end>/?)(?:article|aside|blockquote|div|dl|figure|footer|header|li|main|nav|ol|script"
    r"|section|style|table|tr|ul)\b",
    re.IGNORECASE,
)
PREFORMATTED = re.compile(
    r"(?P<open><pre\b[^<>]*>)(?P<pre>(?:(?!<pre\b).)*?)</pre\s*>"
    r"|\{%-?\s*highlight\s+(?P<language>\w+)[^%{]*%\}(?P<highlight>(?:(?!\{%-?\s*highlight).)*?)"
    r"\{%-?\s*endhighlight\s*-?%\}",
    re.DOTALL | re.IGNORECASE,
)
INLINE = re.compile(
    rf"\\[!-/:-@\[-`{{-~]|(?P<ticks>`+)|{TEMPLATE}|{COMMENT}|(?P<address>{ADDRESS})|{TAG}",
    re.DOTALL,
)


def set_aside(text: str) -> tuple[Aside, str]:
    """The text with a mark for every piece of code, and the code."""
    aside = Aside()
    text = UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = "\n".join(_Blocks(aside, text.split("\n")).read())
    text = _without_preformatted(aside, text)
    paragraphs = re.split(r"(\n[ \t>]*\n)", text)
    return aside, "".join(_without_spans(aside, paragraph) for paragraph in paragraphs)


def _without_preformatted(aside: Aside, text: str) -> str:
    def kept(match: re.Match[str]) -> str:
        newlines = aside.newlines(match[0])
        if match["pre"] is None:
            return aside.block(
                aside.plain(match["highlight"]).strip("\n"), match["language"], newlines
            )
        opening = match["open"] + match["pre"][:200]
        language = re.search(r"class=[\"']?[^\"'<>]*?language-([\w+#-]+)", opening)
        code = html.unescape(re.sub(r"</?[A-Za-z][^<>]*>", "", aside.plain(match["pre"])))
        return aside.block(code.strip("\n"), language[1] if language else "", newlines)

    return PREFORMATTED.sub(kept, text)


def _without_spans(aside: Aside, paragraph: str) -> str:
    """A paragraph with marks for its code. What begins first wins: code, an address or a tag."""
    runs = defaultdict(list)
    for run in re.finditer(r"`+", paragraph):
        runs[len(run[0])].append(run.start())
    pieces, at = [], 0
    while match := INLINE.search(paragraph, at):
        pieces.append(paragraph[at : match.start()])
        at = match.end()
        ends = runs[len(match[0])] if match["ticks"] else []
        end = bisect_left(ends, at)
        if end < len(ends):
            pieces.append(aside.span(paragraph[at : ends[end]]))
            at = ends[end] + len(match[0])
        else:
            pieces.append(aside.verbatim(match[0]) if match["address"] else match[0])
    return "".join([*pieces, paragraph[at:]])


class _Blocks:
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
            if self._is_indented_code(line):
                out.append(self._indented())
            elif fence := opening_fence(line):
                out.append(self._fenced(fence))
            else:
                self._pass(line)
                out.append(line)
        return out

    def _fenced(self, fence: re.Match[str]) -> str:
        lead, quotes = fence["lead"], fence["lead"].count(">")
        closing = re.compile(rf"[ \t>]*{fence['fence'][0]}{{{len(fence['fence'])},}}[ \t]*\Z")
        width = columns(lead.rpartition(">")[2])
        first, code = self._at, []
        for number in range(first + 1, len(self._lines)):
            line = self._lines[number]
            if quotes and not line.lstrip().startswith(">"):
                break
            self._at += 1
            if closing.match(line):
                break
            code.append(outdented(unquoted(line, quotes), width))
        self._at += 1
        self._after_blank = False
        return lead + self._aside.block("\n".join(code), fence["info"], self._at - first - 1)

    def _is_indented_code(self, line: str) -> bool:
        """Whether a line stands far in without the reasons that HTML and lists may have."""
        if not line.strip() or not self._after_blank or self._open_tags:
            return False
        is_nested_item = bool(self._levels) and ITEM.match(line.lstrip())
        return columns(line) >= self._levels.text_column + 4 and not is_nested_item

    def _indented(self) -> str:
        column, first, code = self._levels.text_column, self._at, []
        for number in range(first, len(self._lines)):
            line = self._lines[number]
            if line.strip() and columns(line) < column + 4:
                break
            code.append(outdented(line, column + 4))
        while not code[-1].strip():
            code.pop()
        self._at += len(code)
        self._after_blank = False
        return " " * column + self._aside.block("\n".join(code), newlines=len(code) - 1)

    def _pass(self, line: str) -> None:
        """Note what a line that is no code means for the lines below it."""
        self._at += 1
        for tag in HTML_BLOCK.finditer(line):
            self._open_tags = max(0, self._open_tags + (-1 if tag["end"] else 1))
        text = line.strip()
        if text:
            if (item := ITEM.match(text)) and not RULE.match(text):
                self._levels.enter(columns(line), width_of(item))
            elif self._after_blank:
                self._levels.leave(columns(line))
        self._after_blank = not text


def opening_fence(line: str) -> re.Match[str] | None:
    """A fence, unless its marks are code within the line."""
    fence = FENCE.match(line)
    return None if fence and fence["fence"][0] == "`" and "`" in fence["info"] else fence


def unquoted(line: str, quotes: int) -> str:
    return re.sub(rf"\A(?:[ \t]*> ?){{0,{quotes}}}", "", line)


def outdented(line: str, width: int) -> str:
    """The line moved left by a width, or by as much of it as it has."""
    text = line.lstrip(" \t")
    indent = line[: len(line) - len(text)].expandtabs(4)
    return indent[width:] + text
