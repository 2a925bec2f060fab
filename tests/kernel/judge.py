"""Another sanitiser judges what is stored: with the same allow-list it must find nothing to take away."""

import re
from xml.etree.ElementTree import Element

import nh3
from bleach.html5lib_shim import BleachHTMLParser

from wiki.kernel.markdown import Rendered
from wiki.kernel.markdown.rendered import MARK, normalised
from wiki.kernel.markdown.sanitising import ELEMENTS, SCHEMES, is_allowed

NAMES = """
    align aria-label checked class colspan disabled href id lang open rel role rowspan scope start
    tabindex title type
"""

JUDGE = nh3.Cleaner(
    tags=set(ELEMENTS),
    attributes={element: set(NAMES.split()) for element in ELEMENTS},
    attribute_filter=lambda element, name, value: (
        value if is_allowed(element, name, value) else None
    ),
    url_schemes=set(SCHEMES),
    link_rel=None,
)


def judged(source: str, rendered: Rendered) -> None:
    """What must hold for every text, however it came out."""
    found = tree(rendered.html)
    assert tree(JUDGE.clean(rendered.html)) == found, source
    for element, name, value in attributes(found):
        assert is_allowed(element, name, value), (source, element, name, value)
        assert MARK not in value
        assert name not in {"style", "name", "src"}
        assert not name.startswith(("on", "data-"))
    assert not re.search(
        r"<(script|style|iframe|svg|math|object|form|img)", rendered.html, re.IGNORECASE
    ), source
    numbers = rendered.html.split(MARK)[1::2]
    assert {int(number) for number in numbers} == set(range(len(rendered.references))), source
    said = [part for reference in rendered.references for part in reference]
    for text in (rendered.html.replace(MARK, ""), rendered.text, *said):
        assert normalised(text) == text, source


def tree(html: str) -> list[object]:
    parser = BleachHTMLParser(
        tags=None, strip=False, consume_entities=True, namespaceHTMLElements=False
    )
    return branches(parser.parseFragment(html))


def branches(node: Element) -> list[object]:
    """Text and elements in order, neighbouring texts as one."""
    parts: list[object] = [node.text or ""]
    for child in node:
        assert isinstance(child.tag, str), "a comment has survived"
        parts += [(child.tag, dict(child.attrib), branches(child)), child.tail or ""]
    return parts


def attributes(node: list[object]):
    for part in node:
        if isinstance(part, tuple):
            yield from ((part[0], name, value) for name, value in part[1].items())
            yield from attributes(part[2])
