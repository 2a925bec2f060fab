"""Interface language: British English now, any other by adding a catalogue. The typed face of
Flask-Babel.

A page asks for a hundred sentences, so the catalogue is looked up once for a request, not once for
a sentence.
"""

from __future__ import annotations

from collections.abc import Callable
from gettext import NullTranslations
from pathlib import Path
from typing import Any, cast

import flask_babel
from flask import Flask, current_app, g, has_app_context
from flask_babel import Babel

from config import Settings

_l: Callable[..., Any] = flask_babel.lazy_gettext  # for text made once and shown in many requests
format_date: Callable[..., str] = flask_babel.format_date


def _(text: str, **values: object) -> str:
    """The sentence in the reader's language, with the values put in."""
    sentence = translated(text)
    return sentence % values if values else sentence


def ngettext(singular: str, plural: str, number: int, **values: object) -> str:
    """The sentence for so many; ``%(num)s`` stands for the number."""
    return translated_plural(singular, plural, number) % {"num": number, **values}


def translated(text: str) -> str:
    found = catalogue()
    return text if found is None else found.gettext(text)


def translated_plural(singular: str, plural: str, number: int) -> str:
    found = catalogue()
    if found is None:
        return singular if number == 1 else plural
    return found.ngettext(singular, plural, number)


def catalogue() -> NullTranslations | None:
    """The translations of this request; None where the sentences stand as they are written."""
    if not has_app_context() or not current_app.extensions["across.has_catalogues"]:
        return None
    if "catalogue" not in g:
        g.catalogue = flask_babel.get_translations()
    return cast(NullTranslations, g.catalogue)


def init_app(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]
    Babel(
        app,
        default_locale="en_GB",
        default_timezone=settings.time_zone,
        locale_selector=lambda: "en_GB",
        timezone_selector=lambda: settings.time_zone,
    )
    app.extensions["across.has_catalogues"] = any(Path(app.root_path, "translations").rglob("*.mo"))
    install = app.jinja_env.install_gettext_callables  # type: ignore[attr-defined]
    install(translated, translated_plural, newstyle=True)
