"""HTML inside Markdown, rewritten as Markdown; what cannot be is left out and listed."""

from __future__ import annotations

import re

from wiki.transfer.posts.aside import Aside
from wiki.transfer.posts.findings import Report, What
from wiki.transfer.posts.flow import Flow
from wiki.transfer.posts.links import WEB, parsed, quoted
from wiki.transfer.posts.markup import bracketed, unescaped
from wiki.transfer.posts.tree import BLOCKS, LEFT_OUT, SHOWN_ELSEWHERE, Node, Tree

BLOCK_TAG = re.compile(rf"</?(?:{'|'.join(sorted(BLOCKS))})\b", re.IGNORECASE)
QUOTED_LINES = re.compile(r"(?:^[ \t]*>.*(?:\n|\Z))+", re.MULTILINE)
ITEM_LINE = re.compile(r"^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]", re.MULTILINE)
LINK = re.compile(r"(?<!!)\[(?:[^\[\]\\]|\\.)*\]\(")
EMPHASIS = {"b": "**", "dfn": "*", "em": "*", "i": "*", "strong": "**", "var": "*"}
DEEPEST_QUOTATION = 10
MOST_COLUMNS = 50


class Html:
    """The HTML of one post."""

    def __init__(self, aside: Aside, report: Report) -> None:
        self._aside = aside
        self._report = report

    def rewrite(self, text: str, first_line: int = 0, depth: int = 0) -> str:
        """The text in Markdown alone. Quoted lines with blocks in them are read on their own."""
        lines = self._aside.lines(text)

        def requoted(match: re.Match[str]) -> str:
            if depth == DEEPEST_QUOTATION or not BLOCK_TAG.search(match[0]):
                return match[0]
            inside = re.sub(r"^[ \t]*> ?", "", match[0], flags=re.MULTILINE)
            line = first_line + lines.at(match.start())
            quotation = in_quotation(self.rewrite(inside, line, depth + 1).strip("\n"))
            return self._aside.as_long(f"{quotation}\n", match[0])

        text = QUOTED_LINES.sub(requoted, text)
        return self._content(Tree(self._aside, self._report, text, first_line).read())

    # Blocks, and what runs on within their lines

    def _content(self, node: Node) -> str:
        """What an element holds."""
        flow = Flow()
        self._pour(node, flow)
        return flow.text

    def _pour(self, node: Node, flow: Flow) -> None:
        for child in without_indentation(node):
            if isinstance(child, str):
                flow.add(child)
            elif child.name == "br":
                flow.add_break()
            elif not child.closed:
                self._pour_unended(child, flow)
            elif child.name in LEFT_OUT:
                flow.add(self._left_out(child))
            elif child.name in BLOCKS or child.name == "hr":
                for block in self._blocks(child):
                    flow.add_block(block)
            else:
                self._pour_within_line(child, flow)

    def _pour_unended(self, node: Node, flow: Flow) -> None:
        """An element that never ends is only a tag: what it seems to hold is the rest."""
        if node.name in LEFT_OUT:
            self._report.add(What.HTML, f"<{node.name}>", line=node.line)
        if node.name in BLOCKS:
            flow.add_block("")
        self._pour(node, flow)

    def _pour_within_line(self, node: Node, flow: Flow) -> None:
        inside = self._content(node)
        if "\n\n" in inside.strip():
            flow.add_block(inside.strip())
        elif node.name in EMPHASIS and flow.is_after_a_star:
            flow.add(inside)  # more stars would be read as others
        else:
            flow.add_literally(self._within_line(node, inside))

    def _blocks(self, node: Node) -> list[str]:
        """The paragraphs, lists and so on that a block stands for."""
        match node.name:
            case "hr":
                return ["---"]
            case "h1" | "h2" | "h3" | "h4" | "h5" | "h6":
                heading = self._on_one_line(node)
                return [f"{'#' * int(node.name[1])} {heading}"] if heading else [""]
            case "dt" | "legend" | "summary":
                term = self._on_one_line(node)
                return [f"**{term}**"] if term else [""]
            case "blockquote":
                return [in_quotation(self._block(node))]
            case "menu" | "ol" | "ul":
                return self._list(node)
            case "table":
                return self._table(node)
            case _:
                return [self._block(node)]

    def _block(self, node: Node) -> str:
        return re.sub(r"\A(?:[ \t]*\n)+|\A[ \t]+|\s+\Z", "", self._content(node))

    def _list(self, node: Node) -> list[str]:
        """A list, after whatever it holds besides items."""
        others: list[str] = []
        items: list[str] = []
        start = node.attributes.get("start", "")
        first = int(start) if re.fullmatch(r"[0-9]{1,6}", start) else 1
        for child in without_indentation(node):
            if isinstance(child, Node) and child.name == "li":
                marker = f"{first + len(items)}." if node.name == "ol" else "-"
                items.append(f"{marker} " + self._block(child).replace("\n", "\n    "))
            else:
                others.append(self._block(Node("div", children=[child])))
        return [*filter(None, others), "\n".join(items)]

    def _table(self, node: Node) -> list[str]:
        """A table. One of a single row or column only placed things, and becomes paragraphs."""
        captions = [self._block(caption) for caption in node.all("caption")]
        rows = [list(row.all("td", "th")) for row in node.all("tr")]
        rows = [row for row in rows if row]
        if not rows:
            return [*captions, self._block(Node("div", children=node.children))]
        if len(rows) == 1 or max(map(len, rows)) == 1:
            return [*captions, *(self._block(cell) for row in rows for cell in row)]
        written = [[text for cell in row for text in self._cells(cell)] for row in rows]
        width = max(map(len, written))
        head, *others = [f"| {' | '.join(row + [''] * (width - len(row)))} |" for row in written]
        return [*captions, "\n".join([head, "|" + " --- |" * width, *others])]

    def _cells(self, cell: Node) -> list[str]:
        """A cell, and an empty one for each further column it reaches over."""
        span = cell.attributes.get("colspan", "")
        columns = int(span) if re.fullmatch(r"[0-9]{1,3}", span) else 1
        text = re.sub(r"(?:\s*<br>\s*)+", "<br>", self._on_one_line(cell, "<br>"))
        text = text.removeprefix("<br>").removesuffix("<br>")
        return [re.sub(r"(?<!\\)\|", r"\\|", text), *[""] * (min(columns, MOST_COLUMNS) - 1)]

    def _on_one_line(self, node: Node, between: str = " ") -> str:
        """What an element holds, with a sign where the page would have begun another line."""
        return self._aside.in_line(" ".join(self._unbroken(node, between).split()))

    def _unbroken(self, node: Node, between: str) -> str:
        pieces: list[str] = []
        for child in node.children:
            if isinstance(child, str):
                pieces.append(child)
            elif child.closed and child.name in LEFT_OUT:
                pieces.append(self._left_out(child))
            elif child.name in BLOCKS or child.name in {"br", "hr"}:
                pieces.append(f" {self._unbroken(child, between)}{between}")
            else:
                pieces.append(self._within_line(child, self._unbroken(child, between)))
        return "".join(pieces)

    # Within a line

    def _within_line(self, node: Node, inside: str) -> str:
        """An element within a line, given what it holds; spaces stay outside of its marks."""
        text = inside.strip()
        before, after = inside[: len(inside) - len(inside.lstrip())], inside[len(inside.rstrip()) :]
        return (
            f"{before}{self._marked_up(node, text)}{after}"
            if text
            else before + self._marked_up(node, "")
        )

    def _marked_up(self, node: Node, text: str) -> str:
        if node.name == "a":
            return self._linked(text, node.attributes.get("href", ""))
        if not text:
            return ""
        match node.name:
            case name if name in EMPHASIS:
                return emphasised(text, EMPHASIS[name])
            case "del" | "s" | "strike":
                return f"~~{text}~~"
            case "code" | "samp" | "tt":
                return self._aside.span(unescaped(self._aside.plain(text)))
            case "kbd" | "sub" | "sup":
                return f"<{node.name}>{text}</{node.name}>"  # Markdown has no sign for these
            case "q":
                return f"“{text}”"
            case _:
                return text

    def _linked(self, text: str, address: str) -> str:
        """A link; or the text alone when it leads nowhere or holds a link of its own."""
        if not text:
            is_web = parsed(address).scheme in WEB
            return self._aside.verbatim(f"<{address}>") if is_web else ""
        if not address or LINK.search(text):
            return text
        return f"[{' '.join(text.split())}]({address})"

    def _left_out(self, node: Node) -> str:
        """Nothing; or a link to what a video, or a page within the page, would have shown."""
        values = [each.attributes for each in (node, *node.all("source"))]
        source = next(
            (found for each in values if (found := each.get("src") or each.get("href"))), ""
        )
        address = quoted(f"https:{source}" if source.startswith("//") else source)
        link = address if node.name in SHOWN_ELSEWHERE and parsed(address).scheme in WEB else ""
        held = source or self._aside.plain(words_of(node))
        self._report.add(What.HTML, f"<{node.name}> {held}".strip(), link, node.line)
        return f"[{bracketed(node.attributes.get('title', '')) or link}]({link})" if link else ""


def without_indentation(node: Node) -> list[Node | str]:
    """What an element holds, its lines moved left: in Markdown indentation means something."""
    if node.name not in BLOCKS:
        return node.children
    text = "".join(child for child in node.children if isinstance(child, str))
    indents = [len(line) - len(line.lstrip(" \t")) for line in text.split("\n")[1:] if line.strip()]
    common = min if ITEM_LINE.search(text) else max
    indent = re.compile(rf"\n[ \t]{{0,{common(indents, default=0)}}}")
    return [indent.sub("\n", child) if isinstance(child, str) else child for child in node.children]


def words_of(node: Node) -> str:
    children = node.children
    return "".join(child if isinstance(child, str) else words_of(child) for child in children)


def in_quotation(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n")) if text.strip() else ""


def emphasised(text: str, marks: str) -> str:
    """The text between marks, unless Markdown has put them there already."""
    is_marked = text.startswith(marks) and text.endswith(marks) and not text.startswith("***")
    return text if is_marked else f"{marks}{text}{marks}"
