"""What a browser fetches on a first visit: requests, and bytes once they are compressed.

A web server in front of the site compresses what is text; here that is done afterwards.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin

from sqlalchemy import Text, cast, select

from bench.data import PATHS, BenchSite
from bench.load import send
from bench.servers import Server
from wiki.items.choices import Visibility
from wiki.items.models import Item
from wiki.kernel.database import make_engine

FONT = re.compile(r"@font-face\{(?P<rules>[^}]*)\}")
FILE = re.compile(r"url\((?P<file>[^)]+)\)")
RANGE = re.compile(r"U\+(?P<first>[0-9A-F]+)(?:-(?P<last>[0-9A-F]+))?")
ITALIC = re.compile(r"<(em|i|cite|dfn)\b")
COMPRESSED_ALREADY = (".woff2", ".png", ".jpg", ".webp")


@dataclass(frozen=True, slots=True)
class Visit:
    """A page, the requests it causes, and their bytes by what they are."""

    page: str
    requests: int
    html: int
    styles: int
    scripts: int
    fonts: int
    pictures: int

    @property
    def bytes(self) -> int:
        return self.html + self.styles + self.scripts + self.fonts + self.pictures


class Fetched(HTMLParser):
    """The files a page names."""

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "link" and given.get("rel") in ("stylesheet", "icon", "preload"):
            sort = {"stylesheet": "styles", "icon": "pictures"}.get(given["rel"] or "", "fonts")
            self.files[given["href"] or ""] = sort
        elif tag == "script" and given.get("src"):
            self.files[given["src"] or ""] = "scripts"
        elif tag in ("img", "use"):
            address, _ = urldefrag(given.get("src") or given.get("href") or "")
            self.files[address] = "pictures"


def measure(site: BenchSite, server: Server) -> Iterator[Visit]:
    yield visit(server, "Front page", "/")
    yield visit(server, "Item with emphasis", with_emphasis(site))


def with_emphasis(site: BenchSite) -> str:
    engine = make_engine(site.address)
    with engine.connect() as connection:
        kind, key, slug = connection.execute(
            select(Item.kind, Item.key, Item.slug)
            .where(Item.visibility == Visibility.PUBLIC, cast(Item.html, Text).contains("<em>"))
            .where(Item.kind == "case_note", Item.listed_at.is_not(None))
            .order_by(Item.id.desc())
            .limit(1)
        ).one()
    engine.dispose()
    return f"/{PATHS[kind]}/{key}-{slug}"


def visit(server: Server, name: str, address: str) -> Visit:
    _, _, body = send(server.port, "GET", address)
    page = body.decode()
    parser = Fetched()
    parser.feed(page)
    sizes = dict.fromkeys(("html", "styles", "scripts", "fonts", "pictures"), 0)
    sizes["html"] = len(gzip.compress(body))
    files = dict(parser.files)
    for style in [file for file, sort in parser.files.items() if sort == "styles"]:
        files |= dict.fromkeys(fonts_of(server, style, page), "fonts")
    for file, sort in files.items():
        sizes[sort] += size_of(server, file)
    return Visit(name, 1 + len(files), **sizes)


def fonts_of(server: Server, style: str, page: str) -> Iterator[str]:
    """The fonts of a stylesheet that this page has letters for."""
    _, _, body = send(server.port, "GET", style)
    for face in FONT.finditer(body.decode()):
        rules, file = face["rules"], FILE.search(face["rules"])
        ranges = [
            (int(r["first"], 16), int(r["last"] or r["first"], 16)) for r in RANGE.finditer(rules)
        ]
        has_letters = not ranges or any(a <= ord(letter) <= b for a, b in ranges for letter in page)
        is_slanted = "font-style:italic" not in rules or ITALIC.search(page) is not None
        if file and has_letters and is_slanted:
            yield urljoin(style, file["file"])


def size_of(server: Server, file: str) -> int:
    status, _, body = send(server.port, "GET", file)
    if status != 200:
        raise SystemExit(f"{file} answers {status}.")
    path = file.partition("?")[0]
    return len(body) if path.endswith(COMPRESSED_ALREADY) else len(gzip.compress(body))
