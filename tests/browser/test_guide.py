"""Find your level, in a browser that runs no script, by keyboard, and on paper."""

import pytest
from playwright.sync_api import expect

from intake.models import CallbackRequest
from tests.browser.conftest import on_every_screen
from tests.browser.steps import expect_heading, follow, press, receipt

pytestmark = pytest.mark.usefixtures("site")

SAFE = ("None of these", "No", "Yes")


def choose(page, *answers: str) -> None:
    for answer in answers:
        page.get_by_label(answer, exact=True).first.check()


def test_from_a_program_to_a_call_without_javascript(open_page):
    plain = open_page("phone", java_script_enabled=False)
    plain.goto("/programs/iop/")
    follow(plain, "Or find your level with a few questions")
    press(plain, "Go on")
    expect(plain.get_by_role("alert")).to_contain_text("Is any of this happening now?")
    choose(plain, *SAFE)
    press(plain, "Go on")
    choose(plain, "No, or it is full of reminders", "Day and night, for now")
    press(plain, "Show which level may fit")
    expect_heading(plain, "Residential treatment may fit")
    assert plain.url.endswith("/find-your-level/")
    assert plain.locator("input[type=checkbox]:checked").count() == 0

    plain.get_by_label("How much of the time do you need people around you?").check()
    press(plain, "Go to the request for a call")
    message = plain.get_by_label("Anything you want us to know")
    picked = "How much of the time do you need people around you? Day and night, for now"
    expect(message).to_have_value(picked)
    message.fill(f"{picked}. Please ask for Ana.")
    plain.get_by_label("Phone number").fill("916-555-0187")
    press(plain, "Ask for a call")
    receipt(plain)
    assert CallbackRequest.objects.get().message == f"{picked}. Please ask for Ana."


def test_danger_stops_at_the_numbers(phone):
    phone.goto("/find-your-level/")
    choose(phone, "There are thoughts of suicide, or of hurting someone")
    press(phone, "Go on")
    expect_heading(phone, "Please stop here, and talk to a person now")
    expect(phone.get_by_role("main").get_by_role("link", name="Call or text 988")).to_be_visible()


def test_the_keyboard_is_enough(desktop):
    desktop.goto("/find-your-level/")
    desktop.locator("#id_q-danger_3").focus()
    desktop.keyboard.press("Space")
    desktop.keyboard.press("Tab")
    desktop.keyboard.press("ArrowUp")  # to the last answer, and on to the one above it
    desktop.keyboard.press("ArrowUp")
    desktop.keyboard.press("Tab")
    desktop.keyboard.press("Space")
    desktop.keyboard.press("Enter")
    expect(desktop.get_by_text("Leave out whatever you would rather not answer.")).to_be_visible()
    desktop.get_by_role("button", name="Show which level may fit").focus()
    desktop.keyboard.press("Enter")
    expect_heading(desktop, "Your answers do not point to one level")


@on_every_screen
def test_every_page_of_the_guide_is_accessible(page, axe):
    page.goto("/find-your-level/")
    axe(page)
    press(page, "Go on")
    axe(page)
    choose(page, *SAFE)
    press(page, "Go on")
    axe(page)
    choose(page, "Yes, a safe and stable one", "Most of the day, on most weekdays")
    press(page, "Show which level may fit")
    axe(page)
    page.goto("/find-your-level/")
    choose(page, "Yes, or it was so until some days ago")
    press(page, "Go on")
    axe(page)


def test_nothing_is_wider_than_a_narrow_screen(phone):
    phone.set_viewport_size({"width": 320, "height": 640})

    def expect_to_fit():
        assert phone.evaluate("document.documentElement.scrollWidth") <= 320

    phone.goto("/find-your-level/")
    expect_to_fit()
    choose(phone, *SAFE)
    press(phone, "Go on")
    choose(phone, "Yes, a safe and stable one")
    expect_to_fit()
    press(phone, "Show which level may fit")
    expect(phone.get_by_role("heading", level=1)).to_contain_text("may fit")
    expect_to_fit()


def test_on_paper_it_is_a_worksheet(desktop):
    desktop.goto("/find-your-level/")
    later = desktop.get_by_text("What has been tried before?")
    expect(later).to_be_hidden()
    desktop.emulate_media(media="print")
    expect(later).to_be_visible()
    expect(desktop.get_by_role("button", name="Go on")).to_be_hidden()
    desktop.emulate_media(media="screen")
    choose(desktop, *SAFE)
    press(desktop, "Go on")
    desktop.emulate_media(media="print")
    expect(desktop.get_by_text("None of these")).to_be_visible()
