"""Links and pictures: which of them lead to another post or a file of the folder, which lead out, which nowhere."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from posixpath import normpath
from urllib.parse import SplitResult, quote, unquote, urlsplit

from wiki.kernel.languages import _
from wiki.transfer.code import COMMENT, TAG, Aside, set_aside
from wiki.transfer.findings import Report, What
from wiki.transfer.posts import Post

OUTSIDE = ("http", "https", "mailto")
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp")
DATED_ADDRESS = re.compile(r"(?:\A|/)(\d{4})/(\d{1,2})/(\d{1,2})/([^/]+)\Z")
DATED_FILE = re.compile(r"(?:\A|/)(\d{4})-(\d{1,2})-(\d{1,2})-([^/]+)\Z")
HANDLE = re.compile(r"[a-z]+(?:-[a-z]+){1,2}\Z")
NAMED_IN_TEXT = re.compile(r"[\"']([a-z]+(?:-[a-z]+){1,2})[\"']\s*\|\s*team_link")

DESTINATION = r"<(?P<angle>[^<>\n]*+)>|(?P<plain>(?:[^\s()\\<]|\\.|\((?:[^\s()\\]|\\.)*+\))*+)"
TITLE = r"(?P<title>\"(?:[^\"\\]|\\.)*+\"|'(?:[^'\\]|\\.)*+'|\((?:[^()\\]|\\.)*+\))"
TARGET = re.compile(rf"\(\s*(?:{DESTINATION})(?:\s+{TITLE})?\s*\)", re.DOTALL)
#: An address in two parts, from a text that was wrapped or quoted by hand.
BROKEN_TARGET = re.compile(
    r"\((?P<plain>(?:https?://|/)[^()\s>]*(?:\s*>\s*|\s+)[^()\s>]*(?:\s*>\s*[^()\s>]*)*)\)"
)
DEFINITION = re.compile(
    rf"^(?P<lead>[ \t>]*)\[(?P<label>(?!\^)[^\[\]\n]+)\]:[ \t]*(?:{DESTINATION})(?:\s+{TITLE})?[ \t]*$",
    re.MULTILINE | re.DOTALL,
)
LABEL = re.compile(r"[ \n]?\[(?P<label>[^\[\]]*)\]")
MARKUP = re.compile(rf"\\.|(?P<open>!?\[)|(?P<close>\])|{COMMENT}|(?P<tag>{TAG})", re.DOTALL)
ATTRIBUTE = re.compile(r"([A-Za-z_:][\w:.-]*)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'<>`]+)))?")
PLACEHOLDER = re.compile(
    r"(!?)\[((?:[^\[\]\\]|\\.)*+)\]\((post|file):([^\s()#]*)(#[^\s()]*)?([^()\n]*)\)"
)

#: Given "post" or "file" and a path within the folder, the address it has here, or None when it has none.
Lookup = Callable[[str, str], str | None]


@dataclass(frozen=True, slots=True)
class SiteMap:
    """What the folder holds: the addresses its posts stand for, and its other files."""

    posts: frozenset[str]
    #: Addresses without slashes at their ends, in lower case, and the post each stands for.
    addresses: Mapping[str, str]
    #: The names in addresses, where only one post has them.
    slugs: Mapping[str, str]
    files: frozenset[str] = frozenset()
    #: Handles of authors, and their names where the posts themselves give them.
    credits: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, posts: Iterable[Post], files: Iterable[str] = ()) -> SiteMap:
        posts = list(posts)
        addresses: dict[str, str] = {}
        slugs: dict[str, str | None] = {}
        for post in posts:
            for written in post.addresses:
                address = bare(written)
                addresses.setdefault(address, post.path)
                slug = address.rpartition("/")[2]
                slugs[slug] = post.path if slugs.get(slug, post.path) == post.path else None
        return cls(
            posts=frozenset(post.path for post in posts),
            addresses=addresses,
            slugs={slug: path for slug, path in slugs.items() if path},
            files=frozenset(files),
            credits=credits_in(posts),
        )

    def credit(self, name: str) -> str:
        """A credited name. A handle becomes the name it spells where a post of the folder spells it out."""
        return self.credits.get(name, name)

    def post(self, path: str, here: str) -> str | None:
        """The post a path leads to, as written in the post at ``here``."""
        for candidate in within(path, here):
            if candidate in self.posts:
                return candidate
        address = bare(path)
        if address in self.addresses:
            return self.addresses[address]
        if dated := DATED_ADDRESS.search(address) or DATED_FILE.search(address):
            year, month, day, slug = dated.groups()
            return self.addresses.get(
                f"{year}/{int(month):02}/{int(day):02}/{slug}"
            ) or self.slugs.get(slug)
        return None

    def file(self, path: str, here: str) -> str | None:
        return next(
            (candidate for candidate in within(path, here) if candidate in self.files), None
        )


def credits_in(posts: Iterable[Post]) -> dict[str, str]:
    posts = list(posts)
    handles = {author for post in posts for author in post.authors if HANDLE.match(author)}
    handles.update(match[1] for post in posts for match in NAMED_IN_TEXT.finditer(post.body))
    named = {handle: handle.replace("-", " ").title() for handle in handles}
    return {
        handle: name
        for handle, name in sorted(named.items())
        if any(name in post.body or name in post.summary for post in posts)
    }


def bare(address: str) -> str:
    """An address reduced to what tells it from another on the same site."""
    path = unquote(address.partition("#")[0].partition("?")[0]).lower()
    path = re.sub(r"(?:/index)?\.(?:html?|md|markdown)\Z", "", path)
    return re.sub(r"/index\Z", "", path.strip("/"))


def within(path: str, here: str) -> list[str]:
    """The places in the folder a path may mean: from its top, or from where the post lies."""
    written = unquote(path.partition("#")[0].partition("?")[0])
    if not written.strip("/") or "\0" in written:
        return []
    top = normpath(written.lstrip("/"))
    beside = normpath(str(PurePosixPath(here).parent / written.lstrip("/")))
    order = (top, beside) if written.startswith("/") else (beside, top)
    return [candidate for candidate in dict.fromkeys(order) if not candidate.startswith("..")]


class Links:
    """The links and pictures of one post, resolved one after the other."""

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

    def resolve_in(self, text: str) -> str:
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
                out.append(markup[0])
            elif markup["close"] and opened:
                start = opened.pop()
                link = self._link_after(text, at, out, start)
                if link is None:
                    out.append("]")
                else:
                    out[start:] = [link[0]]
                    at = link[1]
            elif markup["tag"]:
                out.append(self._tag(markup[0]))
            else:
                out.append(markup[0])
        return "".join([*out, text[at:]])

    def _with_definitions(self, text: str) -> str:
        """The definitions of reference links, resolved; one that leads nowhere is taken out."""
        lines = self._aside.lines(text)

        def resolved(match: re.Match[str]) -> str:
            self._line = lines.at(match.start())
            label = label_of(match["label"])
            address = self._address(self._written(match), label)
            self._definitions.setdefault(label, address)
            if address is None:
                return match["lead"] + "\n" * match[0].count("\n")
            title = f" {match['title']}" if match["title"] else ""
            return f"{match['lead']}[{match['label']}]: {address}{title}"

        return DEFINITION.sub(resolved, text)

    def _link_after(self, text: str, at: int, out: list[str], start: int) -> tuple[str, int] | None:
        """The link or picture whose text has just ended, and where to read on; None when it is neither."""
        if text.startswith("(", at) and (
            target := TARGET.match(text, at) or BROKEN_TARGET.match(text, at)
        ):
            inner = "".join(out[start + 1 :])
            title = target.groupdict().get("title") or ""
            piece = self._inline(out[start] == "![", inner, self._written(target), title)
            return self._as_long(piece, inner + target[0]), target.end()
        if not self._definitions:
            return None
        return self._reference(text, at, out, start)

    def _reference(self, text: str, at: int, out: list[str], start: int) -> tuple[str, int] | None:
        """A reference whose definition leads nowhere is its text alone; the others stay as they are."""
        inner = "".join(out[start + 1 :])
        after = LABEL.match(text, at)
        label = label_of(after["label"] if after and after["label"] else inner)
        if self._definitions.get(label, "") is not None:
            return None
        shown = pictured(inner) if out[start] == "![" else inner
        return shown, after.end() if after else at

    def _written(self, target: re.Match[str]) -> str:
        angle = target.groupdict().get("angle")
        written = self._aside.plain(target["plain"] if angle is None else angle)
        return unescaped(
            re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", re.sub(r"\s*>\s*|\n\s*", "", written))
        )

    def _inline(self, is_picture: bool, inner: str, target: str, title: str) -> str:
        if is_picture:
            return self._picture(inner, target, title)
        address = self._address(target, inner)
        if address is None:
            return inner
        if not inner.strip():
            return f"<{address}>" if parsed(address).scheme in OUTSIDE else ""
        if inner.startswith("[") and inner.endswith("]"):
            inner = rf"\[{inner[1:-1]}\]"  # two brackets would name an item
        return f"[{inner}]({address}{' ' + title if title else ''})"

    def _tag(self, tag: str) -> str:
        """The two tags that lead somewhere: a picture becomes Markdown here, a link gets its address."""
        name = re.match(r"</?([A-Za-z]+)", tag)
        kind = name[1].lower() if name and not tag.startswith("</") else ""
        if kind == "img":
            values = attributes(tag)
            return self._picture(bracketed(values.get("alt", "")), values.get("src", ""), "")
        if kind == "a":
            href = attributes(tag).get("href")
            address = None if href is None else self._address(re.sub(r"\s+", "", href), href)
            return f'<a href="{html.escape(address)}">' if address else "<a>"
        return tag

    def _picture(self, alt: str, target: str, title: str) -> str:
        path = " ".join(target.split())
        if parsed(path).scheme in {"http", "https"}:
            self._report.add(What.IMAGE, path, _("a link to it"), self._line)
            return f"[{pictured(alt) or _('Picture')}]({quoted(path)})"
        file = self._site.file(path, self._path)
        if file and PurePosixPath(file).suffix.lower() in PICTURES:
            return f"![{alt}](file:{quote(file)}{' ' + title if title else ''})"
        shown = pictured(alt)
        self._report.add(What.IMAGE, path or alt, self._aside.plain(shown), self._line)
        return shown

    def _address(self, target: str, text: str) -> str | None:
        """Where a link leads: out of the folder, to a post, to a file; None when that is nowhere."""
        target = target.strip()
        address = self._outside(target) if parsed(target).scheme else self._inside(target)
        if address is None:
            self._report.add(What.LINK, target, self._aside.plain(text), self._line)
        return address

    def _outside(self, target: str) -> str | None:
        """An address with a scheme. One that names a post by date and name is that post, wherever it was."""
        parts = parsed(target)
        if parts.scheme == "mailto":
            return quoted(target) if parts.path else None
        if parts.scheme not in OUTSIDE or not parts.netloc:
            return None
        address = bare(parts.path)
        if DATED_ADDRESS.search(address) and (post := self._site.addresses.get(address)):
            return placeholder("post", post)
        return quoted(target)

    def _inside(self, target: str) -> str | None:
        if target.startswith("#"):
            name = self._anchors.get(unquote(target[1:]))
            return f"#{quote(name)}" if name else None
        if target.startswith("//"):
            return self._outside(f"https:{target}")
        if target.startswith("www."):
            return self._outside(f"http://{target}")
        if re.match(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+\Z", target):
            return f"mailto:{target}"
        if post := self._site.post(target, self._path):
            return placeholder("post", post)
        file = self._site.file(target, self._path)
        return placeholder("file", file) if file else None

    def _as_long(self, piece: str, region: str) -> str:
        missing = self._aside.newlines(region) - self._aside.newlines(piece)
        return piece + "\n" * max(0, missing)


def parsed(target: str) -> SplitResult:
    """An address in its parts; one that cannot be read has a scheme nobody follows."""
    try:
        parts = urlsplit(target)
        return parts if parts.netloc or ":" in target else parts._replace(scheme="")
    except ValueError:
        return SplitResult("unreadable", "", target, "", "")


def quoted(address: str) -> str:
    """An address as it can stand between the round brackets of a link."""
    return quote(address, safe="/:?&=%#~,;@!+$'*")


def unescaped(text: str) -> str:
    """The text with its character references read; an ampersand between parameters is left alone."""
    return re.sub(
        r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|\w{1,32});",
        lambda match: html.unescape(match[0]),
        text,
    )


def placeholder(kind: str, path: str) -> str:
    """A reference to something of the folder, until it has an address here."""
    return f"{kind}:{quote(path)}"


def pictured(alt: str) -> str:
    """What stands for a picture that is not here: its description, or nothing."""
    alt = " ".join(alt.split()).replace("*", r"\*")
    return "*" + _("Picture: %(alt)s", alt=alt) + "*" if alt else ""


def bracketed(text: str) -> str:
    """Plain text as it can stand between the square brackets of a link."""
    return re.sub(r"([\[\]])", r"\\\1", " ".join(text.split())).replace("<", "&lt;")


def label_of(text: str) -> str:
    return " ".join(text.split()).lower()


def attributes(tag: str) -> dict[str, str]:
    """The attributes of a tag, names in lower case; the first of two counts."""
    found: dict[str, str] = {}
    name = re.match(r"</?[A-Za-z][\w:.-]*", tag)
    for match in ATTRIBUTE.finditer(tag, name.end() if name else 0):
        found.setdefault(match[1].lower(), unescaped(match[2] or match[3] or match[4] or ""))
    return found


def with_addresses(markdown: str, lookup: Lookup) -> str:
    """Converted Markdown with its references to posts and files replaced by their addresses here.

    What has no address is left as its text.
    """
    aside, text = set_aside(markdown)

    def addressed(match: re.Match[str]) -> str:
        bang, text, kind, path, title = match.groups()
        address = lookup(kind, unquote(path))
        if address is None:
            return pictured(text) if bang else text
        return f"{bang}[{text}]({address}{title})"

    return aside.restore(PLACEHOLDER.sub(addressed, text))
