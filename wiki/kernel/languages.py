"""Interface language: British English now, any other by adding a catalogue. The typed face of Flask-Babel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flask_babel
from flask import Flask
from flask_babel import Babel

from config import Settings

_: Callable[..., str] = flask_babel.gettext
_l: Callable[..., Any] = flask_babel.lazy_gettext  # for text made once and shown in many requests
ngettext: Callable[..., str] = flask_babel.ngettext
format_date: Callable[..., str] = flask_babel.format_date


def init_app(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]
    Babel(
        app,
        default_locale="en_GB",
        default_timezone=settings.time_zone,
        locale_selector=lambda: "en_GB",
        timezone_selector=lambda: settings.time_zone,
    )
