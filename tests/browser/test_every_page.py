"""Every type of page, in both themes and at both widths: usable by all, and within its window."""

import pytest
from flask import template_rendered

from tests.browser.conftest import COLOURS
from tests.walking import client_of
from wiki.kernel.access import access_of

PARTS = 4  # so that two test processes share the work
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
NARROWEST, ZOOMED = {"width": 320, "height": 640}, {"width": 640, "height": 450}
#: Of these each kind of item, or each state of a place, has a page of its own.
OF_EACH = {"items.show", "writing.new", "writing.edit", "listing.of_kind", "communities.show"}
#: What a visitor sees apart from others; and pages that say no.
BESIDE = [
    ("visitor", "/"),
    ("visitor", "/insights"),
    ("visitor", "/communities"),
    ("visitor", "/communities/family-learning"),
    ("visitor", "/no-such-page"),
    ("visitor", "/invitation?code=nothing"),
    ("newcomer", "/"),
    ("newcomer", "/communities/adult-progression"),
    ("newcomer", "/communities/adult-progression/invitation"),
    ("steward", "/no-such-page"),
    ("outsider", "/communities/adult-progression/edit"),
]
OVERFLOW = """() => {
  const over = document.scrollingElement.scrollWidth - innerWidth;
  if (over <= 0) return "";
  const widest = [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 1).pop();
  return `${over} pixels too wide, by ${widest?.outerHTML.slice(0, 120)}`;
}"""


@pytest.fixture(scope="session")
def to_look_at(live_app, live_sample) -> list[tuple[str, str]]:
    """(persona, address): one page for each template and kind, as the first sees it who is let in."""
    with live_app.app_context():
        clients = {
            persona: client_of(live_app, live_sample, persona)
            for persona in ("visitor", "member", "author", "convenor", "steward")
        }
        found, seen = list(BESIDE), set()
        for endpoint, url in live_sample.addresses():
            inside = access_of(live_app, endpoint) != "public" or endpoint in OF_EACH
            for persona in [*clients][inside:]:
                kind_of_page = shown(live_app, clients[persona], url)
                if kind_of_page is None:
                    continue
                if kind_of_page not in seen or endpoint in OF_EACH:
                    found.append((persona, url))
                    seen.add(kind_of_page)
                break
    return found


def shown(app, client, url: str) -> str | None:
    """The template of a whole page; None when this person is not shown it."""
    used = []

    def see(_app, template, **_more):
        used.append(template.name)

    with template_rendered.connected_to(see, app):
        answer = client.get(url)
    is_page = answer.status_code in (200, 410) and b"<html" in answer.data
    return used[0] if is_page else None


@pytest.mark.parametrize("part", range(PARTS))
def test_is_usable_by_all_and_fits(to_look_at, live_sample, open_browser, sign_in_as, axe, part):
    faults, pages = [], {}
    for persona, url in to_look_at[part::PARTS]:
        if persona not in pages:
            pages[persona] = open_browser(reduced_motion="reduce")
            if persona != "visitor":
                sign_in_as(pages[persona], live_sample.people[persona].name)
        page = pages[persona]
        page.goto(url)
        faults += [f"{persona} {url} {fault}" for fault in faults_of(page, axe)]

    assert not faults, "\n".join(faults)


def faults_of(page, axe):
    """Everything by every rule in the light; in the dark only what colours can break."""
    for size in (DESK, PHONE):
        page.set_viewport_size(size)
        for theme, rules in (("light", []), ("dark", [COLOURS])):
            page.emulate_media(color_scheme=theme)
            yield from (f"{theme} {size['width']}: {found}" for found in axe(page, *rules))
    for size in (PHONE, ZOOMED, NARROWEST):
        page.set_viewport_size(size)
        if over := page.evaluate(OVERFLOW):
            yield f"at {size['width']}: {over}"
    page.set_viewport_size(DESK)
