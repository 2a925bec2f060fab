"""From the tree of what Markdown made to what may be stored: written anew, piece by piece."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from bleach.html5lib_shim import HTML_TAGS, HTML_TAGS_BLOCK_LEVEL, BleachHTMLParser

from wiki.kernel.markdown.highlighting import highlighted
from wiki.kernel.markdown.outline import Places, levels
from wiki.kernel.markdown.rendered import Reference, normalised
from wiki.kernel.markdown.sanitising import CLASSES, ELEMENTS, OUTSIDE, is_allowed, safe_address
from wiki.kernel.markdown.writing import Writing

_EMPTY = frozenset({"br", "hr"})
_NO_LINKS_INSIDE = frozenset({"code", "kbd", "samp"})
_NOT_FOR_READING = frozenset({"iframe", "noembed", "noframes", "noscript", "script", "style"})
_OBSOLETE = frozenset(
    ["acronym", "big", "center", "dir", "font", "marquee", "nobr", "strike", "tt", "xmp"]
)
_ENDS_LINE = HTML_TAGS_BLOCK_LEVEL | {"br", "caption", "dd", "dt", "li", "summary", "tr"}
_OF_FOOTNOTES = frozenset({"footnote-backref", "footnote-ref"})
_OURS = frozenset({"aria-label", "href", "id", "rel", "role", "tabindex"})

_FILE = re.compile(r"\s*file:([0-9a-z]{10})\s*", re.IGNORECASE)
_LANGUAGE = re.compile(r"\blanguage-(\S+)")
_IN_TEXT = re.compile(
    r"""
      \[\[ (?P<title> [^\[\]|]{1,300} ) (?: \| (?P<label> [^\[\]]{1,300} ) )? \]\]
    | (?<! [\w@./+-] ) @ (?P<person> [^\W_] (?: [^\W_] | [.-](?=[^\W_]) ){0,79}+ ) (?! [@\w] )
    | \b (?P<address> https?:// (?: [^\s<>"'()] | \( [^\s<>"'()]* \) )+ (?<! [.,;:!?*_~\]] ) )
    """,
    re.VERBOSE,
)


def rewritten(html: str, *, shift: int, prefix: str) -> Writing:
    """The HTML that Markdown made, written anew with nothing in it but what we know."""
    parser = BleachHTMLParser(
        tags=None, strip=False, consume_entities=True, namespaceHTMLElements=False
    )
    rewriting = _Rewriting(parser.parseFragment(html), shift, prefix)
    return rewriting.page


class _Rewriting:
    """A walk over the tree, taking over nothing but text and what attributes are allowed.

    ``linking`` says whether a place may hold links and references: not in code or another link.
    """

    def __init__(self, tree: Element, shift: int, prefix: str) -> None:
        self.page = Writing()
        self.levels = levels(tree, shift)
        self.places = Places(tree, prefix)
        self.inside(tree, linking=True)

    def inside(self, node: Element, *, linking: bool) -> None:
        self.say(node.text, linking=linking)
        for child in node:
            if isinstance(child.tag, str):  # the tag of a comment is a function
                self.element(child, linking=linking)
            self.say(child.tail, linking=linking)

    def element(self, node: Element, *, linking: bool) -> None:
        match node.tag:
            case "a":
                self.link(node, linking=linking)
            case "img":
                self.picture(node, linking=linking)
            case "input":
                self.box(node)
            case "pre":
                self.block_of_code(node)
            case "table":
                self.table(node, linking=linking)
            case "p" if not len(node) and not (node.text or "").strip():
                return
            case tag if tag in self.levels:
                self.keep(node, self.levels[tag], linking=linking)
            case tag if tag in ELEMENTS:
                self.keep(node, tag, linking=linking and tag not in _NO_LINKS_INSIDE)
            case tag if tag in HTML_TAGS_BLOCK_LEVEL:
                self.keep(node, "div", linking=linking)
            case tag if tag not in _NOT_FOR_READING and not tag.startswith("{"):  # "{": svg, math
                self.unwrapped(node, linking=linking)
        if node.tag in _ENDS_LINE:
            self.page.part("\n")
        elif node.tag in {"td", "th"}:
            self.page.part(" ")

    def keep(self, node: Element, tag: str, *, linking: bool) -> None:
        self.page.start(tag, self.attributes(node, tag))
        if tag not in _EMPTY:
            self.inside(node, linking=linking)
            self.page.end(tag)

    def unwrapped(self, node: Element, *, linking: bool) -> None:
        """What an element holds, without it; but "git checkout <branch>" holds only words."""
        if node.tag not in HTML_TAGS | _OBSOLETE and ":" not in node.tag:
            self.page.put(f"<{node.tag}>")
        self.inside(node, linking=linking)

    def attributes(self, node: Element, tag: str) -> dict[str, str]:
        """What it carries and may keep; where it leads and what it is called is ours to say."""
        carried = dict(node.attrib)
        if "class" in carried:
            carried["class"] = " ".join(c for c in carried["class"].split() if c in CLASSES)
        kept = {n: to for n, to in carried.items() if n not in _OURS and is_allowed(tag, n, to)}
        return kept | ({"id": self.places.ids[node]} if node in self.places.ids else {})

    def box(self, node: Element) -> None:
        """A box of a task list: the only control there is, and one that nobody can change."""
        if node.get("type", "").lower() == "checkbox":
            done = "checked" in node.attrib
            box = {"type": "checkbox", "disabled": ""} | ({"checked": ""} if done else {})
            self.page.start("input", box | {"aria-label": "Done" if done else "Not done"})

    def table(self, node: Element, *, linking: bool) -> None:
        """A table in a region of its own, which a keyboard can reach and move sideways."""
        heads = node.findall("thead/tr/th")
        for head in heads:
            head.set("scope", "col")
            head.tag = "th" if _words(head) else "td"  # a heading without words heads nothing
        named = ", ".join(filter(None, map(_words, heads)))[:80]
        label = f"Table: {named}" if named else "Table"
        region = {"role": "region", "tabindex": "0", "aria-label": label}
        node.set("class", "ledger")
        self.page.start("div", {"class": "scroll"} | region)
        self.keep(node, "table", linking=linking)
        self.page.end("div")

    def block_of_code(self, node: Element) -> None:
        language = _LANGUAGE.search(node[0].get("class", "")) if len(node) == 1 else None
        if language is None or "".join(node[0].itertext()) != "".join(node.itertext()):
            node.text = (node.text or "").lstrip("\n")  # else each parser takes one line away
            self.keep(node, "pre", linking=False)
            return
        self.page.start("pre", {})
        self.page.start("code", {})
        for name, piece in highlighted("".join(node.itertext()), language[1].lower()):
            self.coloured(piece, name)
        self.page.end("code")
        self.page.end("pre")

    def coloured(self, piece: str, name: str) -> None:
        if name:
            self.page.start("span", {"class": name})
        self.page.put(piece)
        if name:
            self.page.end("span")

    # Links, pictures, and what is found in the text

    def link(self, node: Element, *, linking: bool) -> None:
        href, words = node.get("href", ""), _words(node)
        file, address = _FILE.fullmatch(href), self.places.led_to(safe_address(href))
        if file and linking:
            self.page.refer(Reference("file", file[1], words))
        elif not (address and linking):
            self.unlinked(node, linking=linking)
        elif any(_FILE.fullmatch(picture.get("src", "")) for picture in node.iter("img")):
            self.inside(node, linking=True)  # the picture may be printed as a link to itself
            self.anchor(address, address)
        elif words:
            self.open_link(address, self.attributes(node, "a"))
            with self.page.unsearched(node.get("class") in _OF_FOOTNOTES):
                self.inside(node, linking=False)
            self.page.end("a")
        else:
            self.anchor(address, address)

    def unlinked(self, node: Element, *, linking: bool) -> None:
        if node in self.places.ids:
            self.keep(node, "span", linking=linking)
        else:
            self.inside(node, linking=linking)

    def picture(self, node: Element, *, linking: bool) -> None:
        """A picture of ours is a reference; any other is linked to, never loaded."""
        src, words = node.get("src", ""), _words(node)
        file, address = _FILE.fullmatch(src), safe_address(src)
        if file and linking:
            self.page.refer(Reference("file", file[1], words))
        elif address and linking:
            self.anchor(address, words or address)
        else:
            self.page.put(words)

    def say(self, text: str | None, *, linking: bool) -> None:
        text = normalised(text or "")
        said = 0
        for found in _IN_TEXT.finditer(text) if linking else ():
            self.page.put(text[said : found.start()])
            self.found(found)
            said = found.end()
        self.page.put(text[said:])

    def found(self, found: re.Match[str]) -> None:
        if found["person"]:
            self.page.refer(Reference("person", found["person"], found[0]))
        elif safe_address(found["address"] or ""):
            self.anchor(found["address"], found["address"])
        elif title := " ".join((found["title"] or "").split()):
            reference = Reference("title", title, " ".join((found["label"] or "").split()))
            self.page.refer(reference._replace(label=reference.label or reference.title))
        else:
            self.page.put(found[0])

    def anchor(self, address: str, words: str) -> None:
        self.open_link(address, {})
        self.page.put(words)
        self.page.end("a")

    def open_link(self, address: str, attributes: dict[str, str]) -> None:
        outside = {"rel": OUTSIDE} if address[:4].lower() == "http" else {}
        self.page.start("a", {"href": address} | attributes | outside)


def _words(node: Element) -> str:
    """What an element says: its text, and what stands for its pictures."""
    pictures = (picture.get("alt", "") for picture in node.iter("img"))
    return " ".join(normalised("".join([*node.itertext(), *pictures])).split())
