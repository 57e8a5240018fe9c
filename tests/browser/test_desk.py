"""The desk in a browser: it refreshes in place, by keyboard alone, and stops at the door."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from intake.models import Lead, StaffSession
from tests import builders
from tests.browser.steps import expect_heading, press, sign_in
from tests.intake import desk

pytestmark = pytest.mark.usefixtures("site")

# As the script does it by itself every 20 seconds, or when its tab comes to the front.
REFRESH = "document.dispatchEvent(new Event('visibilitychange'))"


def waits(number: int = 1, *, minutes: int = 60) -> Lead:
    lead = builders.lead(timezone=builders.zone_where_it_is(14))
    due = timezone.now() + timedelta(minutes=minutes + number)
    Lead.objects.filter(pk=lead.pk).update(due_at=due)
    return lead


@pytest.fixture
def ada():
    return builders.staff("ada", "Admissions")


def expect_keys(page) -> None:
    """Wait for the scripts: the last of them shows the line that names the keys."""
    expect(page.get_by_text("Keys:")).to_be_visible()


def test_the_desk_refreshes_without_losing_the_place(tablet, ada):
    leads = [waits(number) for number in range(12)]
    sign_in(tablet, ada)
    expect_keys(tablet)
    expect(tablet).to_have_title("(12) Desk | Admissions desk")
    link = tablet.locator(f"#waiting-{leads[9].reference} [data-row]")
    link.focus()
    top = link.bounding_box()["y"]
    urgent = waits(minutes=5)
    tablet.evaluate(REFRESH)

    expect(tablet).to_have_title("(13) Desk | Admissions desk")
    first = tablet.locator("#desk-waiting li").first
    expect(first).to_contain_text(urgent.reference)
    expect(first).to_contain_text("new")
    expect(link).to_be_focused()
    assert abs(link.bounding_box()["y"] - top) < 2
    expect(tablet.locator("#desk-said")).to_have_text("More people wait now.")


def test_refreshing_keeps_nobody_signed_in_and_leaves_nothing_on_the_screen(desktop, ada):
    lead = waits()
    sign_in(desktop, ada)
    expect_keys(desktop)
    expect(desktop.get_by_role("link", name=lead.reference).first).to_be_visible()
    StaffSession.objects.update(seen_at=timezone.now() - timedelta(minutes=10))
    with desktop.expect_response("**/desk/now/"):
        desktop.evaluate(REFRESH)
    assert StaffSession.objects.get().seen_at < timezone.now() - timedelta(minutes=9)

    StaffSession.objects.all().delete()
    desktop.evaluate(REFRESH)
    expect_heading(desktop, "Sign in")
    expect(desktop.get_by_text(lead.reference)).to_have_count(0)


def test_a_shift_by_keyboard_alone(desktop, ada):
    first, second, third = (waits(number) for number in range(3))
    sign_in(desktop, ada)
    expect_keys(desktop)
    desktop.keyboard.press("/")
    expect(desktop.get_by_label("Find a person")).to_be_focused()
    desktop.keyboard.type("nc/")
    expect(desktop.get_by_label("Find a person")).to_have_value("nc/")
    desktop.keyboard.press("Tab")
    desktop.keyboard.press("j")
    desktop.keyboard.press("j")
    expect(desktop.locator(f"#waiting-{second.reference} [data-row]")).to_be_focused()
    desktop.keyboard.press("k")
    desktop.keyboard.press("j")
    desktop.keyboard.press("c")
    expect_heading(desktop, f"Lead {second.reference}")
    expect_keys(desktop)
    desktop.keyboard.press("d")
    expect_heading(desktop, "Desk")
    expect_keys(desktop)
    expect(desktop.locator("#desk-later")).to_contain_text(second.reference)
    desktop.keyboard.press("n")
    expect_heading(desktop, f"Lead {first.reference}")
    desktop.goto(desk.page_of(third))
    expect_keys(desktop)
    desktop.keyboard.press("c")
    expect(desktop.get_by_text("It is yours.")).to_be_visible()


def test_the_keys_can_be_turned_off_in_one_browser(open_page, ada):
    lead, ben = waits(), builders.staff("ben", "Admissions")
    off, on = open_page(), open_page()
    sign_in(off, ada)
    expect_keys(off)
    off.get_by_label("Use these keys in this browser").uncheck()
    off.reload()
    expect(off.get_by_label("Use these keys in this browser")).not_to_be_checked()
    off.keyboard.press("n")
    expect_heading(off, "Desk")
    sign_in(on, ben)
    expect_keys(on)
    on.keyboard.press("Control+n")
    expect_heading(on, "Desk")
    on.keyboard.press("n")
    expect_heading(on, f"Lead {lead.reference}")


def test_take_next_works_on_a_tablet_and_without_script(open_page, ada):
    lead = waits()
    page = open_page("tablet", java_script_enabled=False)
    sign_in(page, ada)
    expect(page.get_by_text("Keys:")).to_be_hidden()
    press(page, "Take next")
    expect_heading(page, f"Lead {lead.reference}")
    page.goto("/admin/")
    expect(page.locator("#desk-later")).to_contain_text(lead.reference)
