"""The patterns of what is not plain text in a post, and what stands in its tags."""

from __future__ import annotations

import html
import re

# All are bounded, or end where the next begins: a text of nothing but beginnings costs no more.
TEMPLATE = (
    r"(?:\{\{(?:(?!\}\}|\{\{|\{%).){0,2000}+\}\}"
    r"|\{%(?:(?!%\}|\{%).){0,2000}+%\}"
    r"|\{\#(?:(?!\#\}|\{\#).){0,2000}+\#\})"
)
COMMENT = r"<!--(?:(?!<!--|-->).)*+-->"
#: An address in angle brackets, which is a link.
ADDRESS = r"<(?:[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*+|[\w.+-]+@[\w.-]+)>"
# Quotation marks are often left out or left over: the shortest reading of a tag is tried first.
NAME = r"</?[A-Za-z][\w:.-]*+"
TAG = (
    rf"(?:{NAME}(?:[\s/](?:[^\"'<>]++|\"[^\"<]*+\"|'[^'<]*+')*+)?>"
    rf"|{NAME}(?:\s[^<>]*+)?>"
    rf"|{NAME}\s(?:[^\"'<>]++|\"[^\"]{{0,500}}+\"|'[^']{{0,500}}+'){{0,40}}+>)"
)

ATTRIBUTE = re.compile(
    r"([A-Za-z_:@][\w:.-]*)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'<>`]+)))?"
)
#: Values that hold quotation marks of their own, or lack the last one.
MISQUOTED = re.compile(
    r"([A-Za-z_:][\w:.-]*)\s*=\s*([\"'])(.*?)(?:\2(?=\s+[\w:.-]+\s*=|\s*/?>\Z)|\s*/?>\Z)", re.DOTALL
)
REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|\w{1,32});")


def tag_name(tag: str) -> str:
    """The name of a tag, in lower case."""
    match = re.match(r"</?([A-Za-z][\w:.-]*)", tag)
    return match[1].lower() if match else ""


def attributes(tag: str) -> dict[str, str]:
    """The attributes of a tag, names in lower case; the first of two counts."""
    inside = re.sub(rf"\A{NAME}", "", tag)
    is_well_quoted = not re.sub(r"[\s/>]", "", ATTRIBUTE.sub("", inside))
    found: dict[str, str] = {}
    for match in (ATTRIBUTE if is_well_quoted else MISQUOTED).finditer(inside):
        value = match[2] or match[3] or match[4] if is_well_quoted else match[3]
        found.setdefault(match[1].lower(), unescaped(value or ""))
    return found


def unescaped(text: str) -> str:
    """The text with its character references read; the ampersand between two parameters is none."""
    return REFERENCE.sub(lambda reference: html.unescape(reference[0]), text)


def bracketed(text: str) -> str:
    """Plain text as it can stand between the square brackets of a link."""
    return re.sub(r"([\[\]])", r"\\\1", " ".join(text.split())).replace("<", "&lt;")
