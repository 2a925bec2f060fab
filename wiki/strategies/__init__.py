"""Strategies: what work can be tied to. Their names, periods and summaries."""

from __future__ import annotations

from flask import Flask

from wiki.kernel.languages import _l
from wiki.kernel.registry import MenuEntry, registry
from wiki.strategies import views


def init_app(app: Flask) -> None:
    app.register_blueprint(views.views)
    registry("stewards", app).add(MenuEntry(_l("Strategies"), "strategies.index"))
