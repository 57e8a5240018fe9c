"""One shift at the desk: three people at once, thirty leads, and what an evening brings."""

from datetime import time, timedelta
from itertools import count

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from intake import ledger, promise_keeping
from intake.choices import Disposition, PromiseBroken, PromiseOutcome
from intake.models import Lead, PromiseRecord
from tests import builders
from tests.browser.steps import (
    expect_heading,
    follow,
    log,
    press,
    receipt,
    send_callback,
    sign_in,
    write_benefits_down,
)
from tests.intake import checking, desk

pytestmark = pytest.mark.usefixtures("site")

SHARED_PHONE = {"phone": "+19165550199", "phone_typed": "916 555 0199"}


class Evening:
    """The desk as the three find it: whoever waits can be called now, but for those asleep."""

    def __init__(self):
        builders.center(opens=time(0), closes=time(0))
        builders.consent_texts()
        self.here, self.numbers = builders.zone_where_it_is(14), count(10)
        now = timezone.now()
        self.broken = self.waits(at=now - timedelta(hours=3))
        promise_keeping.sweep(at=now)
        asleep = builders.zone_where_it_is(2)
        self.asleep = [self.waits(timezone=asleep) for _ in range(4)]
        self.waits(language="es")
        self.others = [self.waits() for _ in range(19)]
        self.twice = [self.waits(**SHARED_PHONE), self.waits(**SHARED_PHONE)]
        self.patient = checking.patients_lead(timezone=self.here, **self.number())
        self.danger = self.waits(message="I cannot go on. I want to kill myself tonight.")

    def waits(self, **facts) -> Lead:
        return builders.lead(**{"timezone": self.here, **self.number()} | facts)

    def number(self) -> dict[str, str]:
        """Return a phone number that nobody else here has."""
        last = next(self.numbers)
        return {"phone": f"+191655501{last}", "phone_typed": f"916 555 01{last}"}


@pytest.fixture
def evening():
    return Evening()


@pytest.fixture
def at_the_desk(open_page):
    """Return the pages of ada and ben of admissions and of max, their manager, by name."""

    def come_in(name: str, group: str) -> Page:
        page = open_page("tablet" if name == "ben" else "desktop")
        sign_in(page, builders.staff(name, group))
        return page

    return {
        "ada": come_in("ada", "Admissions"),
        "ben": come_in("ben", "Admissions"),
        "max": come_in("max", "Admissions managers"),
    }


def lead_on(page: Page) -> Lead:
    """Return the lead whose page is open."""
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("Lead ")
    return Lead.objects.get(reference=heading.inner_text().removeprefix("Lead "))


def all_take_next(pages) -> list[Lead]:
    """Let everybody press Take next at the same moment; return what each one got."""
    for page in pages:
        page.goto("/admin/")
    for page in pages:
        # Without waiting for where it leads: the next one presses at once.
        page.evaluate("document.querySelector('button[data-key=n]').click()")
    return [lead_on(page) for page in pages]


def test_a_shift_of_three(evening, at_the_desk, phone):
    ada, ben, max_ = at_the_desk.values()
    send_callback(phone, phone="916 555 0187")
    of_family = receipt(phone)
    assert Lead.objects.count() == 30

    # Nobody gets what another got; danger comes first, then the promise that broke.
    first = all_take_next([ada, ben, max_])
    second = all_take_next([ada, ben, max_])
    assert len({lead.pk for lead in first + second}) == 6
    assert {evening.danger, evening.broken} <= set(first)
    assert not set(evening.asleep) & {*first, *second}
    assert {lead.owner.username for lead in first} == {"ada", "ben", "max"}

    # Whoever took the one in danger calls, and logs it in two clicks.
    caller = at_the_desk[Lead.objects.get(pk=evening.danger.pk).owner.username]
    caller.goto(desk.page_of(evening.danger))
    expect(caller.get_by_text("Possible danger").first).to_be_visible()
    press(caller, "Calling now")
    log(caller, "Reached")
    expect(caller.locator(".standing")).to_contain_text("Reached · Yours")

    # The broken promise asks why, and the answer stands in the manager's report.
    late = at_the_desk[Lead.objects.get(pk=evening.broken.pk).owner.username]
    late.goto(desk.page_of(evening.broken))
    late.get_by_role("radio", name="No answer").check()
    why = late.get_by_role("region", name="Do").get_by_label("Why nobody called")
    why.select_option("It was overlooked")
    log(late, "No answer")
    record = PromiseRecord.objects.get(lead=evening.broken)
    assert (record.outcome, record.because) == (PromiseOutcome.BROKEN, PromiseBroken.OVERLOOKED)
    evening.broken.refresh_from_db()
    assert evening.broken.due_at > timezone.now()
    max_.goto("/admin/report/")
    expect(max_.get_by_role("main")).to_contain_text("It was overlooked")

    # Two people on one lead: the second is told, and keeps what was typed.
    contested = next(lead for lead in evening.others if lead not in first + second)
    for page in (ada, ben):
        page.goto(desk.page_of(contested))
    press(ben, "Claim")
    expect(ben.get_by_text("It is yours.")).to_be_visible()
    log(ada, "Reached", "We spoke about Tuesday")
    expect(ada.get_by_role("alert")).to_contain_text("Nothing was saved.")
    expect(ada.get_by_role("heading", name="Two versions, both kept")).to_be_visible()
    expect(ada.get_by_label("Note")).to_have_value("We spoke about Tuesday")

    # Ben reaches the person, and hands over with a line of note; ada has it on the desk.
    log(ben, "Reached")
    follow(ben, "Hand over to a colleague")
    ben.get_by_label("To whom").select_option("ada")
    ben.get_by_label("How things stand, in a line").fill("She may be called at work.")
    press(ben, "Hand over to a colleague")
    expect(ben.locator(".standing")).to_contain_text("ada has it")
    ada.goto("/admin/")
    expect(ada.locator("#desk-later")).to_contain_text(contested.reference)
    ada.goto(desk.page_of(contested))
    expect(ada.get_by_text("She may be called at work.").first).to_be_visible()

    # One person asked twice: side by side, merged, and out of the queue.
    kept, other = evening.twice
    ada.goto(desk.page_of(kept))
    follow(ada, "Compare side by side")
    ada.get_by_role("button", name=f"Merge, go on with {kept.reference}").click()
    expect(ada.get_by_text("This lead was merged:")).to_be_visible()
    other.refresh_from_db()
    assert (other.merged_into, other.disposition) == (kept, Disposition.DUPLICATE)

    # A benefits check, from the call to the sheet that the family gets.
    check = checking.check_of(evening.patient)
    ada.goto(checking.page_of(check))
    press(ada, "Start the benefits check")
    follow(ada, "Write down what they say")
    write_benefits_down(ada)
    press(ada, "Write it down")
    expect(ada.get_by_text("a colleague has to look at it")).to_be_visible()
    ben.goto(checking.page_of(check))
    press(ben, "Approve")
    follow(ben, "What it may cost the family")
    press(ben, "Make the sheet for the family")
    expect_heading(ben, "What it may cost")
    expect(ben.get_by_role("main")).to_contain_text("$1,440")

    # The family changes its mind: reference and PIN are enough.
    press(phone, "Close this receipt on this device")
    phone.get_by_label("Reference").fill(of_family["Your reference"])
    phone.get_by_label("PIN").fill(of_family["Your PIN"])
    press(phone, "Open")
    follow(phone, "Cancel this request")
    press(phone, "Cancel the request")
    expect(phone.get_by_text("This request is closed.")).to_be_visible()
    assert not Lead.objects.get(reference=of_family["Your reference"]).is_open

    # In the end each of the thirty is in exactly one state.
    zone = timezone.get_default_timezone()
    today = timezone.localdate(timezone=zone)
    days = ledger.of(today - timedelta(days=1), today, zone=zone)
    assert all(day.adds_up for day in days)
    assert sum(day.received for day in days) == 30
