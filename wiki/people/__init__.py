"""People and organisations: who they are, how they sign in, and the network's shared words."""

from __future__ import annotations

from flask import Flask

from wiki.people import current, views


def init_app(app: Flask) -> None:
    current.init_app(app)
    app.register_blueprint(views.views)
