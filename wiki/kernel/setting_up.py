"""Flask set up from our settings: cookies, limits, hosts, proxies, logs, migrations."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, g, has_request_context, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from config import LOOPBACK, Settings, generated_key
from wiki.kernel.clock import now
from wiki.kernel.database import LARGEST_ID

MEGABYTE = 1024 * 1024

limiter = Limiter(get_remote_address, storage_uri="memory://", headers_enabled=False)


class FormSessions(SecureCookieSessionInterface):
    """Flask's signed cookie holds the form token and the message after an action, never who
    somebody is.

    Visitors keep it for an hour; for those signed in it lives as long as their browser is open.

    """

    def get_expiration_time(self, app: Flask, session: SessionMixin) -> datetime | None:
        visitor = not getattr(g.get("_login_user"), "signed_in", False)
        return now() + timedelta(hours=1) if visitor else None


def init_app(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]
    # Which of the two this site is, the database says (wiki.kernel.site); the key of a real one is
    # checked at its start.
    app.secret_key = settings.secret_key or generated_key(settings.data)
    prefix = "__Host-" if settings.secure else ""
    app.config.update(
        SESSION_COOKIE_NAME=f"{prefix}across-form",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(days=90),
        SIGN_IN_COOKIE=f"{prefix}across",
        MAX_CONTENT_LENGTH=12 * MEGABYTE,
        MAX_FORM_MEMORY_SIZE=2 * MEGABYTE,
        MAX_FORM_PARTS=1000,
        HOSTS=LOOPBACK if settings.on_loopback else frozenset({settings.hostname}),
        WTF_CSRF_TIME_LIMIT=None,
        JSON_SORT_KEYS=False,
    )
    app.session_interface = FormSessions()
    app.url_map.converters["int"] = RowNumber
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=0
        )
    limiter.init_app(app)
    # No limit holds for all pages; a view that has one of its own is checked when it is called.
    if limiter.enabled:
        app.before_request_funcs[None].remove(limiter._check_request_limit)
    set_up_logs(settings)
    app.before_request(refuse_other_hosts)


def refuse_other_hosts() -> None:
    """Answer under our own names only. Flask's TRUSTED_HOSTS does not know [::1]."""
    try:
        asked_for = urlsplit(f"//{request.host}").hostname
    except ValueError:
        asked_for = None
    if asked_for not in current_app.config["HOSTS"]:
        abort(400)


class RowNumber(IntegerConverter):
    """A number in an address. One that no row can have leads nowhere, however long it is."""

    regex = r"\d{1,10}"

    def __init__(self, urls: Map, max: int = LARGEST_ID) -> None:
        super().__init__(urls, max=max)


class JsonLines(logging.Formatter):
    """One JSON object a line, in UTC: who, what, when, from where; never passwords, tokens or
    texts.
    """

    plain = frozenset(logging.LogRecord("", 0, "", 0, "", None, None).__dict__) | {
        "message",
        "asctime",
        "taskName",
    }

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "log": record.name,
            "what": record.getMessage(),
        }
        line.update(
            {name: value for name, value in record.__dict__.items() if name not in self.plain}
        )
        if has_request_context():
            line.update(path=request.path, method=request.method, address=request.remote_addr)
            line.setdefault("person", getattr(g.get("_login_user"), "key", None))
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def set_up_logs(settings: Settings) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger("across")
    root.handlers = [handler]
    root.setLevel(settings.log_level)
    root.propagate = False
