"""A post in Markdown of this house, with all that could not be taken along."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from wiki.transfer.posts.code import set_aside
from wiki.transfer.posts.findings import Finding, Report, What
from wiki.transfer.posts.front_matter import plain
from wiki.transfer.posts.html import Html
from wiki.transfer.posts.layout import lay_out
from wiki.transfer.posts.links import Links, pictured, placeholder
from wiki.transfer.posts.markup import bracketed
from wiki.transfer.posts.post import Post
from wiki.transfer.posts.site_map import SiteMap
from wiki.transfer.posts.templating import Templates

#: Kramdown's lists of classes and the like, and the list it replaces by a table of contents.
ATTRIBUTES = re.compile(
    r"[ \t]?(?:\{::?/?[^{}\n]*\}"
    r"|\{[.#][A-Za-z_][\w-]*(?:[ \t]+[.#]?[\w-]+(?:=(?:\"[^\"\n]*\"|[\w-]+))?)*[ \t]*\})"
)
CONTENTS = re.compile(r"^[ \t]*(?:[-*+]|1\.)[ \t]+\S.*\n\{:[ \t]*toc[ \t]*\}[ \t]*$", re.MULTILINE)
HEADING = re.compile(
    r"^[ \t>]*#{1,6}[ \t]*(?P<words>[^\n{]*)(?:\{#(?P<name>[\w-]+)\})?", re.MULTILINE
)
APOSTROPHES = re.compile("['\N{RIGHT SINGLE QUOTATION MARK}]")


@dataclass(frozen=True, slots=True)
class Converted:
    """A post's text, with ``post:`` and ``file:`` where it leads to others of its folder."""

    markdown: str
    findings: tuple[Finding, ...]


def convert(post: Post, site: SiteMap) -> Converted:
    report = Report(post.path, post.body_line)
    aside, text = set_aside(post.body)
    text = Templates(aside, post.page, site.credit, report).fill_in(text)
    anchors = anchors_in(text)
    text = without_attributes(text, report)
    text = Links(aside, site, post.path, anchors, report).resolve(text)
    text = Html(aside, report).rewrite(text)
    text = with_pictures_apart(text)
    markdown = aside.restore(lay_out(text))
    markdown = picture_above(post, site, markdown, report) + markdown
    return Converted(markdown, post.findings + report.findings)


def without_attributes(text: str, report: Report) -> str:
    text, contents = CONTENTS.subn("\n", text)
    text, attributes = ATTRIBUTES.subn("", text)
    if contents or attributes:
        report.add(What.ATTRIBUTES, str(contents + attributes))
    return text


def with_pictures_apart(text: str) -> str:
    """The text with a paragraph for each description that takes the place of a picture's line."""
    description = re.escape(pictured("@")).replace("@", ".+")
    return re.sub(rf"^({description})\n(?=.)", r"\1\n\n", text, flags=re.MULTILINE)


def picture_above(post: Post, site: SiteMap, markdown: str, report: Report) -> str:
    """The picture named in the front matter, which other houses show above the text."""
    written = post.page.get("image", "").strip()
    listed = (finding.text for finding in report.findings if finding.what is What.IMAGE)
    if not written or any(text.endswith(written.lstrip("/")) for text in listed):
        return ""
    file = site.file(written, post.path)
    if file is None:
        report.add(What.IMAGE, written)
        return ""
    if placeholder("file", file) in markdown:
        return ""
    alt, caption = (plain(post.page.get(name)) for name in ("image_alt", "image_figcaption"))
    shown = f"![{bracketed(alt)}]({placeholder('file', file)})\n\n"
    return f"{shown}{caption}\n\n" if caption else shown


def anchors_in(text: str) -> dict[str, str]:
    """The names that links within a post may call its headings by, and their names here."""
    anchors: dict[str, str] = {}
    for heading in HEADING.finditer(text):
        words = re.sub(r"[`*]|\]\([^()]*\)|[\[\]]", "", heading["words"]).strip(" \t#")
        for name in filter(None, (heading["name"], *names_elsewhere(words))):
            anchors.setdefault(name, name_here(words))
    return anchors


def name_here(words: str) -> str:
    """The name the renderer gives a heading."""
    return re.sub(r"[\W_]+", "-", APOSTROPHES.sub("", words.casefold()))[:60].strip("-")


def names_elsewhere(words: str) -> tuple[str, ...]:
    """The names other houses give it: they differ in what becomes of a sign that is no letter."""
    ascii_only = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    return (
        re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", words.lower())),
        re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", ascii_only.lower())).strip("-"),
        re.sub(r"[\W_]+", "-", words.lower()).strip("-"),
        name_here(words),
    )
