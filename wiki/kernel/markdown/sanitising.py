"""The allow-list: the only elements, attributes, classes and addresses that stored HTML may contain."""

from __future__ import annotations

import re

from bleach.sanitizer import Cleaner

ELEMENTS = frozenset(
    [
        "a",
        "abbr",
        "b",
        "blockquote",
        "br",
        "caption",
        "cite",
        "code",
        "dd",
        "del",
        "details",
        "dfn",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "input",
        "ins",
        "kbd",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "u",
        "ul",
        "var",
    ]
)

#: Code is coloured by these classes alone; ``highlighting`` maps every kind of token to one of them.
CODE_CLASSES = frozenset(["c", "gd", "gh", "gi", "k", "m", "na", "nb", "nc", "nf", "nt", "s"])

CLASSES = CODE_CLASSES | frozenset(
    [
        "admonition",
        "admonition-title",
        "caution",
        "important",
        "note",
        "tip",
        "warning",
        "footnote",
        "footnote-backref",
        "footnote-ref",
        "ledger",
        "scroll",
        "task-list",
        "task-list-item",
    ]
)

SCHEMES = frozenset({"http", "https", "mailto"})
OUTSIDE = "noopener nofollow ugc"

_ADDRESS = re.compile(r"https?://[^\s/?#\\]|mailto:\S|/(?![/\\])|#", re.IGNORECASE)
_NUMBER = r"[0-9]{1,2}"
_ANY = r"[^\x00]*"

_EVERYWHERE = {"id": r"c-[0-9a-f]{8}-[\w.-]+", "lang": r"[A-Za-z0-9-]{2,20}"}
_ATTRIBUTES = {
    "a": {"href": _ANY, "rel": OUTSIDE, "title": _ANY},
    "abbr": {"title": _ANY},
    "details": {"open": "(open)?"},
    "div": {"role": "region", "tabindex": "0", "aria-label": "Table(: .*)?"},
    "input": {"type": "checkbox", "disabled": "", "checked": "", "aria-label": "Done|Not done"},
    "ol": {"start": r"[0-9]{1,6}"},
    "td": {"align": "left|center|right", "colspan": _NUMBER, "rowspan": _NUMBER},
    "th": {
        "align": "left|center|right",
        "colspan": _NUMBER,
        "rowspan": _NUMBER,
        "scope": "col|row",
    },
}
_RULES = {
    (element, name): re.compile(rule)
    for element in ELEMENTS
    for name, rule in (_EVERYWHERE | _ATTRIBUTES.get(element, {})).items()
}


def sanitised(html: str) -> str:
    """The HTML with nothing left in it that is not on the list. Nothing may change it after this."""
    return _cleaner.clean(html)


def is_allowed(element: str, name: str, value: str) -> bool:
    """Whether an element may carry this attribute with this value."""
    if name == "class":
        return bool(value) and CLASSES.issuperset(value.split())
    if name == "href":
        return safe_address(value) == value
    rule = _RULES.get((element, name))
    return rule is not None and rule.fullmatch(value) is not None


def safe_address(address: str) -> str:
    """The address as a browser reads it, or nothing when it leads where a link must not lead."""
    address = re.sub(r"[\t\n]", "", address).strip()
    return address if _ADDRESS.match(address) else ""


_cleaner = Cleaner(tags=ELEMENTS, attributes=is_allowed, protocols=SCHEMES, strip=True)
