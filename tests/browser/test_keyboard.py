"""Without a mouse: everything by Tab, Enter, Space and arrows, and the focus is where one expects it."""

from playwright.sync_api import Page, expect

SENTENCE = "Chairs in a ring start more talk than any question."


def press_until(page: Page, words: str, *, at_most: int = 60) -> None:
    """Tab to what is called so."""
    for _ in range(at_most):
        page.keyboard.press("Tab")
        if words in page.evaluate(NAME_OF_FOCUS):
            return
    raise AssertionError(f"no {words!r} within {at_most} tabs of {page.url}")


NAME_OF_FOCUS = """() => {
  const one = document.activeElement;
  const label = one.labels?.[0] ?? one;
  return label.innerText || label.textContent || one.value || "";
}"""


def test_from_signing_in_to_sharing_an_insight(browser_page):
    page = browser_page
    page.goto("/sign-in")
    press_until(page, "Sign in as one of its people")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in as…")
    press_until(page, "Kwame Asante-Reid")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Kwame")

    press_until(page, "Share")
    page.keyboard.press("Enter")  # opens the menu
    press_until(page, "An insight")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Share an insight")

    press_until(page, "Your insight, in one sentence")
    page.keyboard.type(SENTENCE)
    page.keyboard.press("Tab")  # how do you know: arrows choose
    page.keyboard.press("Space")
    press_until(page, "Tags")
    page.keyboard.type("welcome")
    press_until(page, "Share with everyone")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text(SENTENCE)
    expect(page.get_by_role("status")).to_contain_text("Shared with everyone.")


def test_the_first_tab_leads_past_the_masthead(browser_page):
    browser_page.goto("/")
    browser_page.keyboard.press("Tab")
    assert browser_page.evaluate(NAME_OF_FOCUS) == "Skip to main content"
    browser_page.keyboard.press("Enter")

    assert browser_page.evaluate("() => document.activeElement.id") == "main"


def test_a_menu_opens_closes_and_gives_the_focus_back(browser_page, sign_in_as):
    page = browser_page
    sign_in_as(page, "Kwame Asante-Reid")
    page.goto("/")
    for button, menu in (("Share", "#share"), ("Your account", "#you")):
        opener = page.get_by_role("button", name=button)
        opener.focus()
        page.keyboard.press("Space")
        expect(page.locator(menu)).to_be_visible()
        page.keyboard.press("Tab")
        assert page.evaluate(
            f"() => document.querySelector('{menu}').contains(document.activeElement)"
        )
        page.keyboard.press("Escape")
        expect(page.locator(menu)).to_be_hidden()
        expect(opener).to_be_focused()


def test_after_a_refusal_the_summary_speaks_first_and_leads_to_the_field(browser_page, sign_in_as):
    page = browser_page
    sign_in_as(page, "Kwame Asante-Reid")
    page.goto("/insights/new")
    page.get_by_label("Tags").fill("welcome")
    page.get_by_role("button", name="Share with everyone").press("Enter")

    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    assert page.title().startswith("Error: ")
    summary.get_by_role("link", name="Write your insight in one sentence.").press("Enter")
    expect(page.get_by_label("Your insight, in one sentence")).to_be_focused()
    expect(page.get_by_label("Tags")).to_have_value("welcome")


def test_pressing_follow_and_helpful_keeps_the_focus_there(browser_page, sign_in_as):
    page = browser_page
    sign_in_as(page, "Kwame Asante-Reid")
    page.goto("/insights")
    page.locator(".entry h3 a").first.press("Enter")
    for name in ("Follow", "Helpful"):
        button = page.locator("#marks").get_by_role("button", name=name)
        before = button.get_attribute("aria-pressed")
        button.focus()
        page.keyboard.press("Space")
        expect(button).to_have_attribute("aria-pressed", "false" if before == "true" else "true")
        expect(button).to_be_focused()


def test_what_was_typed_is_not_left_behind_unasked(browser_page, sign_in_as):
    page, asked = browser_page, []
    sign_in_as(page, "Kwame Asante-Reid")
    page.goto("/insights/new")
    page.get_by_label("Your insight, in one sentence").press_sequentially("Half a")
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_role("link", name="Communities", exact=True).click()
    page.wait_for_url("**/communities")

    assert asked == ["beforeunload"]
