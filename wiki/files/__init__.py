"""Pictures and attachments of items."""

from __future__ import annotations

from flask import Flask

from wiki.files import keeping as keeping
from wiki.files import views


def init_app(app: Flask) -> None:
    app.register_blueprint(views.views)
