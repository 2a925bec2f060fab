"""Interface language: British English now, any other by adding a catalogue. The typed face of
Flask-Babel.

A page asks for a hundred sentences, so the catalogue is looked up once for a request, not once for
a sentence.
"""

from __future__ import annotations

from datetime import date
from functools import cache, lru_cache
from gettext import NullTranslations
from pathlib import Path
from typing import Any, cast

import flask_babel
from babel import dates
from flask import Flask, g, has_app_context
from flask_babel import Babel
from flask_babel.speaklater import LazyString
from markupsafe import Markup

from config import Settings

DEFAULT = "en_GB"


def _(text: str, **values: object) -> str:
    """The sentence in the reader's language, with the values put in."""
    sentence = translated(text)
    return sentence % values if values else sentence


def _l(text: str, **values: object) -> Any:
    """For text that is made once and shown in many requests: translated whenever it is shown."""
    return LazyString(_, text, **values)


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


def format_date(day: date, pattern: str, *, rebase: bool = False) -> str:
    """A day as the reader's language writes it; days have no time zone, so nothing is rebased."""
    return written_date(day, pattern, language())


def language() -> str:
    """The reader's language: what is kept in words is kept under it."""
    return str(flask_babel.get_locale() or DEFAULT)


@lru_cache(4096)
def written_date(day: date, pattern: str, locale: str) -> str:
    """Kept: a list names the same few days again and again, and Babel takes its time."""
    return dates.format_date(day, pattern, locale=locale)


def in_page(text: str, /, **values: object) -> Markup:
    """What templates print: the sentence is ours, the values are escaped."""
    sentence = Markup(translated(text))
    return sentence % values if "%" in sentence else sentence


def catalogue() -> NullTranslations | None:
    """The translations of this request; None where the sentences stand as they are written."""
    if not there_are_catalogues() or not has_app_context():
        return None
    if "catalogue" not in g:
        g.catalogue = flask_babel.get_translations()
    return cast(NullTranslations, g.catalogue)


@cache
def there_are_catalogues() -> bool:
    return any((Path(__file__).parent.parent / "translations").rglob("*.mo"))


def init_app(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]
    Babel(
        app,
        default_locale=DEFAULT,
        default_timezone=settings.time_zone,
        locale_selector=lambda: DEFAULT,
        timezone_selector=lambda: settings.time_zone,
    )
    install = app.jinja_env.install_gettext_callables  # type: ignore[attr-defined]
    install(translated, translated_plural, newstyle=True)
    app.jinja_env.globals["_"] = in_page  # the same in one call instead of six
