"""The tags of a text as a tree, read as forgivingly as in a browser; its text is still Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from wiki.transfer.posts.aside import Aside
from wiki.transfer.posts.findings import Report, What
from wiki.transfer.posts.markup import COMMENT, TAG, attributes, tag_name


def names(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


BLOCKS = names(
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption",
    "figure footer h1 h2 h3 h4 h5 h6 header hgroup html legend li main menu nav ol p pre section",
    "summary table tbody td tfoot th thead tr ul",
)
WITHIN_LINES = names(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr",
    "noscript output picture q rp rt ruby s samp small span strike strong sub sup time tt u var",
)
VOID = names(
    "area base br col embed frame hr img input link meta param source track wbr",
)
#: Gone, with a link to what they would have shown.
SHOWN_ELSEWHERE = names("audio embed frame iframe video")
#: Gone with all they hold.
LEFT_OUT = SHOWN_ELSEWHERE | names(
    "applet button canvas datalist form head input link map math meta noframes object script",
    "select style svg template textarea title",
)
#: Nothing within these is a tag.
OPAQUE = names("iframe noframes script style textarea title")
KNOWN = BLOCKS | WITHIN_LINES | VOID | LEFT_OUT

#: These may be left open until what holds them ends.
OPEN_ENDED = names("caption dd dt li p tbody td tfoot th thead tr")
#: The beginning of an element ends those it cannot stand in, as far up as the one that bounds them.
ENDS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "p": (names("p"), BLOCKS - names("p")),
    "li": (names("li"), names("ul ol menu")),
    "dt": (names("dt dd"), names("dl")),
    "dd": (names("dt dd"), names("dl")),
    "td": (names("td th"), names("tr table")),
    "th": (names("td th"), names("tr table")),
    "tr": (names("caption tr"), names("table")),
    "thead": (names("caption tr"), names("table")),
    "tbody": (names("caption thead tr"), names("table")),
}
DEEPEST = 60

#: A tag that was escaped where it was written is meant to be seen, as in instructions.
SEEN = (
    r"\\<(?P<escaped>/?[A-Za-z][^<>\n]{0,80}?)\\?>"
    r"|&lt;(?P<referred>/?[A-Za-z][^<>&\n]{0,80}?)&gt;"
)
MARKUP = re.compile(
    rf"{SEEN}|\\.|(?P<comment>{COMMENT}|<[!?][A-Za-z\[][^<>]*+>)|(?P<tag>{TAG})", re.DOTALL
)


@dataclass(slots=True)
class Node:
    """An element and what it holds."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    line: int = 0
    children: list[Node | str] = field(default_factory=list)
    #: Whether its end was found; else it may hold more than it should.
    closed: bool = False

    def all(self, *names: str) -> Iterator[Node]:
        """The elements of these names within this one, but for those of a table within it."""
        for child in self.children:
            if isinstance(child, Node) and child.name in names:
                yield child
            elif isinstance(child, Node) and child.name != "table":
                yield from child.all(*names)


class Tree:
    """A reading of the tags of a text."""

    def __init__(self, aside: Aside, report: Report, text: str, first_line: int = 0) -> None:
        self._aside = aside
        self._report = report
        self._text = text
        self._lines = aside.lines(text)
        self._first_line = first_line
        self._at = 0
        self._ends = {tag_name(end) for end in re.findall(r"</[A-Za-z][\w:.-]*", text)}
        self._open = [Node("", closed=True)]

    def read(self) -> Node:
        while markup := MARKUP.search(self._text, self._at):
            self._add(self._text[self._at : markup.start()])
            self._at = markup.end()
            line = self._first_line + self._lines.at(markup.start())
            if markup["tag"]:
                self._tag(markup[0], line)
            elif markup["comment"]:
                self._report.add(What.HTML, self._aside.plain(markup[0]), line=line)
            elif seen := markup["escaped"] or markup["referred"]:
                self._add(self._aside.span(f"<{self._aside.plain(seen)}>"))
            else:
                self._add(markup[0])
        self._add(self._text[self._at :])
        return self._open[0]

    def _add(self, child: Node | str) -> None:
        if child:
            self._open[-1].children.append(child)

    def _tag(self, tag: str, line: int) -> None:
        name = tag_name(tag)
        if not self._is_left_out and self._is_mentioned(tag, name):
            self._report.add(What.CODE, tag, line=line)
            self._add(self._aside.span(self._aside.plain(tag)))
        elif tag.startswith("</"):
            self._end(name)
        else:
            self._begin(tag, name, line)

    @property
    def _is_left_out(self) -> bool:
        """Whether all that is read now goes anyway, as the shapes of a drawing do."""
        return any(node.name in LEFT_OUT and node.name in self._ends for node in self._open)

    def _is_mentioned(self, tag: str, name: str) -> bool:
        """Whether a tag is but spoken of: no element is called so, or it is bare and never ends."""
        if tag.startswith("</"):
            return name not in KNOWN and all(node.name != name for node in self._open)
        if name in self._ends or name in VOID or tag.endswith("/>"):
            return name not in KNOWN and name not in self._ends
        return name not in KNOWN or (name not in OPEN_ENDED and len(tag) == len(name) + 2)

    def _begin(self, tag: str, name: str, line: int) -> None:
        self._end_those_before(name)
        node = Node(name, attributes(tag), line)
        self._add(node)
        if name not in KNOWN and not self._is_left_out:
            self._report.add(What.HTML, tag, line=line)
        if name in VOID or tag.endswith("/>") or len(self._open) > DEEPEST:
            node.closed = True
        elif name in OPAQUE and name in self._ends:
            self._hold(node)
        else:
            self._open.append(node)

    def _hold(self, node: Node) -> None:
        """All up to the end of an element whose content is not HTML."""
        end = re.compile(rf"</{node.name}\s*>", re.IGNORECASE).search(self._text, self._at)
        if end:
            node.children.append(self._text[self._at : end.start()])
            self._at = end.end()
        node.closed = True

    def _end_those_before(self, name: str) -> None:
        ended, bounds = ENDS.get(name, (frozenset(), frozenset()))
        for place in range(len(self._open) - 1, 0, -1):
            if self._open[place].name in bounds:
                return
            if self._open[place].name in ended:
                self._close(place)

    def _end(self, name: str) -> None:
        """The end of an element; where none of the name is open it ends nothing."""
        for place in range(len(self._open) - 1, 0, -1):
            if self._open[place].name == name:
                self._close(place)
                return

    def _close(self, place: int) -> None:
        for node in self._open[place + 1 :]:
            node.closed = node.name in OPEN_ENDED
        self._open[place].closed = True
        del self._open[place:]
