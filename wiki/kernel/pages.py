"""From a template to an answer: pages and fragments, what every template may use, and dates in
words.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

from flask import (
    Flask,
    Response,
    current_app,
    g,
    get_flashed_messages,
    has_request_context,
    make_response,
    request,
    url_for,
)
from flask import render_template as render
from flask_login import current_user
from jinja2 import Template
from jinja2.environment import TemplateModule
from jinja2.runtime import Context

from wiki.kernel import kept
from wiki.kernel.clock import local, now, today
from wiki.kernel.languages import _, format_date, ngettext
from wiki.kernel.registry import MenuEntry, registry

PER_PAGE = 20


def page(
    template: str, *, fragment: str | None = None, status: int = 200, **context: Any
) -> Response:
    """The whole page, or only ``fragment`` when htmx asks for part of it."""
    wants_fragment = fragment is not None and "HX-Request" in request.headers
    answer = make_response(
        render(fragment if wants_fragment and fragment else template, **context), status
    )
    if fragment is not None:
        answer.vary.add("HX-Request")
    return answer


@dataclass(frozen=True, slots=True)
class Pager:
    """Which page of a list this is. Pages are counted from 1; ``total`` is None where counting
    would cost too much.
    """

    number: int
    has_next: bool
    total: int | None = None
    per_page: int = PER_PAGE

    @property
    def pages(self) -> int:
        if self.total is None:
            return self.number + (1 if self.has_next else 0)
        return max(1, -(-self.total // self.per_page))

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.per_page

    def url(self, number: int) -> str:
        arguments = {**request.args.to_dict(flat=False), **(request.view_args or {})}
        arguments["page"] = number
        return url_for(request.endpoint or "", **arguments)

    def shown(self) -> Iterator[int | None]:
        """The page numbers worth printing; None stands for a gap."""
        last = 0
        for number in range(1, self.pages + 1):
            if number in (1, self.pages) or abs(number - self.number) <= 2:
                if last and number - last > 1:
                    yield None
                yield number
                last = number


def page_number() -> int:
    """The ``page`` of the address, 1 when it is missing or nonsense."""
    value = request.args.get("page", "1")
    if not value.isascii() or not value.isdigit():
        return 1
    return min(max(int(value[:9]), 1), 100_000)


def day(moment: datetime | date | None) -> str:
    """Friday 20 March, with the year when it is not this one."""
    if moment is None:
        return ""
    the_day = local(moment).date() if isinstance(moment, datetime) else moment
    return format_date(
        the_day, "EEEE d MMMM" if the_day.year == today().year else "d MMMM y", rebase=False
    )


def ago(moment: datetime | date | None) -> str:
    """How people say when: "this morning" is too clever, "today", "yesterday", "Tuesday", "3 March"
    are not.
    """
    if moment is None:
        return ""
    the_day = local(moment).date() if isinstance(moment, datetime) else moment
    days = (today() - the_day).days
    if days == 0:
        if isinstance(moment, datetime) and not may_be_kept():
            minutes = int((now() - moment).total_seconds() // 60)
            if 0 <= minutes < 2:
                return _("just now")
            if 2 <= minutes < 60:
                return ngettext("%(num)d minute ago", "%(num)d minutes ago", minutes)
        return _("today")
    if days == 1:
        return _("yesterday")
    if days == -1:
        return _("tomorrow")
    if 1 < days < 7:
        return format_date(the_day, "EEEE", rebase=False)
    return format_date(
        the_day, "d MMMM" if the_day.year == today().year else "d MMMM y", rebase=False
    )


def may_be_kept() -> bool:
    """Whether this answer may be shown to other visitors until the day ends: minutes would go
    stale on it.
    """
    return has_request_context() and request.environ.get(kept.KEY) is not None


def clock_time(moment: datetime) -> str:
    there = local(moment)
    return f"{there.hour}.{there:%M}"


@dataclass(frozen=True, slots=True)
class MenuLine:
    label: Any
    url: str
    icon: str
    hint: Any
    current: str


def menu(name: str) -> list[MenuLine]:
    """The entries of a menu this reader is shown. Kept: all visitors, all who are signed in and
    all stewards are shown the same on the same page.
    """
    reader, here = current_user._get_current_object(), request.endpoint or ""
    menus: dict[Any, list[MenuLine]] = current_app.extensions.setdefault("across.menus", {})
    key = (name, here, reader.signed_in, reader.is_steward)
    if key not in menus:
        menus[key] = made_menu(name, reader, here)
    return menus[key]


def made_menu(name: str, reader: Any, here: str) -> list[MenuLine]:
    return [
        MenuLine(
            entry.label,
            menu_url(entry.endpoint, **entry.values),
            entry.icon,
            entry.hint,
            is_current(entry, here),
        )
        for entry in registry(name)
        if entry.shown(reader)
    ]


def menu_url(endpoint: str, **values: Any) -> str:
    urls: dict[Any, str] = current_app.extensions.setdefault("across.menu_urls", {})
    key = (endpoint, *values.items())
    if key not in urls:
        urls[key] = url_for(endpoint, **values)
    return urls[key]


def known_url(endpoint: str) -> str:
    """The address of a page, or nothing while no feature has registered it."""
    return menu_url(endpoint) if endpoint in current_app.view_functions else ""


def is_current(entry: MenuEntry, here: str) -> str:
    if here == entry.endpoint and not entry.values:
        return "page"
    return "true" if here.split(".")[0] in entry.section or here in entry.section else ""


@cache
def fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def asset(name: str) -> str:
    """The address of a static file; it changes with the content, so browsers may keep it for a
    year.
    """
    assets: dict[str, str] = current_app.extensions.setdefault("across.assets", {})
    if name not in assets or current_app.debug:
        path = Path(current_app.static_folder or "") / name
        assets[name] = f"/static/{name}?v={fingerprint(path)}"
    return assets[name]


def flashes() -> list[tuple[str, str]]:
    """What the last action came to. A visitor without a cookie cannot have any; asking would mark
    the page as theirs.
    """
    if current_app.config["SESSION_COOKIE_NAME"] not in request.cookies:
        return []
    return cast(list[tuple[str, str]], get_flashed_messages(with_categories=True))


class PageTemplate(Template):
    """Macros are imported once. They see what the site gives to all templates, never one page's
    words, so there is no need to compare the two whenever a template imports them.
    """

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        return super()._get_default_module()


def init_app(app: Flask) -> None:
    app.jinja_env.template_class = PageTemplate
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(day=day, ago=ago, time=clock_time)
    app.jinja_env.globals.update(asset=asset, today=today, now=now)

    @app.context_processor
    def every_page() -> dict[str, Any]:
        reader = current_user._get_current_object()
        return {
            "reader": reader,
            "site": g.get("site"),
            "navigation": menu("navigation"),
            "share_menu": menu("share") if reader.signed_in else [],
            "account_menu": menu("account") if reader.signed_in else [],
            "footer_links": menu("footer"),
            "has_search": "search.index" in app.view_functions,
            "search_url": known_url("search.index"),
            "home_url": "/",
            "sign_in_url": known_url("people.sign_in"),
            "sign_out_url": known_url("people.sign_out"),
            "sample_url": known_url("people.sample"),
            "flashes": flashes,
        }
