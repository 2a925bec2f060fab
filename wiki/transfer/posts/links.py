"""Links and pictures: to another post, to a file of the folder, out into the world, or nowhere."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from urllib.parse import SplitResult, quote, unquote, urlsplit

from wiki.kernel.languages import _
from wiki.transfer.posts.aside import Aside
from wiki.transfer.posts.code import set_aside
from wiki.transfer.posts.findings import Report, What
from wiki.transfer.posts.markup import COMMENT, TAG, attributes, bracketed, tag_name, unescaped
from wiki.transfer.posts.site_map import SiteMap

WEB = ("http", "https")
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp")

DESTINATION = r"(?:<(?P<angle>[^<>\n]*+)>|(?P<plain>(?:[^\s()\\<]|\\.|\((?:[^\s()\\]|\\.)*+\))*+))"
TITLE = r"(?P<title>\"(?:[^\"\\]|\\.)*+\"|'(?:[^'\\]|\\.)*+'|\((?:[^()\\]|\\.)*+\))"
TARGET = re.compile(rf"\(\s*{DESTINATION}(?:\s+{TITLE})?\s*\)", re.DOTALL)
#: An address in pieces, from a text that was wrapped or quoted by hand.
BROKEN_TARGET = re.compile(
    r"\((?P<plain>(?:https?://|/)[^()\s>]*(?:\s*>\s*|\s+)[^()\s>]*(?:\s*>\s*[^()\s>]*)*)\)"
)
DEFINITION = re.compile(
    rf"^(?P<lead>[ \t>]*)\[(?P<label>(?!\^)[^\[\]\n]+)\]:[ \t]*{DESTINATION}(?:\s+{TITLE})?[ \t]*$",
    re.MULTILINE | re.DOTALL,
)
LABEL = re.compile(r"[ \n]?\[(?P<label>[^\[\]]*)\]")
ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
MARKUP = re.compile(rf"\\.|(?P<open>!?\[)|(?P<close>\])|{COMMENT}|(?P<tag>{TAG})", re.DOTALL)
MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+\Z")
PICTURE_PLACEHOLDER = re.compile(
    r"!\[((?:[^\[\]\\]|\\.)*+)\]\((file):([^\s()]*)([^()\n]*)\)", re.DOTALL
)
LINK_PLACEHOLDER = re.compile(
    r"(?<!!)\[((?:[^\[\]\\]|\\.|!?\[[^\[\]]*\]\([^()\n]*\))*+)\]\((post|file):([^\s()]*)([^()\n]*)\)",
    re.DOTALL,
)

#: Given ``post`` or ``file`` and a path in the folder: its address here, or None when it has none.
Lookup = Callable[[str, str], str | None]


class Links:
    """The links and pictures of one post. ``anchors`` are the places in it that links may name."""

    def __init__(
        self, aside: Aside, site: SiteMap, path: str, anchors: Mapping[str, str], report: Report
    ) -> None:
        self._aside = aside
        self._site = site
        self._path = path
        self._anchors = anchors
        self._report = report
        self._line = 0
        self._definitions: dict[str, str | None] = {}

    def resolve(self, text: str) -> str:
        """The text with every link and picture resolved, on as many lines as before."""
        text = self._with_definitions(text)
        lines = self._aside.lines(text)
        out: list[str] = []
        opened: list[int] = []
        at = 0
        while markup := MARKUP.search(text, at):
            out.append(text[at : markup.start()])
            at = markup.end()
            self._line = lines.at(markup.start())
            if markup["open"]:
                opened.append(len(out))
            if markup["close"] and opened:
                start = opened.pop()
                link, at = self._link(text, at, out[start:])
                out[start:] = link
            elif markup["tag"]:
                out.append(self._tag(markup[0]))
            else:
                out.append(markup[0])
        return "".join([*out, text[at:]])

    def _link(self, text: str, at: int, opened: list[str]) -> tuple[list[str], int]:
        """What a bracket has opened and another ends, as a link if it is one; where to read on."""
        is_picture, inner = opened[0] == "![", "".join(opened[1:])
        target = text[at : at + 1] == "(" and (
            TARGET.match(text, at) or BROKEN_TARGET.match(text, at)
        )
        if target:
            title = target.groupdict().get("title") or ""
            resolve = self._picture if is_picture else self._text_link
            link = resolve(inner, self._written(target), f" {title}" if title else "")
            return [self._aside.as_long(link, inner + target[0])], target.end()
        after = LABEL.match(text, at)
        label = label_of(after["label"] if after and after["label"] else inner)
        if label not in self._definitions:
            return [*opened, "]"], at
        address = self._definitions[label]
        if address is None:
            link = pictured(inner) if is_picture else inner
        else:
            link = f"{opened[0]}{inner}]({address})"
        return [link], after.end() if after else at

    def _with_definitions(self, text: str) -> str:
        """The text less the definitions of reference links: they are put where they are used."""
        lines = self._aside.lines(text)

        def resolved(match: re.Match[str]) -> str:
            self._line = lines.at(match.start())
            label = label_of(match["label"])
            if label not in self._definitions:
                self._definitions[label] = self._address(self._written(match), label)
            return self._aside.as_long(match["lead"], match[0])

        return DEFINITION.sub(resolved, text)

    def _written(self, target: re.Match[str]) -> str:
        """The address as its author meant it, without the signs Markdown needed."""
        angle = target.groupdict().get("angle")
        written = self._aside.plain(target["plain"] if angle is None else angle)
        if written.startswith("<") and written.endswith(">"):
            written = written[1:-1]
        return unescaped(ESCAPED.sub(r"\1", re.sub(r"\s*>\s*|\s*\n\s*", "", written)))

    def _text_link(self, inner: str, target: str, title: str) -> str:
        address = self._address(target, inner)
        if address is None:
            return inner
        if not inner.strip():
            return self._aside.verbatim(f"<{address}>") if parsed(address).scheme in WEB else ""
        if inner.startswith("[") and inner.endswith("]"):
            inner = rf"\[{inner[1:-1]}\]"  # two brackets would be the title of an item here
        return f"[{inner}]({address}{title})"

    def _tag(self, tag: str) -> str:
        """The two tags that lead somewhere: a picture becomes Markdown, a link gets its address."""
        if tag.startswith("</") or (name := tag_name(tag)) not in {"a", "img"}:
            return tag
        values = attributes(tag)
        if name == "img":
            return self._picture(bracketed(values.get("alt", "")), values.get("src", ""), "")
        href = re.sub(r"\s+", "", values.get("href", ""))
        address = self._address(href, "") if "href" in values else None
        return f'<a href="{html.escape(address)}">' if address else "<a>"

    def _picture(self, alt: str, target: str, title: str) -> str:
        target = " ".join(target.split())
        if parsed(target).scheme in WEB:
            self._report.add(What.IMAGE, target, _("a link to it"), self._line)
            return f"[{pictured(alt) or _('Picture')}]({quoted(target)})"
        file = self._site.file(target, self._path)
        if file and PurePosixPath(file).suffix.lower() in PICTURES:
            return f"![{alt}]({placeholder('file', file)}{title})"
        shown = pictured(alt)
        self._report.add(What.IMAGE, target or alt, self._aside.plain(shown), self._line)
        return shown

    def _address(self, target: str, text: str) -> str | None:
        """Where a link leads: out into the world, to a post, to a file; None if nowhere."""
        target = target.strip()
        address = self._outside(target) if parsed(target).scheme else self._inside(target)
        if address is None:
            self._report.add(What.LINK, target, self._aside.plain(text), self._line)
        return address

    def _outside(self, target: str) -> str | None:
        parts = parsed(target)
        if parts.scheme == "mailto" and parts.path:
            return quoted(target)
        if parts.scheme not in WEB or not parts.netloc:
            return None
        post = self._site.post_elsewhere(parts.path)
        return placeholder("post", post) if post else quoted(target)

    def _inside(self, target: str) -> str | None:
        if target.startswith("#"):
            name = self._anchors.get(unquote(target[1:]))
            return f"#{quote(name)}" if name else None
        if target.startswith("//"):
            return self._outside(f"https:{target}")
        if target.startswith("www."):
            return self._outside(f"http://{target}")
        if MAIL.match(target):
            return f"mailto:{target}"
        if post := self._site.post(target, self._path):
            return placeholder("post", post)
        file = self._site.file(target, self._path)
        return placeholder("file", file) if file else None


def with_addresses(markdown: str, lookup: Lookup) -> str:
    """Converted Markdown with the addresses its posts and files have here.

    What has none is left as its text.
    """
    aside, text = set_aside(markdown)

    def picture(match: re.Match[str]) -> str:
        alt, kind, path, title = match.groups()
        address = lookup(kind, unquote(path))
        return pictured(alt) if address is None else f"![{alt}]({address}{title})"

    def link(match: re.Match[str]) -> str:
        inner, kind, path, title = match.groups()
        address = lookup(kind, unquote(path))
        return inner if address is None else f"[{inner}]({address}{title})"

    return aside.restore(LINK_PLACEHOLDER.sub(link, PICTURE_PLACEHOLDER.sub(picture, text)))


def parsed(target: str) -> SplitResult:
    """An address in its parts; one that cannot be read has a scheme nobody follows."""
    try:
        return urlsplit(target)
    except ValueError:
        return SplitResult("unreadable", "", target, "", "")


def quoted(address: str) -> str:
    """An address as it can stand between the round brackets of a link."""
    return quote(address, safe="/:?&=%#~,;@!+$'*")


def placeholder(kind: str, path: str) -> str:
    """Stands for a post or a file of the folder until it has an address here."""
    return f"{kind}:{quote(path)}"


def pictured(alt: str) -> str:
    """What stands for a picture that is not here: its description, or nothing."""
    words = " ".join(alt.split()).replace("*", r"\*")
    return f"*{_('Picture: %(alt)s', alt=words)}*" if words else ""


def label_of(text: str) -> str:
    return " ".join(text.split()).lower()
