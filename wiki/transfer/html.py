"""HTML inside Markdown, rewritten as Markdown; what cannot be is left out and listed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from wiki.transfer.code import COMMENT, TAG, Aside
from wiki.transfer.findings import Report, What
from wiki.transfer.links import attributes, bracketed, parsed, quoted, unescaped

#: Gone with all they hold.
REMOVED = {
    "applet", "button", "canvas", "datalist", "form", "head", "map", "math", "noframes", "object", "script", "select",
    "style", "svg", "template", "textarea", "title",
}  # fmt: skip
#: Gone, with a link to what they would have shown.
SHOWN_ELSEWHERE = {"audio", "embed", "frame", "iframe", "video"}
LEFT_OUT = REMOVED | SHOWN_ELSEWHERE | {"input", "link", "meta"}
#: Elements whose content is not HTML: nothing inside them is a tag.
RAW_TEXT = {"iframe", "noframes", "script", "style", "textarea", "title"}
VOID = {
    "area", "base", "br", "col", "embed", "frame", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
}  # fmt: skip
BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "caption", "center", "details", "dd", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "html", "legend",
    "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead",
    "tr", "ul",
}  # fmt: skip
INLINE = {
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins", "kbd",
    "label", "mark", "nobr", "noscript", "output", "picture", "q", "rp", "rt", "ruby", "s", "samp", "small", "span",
    "strike", "strong", "sub", "sup", "time", "tt", "u", "var",
}  # fmt: skip
KNOWN = REMOVED | SHOWN_ELSEWHERE | VOID | BLOCKS | INLINE

#: An element that begins ends those that may not hold it, up to the one that bounds them.
ENDED_BY: Mapping[str, tuple[set[str], set[str]]] = {
    "p": ({"p"}, BLOCKS - {"p"}),
    "li": ({"li"}, {"ul", "ol", "menu"}),
    "dt": ({"dt", "dd"}, {"dl"}),
    "dd": ({"dt", "dd"}, {"dl"}),
    "tr": ({"tr", "td", "th", "caption"}, {"table"}),
    "td": ({"td", "th"}, {"tr", "table"}),
    "th": ({"td", "th"}, {"tr", "table"}),
    "thead": ({"caption", "tr"}, {"table"}),
    "tbody": ({"caption", "thead", "tr"}, {"table"}),
}
#: Elements that may be left open until their parent ends.
OPEN_ENDED = {"p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "caption"}
DEEPEST = 60

#: What a reader is meant to see as a tag: it was escaped where it was written.
MEANT_AS_TEXT = (
    r"\\<(?P<escaped>/?[A-Za-z][^<>\n]{0,80}?)\\?>|&lt;(?P<entity>/?[A-Za-z][^<>&\n]{0,80}?)&gt;"
)
DECLARATION = r"<[!?][A-Za-z\[][^<>]*+>"
MARKUP = re.compile(
    rf"{MEANT_AS_TEXT}|\\.|(?P<comment>{COMMENT}|{DECLARATION})|(?P<tag>{TAG})", re.DOTALL
)
NAME = re.compile(r"<(/?)([A-Za-z][\w:.-]*)")
BLOCK_TAG = re.compile(rf"</?(?:{'|'.join(sorted(BLOCKS))})\b", re.IGNORECASE)
QUOTED_LINES = re.compile(r"(?:^[ \t]*>.*(?:\n|\Z))+", re.MULTILINE)
ONE_LINE = re.compile(r"[ \t>]*(?:#{1,6}[ \t]|\|)")
BEFORE_TEXT = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])(?:[ \t]+|\Z))?")
ITEM_LINE = re.compile(r"^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]", re.MULTILINE)
MOST_COLUMNS = 50


@dataclass(slots=True)
class Node:
    """An element and what it holds: text in Markdown, and other elements."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    line: int = 0
    children: list[Node | str] = field(default_factory=list)
    #: Whether its end was found, so that what it holds is known to be all it holds.
    closed: bool = False

    @property
    def elements(self) -> list[Node]:
        return [child for child in self.children if isinstance(child, Node)]

    def all(self, *names: str) -> Iterator[Node]:
        """The elements of these names beneath this one, those within another table left out."""
        for child in self.elements:
            if child.name in names:
                yield child
            elif child.name != "table":
                yield from child.all(*names)


class Tree:
    """A reading of a text's tags, as forgiving as a browser's."""

    def __init__(self, aside: Aside, report: Report, text: str, first_line: int = 0) -> None:
        self._aside = aside
        self._report = report
        self._text = text
        self._lines = aside.lines(text)
        self._first_line = first_line
        self._at = 0
        self._ending = {match[2].lower() for match in NAME.finditer(text) if match[1]}
        self._open = [Node("", closed=True)]

    def read(self) -> Node:
        while markup := MARKUP.search(self._text, self._at):
            self._add(self._text[self._at : markup.start()])
            self._at = markup.end()
            if markup["tag"]:
                self._tag(markup["tag"], markup.start())
            elif markup["comment"]:
                self._report.add(
                    What.HTML, self._aside.plain(markup[0]), line=self._line(markup.start())
                )
            elif meant := markup["escaped"] or markup["entity"]:
                self._add(self._aside.span(f"<{self._aside.plain(meant)}>"))
            else:
                self._add(markup[0])
        self._add(self._text[self._at :])
        return self._open[0]

    def _line(self, position: int) -> int:
        return self._first_line + self._lines.at(position)

    def _add(self, child: Node | str) -> None:
        if child:
            self._open[-1].children.append(child)

    def _tag(self, tag: str, position: int) -> None:
        named = NAME.match(tag)
        assert named is not None  # the pattern of a tag begins with the pattern of a name
        name = named[2].lower()
        if name not in KNOWN and not self._is_pair(named):
            self._report.add(What.CODE, tag, line=self._line(position))
            self._add(self._aside.span(self._aside.plain(tag)))
        elif named[1]:
            self._end(name)
        else:
            self._begin(tag, name, position)

    def _is_pair(self, named: re.Match[str]) -> bool:
        """Whether an unknown element is at least one that begins and ends."""
        name = named[2].lower()
        return any(node.name == name for node in self._open) if named[1] else name in self._ending

    def _begin(self, tag: str, name: str, position: int) -> None:
        self._end_those_before(name)
        node = Node(name, attributes(tag), self._line(position))
        self._add(node)
        if name not in KNOWN:
            self._report.add(What.HTML, tag, line=node.line)
        if name in RAW_TEXT and (
            end := re.compile(rf"</{name}\s*>", re.IGNORECASE).search(self._text, self._at)
        ):
            self._at = end.end()
            node.closed = True
        elif name in VOID or tag.endswith("/>") or len(self._open) > DEEPEST:
            node.closed = True
        else:
            self._open.append(node)

    def _end_those_before(self, name: str) -> None:
        ended, within = ENDED_BY.get(name, (set(), set()))
        for place in range(len(self._open) - 1, 0, -1):
            if self._open[place].name in within:
                return
            if self._open[place].name in ended:
                self._close(place)

    def _end(self, name: str) -> None:
        """The end of an element; one that was never begun ends nothing."""
        for place in range(len(self._open) - 1, 0, -1):
            if self._open[place].name == name:
                self._close(place)
                return

    def _close(self, place: int) -> None:
        self._open[place].closed = True
        for node in self._open[place + 1 :]:
            node.closed = node.name in OPEN_ENDED
        del self._open[place:]


class Flow:
    """Markdown as it is written: text within a line, and blocks set apart by blank lines."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line = ""
        self._breaks = False
        self._after_block: str | None = None

    @property
    def text(self) -> str:
        return "\n".join([*self._lines, self._line])

    def add(self, text: str) -> None:
        if self._after_block is not None and text.strip(" \t"):
            text = text.lstrip(" \t")
            if not text.startswith("\n"):
                self._new_line("", self._after_block)
            self._after_block = None
        if self._breaks and text.strip(" \t"):
            text = self._broken(text.lstrip(" \t"))
        first, *others = text.split("\n")
        self._line += first
        for line in others:
            self._new_line(line)

    def add_break(self) -> None:
        """A new line in the same paragraph; two of them begin another paragraph."""
        if one_line := ONE_LINE.match(self._line):
            self.add("<br>" if one_line[0].endswith("|") else " ")
        elif self._breaks:
            self._breaks = False
            self.add_block("")
        else:
            self._breaks = bool(self._line[len(self._before_text()) :].strip())

    def add_block(self, text: str) -> None:
        self._breaks = False
        before = self._before_text()
        beneath = re.sub(r"[^>\s]", " ", before)
        if self._line[len(before) :].strip():
            self._new_line(beneath.rstrip(), beneath)
        elif not before.strip():
            beneath = self._line = before if self._in_list() else ""
            if self._lines and self._lines[-1].strip():
                self._new_line(beneath)
        if text:
            first, *others = text.split("\n")
            self._line += first
            for line in others:
                self._new_line(f"{beneath}{line}".rstrip())
            self._after_block = beneath
            self._new_line("")

    def _broken(self, text: str) -> str:
        self._breaks = False
        self._line = self._line.rstrip()
        if text.startswith("\n"):
            return f"  {text}" if text[1:].strip(" \t>")[:1] not in {"", "\n"} else text
        return f"  \n{re.sub(r'[^>]', '', self._before_text()) and '> '}{text}"

    def _before_text(self) -> str:
        before = BEFORE_TEXT.match(self._line)
        return before[0] if before else ""

    def _in_list(self) -> bool:
        last = next((line for line in reversed(self._lines) if line.strip()), "")
        return last[:1] in {" ", "\t"} or ITEM_LINE.match(last) is not None

    def _new_line(self, *lines: str) -> None:
        for line in lines:
            self._lines.append(self._line)
            self._line = line


class Html:
    """The HTML of one post, rewritten."""

    def __init__(self, aside: Aside, report: Report) -> None:
        self._aside = aside
        self._report = report

    def rewrite(self, text: str, first_line: int = 0) -> str:
        """The text in Markdown alone. Quoted lines with blocks in them are read on their own."""
        lines = self._aside.lines(text)

        def requoted(match: re.Match[str]) -> str:
            if not BLOCK_TAG.search(match[0]):
                return match[0]
            inside = re.sub(r"^[ \t]*> ?", "", match[0], flags=re.MULTILINE)
            return (
                in_quotes(self.rewrite(inside, first_line + lines.at(match.start())).strip("\n"))
                + "\n"
            )

        text = QUOTED_LINES.sub(requoted, text)
        return self._content(Tree(self._aside, self._report, text, first_line).read())

    def _content(self, node: Node) -> str:
        flow = Flow()
        self._pour(node, flow)
        return flow.text

    def _pour(self, node: Node, flow: Flow) -> None:
        """Write out what an element holds."""
        for child in self._children(node):
            if isinstance(child, str):
                flow.add(child)
            elif child.name == "br":
                flow.add_break()
            elif child.name in LEFT_OUT:
                flow.add(self._left_out(child))
            elif not child.closed:
                if child.name in BLOCKS:
                    flow.add_block("")
                self._pour(child, flow)
            elif child.name in BLOCKS or child.name == "hr":
                for block in self._blocks(child):
                    flow.add_block(block)
            else:
                self._pour_inline(child, flow)

    def _pour_inline(self, node: Node, flow: Flow) -> None:
        inside = self._content(node)
        if "\n\n" in inside.strip():
            flow.add_block(inside.strip())
        else:
            flow.add(self._inline(node, inside))

    def _children(self, node: Node) -> list[Node | str]:
        """What an element holds, without the indentation of its lines: in Markdown that would mean something."""
        if node.name not in BLOCKS:
            return node.children
        texts = "".join(child for child in node.children if isinstance(child, str))
        margins = [
            len(line) - len(line.lstrip(" \t")) for line in texts.split("\n")[1:] if line.strip()
        ]
        most = min(margins, default=0) if ITEM_LINE.search(texts) else max(margins, default=0)
        indent = re.compile(rf"\n[ \t]{{0,{most}}}")
        return [
            indent.sub("\n", child) if isinstance(child, str) else child for child in node.children
        ]

    def _blocks(self, node: Node) -> list[str]:
        """The paragraphs, lists and so on that a block stands for."""
        match node.name:
            case "hr":
                return ["---"]
            case "h1" | "h2" | "h3" | "h4" | "h5" | "h6":
                return [f"{'#' * int(node.name[1])} {text}" if (text := self._flat(node)) else ""]
            case "summary" | "dt" | "legend":
                return [f"**{text}**" if (text := self._flat(node)) else ""]
            case "blockquote":
                return [in_quotes(self._block(node))]
            case "ul" | "ol" | "menu":
                return self._list(node)
            case "table":
                return self._table(node)
            case _:
                return [self._block(node)]

    def _block(self, node: Node) -> str:
        return re.sub(r"\A(?:[ \t]*\n)+|\s+\Z", "", self._content(node)).removeprefix(" ")

    def _list(self, node: Node) -> list[str]:
        blocks, items = [], []
        number = (
            int(start)
            if (start := node.attributes.get("start", "1")).isdecimal() and len(start) < 9
            else 1
        )
        for child in self._children(node):
            if isinstance(child, Node) and child.name == "li":
                marker = f"{number + len(items)}." if node.name == "ol" else "-"
                items.append(f"{marker} " + self._block(child).replace("\n", "\n    "))
            elif text := self._block(Node("div", children=[child], closed=True)):
                blocks.append(text)
        return [*blocks, "\n".join(items)]

    def _table(self, node: Node) -> list[str]:
        """A table; one of a single row or column was only there to place things, and becomes paragraphs."""
        captions = [self._block(caption) for caption in node.all("caption")]
        rows = [row for row in (list(row.all("td", "th")) for row in node.all("tr")) if row]
        if not rows:
            return [*captions, self._block(Node("div", children=node.children, closed=True))]
        if len(rows) == 1 or max(map(len, rows)) == 1:
            return [*captions, *(self._block(cell) for row in rows for cell in row)]
        written = [[text for cell in row for text in self._cells(cell)] for row in rows]
        width = max(map(len, written))
        lines = ["| " + " | ".join(row + [""] * (width - len(row))) + " |" for row in written]
        return [*captions, "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])]

    def _cells(self, cell: Node) -> list[str]:
        """A cell, and an empty one for each further column it reaches over."""
        span = cell.attributes.get("colspan", "1")
        more = min(int(span), MOST_COLUMNS) - 1 if span.isdecimal() and len(span) < 4 else 0
        text = self._aside.inline(self._flat(cell, "<br>"))
        text = re.sub(r"(?:\s*<br>)+\Z|\A(?:<br>\s*)+", "", text)
        return [re.sub(r"(?<!\\)\|", r"\\|", text), *[""] * more]

    def _flat(self, node: Node, between: str = " ") -> str:
        """What an element holds, on one line, with a sign where the page would have begun another."""
        pieces = []
        for child in node.children:
            if isinstance(child, str):
                pieces.append(child)
            elif child.name in LEFT_OUT:
                pieces.append(self._left_out(child))
            elif child.name in BLOCKS or child.name in {"br", "hr"}:
                pieces.append(f" {self._flat(child, between)}{between}")
            else:
                pieces.append(self._inline(child, self._flat(child, between)))
        written = "".join(pieces)
        return self._aside.inline(" ".join(written.split()))

    def _inline(self, node: Node, inside: str) -> str:
        """An element within a line, given what it holds."""
        text = inside.strip()
        before, after = (
            (inside[: len(inside) - len(inside.lstrip())], inside[len(inside.rstrip()) :])
            if text
            else ("", inside)
        )
        return f"{before}{self._marked_up(node, text)}{after}"

    def _marked_up(self, node: Node, text: str) -> str:
        if node.name == "a":
            return linked(text, node.attributes.get("href", ""))
        if not text:
            return ""
        match node.name:
            case "strong" | "b" | "em" | "i" | "dfn" | "var":
                marks = "**" if node.name in {"strong", "b"} else "*"
                is_marked = text.startswith(marks) and text.endswith(marks)
                return text if is_marked and not text.startswith("***") else f"{marks}{text}{marks}"
            case "code" | "tt" | "samp":
                return self._aside.span(unescaped(self._aside.plain(text)))
            case "q":
                return f"“{text}”"
            case "sub" | "sup" | "kbd":
                return f"<{node.name}>{text}</{node.name}>"
            case _:
                return text

    def _left_out(self, node: Node) -> str:
        """Nothing, or a link to what a video or a page within the page would have shown."""
        shown = node.name in SHOWN_ELSEWHERE
        sources = (each.attributes.get("src") or each.attributes.get("href") for each in [node, *node.all("source")])
        source = next(filter(None, sources), "")
        address = f"https:{source}" if source.startswith("//") else source
        link = quoted(address) if shown and parsed(address).scheme in {"http", "https"} else ""
        self._report.add(What.HTML, f"<{node.name}> {source or self._raw(node)}".strip(), link, node.line)
        return f"[{bracketed(node.attributes.get('title', '')) or link}]({link})" if link else ""

    def _raw(self, node: Node) -> str:
        """The words an element holds, for the report."""
        return "".join(
            self._aside.plain(child) if isinstance(child, str) else self._raw(child) for child in node.children
        )


def in_quotes(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n")) if text.strip() else ""


def linked(text: str, address: str) -> str:
    """A link, or only its text when it leads nowhere or holds another link."""
    if not address or "](" in text.replace("![", ""):
        return text
    if not text:
        return f"<{address}>" if parsed(address).scheme in {"http", "https"} else ""
    return f"[{' '.join(text.split())}]({address})"
