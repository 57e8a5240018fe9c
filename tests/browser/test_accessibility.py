"""Every page in every state: no accessibility violation, and nothing runs off the side."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import DatabaseError
from django.utils import timezone
from playwright.sync_api import expect

from intake import promise_keeping, submissions, workflow
from programs import pages
from programs.models import OpeningHours
from tests import builders
from tests.browser.steps import (
    expect_heading,
    photo,
    press,
    send_callback,
    sign_in,
    type_code,
    type_password,
)
from tests.intake import desk, door

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("site")]

READING = (
    "/",
    "/programs/",
    "/programs/iop/",
    "/programs/compare/",
    "/articles/",
    "/articles/how-an-intensive-outpatient-program-works/",
    "/search/?q=family",
    "/search/?q=nowhere",
    "/locations/sacramento/",
    "/help/",
    "/how-to-start/",
    "/privacy/",
)
# A small phone, and a desktop of 1280 by 1024 at a zoom of 400 % (WCAG 1.4.10).
NARROW = ((320, 640), (320, 256))

# The admin fades from one color to the other. A fade that never ends would wait forever.
COLORS_HAVE_CHANGED = """Promise.race([
    Promise.allSettled(document.getAnimations().map(fade => fade.finished)),
    new Promise(enough => setTimeout(enough, 3000)),
])"""


# Text at 7:1 (WCAG 1.4.6), which axe asks for only when told to.
CONTRAST = ["color-contrast-enhanced"]


@pytest.fixture
def check_staff(axe):
    """Return a function that refuses a page some colleague could not read or use."""
    return partial(refuse_faults, axe, contrast=["color-contrast"])


@pytest.fixture
def check(axe):
    """Return a function that refuses a page some visitor could not read or use."""
    return partial(refuse_faults, axe, contrast=CONTRAST)


def refuse_faults(axe, page, *, contrast):
    for width, height in ((360, 740), (1280, 900)):
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)
            page.evaluate(COLORS_HAVE_CHANGED)
            axe(page, rules=contrast)
        axe(page)
        page.emulate_media(forced_colors="active")
        # The colors are the system's then; axe still reads ours.
        axe(page, without=["color-contrast"])
        page.emulate_media(forced_colors="none")
    for width, height in NARROW:
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url


def test_reading(page, check):
    for path in READING:
        page.goto(path)
        check(page)


def test_the_forms_as_they_are_corrected(page, check):
    # Closed for days, so that the forms say when the desk opens.
    OpeningHours.objects.exclude(weekday=(timezone.now().weekday() + 3) % 7).delete()

    page.goto("/callback/")
    check(page)
    for summary in page.locator("summary").all():
        summary.click()
    page.get_by_label("Phone number").fill("letters")
    page.get_by_label("Email", exact=True).fill("nobody@")
    press(page, "Ask for a call")
    expect(page.get_by_role("alert")).to_contain_text("Email")
    check(page)

    page.goto("/insurance/")
    page.get_by_label("Their parent").check()
    page.get_by_label("The holder’s date of birth").fill("never")
    press(page, "Send for a benefits check")
    expect(page.get_by_role("alert")).to_contain_text("Front of the card")
    check(page)
    page.get_by_label("Front of the card").set_input_files(photo())
    press(page, "Send for a benefits check")
    expect(page.get_by_text("Front of the card received")).to_be_visible()
    check(page)


def test_pages_forms_and_the_receipt_in_spanish(page, check):
    for path in ("/es/", "/es/programs/iop/", "/es/search/?q=familia"):
        page.goto(path)
        check(page)
    page.goto("/callback/")
    page.get_by_role("link", name="Español").click()
    page.get_by_label("Número de teléfono").fill("letras")
    press(page, "Pedir una llamada")
    expect(page.get_by_role("alert")).to_contain_text("Número de teléfono")
    check(page)
    page.get_by_label("Número de teléfono").fill("916-555-0187")
    press(page, "Pedir una llamada")
    expect_heading(page, "Llegó. Gracias.")
    check(page)
    page.get_by_role("link", name="English").click()
    expect_heading(page, "It arrived. Thank you.")


def test_the_receipt(page, check):
    send_callback(page, phone="916-555-0187")
    check(page)
    page.goto("/receipt/insurance/")
    check(page)
    page.goto("/receipt/")
    press(page, "Close this receipt on this device")
    expect_heading(page, "Open a receipt")
    press(page, "Open")
    expect(page.get_by_role("alert")).to_contain_text("PIN")
    check(page)


def test_what_is_shown_when_something_is_wrong(page, check, settings, monkeypatch):
    def fail(*args, **kwargs):
        raise DatabaseError

    page.goto("/not/here/")
    expect_heading(page, "This page is not here")
    check(page)
    with monkeypatch.context() as broken:
        broken.setattr(pages, "published_programs", fail)
        page.goto("/programs/")
        expect_heading(page, "Something went wrong on our side")
        check(page)
    with monkeypatch.context() as broken:
        broken.setattr(submissions, "receive_callback", fail)
        page.goto("/callback/")
        page.get_by_label("Phone number").fill("916-555-0187")
        press(page, "Ask for a call")
        expect_heading(page, "Not sent yet")
        check(page)
    for setting, words in (
        ("DATA_UPLOAD_MAX_NUMBER_FIELDS", "We could not read that"),
        ("MAX_REQUEST_BYTES", "Those files are too large"),
    ):
        page.goto("/callback/")
        setattr(settings, setting, 1)
        press(page, "Ask for a call")
        expect_heading(page, words)
        check(page)


def test_the_desk(page, check_staff):
    # Two days ago: the call and the notification are late.
    two_days_ago, night = timezone.now() - timedelta(days=2), builders.zone_where_it_is(23)
    lead = builders.lead(at=two_days_ago, name="Zora", timezone=night)
    desk.send_insurance(lead, images=1, member_id="SNTL44719902", share_ok=True)
    page.goto("/admin/")
    check_staff(page)
    sign_in(page, builders.staff("ada", "Admissions"))
    check_staff(page)
    page.goto(desk.QUEUE)
    expect(page.get_by_text("1 notification is late")).to_be_visible()
    check_staff(page)
    page.goto(desk.page_of(lead))
    check_staff(page)
    press(page, "Calling now")
    expect(page.get_by_role("alert")).to_contain_text("nobody is called without a reason")
    for summary in page.locator(".lead-grid summary").all():
        summary.click()
    check_staff(page)
    page.get_by_label("Why you need them").select_option("Benefits check")
    press(page, "Show the masked details")
    expect(page.get_by_text("SNTL44719902")).to_be_visible()
    check_staff(page)
    page.get_by_text("Print this lead").click()
    press(page, "Make the sheet")
    check_staff(page)
    page.goto(desk.page_of(lead))
    page.get_by_text("They take a permission back").click()
    page.get_by_role("checkbox", name="Email", exact=True).check()
    page.get_by_label("How they told us").select_option("By letter")
    press(page, "Take it back now")
    expect(page.get_by_text("To be carried out everywhere by")).to_be_visible()
    check_staff(page)
    page.get_by_role("radio", name="Asked to be called").check()
    page.locator("[name=attempt-hours_reason]").select_option("asked")
    page.get_by_label("Note").fill("Rang for a minute")
    press(page, "Log it")
    expect(page.get_by_text("Enter when they want to be called.")).to_be_visible()
    check_staff(page)
    page.get_by_role("radio", name="Reached").check()
    press(page, "Log it")
    expect(page.get_by_text("Rang for a minute")).to_be_visible()
    check_staff(page)


def test_the_door(page, check_staff, settings):
    settings.STAFF_SECOND_FACTOR = True
    ada = builders.staff("ada", "Admissions")
    type_password(page, "ada", "wrong")
    expect(page.get_by_role("alert")).to_contain_text("don’t belong together")
    check_staff(page)
    type_password(page, "ada")
    expect_heading(page, "Set up your second factor")
    type_code(page, door.wrong_code(ada), "Confirm")
    expect(page.get_by_text("This code is not right.")).to_be_visible()
    check_staff(page)
    type_code(page, door.phone_shows(ada), "Confirm")
    expect_heading(page, "Your recovery codes")
    check_staff(page)
    page.goto(door.ACCOUNT)
    for summary in page.locator("summary").all():
        summary.click()
    check_staff(page)
    page.evaluate("document.getElementById('idle').showModal()")
    check_staff(page)
    page.reload()
    press(page, "Sign out")
    type_password(page, "ada")
    expect_heading(page, "Your code")
    type_code(page, door.wrong_code(ada), "Sign in")
    expect(page.get_by_text("not right, or was used before")).to_be_visible()
    check_staff(page)


def test_a_page_that_is_closed_to_somebody(page, check_staff):
    sign_in(page, builders.staff("eva", "Content editors"))
    page.goto(desk.QUEUE)
    expect_heading(page, "This page is closed to you")
    check_staff(page)


def test_the_managers_page(page, check_staff):
    now = timezone.now()
    kept, lead = builders.lead(at=now - timedelta(days=2)), builders.lead(at=now)
    tried = {"channel": "call", "outcome": "no_answer", "hours_reason": "asked"}
    by = builders.staff("ada", "Admissions")
    workflow.log_attempt(kept, version=1, by=by, at=kept.promised_from, **tried)
    promise_keeping.sweep(at=now + timedelta(days=3))
    sign_in(page, builders.staff("max", "Admissions managers"))
    page.goto("/admin/report/")
    for summary in page.locator("summary:visible").all():
        summary.click()
    check_staff(page)
    page.goto(f"/admin/intake/lead/{lead.pk}/change/")
    check_staff(page)
