"""The allow-list: the elements, attributes, classes and addresses that stored HTML may contain."""

from __future__ import annotations

import re

from bleach.sanitizer import Cleaner


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


ELEMENTS = _set(
    "a abbr b blockquote br caption cite code dd del details dfn div dl dt em figcaption figure "
    "h2 h3 h4 h5 h6 hr i input ins kbd li mark ol p pre q s samp small span strong sub summary sup "
    "table tbody td tfoot th thead tr u ul var"
)

#: Code is coloured by these alone; ``highlighting`` gives each kind of token one of them or none.
CODE_CLASSES = _set("c gd gh gi k m na nb nc nf nt s")

CLASSES = CODE_CLASSES | _set(
    "admonition admonition-title caution important note tip warning footnote footnote-backref "
    "footnote-ref ledger scroll task-list task-list-item"
)

SCHEMES = _set("http https mailto")

#: What a link out of the site carries in ``rel``.
OUTSIDE = "noopener nofollow ugc"

_ADDRESS = re.compile(
    r"""
      https?:// (?: [^\W_][\w.-]* | \[[0-9a-f:.]+\] ) (?: :[0-9]{1,5} )? (?= [/?#] | $ )
    | mailto:\S
    | / (?! [/\\] )
    | \#
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ANYTHING = r"(?s:.*)"
_CELL = {"align": "left|center|right", "colspan": "[0-9]{1,2}", "rowspan": "[0-9]{1,2}"}

_EVERYWHERE = {"id": r"c-[0-9a-f]{8}-[\w.-]+", "lang": "[A-Za-z0-9-]{2,20}"}
_ATTRIBUTES = {
    "a": {"rel": OUTSIDE, "title": _ANYTHING},
    "abbr": {"title": _ANYTHING},
    "details": {"open": "(open)?"},
    "div": {"role": "region", "tabindex": "0", "aria-label": "Table(: .*)?"},
    "input": {"type": "checkbox", "disabled": "", "checked": "", "aria-label": "Done|Not done"},
    "ol": {"start": "[0-9]{1,6}"},
    "td": _CELL,
    "th": _CELL | {"scope": "col|row"},
}
_RULES = {
    (element, name): re.compile(rule)
    for element in ELEMENTS
    for name, rule in (_EVERYWHERE | _ATTRIBUTES.get(element, {})).items()
}


def sanitised(html: str) -> str:
    """The HTML with nothing in it that is not on the list. Nothing may change it after this."""
    return _cleaner.clean(html)


def is_allowed(element: str, name: str, value: str) -> bool:
    """Whether an element may carry this attribute with this value."""
    if name == "class":
        return bool(value) and CLASSES.issuperset(value.split())
    if name == "href":
        return element == "a" and bool(value) and safe_address(value) == value
    rule = _RULES.get((element, name))
    return rule is not None and rule.fullmatch(value) is not None


def safe_address(address: str) -> str:
    """The address as a browser reads it, or nothing where a link of ours must not lead."""
    address = re.sub(r"[\t\n]", "", address).strip()
    return address if _ADDRESS.match(address) else ""


# One for the process, which renders one text at a time.
_cleaner = Cleaner(tags=ELEMENTS, attributes=is_allowed, protocols=SCHEMES, strip=True)
