"""A post as it was written, made into Markdown of this house, with a list of what could not be taken along."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from wiki.transfer.code import set_aside
from wiki.transfer.findings import Finding, Report, What
from wiki.transfer.html import Html
from wiki.transfer.layout import lay_out
from wiki.transfer.links import Links, SiteMap
from wiki.transfer.posts import Post
from wiki.transfer.templating import Templates

#: Kramdown's lists of classes and the like, on a line of their own or behind what they belong to.
CONTENTS = re.compile(r"^[ \t]*(?:[-*+]|1\.)[ \t]+\S[^\n]*\n\{:[ \t]*toc[ \t]*\}[ \t]*$", re.MULTILINE)
ATTRIBUTES = re.compile(r"[ \t]?(?:\{::?/?[^{}\n]*\}|\{[.#][A-Za-z_][\w-]*(?:[ \t]+[.#]?[\w-]+(?:=(?:\"[^\"\n]*\"|[^\s{}]*))?)*[ \t]*\})")
HEADING = re.compile(r"^[ \t>]*#{1,6}[ \t]*(?P<text>[^\n]*?)[ \t#]*(?:\{#(?P<id>[\w-]+)\}[ \t]*)?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Converted:
    """A post's text in Markdown, with ``post:`` and ``file:`` where it refers to others of its folder."""

    markdown: str
    findings: tuple[Finding, ...]


def convert(post: Post, site: SiteMap) -> Converted:
    report = Report(post.path, post.body_line)
    aside, text = set_aside(post.body)
    text = Templates(aside, post.page, site.credit, report).fill_in(text)
    anchors = anchors_in(text)
    text = without_attributes(text, report)
    text = Links(aside, site, post.path, anchors, report).resolve_in(text)
    text = Html(aside, report).rewrite(text)
    markdown = aside.restore(lay_out(text))
    return Converted(markdown, post.findings + report.findings)


def without_attributes(text: str, report: Report) -> str:
    text, contents = CONTENTS.subn("\n", text)
    text, attributes = ATTRIBUTES.subn("", text)
    if contents or attributes:
        report.add(What.ATTRIBUTES, f"{contents + attributes}")
    return text


def anchors_in(text: str) -> dict[str, str]:
    """The names links within a post may call its headings by, and the name each heading has here."""
    named: dict[str, str] = {}
    for heading in HEADING.finditer(text):
        words = re.sub(r"[`*]|\]\([^()]*\)|[\[\]]", "", heading["text"])
        for written in (heading["id"] or "", *elsewhere(words)):
            named.setdefault(written, here(words))
    named.pop("", None)
    return named


def here(words: str) -> str:
    """The name the renderer gives a heading."""
    return re.sub(r"[\W_]+", "-", re.sub("['\N{RIGHT SINGLE QUOTATION MARK}]", "", words.casefold()))[:60].strip("-")


def elsewhere(words: str) -> list[str]:
    """The names other houses would give it: they differ in what they do with a sign that is no letter."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower().strip()
    return [
        re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", words.lower().strip())),
        re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", plain)).strip("-"),
        re.sub(r"[^a-z0-9]+", "-", plain).strip("-"),
        here(words),
    ]
