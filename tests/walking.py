"""Walking the whole site as somebody, and reading what comes back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from tests.sample import Sample
from wiki.kernel.database import transaction
from wiki.people import sessions

#: Statements that are the price of a transaction, not of a page (DECISIONS.md 8).
APART = ("BEGIN", "COMMIT", "PRAGMA", "SAVEPOINT", "RELEASE", "ROLLBACK")
FIELDS = ("input", "select", "textarea", "button")


@dataclass
class Form:
    """A form of a page: where it leads and what it would send as it stands."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    types: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)

    def filled_in(self) -> list[tuple[str, str]]:
        """What it would send once somebody has filled in whatever is empty."""
        said = [(name, value or self.plausible(name)) for name, value in self.fields]
        return said + [
            (name, self.plausible(name)) for name in self.types if name not in dict(said)
        ]

    def plausible(self, name: str) -> str:
        kind = self.types[name]
        if self.choices.get(name):
            return next((value for value in self.choices[name] if value), "")
        if kind == "email":
            return "somebody.else@calderwick.example"
        return {"date": "2026-05-01", "number": "7", "hidden": ""}.get(kind, "Three quiet herons")


class Page(HTMLParser):
    """What a test asks of a page, read in one go."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.title, self.lang, self.headings = "", "", 0
        self.links: list[str] = []
        self.anchors: dict[str, str] = {}  # their words, and where they lead
        self.ids: list[str] = []
        self.inline: list[str] = []
        self.forms: list[Form] = []
        self._in: list[str] = []
        self._select = self._anchor = self._textarea = self._words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in pairs}
        self._in.append(tag)
        self._look_for_inline(tag, given)
        if tag == "html":
            self.lang = given.get("lang", "")
        if tag == "h1":
            self.headings += 1
        if "id" in given:
            self.ids.append(given["id"])
        if tag in ("a", "link") and "href" in given:
            self.links.append(given["href"])
        if tag == "a":
            self._anchor, self._words = given.get("href", ""), ""
        if tag in ("img", "script") and "src" in given:
            self.links.append(given["src"])
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get").lower()))
        elif tag == "option":
            self._option(given)
        elif tag in FIELDS and self.forms and given.get("name"):
            self._field(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        if tag == "textarea" and self._textarea:
            self.forms[-1].fields.append((self._textarea, first_line_dropped(self._words)))
            self._textarea = ""
        if tag == "a" and self._anchor:
            self.anchors.setdefault(" ".join(self._words.split()), self._anchor)
            self._anchor = ""

    def handle_data(self, data: str) -> None:
        self._words += data
        if self._in and self._in[-1] == "title" and not self.title:
            self.title = data.strip()
        if self._in and self._in[-1] in ("script", "style") and data.strip():
            self.inline.append(f"<{self._in[-1]}> {data.strip()[:40]}")

    def _look_for_inline(self, tag: str, given: dict[str, str]) -> None:
        for name in given:
            if name == "style" or name.startswith(("on", "hx-on")):
                self.inline.append(f"<{tag} {name}>")
        if given.get("href", "").startswith("javascript:") or "[" in given.get("hx-trigger", ""):
            self.inline.append(f"<{tag}> runs a text")

    def _field(self, tag: str, given: dict[str, str]) -> None:
        name, kind, form = given["name"], given.get("type", tag), self.forms[-1]
        if kind in ("button", "submit") and tag == "button":
            return
        form.types.setdefault(name, kind)
        if kind in ("radio", "checkbox"):
            form.choices.setdefault(name, []).append(given.get("value", "y"))
        if tag == "select":
            self._select = name
        elif tag == "textarea":
            self._textarea, self._words = name, ""
        elif kind not in ("radio", "checkbox") or "checked" in given:
            form.fields.append((name, given.get("value", "")))

    def _option(self, given: dict[str, str]) -> None:
        if not self._select or not self.forms:
            return
        form, known = self.forms[-1], dict(self.forms[-1].fields)
        form.choices.setdefault(self._select, []).append(given.get("value", ""))
        if "selected" in given or self._select not in known:
            form.fields = [pair for pair in form.fields if pair[0] != self._select]
            form.fields.append((self._select, given.get("value", "")))


def first_line_dropped(text: str) -> str:
    """A textarea's text as a browser takes it: one line end at its beginning is not part of it."""
    return re.sub(r"\A\r?\n", "", text)


@dataclass(frozen=True)
class Visit:
    """One answer, as somebody got it."""

    persona: str
    endpoint: str
    url: str
    status: int
    headers: list[tuple[str, str]]
    body: bytes
    statements: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.persona}: {self.url}"

    @property
    def is_page(self) -> bool:
        """Redirects hold a line of HTML nobody sees."""
        html = self.header("Content-Type").startswith("text/html")
        return html and self.status not in (301, 302, 303)

    def header(self, name: str) -> str:
        return ", ".join(value for key, value in self.headers if key.lower() == name.lower())

    @cached_property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @cached_property
    def page(self) -> Page:
        return Page(self.text)

    def targets(self) -> Iterator[str]:
        """Where its links and pictures lead within the site, without fragments."""
        for link in self.page.links:
            target = urldefrag(urljoin(f"http://localhost{self.url}", link))[0]
            parts = urlsplit(target)
            if parts.scheme in ("http", "https") and parts.hostname == "localhost":
                yield target.removeprefix("http://localhost")


def client_of(app: Flask, sample: Sample, persona: str) -> FlaskClient:
    """A browser in which this persona is signed in."""
    client, person = app.test_client(), sample.person(persona)
    if person is not None:
        with transaction():
            token = sessions.begin(person.id, "Firefox on Linux", staying=True)
        client.set_cookie(app.config["SIGN_IN_COOKIE"], token)
    return client


def visit(
    app: Flask, client: FlaskClient, persona: str, url: str, endpoint: str = "", **more: object
) -> Visit:
    with statements_of(app) as seen:
        answer = client.open(url, **more)
    return Visit(
        persona,
        endpoint,
        url,
        answer.status_code,
        list(answer.headers),
        answer.data,
        tuple(seen),
    )


@contextmanager
def statements_of(app: Flask) -> Iterator[list[str]]:
    seen: list[str] = []

    def see(_connection, _cursor, statement, *_rest):
        if not statement.upper().startswith(APART):
            seen.append(statement)

    engine = app.extensions["across.database"].engine
    event.listen(engine, "before_cursor_execute", see)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", see)
