"""A benefits check on a tablet: from the desk to the sheet that the family gets."""

import pytest
from playwright.sync_api import expect

from intake.models import BenefitsRecord
from tests import builders
from tests.browser.steps import expect_heading, follow, press, sign_in, write_benefits_down
from tests.intake import checking

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
def check():
    builders.consent_texts()
    return checking.check_of(checking.patients_lead())


def test_a_check_is_written_down_approved_and_printed(open_page, axe, check):
    reference = check.lead.reference
    ada, ben = open_page("tablet"), open_page("desktop")
    sign_in(ada, builders.staff("ada", "Admissions"))
    follow(ada, "Benefits checks")
    expect_heading(ada, "Benefits checks")
    follow(ada, reference)
    press(ada, "Start the benefits check")
    follow(ada, "Write down what they say")
    write_benefits_down(ada, deductible_met="16000")
    # The card is asked for in between: nothing typed is lost.
    expect(ada.get_by_text("SYN123456")).to_have_count(0)
    ada.get_by_label("Why you need them").select_option("Benefits check")
    press(ada, "Show the masked details")
    expect(ada.get_by_text("SYN123456")).to_be_visible()
    expect(ada.get_by_label("Who answered")).to_have_value("Rita Answerly")
    press(ada, "Write it down")
    expect(ada.get_by_text("More than the whole is met?")).to_be_visible()
    axe(ada)
    ada.get_by_label("Met so far").first.fill("600")
    press(ada, "Write it down")
    expect(ada.get_by_text("a colleague has to look at it")).to_be_visible()
    axe(ada)

    sign_in(ben, builders.staff("ben", "Admissions"))
    ben.goto(checking.page_of(check))
    press(ben, "Approve")
    follow(ben, "What it may cost the family")
    expect(ben.locator(".between")).to_have_text(["$1,440 to $1,920"])
    axe(ben)
    press(ben, "Make the sheet for the family")
    expect_heading(ben, "What it may cost")
    assert ben.title() == f"Estimate {reference}"
    axe(ben)
    follow(ben, "Back to the estimate")
    ben.goto(checking.page_of(check))
    ben.get_by_label("Explained to").select_option("The patient")
    press(ben, "It is explained")
    expect(ben.locator("[aria-current]")).to_contain_text("Explained")
    assert BenefitsRecord.objects.get().explained_to == "patient"


def test_without_script_the_same_pages_work(open_page, check):
    page = open_page("tablet", java_script_enabled=False)
    sign_in(page, builders.staff("ada", "Admissions"))
    page.goto(checking.page_of(check))
    press(page, "Start the benefits check")
    follow(page, "Write down what they say")
    write_benefits_down(page)
    press(page, "Write it down")
    expect(page.get_by_text("a colleague has to look at it")).to_be_visible()
