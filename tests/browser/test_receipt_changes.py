"""From the receipt, by keyboard alone and on a phone: another time, a note, cancelling."""

import pytest
from playwright.sync_api import expect

from intake.models import Appointment, Lead, PrivacyRequest
from tests.browser.steps import expect_heading, follow, press, receipt, send_callback

pytestmark = pytest.mark.usefixtures("site")

LINKS = [
    "Change when we call",
    "Add a note",
    "Take back a permission",
    "Cancel this request",
    "Ask for a copy or an erasure",
]


def tab_to(page, name: str):
    """Press Tab until that link or button has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText || ''").strip() == name:
            return
    raise AssertionError(f"no Tab leads to {name}")


def test_an_appointment_is_made_and_changed(phone):
    phone.goto("/callback/")
    phone.get_by_label("Phone number").fill("916 555 0187")
    times = phone.get_by_label("Or make an appointment for the call")
    chosen = times.locator("option").nth(3)
    value = chosen.get_attribute("value")
    times.select_option(value)
    press(phone, "Ask for a call")
    expect(phone.get_by_role("heading", name="Your appointment: we call you")).to_be_visible()
    first = receipt(phone)["When we call"]
    assert Appointment.objects.get().starts_at.strftime("%Y-%m-%dT%H:%MZ") == value

    follow(phone, "Change when we call")
    expect(phone).to_have_title("Receipt")
    expect(times).to_have_value(value)
    times.select_option(index=6)
    press(phone, "Change the time")
    expect(phone.get_by_text("The time is changed. We call you then.")).to_be_visible()
    assert receipt(phone)["When we call"] != first
    assert Appointment.objects.count() == 1


def test_the_keyboard_alone_writes_a_note_and_cancels(desktop):
    send_callback(desktop, phone="916 555 0187")
    tab_to(desktop, "Add a note")
    desktop.keyboard.press("Enter")
    expect_heading(desktop, "Add a note")
    tab_to(desktop, "Send the note")
    desktop.keyboard.press("Enter")
    # Nothing was written: the summary has the focus, and leads to the field.
    expect(desktop.get_by_role("alert")).to_be_focused()
    desktop.keyboard.press("Tab")
    desktop.keyboard.press("Enter")
    expect(desktop.get_by_label("What you want us to know")).to_be_focused()
    desktop.keyboard.type("Please ask for Sam.")
    tab_to(desktop, "Send the note")
    desktop.keyboard.press("Enter")
    expect(desktop.get_by_text("Your note has arrived. Thank you.")).to_be_visible()
    assert Lead.objects.get().wishes.get().text == "Please ask for Sam."

    tab_to(desktop, "Cancel this request")
    desktop.keyboard.press("Enter")
    expect_heading(desktop, "Cancel this request")
    tab_to(desktop, "Cancel the request")
    desktop.keyboard.press("Enter")
    expect(desktop.get_by_text("This request is closed.")).to_be_visible()
    assert not Lead.objects.get().is_open
    expect(desktop.get_by_role("link", name="Add a note")).to_have_count(0)


def test_without_a_script_a_copy_is_asked_for_with_reference_and_pin(open_page):
    page = open_page("phone", java_script_enabled=False)
    send_callback(page, phone="916 555 0187")
    shown = receipt(page)
    press(page, "Close this receipt on this device")
    page.get_by_label("Reference").fill(shown["Your reference"])
    page.get_by_label("PIN").fill(shown["Your PIN"])
    press(page, "Open")
    follow(page, "Ask for a copy or an erasure")
    page.get_by_text("A copy of what we have").click()
    press(page, "Ask for it")
    assert "You hear from us by" in receipt(page)["A copy of what we have"]
    assert PrivacyRequest.objects.get().lead.reference == shown["Your reference"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_behind_the_receipt_is_accessible(open_page, axe, scheme):
    page = open_page("phone", scheme)
    send_callback(page, phone="916 555 0187")
    axe(page)
    for link in LINKS:
        follow(page, link)
        expect(page).to_have_title("Receipt")
        axe(page)
        if link != "Cancel this request":
            button = page.locator("main form .btn-primary")
            if link != "Change when we call":
                button.click()
                expect(page.get_by_role("alert")).to_be_focused()
                axe(page)
        page.goto("/receipt/")
