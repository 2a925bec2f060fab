"""Signing a browser in and out. Whoever comes in gets a new session and a new form token."""

from __future__ import annotations

import logging
from typing import cast

from flask import Response, g, redirect, request, session
from sqlalchemy import delete

from wiki.kernel.database import db
from wiki.people import sessions
from wiki.people.current import current_reader, drop_cookie, set_cookie
from wiki.people.sessions import SignIn

log = logging.getLogger("across.people")


def enter(person_id: int, key: str, *, staying: bool, via: str, to: str) -> Response:
    """Sign this browser in and send it on. Whoever was signed in here before no longer is."""
    end_here()
    token = sessions.begin(person_id, request.user_agent.string, staying=staying)
    log.info("signed in", extra={"person": key, "via": via})
    return set_cookie(cast(Response, redirect(to, 303)), token, staying=staying)


def leave(to: str) -> Response:
    """Sign this browser out: the session is gone from the database, whatever the browser keeps."""
    if current_reader().signed_in:
        log.info("signed out")
    end_here()
    return drop_cookie(cast(Response, redirect(to, 303)))


def end_here() -> None:
    reader = current_reader()
    if reader.sign_in_id is not None:
        db().execute(delete(SignIn).where(SignIn.id == reader.sign_in_id))
        g.pop("seen", None)  # its row number may be given to the next session
    session.clear()
