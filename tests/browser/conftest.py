"""A live sample site and a real browser: ``browser_page``, ``sign_in_as(page, name)``, ``axe(page)``."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import ConsoleMessage, Page, sync_playwright
from sqlalchemy import select

from tests.conftest import make_app
from tests.running import RunningSite
from tests.sample import Sample, add_to_sample
from wiki.kernel.database import transaction
from wiki.people import sessions
from wiki.people.models import Person

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
#: As root it needs the first; the others keep it from looking for its maker's servers.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WCAG = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def live_site(tmp_path_factory):
    """The sample site, filled and served as `make run` does it, with a database of its own."""
    with RunningSite(tmp_path_factory.mktemp("live"), "sample") as site:
        yield site


@pytest.fixture(scope="session")
def live_app(live_site):
    """The application on the live site's database, to look behind the pages."""
    app = make_app(f"sqlite:///{live_site.data}/across.sqlite3", live_site.data)
    yield app
    app.extensions["across.database"].engine.dispose()


@pytest.fixture(scope="session")
def chromium():
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert path, "the browser tests need Chromium: apt install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_browser(chromium, live_site):
    """``open_browser(**options)``: a page at 1280 pixels, signed out, as Playwright's context options say.

    Nothing it does may fail in script, be refused by the policy or leave the site.
    """
    contexts, wrong = [], []

    def open_one(**options) -> Page:
        usual = {"viewport": {"width": 1280, "height": 900}, "locale": "en-GB"}
        context = chromium.new_context(base_url=live_site.url, **{**usual, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: wrong.append(f"script failed: {error}"))
        page.on("console", lambda said: wrong.append(said.text) if is_fault(said) else None)
        page.on(
            "request", lambda sent: wrong.append(sent.url) if leaves(sent.url, live_site) else None
        )
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture
def browser_page(open_browser):
    return open_browser()


def is_fault(said: ConsoleMessage) -> bool:
    """A refused form is no fault of the page, though the browser says so."""
    return (
        said.type in ("error", "warning")
        and "the server responded with a status of" not in said.text
    )


def leaves(url: str, site: RunningSite) -> bool:
    return not url.startswith((site.url, "data:", "blob:", "about:"))


@pytest.fixture(scope="session")
def live_sample(live_app) -> Sample:
    """One of everything, put into the live site beside the sample content."""
    with live_app.app_context():
        return add_to_sample(live_app)


@pytest.fixture
def sign_in_as(live_app, live_site):
    """``sign_in_as(page, "Kwame Asante-Reid")``: the next page the browser opens is theirs."""

    def sign_in(page: Page, name: str) -> None:
        with live_app.app_context(), transaction() as session:
            person = session.scalars(select(Person.id).where(Person.name == name)).one()
            token = sessions.begin(person, "Chromium on Linux", staying=False)
        cookie = {"name": live_app.config["SIGN_IN_COOKIE"], "value": token, "url": live_site.url}
        page.context.add_cookies([cookie])

    return sign_in


@pytest.fixture
def axe():
    """``axe(page) == []``: what breaks WCAG 2.2 AA on this page, as it is shown now.

    ``axe(page, COLOURS)`` looks only at what another theme can change.
    """

    def violations(page: Page, rules: dict = WCAG) -> list[str]:
        if not page.evaluate("() => typeof axe === 'object'"):
            page.evaluate(AXE_SCRIPT)
        found = page.evaluate(
            "options => axe.run(document, options).then(found => found.violations)",
            {"runOnly": rules, "resultTypes": ["violations"], "preload": False},
        )
        return [
            f"{violation['id']}: {violation['help']} at {node['target']}"
            for violation in found
            for node in violation["nodes"]
        ]

    return violations
