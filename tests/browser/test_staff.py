"""Admissions staff take a lead through its day; a colleague is in the way; an editor edits."""

from urllib.parse import unquote

import pytest
from playwright.sync_api import expect

from programs.models import Program
from tests import builders
from tests.browser.steps import expect_heading, follow, log, press, sign_in
from tests.intake import desk

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
def lead():
    """Somebody waits for a call, and has sent a photo of a card."""
    lead = builders.lead(
        phone="+19165550187",
        phone_typed="916.555.0187",
        name="Zora O'Sentinel",
        voicemail_ok=True,
        timezone=builders.zone_where_it_is(14),
    )
    desk.send_insurance(lead, images=1, member_id="SNTL44719902")
    lead.refresh_from_db()
    return lead


def test_a_lead_is_found_claimed_called_and_closed(desktop, lead):
    builders.lead(phone="+19165550111", phone_typed="916 555 0111", name="Ignatius")
    sign_in(desktop, builders.staff("ada", "Admissions"))
    follow(desktop, "The whole queue")
    expect_heading(desktop, "Who waits")
    expect(desktop.get_by_role("row").filter(has_text=lead.reference)).to_contain_text("nobody yet")
    found = desktop.locator("#result_list").get_by_role("link")
    for words in ("(916) 555-0187", "+1 916 555 0187", "0187", "zora"):
        desktop.goto(desk.QUEUE)
        expect(found).to_have_count(2)
        desktop.get_by_label("Find a person").fill(words)
        press(desktop, "Search")
        expect(found).to_have_text([lead.reference])
        assert words not in unquote(desktop.url)
    found.click()

    expect_heading(desktop, f"Lead {lead.reference}")
    expect(desktop.get_by_role("link", name="(916) 555-0187")).to_have_attribute(
        "href", "tel:+19165550187"
    )
    press(desktop, "Claim")
    expect(desktop.get_by_text("It is yours.")).to_be_visible()
    press(desktop, "Calling now")
    expect(desktop.locator(".standing")).to_contain_text("You are calling since")
    log(desktop, "No answer", "Rang for a minute")
    expect(desktop.get_by_text("Logged. The next step is due")).to_be_visible()
    log(desktop, "Reached", "Wants to visit")
    expect(desktop.locator(".standing")).to_contain_text("Reached · Yours")
    attempts = desktop.locator(".timeline").first.get_by_role("listitem")
    expect(attempts).to_contain_text(["Wants to visit", "Rang for a minute"])

    desktop.get_by_text("Close this lead").click()
    desktop.get_by_label("Why it ends").select_option("Not a fit for our programs")
    press(desktop, "Close")
    expect(desktop.locator(".standing")).to_contain_text("Closed · Not a fit for our programs")

    desktop.goto(desk.QUEUE)
    expect(found).to_have_count(1)
    expect(found).not_to_have_text(lead.reference)
    desktop.get_by_role("link", name="Ended").click()
    expect(found).to_have_text([lead.reference])


def test_masked_details_are_shown_once_and_on_the_sheet_only_for_a_reason(desktop, lead):
    sign_in(desktop, builders.staff("ada", "Admissions"))
    desktop.goto(desk.page_of(lead))
    member_id = desktop.get_by_text("SNTL44719902")
    card = desktop.get_by_role("img", name="Front of the card")
    desktop.get_by_label("Why you need them").select_option("Benefits check")
    expect(member_id).to_have_count(0)
    press(desktop, "Show the masked details")
    expect(member_id).to_be_in_viewport()
    expect(card).to_have_js_property("complete", True)
    expect(card).to_have_js_property("naturalWidth", 320)

    desktop.reload()
    expect(desktop.get_by_text("The details are masked again.")).to_be_visible()
    expect(member_id).to_have_count(0)
    expect(card).to_have_count(0)
    assert "no-store" in desktop.request.get(desktop.url).headers["cache-control"]

    desktop.get_by_text("Print this lead").click()
    press(desktop, "Make the sheet")
    expect_heading(desktop, f"Lead {lead.reference}")
    expect(desktop.get_by_text("42 CFR part 2").first).to_be_visible()
    expect(desktop.get_by_role("button", name="Print")).to_be_visible()
    expect(member_id).to_have_count(0)
    follow(desktop, "Back to the lead")
    expect(desktop.get_by_text("42 CFR part 2").first).to_be_hidden()
    desktop.emulate_media(media="print")
    expect(desktop.get_by_text("42 CFR part 2").first).to_be_visible()


def test_a_family_takes_permissions_back_and_a_manager_carries_that_out(open_page, lead):
    ada, max_ = open_page(), open_page("tablet")
    sign_in(ada, builders.staff("ada", "Admissions"))
    ada.goto(desk.page_of(lead))
    ada.get_by_text("They take a permission back").click()
    ada.get_by_label("All calls").check()
    ada.get_by_role("checkbox", name="Voicemail").check()
    ada.get_by_label("How they told us").select_option("By text message (such as STOP)")
    press(ada, "Take it back now")
    expect(ada.get_by_text("Do not call. The number is hidden.")).to_be_visible()
    expect(ada.get_by_text("555-0187")).to_have_count(0)
    expect(ada.get_by_role("button", name="Calling now")).to_have_count(0)
    expect(ada.get_by_role("button", name="Carried out everywhere")).to_have_count(0)

    sign_in(max_, builders.staff("max", "Admissions managers"))
    max_.get_by_role("link", name="All lists").click()
    follow(max_, "Withdrawals")
    expect_heading(max_, "Permissions taken back")
    follow(max_, lead.reference)
    done = max_.get_by_role("button", name="Carried out everywhere")
    expect(done).to_have_count(2)
    done.first.click()
    expect(max_.get_by_text("Carried out everywhere by max")).to_be_visible()
    expect(done).to_have_count(1)


def test_a_stale_page_is_refused_and_the_note_is_kept(open_page, lead):
    ada, ben = open_page(), open_page()
    for page, name in ((ada, "ada"), (ben, "ben")):
        sign_in(page, builders.staff(name, "Admissions"))
        page.goto(desk.page_of(lead))
    press(ben, "Claim")
    expect(ben.get_by_text("It is yours.")).to_be_visible()

    log(ada, "Reached", "We spoke about Tuesday")
    refusal = ada.get_by_role("alert")
    expect(refusal).to_contain_text("Nothing was saved. ben changed this lead since you opened it")
    expect(ada.get_by_label("Note")).to_have_value("We spoke about Tuesday")
    expect(ada.get_by_role("radio", name="Reached")).to_be_checked()
    assert not lead.attempts.exists()


def test_an_editor_changes_a_page_and_looks_at_it_before_visitors_do(open_page):
    editor, visitor = open_page(), open_page("phone")
    sign_in(editor, builders.staff("eva", "Content editors"))
    follow(editor, "Programs")
    follow(editor, "Intensive outpatient program")
    section = editor.locator("#sections-group .inline-related").first
    section.get_by_label("Heading:", exact=True).fill("What this is")
    editor.get_by_label("Published", exact=True).uncheck()
    press(editor, "Save and continue editing")
    expect(editor.get_by_text("was changed successfully")).to_be_visible()

    follow(editor, "Preview the saved page")
    expect(editor.get_by_role("status")).to_contain_text("Preview.")
    expect(editor.get_by_role("heading", name="What this is")).to_be_visible()
    visitor.goto("/programs/iop/")
    expect_heading(visitor, "This page is not here")

    editor.go_back()
    editor.get_by_label("Published", exact=True).check()
    press(editor, "Save and continue editing")
    expect(editor.get_by_text("was changed successfully")).to_be_visible()
    assert Program.objects.get(slug="iop").is_published
    follow(editor, "View on site")
    expect_heading(editor, "Intensive outpatient program (IOP)")
    visitor.reload()
    expect(visitor.get_by_role("heading", name="What this is")).to_be_visible()
