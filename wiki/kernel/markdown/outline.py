"""The headings and named places of a document: levels for this page, ids of no other document."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def levels(tree: Element, shift: int) -> dict[str, str]:
    """What each level used becomes: the highest ``shift`` below the page's title, none left out."""
    used = sorted({node.tag for node in tree.iter() if node.tag in HEADINGS})
    return {tag: f"h{min(1 + shift + rank, 6)}" for rank, tag in enumerate(used)}


class Places:
    """The places a link can lead to: those with a name of their own, and every heading."""

    def __init__(self, tree: Element, prefix: str) -> None:
        self.ids: dict[Element, str] = {}
        self._by_name: dict[str, str] = {}
        for node, name, place in _named(tree):
            self.ids[node] = f"{prefix}-{place}"
            self._by_name.setdefault(name, self.ids[node])
            self._by_name.setdefault(place, self.ids[node])

    def led_to(self, address: str) -> str:
        """The address, or the id of the place in this document that it names."""
        if not address.startswith("#"):
            return address
        return "#" + self._by_name.get(address[1:], address[1:])


def _named(tree: Element) -> Iterator[tuple[Element, str, str]]:
    seen: Counter[str] = Counter()
    for node in tree.iter():
        name = node.get("id") or (node.get("name") if node.tag == "a" else "") or ""
        if not name and node.tag in HEADINGS:
            name = "".join(node.itertext())
        if place := _slug(name):
            seen[place] += 1
            again = f"-{seen[place]}" if seen[place] > 1 else ""
            yield node, name, place + again


def _slug(words: str) -> str:
    letters = re.sub("['’]", "", words.casefold())
    return re.sub(r"[\W_]+", "-", letters)[:60].strip("-")
