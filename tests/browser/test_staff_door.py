"""Somebody sets a phone up, signs in with its code, is called away, and finds their note."""

import base64
import time
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.db.models import F
from playwright.sync_api import expect

from intake.models import Draft, SecondFactor, StaffSession
from tests import builders
from tests.browser.steps import expect_heading, press, type_code, type_password
from tests.intake import desk, door

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture(autouse=True)
def required(settings):
    settings.STAFF_SECOND_FACTOR = True


@pytest.fixture
def ada():
    """Ada's phone is set up."""
    return door.enrolled()[0]


def walk_in(page, user) -> None:
    """Sign in with both steps; the same code is never used twice."""
    SecondFactor.objects.update(last_step=0)
    type_password(page, user.get_username())
    type_code(page, door.phone_shows(user), "Sign in")
    expect_heading(page, "Desk")


def test_a_phone_is_set_up_from_the_page_and_its_code_opens_the_door(desktop):
    builders.staff("ada", "Admissions")
    type_password(desktop, "ada")
    expect_heading(desktop, "Set up your second factor")
    expect(desktop.get_by_role("img", name="QR code with the key below")).to_be_visible()
    key = desktop.locator(".key").inner_text().replace(" ", "")
    app = TOTP(base64.b32decode(key), 6, SHA1(), 30)
    type_code(desktop, app.generate(int(time.time())).decode(), "Confirm")

    expect_heading(desktop, "Your recovery codes")
    codes = desktop.locator(".recovery-codes li").all_inner_texts()
    assert len(codes) == 10
    expect(desktop.get_by_role("button", name="Print")).to_be_visible()
    desktop.get_by_role("link", name="I have kept them. Go on").click()
    expect_heading(desktop, "Desk")

    press(desktop, "Sign out")
    expect(desktop.get_by_text("You are signed out.")).to_be_visible()
    type_password(desktop, "ada")
    type_code(desktop, app.generate(int(time.time()) + 30).decode(), "Sign in")
    expect_heading(desktop, "Desk")
    press(desktop, "Sign out")
    type_password(desktop, "ada")
    type_code(desktop, codes[0], "Sign in")
    expect(desktop.get_by_text("That recovery code is used up; 9 are left.")).to_be_visible()


def test_who_is_called_away_is_warned_signed_out_and_finds_the_note_again(desktop, ada, settings):
    lead = builders.lead(timezone=builders.zone_where_it_is(14))
    walk_in(desktop, ada)
    # The warning comes two minutes before: a second and a half from now.
    settings.STAFF_IDLE_MINUTES = 2 + 1.5 / 60
    desktop.goto(desk.page_of(lead))
    desktop.get_by_label("Note").fill("Prefers mornings")
    warning = desktop.get_by_role("alertdialog", name="Are you still there?")
    expect(warning).to_be_visible()
    expect(warning).to_contain_text("you will be signed out at")
    expect(desktop.get_by_role("button", name="Stay signed in")).to_be_focused()
    settings.STAFF_IDLE_MINUTES = 15
    desktop.keyboard.press("Enter")
    expect(warning).to_be_hidden()
    assert desktop.get_by_label("Note").input_value() == "Prefers mornings"
    expect(desktop.get_by_role("status")).to_have_text("Kept for you as a draft.")
    assert Draft.objects.count() == 1

    time_passes()
    desktop.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(desktop.get_by_text("You were signed out because you were away.")).to_be_visible()
    SecondFactor.objects.update(last_step=0)
    desktop.get_by_label("Username").fill("ada")
    desktop.get_by_label("Password").fill(door.PASSWORD)
    press(desktop, "Sign in")
    type_code(desktop, door.phone_shows(ada), "Sign in")
    expect_heading(desktop, f"Lead {lead.reference}")
    expect(desktop.get_by_label("Note")).to_have_value("Prefers mornings")
    desktop.get_by_role("radio", name="No answer").check()
    press(desktop, "Log it")
    expect(desktop.get_by_text("Logged. The next step is due")).to_be_visible()
    expect(desktop.get_by_label("Note")).to_have_value("")
    assert not Draft.objects.exists()


def test_staying_in_one_tab_takes_the_warning_from_the_other(desktop, ada, settings):
    walk_in(desktop, ada)
    settings.STAFF_IDLE_MINUTES = 2
    other = desktop.context.new_page()
    for tab in (desktop, other):
        tab.goto("/admin/")
        expect(tab.get_by_role("alertdialog")).to_be_visible()
    settings.STAFF_IDLE_MINUTES = 15
    press(desktop, "Stay signed in")
    expect(desktop.get_by_role("alertdialog")).to_be_hidden()
    other.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(other.get_by_role("alertdialog")).to_be_hidden()


def test_without_script_a_note_that_came_too_late_is_kept(open_page, ada):
    lead = builders.lead(timezone=builders.zone_where_it_is(14))
    page = open_page(java_script_enabled=False)
    walk_in(page, ada)
    page.goto(desk.page_of(lead))
    page.get_by_role("radio", name="No answer").check()
    page.get_by_label("Note").fill("Prefers mornings")
    time_passes()
    press(page, "Log it")
    expect(page.get_by_text("You were signed out because you were away.")).to_be_visible()
    SecondFactor.objects.update(last_step=0)
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill(door.PASSWORD)
    press(page, "Sign in")
    type_code(page, door.phone_shows(ada), "Sign in")
    expect(page.get_by_label("Note")).to_have_value("Prefers mornings")
    assert not lead.attempts.exists()


def time_passes() -> None:
    """Let a quarter of an hour pass for everybody who is signed in."""
    StaffSession.objects.update(seen_at=F("seen_at") - timedelta(minutes=15))
