"""What every answer carries (security headers) and the pages shown when things go wrong."""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path
from uuid import uuid4

from flask import Flask, Response, current_app, g, make_response, request
from flask import render_template as render
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from werkzeug.exceptions import BadRequest, HTTPException, InternalServerError

from wiki.kernel.errors import Refused
from wiki.kernel.languages import _

log = logging.getLogger("across")

MOST_THROWN_AWAY = 64 * 1024 * 1024  # bytes of a request that is too large

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


def set_headers(answer: Response) -> Response:
    headers = answer.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if current_app.config["SETTINGS"].secure:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if request.endpoint == "static":
        kept = (
            "public, max-age=31536000, immutable"
            if request.args.get("v")
            else "public, max-age=3600"
        )
        headers["Cache-Control"] = kept
        return answer
    if g.get("no_store"):
        headers["Cache-Control"] = "no-store"
    elif "Cache-Control" not in headers:
        headers["Cache-Control"] = "private, no-cache"
    answer.vary.add("Cookie")
    return answer


def never_store() -> None:
    """Mark this answer as one no browser or proxy may keep: accounts, resets, stewards' pages."""
    g.no_store = True


def wrong(status: int, statement: str, sentence: str, **context: object) -> Response:
    """A page that says what happened in one statement and one sentence, and one way on."""
    untrusted_host = request_ctx.url_adapter is None  # no address of ours can be made for it
    if g.get("site") is None or untrusted_host or "HX-Request" in request.headers:
        return make_response(
            f"{statement} {sentence}", status, {"Content-Type": "text/plain; charset=utf-8"}
        )
    body = render(
        "layouts/error.html", statement=statement, sentence=sentence, status=status, **context
    )
    return make_response(body, status)


def statements(status: int) -> tuple[str, str]:
    return {
        400: (
            _("That didn’t arrive whole."),
            _("Go back, check what you filled in and send it again."),
        ),
        401: (
            _("You’re signed out."),
            _("Sign in again. What you typed is still there when you go back."),
        ),
        403: (
            _("That isn’t yours to change."),
            _("You can read it, but somebody else has to do this."),
        ),
        404: (
            _("That page isn’t here."),
            _(
                "It may have moved, or it was never shared with you."
                " Closed communities keep everything."
            ),
        ),
        405: (_("That can’t be done from here."), _("Go back to the page and use its buttons.")),
        410: (_("This was withdrawn."), _("Its author or convenor took it back.")),
        413: (
            _("That is too large."),
            _(
                "A form may hold up to 12 MB and a file up to 10 MB."
                " A smaller picture usually does as well."
            ),
        ),
        429: (
            _("A moment, please."),
            _("There were many tries from here. Wait a minute and try again."),
        ),
        503: (
            _("Back shortly."),
            _("The site can’t save anything just now. What is shared can still be read."),
        ),
    }.get(status, (_("Something went wrong."), _("Go back and try again.")))


def show_http_error(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return error.response
    status = error.code or 500
    if status in (401, 403, 429):
        log.info("refused", extra={"status": status, "what_for": request.endpoint})
    statement, sentence = statements(status)
    if isinstance(error, CSRFError):
        statement = _("This form was open too long.")
        sentence = _(
            "Go back: what you typed is still there."
            " Reload the page, paste it in and send it again."
        )
    if status == 413:
        let_it_arrive()
    answer = wrong(status, statement, sentence)
    if status in (429, 503):
        answer.headers["Retry-After"] = "60"
    return answer


def let_it_arrive() -> None:
    """Read what is too large and forget it: who is cut off while sending never sees the answer."""
    left, body = MOST_THROWN_AWAY, request.environ["wsgi.input"]
    while left > 0 and (piece := body.read(min(left, 65536))):
        left -= len(piece)


def show_refusal(refusal: Refused) -> ResponseReturnValue:
    """A refusal no form was there to show: the sentence on a page of its own."""
    return wrong(422, _("That can’t be done."), refusal.sentence)


def show_impossible_value(error: DataError | OverflowError) -> ResponseReturnValue:
    """A value no column holds is the sender's mistake. Of a number too large for it, SQLite's
    driver says so in its own way.
    """
    return show_http_error(BadRequest())


def show_database_error(error: DBAPIError) -> ResponseReturnValue:
    """Locked, full or away: say so and keep nothing half done."""
    log.error("database refused", exc_info=error)
    full = isinstance(error.orig, sqlite3.OperationalError) and "full" in str(error.orig)
    answer = wrong(507 if full else 503, *statements(503))
    answer.headers["Retry-After"] = "30"
    return answer


def show_collision(error: IntegrityError) -> ResponseReturnValue:
    """Two people did the same in the same moment and the database let one of them: the other is
    asked to look again.
    """
    log.error("database saw a collision", exc_info=error)
    return wrong(
        409,
        _("Somebody did the same just now."),
        _("Nothing of yours was saved. Go back, look again and send it once more."),
    )


def show_crash(error: InternalServerError) -> ResponseReturnValue:
    """The one page made without database or template: it must work when those do not."""
    number = uuid4().hex[:12]
    cause = error.original_exception or error
    log.error("request failed", exc_info=cause, extra={"reference": number})
    body = (Path(current_app.static_folder or "") / "broken.html").read_text(encoding="utf-8")
    return make_response(body.replace("{reference}", number), 500)


def init_app(app: Flask) -> None:
    app.after_request(set_headers)
    app.register_error_handler(HTTPException, show_http_error)
    app.register_error_handler(Refused, show_refusal)
    app.register_error_handler(OperationalError, show_database_error)
    app.register_error_handler(DataError, show_impossible_value)
    app.register_error_handler(OverflowError, show_impossible_value)
    app.register_error_handler(IntegrityError, show_collision)
    app.register_error_handler(InternalServerError, show_crash)
