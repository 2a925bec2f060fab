"""A community's closing note: four parts, each under a heading that stands in the margin."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from wiki.kernel.languages import _l
from wiki.kernel.markdown import Rendered, read_many, show

#: Headings written inside a part stand below the part's own.
SHIFT = 2

PARTS = {
    "set_out": _l("What we set out to learn"),
    "know": _l("What we know now"),
    "open": _l("What we still don’t know"),
    "ask": _l("Who to ask"),
}

_heading = re.compile(r"^##[ \t]+(.+?)[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    heading: str
    html: Markup


def read_parts(texts: Mapping[str, str]) -> dict[str, str]:
    """The parts as they are stored, without those left out."""
    written = {name: text for name, text in texts.items() if text.strip()}
    return {name: printed(found) for name, found in read_many(written, shift=SHIFT).items()}


def sections(html: Mapping[str, str]) -> list[Section]:
    """The note for a page, in the order of its parts."""
    return [
        Section(name, str(heading), stored(html[name]))
        for name, heading in PARTS.items()
        if name in html
    ]


def parts_of(text: str) -> dict[str, str]:
    """A note kept as one Markdown text, by part: the four headings divide it."""
    pieces = _heading.split(text)
    by_heading = {plain(str(heading)): name for name, heading in PARTS.items()}
    found = {}
    for heading, body in zip(pieces[1::2], pieces[2::2], strict=True):
        name = by_heading.get(plain(heading))
        if name and body.strip():
            found[name] = body.strip()
    return found


def plain(heading: str) -> str:
    return heading.casefold().replace("'", "’")


def printed(found: Rendered) -> str:
    """Rendered Markdown with what it refers to as words: a place keeps no references of its own."""
    return str(show(found.html, found.references, lambda reference: reference.label))


def stored(html: str) -> Markup:
    """Stored HTML of a place, for a page."""
    return show(html, (), lambda reference: reference.label)
