import logging
import re

import pytest
from sqlalchemy import select

from tests.conftest import make_app
from wiki.kernel.database import transaction
from wiki.kernel.mail import Mail
from wiki.kernel.worker import work_once


@pytest.fixture
def letters(app):
    """The letters queued so far: ``letters("reset", to="bo@…")``, oldest first."""

    def queued(purpose=None, to=None):
        with transaction(writing=False) as session:
            found = list(session.scalars(select(Mail).order_by(Mail.id)))
        return [
            one
            for one in found
            if (purpose is None or one.purpose == purpose) and (to is None or one.to == to)
        ]

    return queued


@pytest.fixture
def link_in(app):
    """The path and query of the link in a letter."""

    def path_of(letter):
        url = app.config["SETTINGS"].url
        return re.search(rf"{re.escape(url)}(/\S+)", letter.body)[1]

    return path_of


@pytest.fixture
def sent(app, monkeypatch):
    """Let the worker work, and answer the addresses that mail went out to."""

    def work():
        out = []
        monkeypatch.setattr(
            "wiki.kernel.mail.to_server", lambda message, _settings: out.append(message["To"])
        )
        work_once()
        return out

    return work


@pytest.fixture
def log_lines(app):
    """What was logged, as (text, extras)."""
    lines = []

    class Keep(logging.Handler):
        def emit(self, record):
            lines.append((record.getMessage(), record.__dict__))

    logger, keep = logging.getLogger("across"), Keep()
    before = logger.level
    logger.addHandler(keep)
    logger.setLevel("INFO")
    yield lines
    logger.removeHandler(keep)
    logger.setLevel(before)


@pytest.fixture
def another_app(app, database_address, tmp_path):
    """The application with other settings on the same data: ``another_app(ACROSS_URL=…)``."""

    def make(csrf=False, **environ):
        other = make_app(database_address, tmp_path, **environ)
        other.extensions["across.database"].engine.dispose()
        other.extensions["across.database"] = app.extensions["across.database"]
        other.config["WTF_CSRF_ENABLED"] = csrf
        return other

    return make
