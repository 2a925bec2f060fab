"""What it takes to share something: from the form to a row that would survive a power cut.

Done on a copy, one after another, as a browser does it: the form first, then what it held is sent
back with its token. The time is that of the second request: rendering, writing, answering.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from random import Random

from bench.data import KEPT_IN, READERS, BenchSite, token_of
from bench.load import Measured, send
from bench.pieces import Pieces
from bench.servers import Server, serving

TOKEN = re.compile(rb'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass
class Published:
    """How long each insight and each reply took, and whether every insight was there at once."""

    items: int
    insights: Measured = field(default_factory=Measured)
    replies: Measured = field(default_factory=Measured)
    missing: int = 0


@contextmanager
def a_copy_of(site: BenchSite) -> Iterator[BenchSite]:
    """The same site to write in."""
    copy = replace(site, folder=KEPT_IN / "copy")
    copy.folder.mkdir(parents=True, exist_ok=True)
    try:
        with sqlite3.connect(site.database) as source, sqlite3.connect(copy.database) as target:
            source.backup(target)
        source.close()
        target.close()
        yield copy
    finally:
        for file in copy.folder.iterdir():
            file.unlink()
        copy.folder.rmdir()


def measure(site: BenchSite, pieces: Pieces, number: int) -> Published:
    """Share so many insights and reply to each."""
    by = Random(3)
    published = Published(site.items)
    with a_copy_of(site) as copy, serving("across", copy.environ) as server:
        for turn in range(-2, number):  # the first two wake the renderers and do not count
            cookie = f"across={token_of(turn % READERS)}"
            title = f"{pieces.title(by)[:150]} {turn + 2}"
            insight = {
                "title": title,
                "evidence_basis": "own_experience",
                "tags": "welcome, outreach",
                "body": pieces.some(by, 2).markdown,
                "do": "share",
            }
            took, address = submit(server, "/insights/new", "/insights/new", cookie, insight)
            reply = {"kind": "comment", "body": pieces.some(by, 1).markdown}
            replied, _ = submit(server, address, f"{address}/replies", cookie, reply)
            if turn >= 0:
                published.insights.took.append(took)
                published.replies.took.append(replied)
                published.missing += not is_listed(server, address)
    return published


def submit(
    server: Server, page: str, action: str, cookie: str, form: dict[str, str]
) -> tuple[float, str]:
    """Open a page, send its form; how long that took and where it led."""
    status, headers, body = send(server.port, "GET", page, cookie)
    token = TOKEN.search(body)
    if status != 200 or token is None:
        raise SystemExit(f"{page} answers {status} and has no form.")
    given = [one.split(";")[0] for one in headers.get_all("Set-Cookie", [])]
    sent = form | {"csrf_token": token[1].decode()}
    began = time.perf_counter()
    status, headers, body = send(server.port, "POST", action, "; ".join([cookie, *given]), sent)
    took = time.perf_counter() - began
    if status != 303:
        raise SystemExit(f"{action} answers {status}: {body[:2000].decode(errors='replace')}")
    return took, headers["Location"]


def is_listed(server: Server, address: str) -> bool:
    """Whether somebody else finds it among the newest."""
    _, _, body = send(server.port, "GET", "/insights", f"across={token_of(READERS - 1)}")
    return f'href="{address}"'.encode() in body
