"""The ground the features stand on; it knows nothing of forums, items or people."""

from __future__ import annotations

from flask import Flask

from wiki.kernel import (
    access,
    answers,
    database,
    forms,
    health,
    kept,
    languages,
    mail,
    migrations,
    pages,
    setting_up,
)


def init_app(app: Flask) -> None:
    setting_up.init_app(app)
    database.init_app(app)
    migrations.init_app(app)
    languages.init_app(app)
    forms.init_app(app)
    pages.init_app(app)
    answers.init_app(app)
    health.init_app(app)
    with app.app_context():
        mail.init_app()


def guard_requests(app: Flask) -> None:
    """What happens before each view, once who is asking is known: called by the feature that knows
    it.
    """
    access.init_app(app)
    kept.init_app(app)
