"""A visitor on a phone, at night: reads, compares, searches, and nobody watches."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import expect_heading, follow

pytestmark = pytest.mark.usefixtures("site")

LAYOUT_SHIFT = """new Promise(tell => {
  let sum = 0
  const add = list => list.getEntries().forEach(shift => sum += shift.value)
  new PerformanceObserver(add).observe({type: "layout-shift", buffered: true})
  setTimeout(() => tell(sum), 300)
})"""
# Pixels that a thumb needs (WCAG 2.5.5).
THUMB = 44


@pytest.fixture
def night(open_page) -> Page:
    return open_page("phone", "dark")


def expect_call_in_reach(page: Page) -> None:
    """The center's number can be called without scrolling."""
    bar = page.get_by_role("navigation", name="Talk to us")
    call = bar.get_by_role("link", name="Call 888-290-0925")
    expect(call).to_have_attribute("href", "tel:+18882900925")
    expect(call).to_be_in_viewport(ratio=1)
    expect(bar.get_by_role("link", name="Ask for a call")).to_be_in_viewport(ratio=1)
    expect(bar.get_by_role("link", name="Crisis 988")).to_have_attribute("href", "tel:988")


def test_a_visitor_finds_out_which_program_may_fit(night):
    night.goto("/")
    expect_call_in_reach(night)
    follow(night, "Intensive outpatient program (IOP)")

    expect_heading(night, "Intensive outpatient program (IOP)")
    expect_call_in_reach(night)
    neighbors = night.get_by_role("navigation", name="One step up or down")
    neighbors.get_by_role("link", name="Partial hospitalization program").click()

    expect_heading(night, "Partial hospitalization program (PHP)")
    expect_call_in_reach(night)
    follow(night, "Compare side by side")

    expect_heading(night, "Compare the programs")
    expect_call_in_reach(night)
    nights = night.get_by_role("row").filter(has_text="Where you sleep")
    expect(nights.get_by_role("cell")).to_have_text(
        ["Here, on site", "At home or in sober living", "At home or in sober living"]
    )


def test_a_search_leads_to_the_very_answer(night):
    night.goto("/search/")
    night.get_by_role("searchbox").fill("family")
    night.keyboard.press("Enter")

    expect_heading(night, "Search")
    marks = night.locator("mark").all_inner_texts()
    assert "Family" in marks
    assert {mark[:5].lower() for mark in marks} == {"famil"}
    expect_call_in_reach(night)
    follow(night, "Can my family take part?")

    expect(night).to_have_url(re.compile(r"/programs/iop/#question-\d+$"))
    expect(night.locator(":target").get_by_text("Yes, if you agree.")).to_be_in_viewport()
    follow(night, "Helping someone you love")

    expect_heading(night, "Helping someone you love")
    expect_call_in_reach(night)


def test_reading_leaves_nothing_in_the_browser(night):
    for path in ("/", "/programs/iop/", "/search/?q=family", "/articles/", "/privacy/"):
        night.goto(path)
    assert night.context.cookies() == []
    assert night.evaluate("localStorage.length + sessionStorage.length") == 0


def test_nothing_moves_while_a_page_arrives(night):
    for path in ("/", "/programs/iop/", "/programs/compare/", "/callback/", "/help/"):
        night.goto(path)
        assert night.evaluate(LAYOUT_SHIFT) == 0, path


def test_whatever_a_thumb_taps_is_large_enough(night):
    night.goto("/programs/iop/")
    for target in night.locator("nav a, .btn, summary").locator("visible=true").all():
        assert target.bounding_box()["height"] >= THUMB, target.inner_text()


def test_what_is_meant_for_search_engines_is_data_that_the_browser_lets_pass(night):
    night.goto("/programs/iop/")
    kinds = night.evaluate(
        """JSON.parse(document.querySelector('script[type="application/ld+json"]').textContent)
        ["@graph"].map(node => node["@type"])"""
    )
    assert "FAQPage" in kinds
