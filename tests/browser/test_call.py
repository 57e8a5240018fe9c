"""A call from the flag to the hand-off sheet, by keyboard where that is quicker."""

import pytest
from playwright.sync_api import expect

from intake.models import ReceivingProvider
from tests import builders
from tests.browser.steps import expect_heading, press, sign_in
from tests.intake import desk

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
def lead():
    return builders.lead(
        name="Maria Luz",
        for_whom="self",
        message="I had a seizure when I stopped drinking.",
        timezone=builders.zone_where_it_is(14),
    )


def test_a_call_goes_from_the_flag_to_the_hand_off_sheet(desktop, axe, lead):
    ReceivingProvider.objects.create(name="North House", kind="withdrawal", phone="916-555-0177")
    sign_in(desktop, builders.staff("ada", "Admissions"))
    desktop.goto(desk.page_of(lead))
    flag = desktop.get_by_text("dangerous withdrawal or another medical emergency")
    expect(flag).to_be_in_viewport()
    log, note = desktop.get_by_role("button", name="Log it"), desktop.locator("[name=attempt-note]")
    expect(log).to_be_hidden()
    desktop.get_by_role("radio", name="Reached").focus()
    desktop.keyboard.press("Space")
    expect(log).to_be_visible()
    note.fill("Detox first.")
    log.focus()
    desktop.keyboard.press("Enter")
    expect(desktop.locator(".standing").first).to_contain_text("Reached · Yours")
    axe(desktop)

    desktop.get_by_text("Refer to another provider").click()
    desktop.get_by_label("To whom").select_option(
        label="North House, Withdrawal management (detox)"
    )
    desktop.locator("[name=refer-reason]").select_option("medical")
    desktop.get_by_label("Nothing of value was given").check()
    axe(desktop)
    press(desktop, "Refer and close")
    expect(desktop.get_by_text("Patient’s consent outstanding")).to_be_visible()
    expect(desktop.get_by_role("button", name="Make the hand-off sheet")).to_have_count(0)
    desktop.get_by_text("The patient signed for this provider").click()
    desktop.locator("[name=share-with-given]").select_option("paper")
    press(desktop, "Record the signed consent")
    press(desktop, "Make the hand-off sheet")
    expect_heading(desktop, f"Hand-off {lead.reference}")
    expect(desktop.get_by_text("42 CFR part 2").first).to_be_visible()
    expect(desktop.get_by_text("North House").first).to_be_visible()


def test_a_word_of_a_thousand_letters_makes_no_page_wider(tablet):
    link = "https://example.test/" + "u" * 3000
    lead = builders.lead(message=link, timezone=builders.zone_where_it_is(14))
    sign_in(tablet, builders.staff("ada", "Admissions"))
    tablet.goto(desk.page_of(lead))
    expect(tablet.get_by_text(link)).to_be_visible()
    assert tablet.evaluate("document.documentElement.scrollWidth") <= 768


def test_a_walk_in_is_typed_in_on_a_tablet(tablet, axe):
    sign_in(tablet, builders.staff("ada", "Admissions"))
    tablet.goto("/admin/intake/lead/new/")
    axe(tablet)
    tablet.get_by_label("Walk-in").check()
    tablet.get_by_label("Phone number").fill("916 555 0144")
    press(tablet, "Take it in")
    expect(tablet.get_by_role("heading", name="Read this out, slowly")).to_be_visible()
    axe(tablet)
    tablet.get_by_role("link", name="Go on with the lead").click()
    expect(tablet.locator(".standing").first).to_contain_text("Reached · Yours")
