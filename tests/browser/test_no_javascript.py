"""Both forms and the receipt, in a browser that runs no script."""

import pytest
from playwright.sync_api import expect

from intake.models import Lead
from tests.browser.steps import follow, photo, press, receipt

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
def plain(open_page):
    return open_page("phone", java_script_enabled=False)


def test_a_call_is_asked_for_without_javascript(plain):
    plain.goto("/")
    follow(plain, "Ask for a confidential call")
    press(plain, "Ask for a call")
    expect(plain.get_by_role("alert")).to_contain_text("We need a phone number to call you.")
    plain.get_by_label("Phone number").fill("916-555-0187")
    plain.get_by_text("Calling you safely").click()
    plain.get_by_label("You may leave a voicemail").check()
    press(plain, "Ask for a call")

    lead = Lead.objects.get()
    assert receipt(plain)["Your reference"] == lead.reference
    assert lead.voicemail_ok
    # Only a script could print.
    expect(plain.get_by_role("button", name="Print")).to_be_hidden()


def test_insurance_is_sent_without_javascript(plain):
    plain.goto("/insurance/")
    holder = plain.get_by_label("Name of the person who holds it")
    expect(holder).to_be_hidden()
    plain.get_by_label("Their parent", exact=True).first.check()
    holder.fill("Petra")
    plain.get_by_label("The person who needs help", exact=True).check()
    expect(holder).to_be_hidden()
    plain.get_by_label("Their parent", exact=True).first.check()
    expect(holder).to_have_value("Petra")

    plain.get_by_label("Front of the card").set_input_files(photo())
    press(plain, "Send for a benefits check")
    expect(plain.get_by_text("Front of the card received")).to_be_visible()
    expect(holder).to_have_value("Petra")
    plain.get_by_label("Phone number", exact=False).last.fill("916-555-0187")
    press(plain, "Send for a benefits check")

    verification = Lead.objects.get().verifications.get()
    assert receipt(plain)["Your reference"] == verification.lead.reference
    assert verification.holder_name == "Petra"
    assert verification.card_images.count() == 1
