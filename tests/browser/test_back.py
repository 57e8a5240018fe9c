"""Back and Forward through a form: what was typed is there again, and sent once.

Why an open form may stay in the browser's memory is said at `back_keeps_forms`.
"""

import os

import pytest
from playwright.sync_api import Page, expect

from intake.models import Lead
from tests.browser.conftest import chromium
from tests.browser.steps import expect_heading, photo, press, receipt

pytestmark = pytest.mark.usefixtures("site")

TYPED = {"phone": "916-555-0187", "name": "Zora", "message": "It is about my brother."}


def fill_in(page: Page, **typed: str) -> None:
    for name, text in typed.items():
        page.locator(f"[name={name}]").fill(text)


def expect_typed(page: Page, **typed: str) -> None:
    for name, text in typed.items():
        expect(page.locator(f"[name={name}]")).to_have_value(text)


def test_whoever_looks_something_up_halfway_finds_the_form_as_it_was(phone):
    phone.goto("/callback/")
    fill_in(phone, **TYPED)
    phone.get_by_text("Calling you safely").click()
    phone.get_by_label("You may leave a voicemail").check()
    phone.get_by_role("link", name="Privacy", exact=True).click()
    expect_heading(phone, "Privacy")
    phone.go_back()
    expect_typed(phone, **TYPED)
    expect(phone.locator("[name=voicemail_ok]")).to_be_checked()
    press(phone, "Ask for a call")
    receipt(phone)
    assert Lead.objects.get().voicemail_ok


def test_back_from_an_error_finds_the_form_as_it_was_sent(phone):
    phone.goto("/callback/")
    fill_in(phone, **TYPED | {"phone": "555"})
    press(phone, "Ask for a call")
    expect(phone.get_by_role("alert")).to_be_visible()
    phone.go_back()
    expect_typed(phone, **TYPED | {"phone": "555"})
    fill_in(phone, phone=TYPED["phone"])
    press(phone, "Ask for a call")
    receipt(phone)
    assert Lead.objects.count() == 1


def test_a_number_corrected_after_sending_is_the_same_lead(phone):
    phone.goto("/callback/")
    fill_in(phone, **TYPED)
    press(phone, "Ask for a call")
    shown = receipt(phone)
    phone.go_back()
    expect_typed(phone, **TYPED)
    fill_in(phone, phone="916-555-0199")
    press(phone, "Ask for a call")
    assert receipt(phone)["Your reference"] == shown["Your reference"]
    lead = Lead.objects.get()
    assert (lead.phone, lead.callbacks.count()) == ("+19165550199", 2)


def test_forward_to_a_receipt_that_was_closed_shows_nothing(phone):
    phone.goto("/callback/")
    fill_in(phone, **TYPED)
    press(phone, "Ask for a call")
    shown = receipt(phone)
    phone.context.clear_cookies(name="receipt")
    phone.go_back()
    phone.go_forward()
    expect_heading(phone, "Open a receipt")
    assert shown["Your PIN"] not in phone.content()


@pytest.fixture
def remembering(browser, live_server):
    """A page of a browser that keeps whole pages for Back, as browsers at home do."""
    switch = "--disable-back-forward-cache"
    no_sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    own = browser.browser_type.launch(
        executable_path=chromium(), args=no_sandbox, ignore_default_args=[switch]
    )
    yield own.new_page(base_url=live_server.url)
    own.close()


def test_a_whole_form_comes_back_where_the_browser_keeps_pages(remembering):
    """Also the fields that browsers are told never to fill in by themselves."""
    page = remembering
    page.add_init_script("addEventListener('pageshow', e => window.wasKept = e.persisted)")
    page.goto("/insurance/")
    fill_in(page, patient_name="Pablo", birth_date="never")
    page.get_by_label("Front of the card").set_input_files(photo())
    press(page, "Send for a benefits check")
    expect(page.get_by_text("Front of the card received")).to_be_visible()
    page.go_back(wait_until="commit")
    expect_typed(page, patient_name="Pablo", birth_date="never")
    assert page.evaluate("window.wasKept") is True


def test_a_receipt_is_kept_by_no_browser(remembering):
    page = remembering
    page.add_init_script("addEventListener('pageshow', e => window.wasKept = e.persisted)")
    page.goto("/callback/")
    fill_in(page, **TYPED)
    press(page, "Ask for a call")
    shown = receipt(page)
    page.get_by_role("link", name="Programs", exact=True).first.click()
    expect_heading(page, "Programs, from most support to least")
    page.context.clear_cookies(name="receipt")
    page.go_back(wait_until="commit")
    expect_heading(page, "Open a receipt")
    assert shown["Your PIN"] not in page.content()
    assert page.evaluate("window.wasKept") is False
