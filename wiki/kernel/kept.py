"""Whole answers to visitors, kept in this web process until something public changes.

An answer is kept under the public generation number, the address, the look and the day (pages say
"yesterday"). Only what is the same for every visitor is kept: nothing with a form token, a message
or a cookie of its own.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import NamedTuple

from flask import Flask, Response, g, request
from flask_login import current_user

from wiki.kernel.clock import today

ROOM = 24 * 1024 * 1024  # bytes of answers per process
LARGEST = 512 * 1024


class Kept(NamedTuple):
    body: bytes
    content_type: str
    vary: str


class KeptPages:
    """Least recently used answers, bounded by their size in bytes."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._held = 0
        self._answers: OrderedDict[tuple[object, ...], Kept] = OrderedDict()
        self._lock = Lock()

    def find(self, key: tuple[object, ...]) -> Kept | None:
        with self._lock:
            kept = self._answers.get(key)
            if kept is not None:
                self._answers.move_to_end(key)
            return kept

    def keep(self, key: tuple[object, ...], answer: Kept) -> None:
        with self._lock:
            if key in self._answers:
                return
            self._answers[key] = answer
            self._held += len(answer.body)
            while self._held > self._room:
                _, oldest = self._answers.popitem(last=False)
                self._held -= len(oldest.body)


def init_app(app: Flask) -> None:
    pages = app.extensions["across.kept"] = KeptPages()

    @app.before_request
    def answer_from_kept() -> Response | None:
        site = g.get("site")
        if request.method != "GET" or site is None or current_user.signed_in:
            return None
        if app.config["SESSION_COOKIE_NAME"] in request.cookies:
            return None
        look = request.cookies.get("across-look", "")
        g.kept_key = (
            site.generation,
            request.full_path,
            look,
            today(),
            "HX-Request" in request.headers,
        )
        kept = pages.find(g.kept_key)
        if kept is None:
            return None
        g.pop("kept_key")
        answer = Response(kept.body, content_type=kept.content_type)
        answer.headers["Vary"] = kept.vary
        return answer

    @app.after_request
    def keep(answer: Response) -> Response:
        key = g.pop("kept_key", None)
        if (
            key is not None
            and answer.status_code == 200
            and not answer.is_streamed
            and "Set-Cookie" not in answer.headers
            and "csrf_token" not in g
            and not g.get("private")
            and not g.get("no_store")
            and len(body := answer.get_data()) <= LARGEST
        ):
            pages.keep(
                key, Kept(body, answer.content_type or "", answer.headers.get("Vary", "Cookie"))
            )
        return answer
