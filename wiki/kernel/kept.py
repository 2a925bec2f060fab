"""Whole answers to visitors, kept in this web process until something public changes; and the rows
of questions that are the same whoever asks.

An answer is kept under the public generation number, the address, the look and the day (pages say
"yesterday"). Only what is the same for every visitor is kept: nothing with a form token, a message
or a cookie of its own.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from functools import wraps
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple, ParamSpec, TypeVar

from flask import Flask, Response, current_app, g, request, session
from werkzeug.http import parse_cookie

from wiki.kernel.clock import now
from wiki.kernel.database import READING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ROOM = 24 * 1024 * 1024  # bytes of answers per process
LARGEST = 512 * 1024
ROWS = 32 * 1024  # bytes the rows of one question are taken for
KEY = "across.kept_under"  # in the environment of a request


Asked = ParamSpec("Asked")
Rows = TypeVar("Rows")


class Kept(NamedTuple):
    body: bytes
    headers: list[tuple[str, str]]


class KeptPages:
    """What is kept, the least recently used thrown away first, bounded by its size in bytes."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._held = 0
        self._answers: OrderedDict[tuple[object, ...], tuple[Any, int]] = OrderedDict()
        self._lock = Lock()

    def find(self, key: tuple[object, ...]) -> Any:
        with self._lock:
            kept, _ = self._answers.get(key, (None, 0))
            if kept is not None:
                self._answers.move_to_end(key)
            return kept

    def keep(self, key: tuple[object, ...], answer: Any, size: int) -> None:
        with self._lock:
            if key in self._answers:
                return
            self._answers[key] = (answer, size)
            self._held += size
            while self._held > self._room:
                _, (_, gone) = self._answers.popitem(last=False)
                self._held -= gone


def the_same_for_all(ask: Callable[Asked, Rows]) -> Callable[Asked, Rows]:
    """Keep what a question is answered until something public changes. No reader may be in it."""
    name = f"{ask.__module__}.{ask.__qualname__}"

    @wraps(ask)
    def ask_once(*values: Asked.args, **more: Asked.kwargs) -> Rows:
        site = g.get("site")
        if site is None or request.method not in READING:
            return ask(*values, **more)
        pages: KeptPages = current_app.extensions["across.kept"]
        key = (site.generation, name, *values, *more.items())
        rows: Rows | None = pages.find(key)
        if rows is None:
            rows = ask(*values, **more)
            pages.keep(key, rows, ROWS)
        return rows

    return ask_once


def init_app(app: Flask) -> None:
    pages = app.extensions["across.kept"] = KeptPages()
    make: WSGIApplication = app.wsgi_app

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """A page that is kept costs one look at the generation: no request is set up for it."""
        key = environ[KEY] = key_of(app, environ)
        kept = pages.find(key) if key is not None else None
        if kept is None:
            return make(environ, start_response)
        start_response("200 OK", kept.headers)
        return [kept.body]

    def keep(answer: Response) -> Response:
        key = request.environ.get(KEY)
        if (
            key is not None
            and answer.status_code == 200
            and not answer.is_streamed
            and not session.modified
            and "Set-Cookie" not in answer.headers
            and "csrf_token" not in g
            and not g.get("private")
            and not g.get("no_store")
            and len(body := answer.get_data()) <= LARGEST
        ):
            headers = answer.get_wsgi_headers(request.environ).to_wsgi_list()
            pages.keep(key, Kept(body, headers), len(body))
        return answer

    app.wsgi_app = answer  # type: ignore[method-assign]
    # The first in this list is called last, when all headers are there.
    app.after_request_funcs.setdefault(None, []).insert(0, keep)


def key_of(app: Flask, environ: WSGIEnvironment) -> tuple[object, ...] | None:
    """What the answer to a visitor is kept under; None for everything else."""
    if environ["REQUEST_METHOD"] != "GET":
        return None
    cookies = parse_cookie(environ.get("HTTP_COOKIE"))
    if app.config["SESSION_COOKIE_NAME"] in cookies or app.config["SIGN_IN_COOKIE"] in cookies:
        return None
    generation = app.extensions["across.database"].read("SELECT generation FROM site")
    if generation is None:
        return None
    return (
        generation,
        environ.get("HTTP_HOST"),
        environ["PATH_INFO"],
        environ.get("QUERY_STRING"),
        cookies.get("across-look"),
        now().astimezone(app.config["SETTINGS"].zone).date(),
        "HTTP_HX_REQUEST" in environ,
    )
