"""Somebody comes in: one press leads away at once, and Back does not lead here again."""

import re
import time

import pytest
from playwright.sync_api import expect

from intake import receipts
from tests.browser.conftest import SCREENS
from tests.browser.steps import press, receipt, send_callback

pytestmark = pytest.mark.usefixtures("site")

ELSEWHERE = "https://www.weather.gov/"
ASIDE = "Leave this page"


@pytest.fixture
def leaving(browser, live_server):
    """Return a function that opens a browser in which the page outside answers."""
    contexts = []

    def leaving(screen="phone", **options):
        width, height = SCREENS[screen]
        context = browser.new_context(
            base_url=live_server.url, viewport={"width": width, "height": height}, **options
        )
        contexts.append(context)
        context.asked = []

        def answer(route):
            context.asked.append(route.request)
            route.fulfill(body="<title>Weather</title><h1>Sunny</h1>", content_type="text/html")

        context.route(f"{ELSEWHERE}**", answer)
        return context.new_page()

    yield leaving
    for context in contexts:
        context.close()


def expect_away(page) -> None:
    expect(page).to_have_url(ELSEWHERE)
    expect(page).to_have_title("Weather")
    (asked,) = page.context.asked
    # Nobody outside learns where the visitor was.
    assert "referer" not in asked.all_headers()
    assert len(page.context.pages) == 1


@pytest.mark.parametrize("path", ["/callback/", "/insurance/", "/receipt/"])
def test_one_press_leads_away_and_back_does_not_lead_here(leaving, path):
    page = leaving()
    page.goto("/programs/")
    page.goto(path)
    page.get_by_role("link", name=ASIDE).click()
    expect_away(page)
    page.go_back()
    expect(page).to_have_url(re.compile("/programs/$"))


def test_three_escapes_do_the_same_from_inside_a_field(leaving):
    page = leaving()
    page.goto("/callback/")
    page.get_by_label("Your name").fill("Zora")
    for _ in range(3):
        page.keyboard.press("Escape")
    expect_away(page)


def test_one_or_two_escapes_surprise_nobody(leaving):
    page = leaving()
    page.goto("/callback/")
    hint = page.locator(".leave").get_by_role("status")
    page.keyboard.press("Escape")
    expect(hint).to_have_text("")
    page.keyboard.press("Escape")
    expect(hint).to_have_text("Press Escape once more to leave.")
    expect(hint).to_have_text("")
    # Another key in between, or a key held down, is no third press.
    for key in ("Escape", "Escape", "a", "Escape", "Escape"):
        page.keyboard.press(key)
    page.keyboard.press("b")
    page.keyboard.down("Escape")
    for _ in range(5):
        page.keyboard.down("Escape")
    expect(page).to_have_url(re.compile("/callback/$"))
    assert page.context.asked == []


def test_an_open_receipt_is_closed_on_this_device(leaving):
    page = leaving()
    send_callback(page, phone="916-555-0187")
    receipt(page)
    page.get_by_role("link", name=ASIDE).click()
    expect_away(page)
    until = time.monotonic() + 15
    while any(cookie["name"] == receipts.COOKIE for cookie in page.context.cookies()):
        assert time.monotonic() < until
        page.wait_for_timeout(50)
    page.goto("/receipt/")
    expect(page.get_by_role("heading", name="Open a receipt")).to_be_visible()


def test_it_is_a_plain_link_without_javascript(leaving):
    page = leaving(java_script_enabled=False)
    page.goto("/callback/")
    expect(page.get_by_text("Pressing Escape three times leaves too.")).to_be_hidden()
    page.get_by_role("link", name=ASIDE).click()
    expect_away(page)


def test_it_stays_in_reach_and_covers_nothing_that_has_the_focus(leaving):
    page = leaving(reduced_motion="reduce")
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 640})
        page.goto("/callback/")
        page.get_by_role("button", name="Ask for a call").scroll_into_view_if_needed()
        away = page.get_by_role("link", name=ASIDE)
        expect(away).to_be_in_viewport(ratio=1)
        assert away.bounding_box()["height"] >= 44
        # Upward again, field by field: none ends under it.
        for _ in range(12):
            page.keyboard.press("Shift+Tab")
            top = page.evaluate("document.activeElement.getBoundingClientRect().top")
            bar = page.evaluate("document.querySelector('.leave').getBoundingClientRect().bottom")
            assert top >= bar - 1, page.evaluate("document.activeElement.name")
        press(page, "Ask for a call")
        errors = page.get_by_role("alert")
        expect(errors).to_be_focused()
        bar = page.locator(".leave").bounding_box()
        assert errors.bounding_box()["y"] >= bar["y"] + bar["height"] - 1
