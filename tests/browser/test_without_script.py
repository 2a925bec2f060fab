"""With scripts off everything still works: each action is a form or a link that lands on a whole page."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def plain(open_browser):
    return open_browser(java_script_enabled=False)


def test_from_signing_in_to_an_answered_insight(plain):
    plain.goto("/sample")
    plain.get_by_role("button", name="Kwame Asante-Reid").click()
    plain.get_by_role("button", name="Share", exact=True).click()
    plain.get_by_role("link", name="An insight").click()
    plain.get_by_role("button", name="Share with everyone").click()
    expect(plain.get_by_role("alert")).to_contain_text("Write your insight in one sentence.")
    sentence = "A bus timetable on the door brings people in."
    plain.get_by_label("Your insight, in one sentence").fill(sentence)
    plain.get_by_role("radio", name="Own experience").check()
    plain.get_by_label("Tags").fill("welcome")
    plain.get_by_role("button", name="Share with everyone").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text(sentence)

    plain.get_by_role("button", name="Follow").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text(sentence)
    plain.get_by_label("Reply").fill("In the rain above all.")
    plain.get_by_role("button", name="Post reply").click()
    expect(plain.get_by_text("In the rain above all.")).to_be_visible()


def test_a_directory_is_narrowed_and_a_place_joined(plain, sign_in_as, live_sample):
    sign_in_as(plain, live_sample.people["newcomer"].name)
    plain.goto("/communities")
    plain.locator("label", has_text="Forming").click()
    plain.get_by_role("button", name="Apply").click()
    assert "state=forming" in plain.url
    plain.locator(".entry h3 a").first.click()
    plain.get_by_role("button", name="Join").click()
    expect(plain.get_by_text("You have joined")).to_be_visible()


def test_the_main_menu_of_a_narrow_window_opens(open_browser):
    plain = open_browser(java_script_enabled=False, viewport={"width": 390, "height": 844})
    plain.goto("/")
    menu = plain.get_by_role("navigation", name="Main")
    expect(menu).to_be_hidden()
    plain.get_by_role("button", name="Menu").click()
    expect(menu).to_be_visible()
    menu.get_by_role("link", name="Communities").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Communities")


def test_the_account_menu_signs_out(plain, sign_in_as):
    sign_in_as(plain, "Kwame Asante-Reid")
    plain.goto("/")
    plain.get_by_role("button", name="Your account").click()
    plain.get_by_role("button", name="Sign out").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Sign in")
