"""Who may open a page at all. Pages are closed unless marked; a forgotten mark stops the start.

Every view carries one of ``@public``, ``@signed_in``, ``@steward``. Whether this person may do this
to that thing is asked inside the view with ``allow``; what a person may not see is a 404, never a
403.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Flask, Response, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

View = TypeVar("View", bound=Callable[..., Any])


def public(view: View) -> View:
    """Anyone may open this page, signed in or not."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    view.access = "signed_in"  # type: ignore[attr-defined]
    return view


def steward(view: View) -> View:
    """For stewards; for everyone else the page does not exist."""
    view.access = "steward"  # type: ignore[attr-defined]
    return view


def access_of(app: Flask, endpoint: str) -> str | None:
    return getattr(app.view_functions[endpoint], "access", None)


def allow(answer: bool) -> None:
    """Go on if the policy said yes; otherwise a page that says who may. Only for what the reader
    can see.
    """
    if not answer:
        abort(403)


def guard() -> ResponseReturnValue | None:
    if "\0" in request.path:
        abort(404)  # no address holds one, and no database takes one
    if not is_text(request.query_string):
        abort(400)
    if request.endpoint is None or request.endpoint == "static":
        return None
    needs = access_of(current_app, request.endpoint)
    if needs == "public":
        return None
    if not current_user.signed_in:
        if needs == "steward":
            abort(404)
        return ask_to_sign_in()
    if needs == "steward" and not current_user.is_steward:
        abort(404)
    g.private = True
    return None


def is_text(query: bytes) -> bool:
    """Whether what follows the question mark can be read; any bytes may be sent there."""
    try:
        query.decode()
    except UnicodeDecodeError:
        return False
    return True


def ask_to_sign_in() -> ResponseReturnValue:
    if request.method not in ("GET", "HEAD"):
        abort(401)
    here = request.full_path if request.query_string else request.path
    answer = cast(Response, redirect(url_for("people.sign_in", next=here), 303))
    if request.headers.get("HX-Request"):
        answer = Response(status=204, headers={"HX-Redirect": answer.location})
    return answer


def check_marks(app: Flask) -> None:
    """Stop the start if a view carries no mark."""
    unmarked = [
        name for name in app.view_functions if name != "static" and not access_of(app, name)
    ]
    if unmarked:
        raise RuntimeError(f"these views say for nobody who may open them: {', '.join(unmarked)}")


def init_app(app: Flask) -> None:
    app.before_request(guard)
