"""How it looks is the reader's choice; how it prints, and how little it takes to open it."""

import gzip

import pytest
from playwright.sync_api import expect

PAPER = "() => getComputedStyle(document.body).backgroundColor"
SIZE = "() => parseFloat(getComputedStyle(document.body).fontSize)"
FIRST_VISIT, REQUESTS = 150_000, 12  # DECISIONS.md 8


@pytest.mark.parametrize("who", ["visitor", "Kwame Asante-Reid"])
def test_colours_and_text_size_are_chosen_and_kept(open_browser, sign_in_as, who):
    page = open_browser(color_scheme="light")
    if who != "visitor":
        sign_in_as(page, who)
    page.goto("/appearance")
    light, usual = page.evaluate(PAPER), page.evaluate(SIZE)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    dark = page.evaluate(PAPER)
    assert dark != light  # as on this device

    page.get_by_role("radio", name="Light").check()
    page.get_by_role("radio", name="Largest").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.goto("/communities")
    assert (page.evaluate(PAPER), page.evaluate(SIZE)) == (light, usual * 1.3)

    page.goto("/appearance")
    page.get_by_role("radio", name="As on this device").check()
    page.get_by_role("radio", name="Usual").check()
    page.get_by_role("button", name="Save").click()
    assert (page.evaluate(PAPER), page.evaluate(SIZE)) == (dark, usual)


def test_paper_gets_the_words_and_nothing_to_press(browser_page, sign_in_as):
    page = browser_page
    sign_in_as(page, "Kwame Asante-Reid")
    page.emulate_media(color_scheme="dark")
    page.goto("/case-notes")
    page.locator(".entry h3 a").first.click()
    page.emulate_media(media="print", color_scheme="dark")

    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(".print-only").first).to_contain_text("printed")
    for hidden in (".masthead", ".mainnav", ".crumbs", ".tools", "#marks", ".btn", "form"):
        for one in page.locator(hidden).all():
            assert not one.is_visible(), hidden
    assert page.evaluate(PAPER) == "rgb(255, 255, 255)"


@pytest.mark.parametrize("path", ["/", "an item"])
def test_a_first_visit_takes_little(browser_page, live_sample, path):
    """Compressed, as a server in front of it sends text; fonts are compressed already."""
    page, taken = browser_page, []
    page.on("response", lambda answer: taken.append(answer))
    if path == "an item":
        item = live_sample.items["page"]
        path = f"/pages/{item.key}-{item.slug}"
    page.goto(path, wait_until="networkidle")

    sizes = {answer.url: size_of(answer) for answer in taken if answer.status == 200}
    assert sum(sizes.values()) < FIRST_VISIT, sizes
    assert len(taken) <= REQUESTS, sorted(sizes)
    scripts = sum(size for url, size in sizes.items() if ".js" in url)
    assert scripts <= 30_000


def size_of(answer) -> int:
    body = answer.body()
    return len(body) if ".woff2" in answer.url else len(gzip.compress(body))
