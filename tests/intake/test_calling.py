"""Calling now: the lead is held while somebody is on the phone, and nobody is called at night."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from intake import audit, leases, workflow
from intake.choices import HoursReason, Status
from tests import builders, page
from tests.intake import desk
from tests.intake.acting import (
    LATER,
    NO_ANSWER,
    NOON,
    REACHED,
    act,
    assert_refused,
    last_event,
)

NIGHT = datetime(2026, 11, 19, 6, 0, tzinfo=UTC)  # 22 o'clock at the center


@pytest.fixture
def lead(db):
    return builders.lead(at=NOON - timedelta(minutes=10))


@pytest.fixture
def ada(db):
    return builders.staff("ada", "Admissions")


@pytest.fixture
def ben(db):
    return builders.staff("ben", "Admissions")


def test_a_call_holds_the_lead_until_its_outcome_is_logged(lead, ada, ben):
    act(workflow.start_call, lead, by=ada)
    assert (lead.owner, lead.calling_since) == (ada, NOON)
    assert lead.lease_until == NOON + timedelta(minutes=90)
    assert lead.status == Status.CONTACTING
    assert leases.is_being_called(lead, at=LATER)
    event = last_event(lead)
    assert (event.action, event.by, event.reason) == (audit.Action.CALL_STARTED, ada, "")
    for function, more in ((workflow.claim, {}), (workflow.start_call, {}),
                           (workflow.log_attempt, NO_ANSWER)):  # fmt: skip
        assert_refused("ada is on the phone", function, lead, by=ben, at=LATER, **more)
    act(workflow.log_attempt, lead, by=ada, at=LATER, **NO_ANSWER)
    assert (lead.calling_since, lead.lease_until) == (None, LATER + settings.LEASE)


@pytest.mark.parametrize("end", ["release", "close"])
def test_a_call_also_ends_with_the_work(lead, ada, end):
    act(workflow.start_call, lead, by=ada)
    more = {"disposition": "spam"} if end == "close" else {}
    act(getattr(workflow, end), lead, by=ada, at=LATER, **more)
    assert (lead.calling_since, lead.lease_until) == (None, None)


def test_a_call_that_nobody_ended_goes_back_to_the_queue(lead, ada, ben):
    act(workflow.start_call, lead, by=ada)
    over = NOON + leases.CALL_LEASE
    assert workflow.end_leases(at=over - timedelta(seconds=1)) == 0
    assert workflow.end_leases(at=over) == 1
    lead.refresh_from_db()
    assert (lead.owner, lead.calling_since, lead.status) == (None, None, Status.NEW)
    act(workflow.start_call, lead, by=ben, at=over)


def test_a_claim_after_a_forgotten_call_is_a_claim(lead, ada, ben):
    act(workflow.start_call, lead, by=ada)
    over = NOON + leases.CALL_LEASE
    act(workflow.claim, lead, by=ben, at=over)
    assert (lead.owner, lead.calling_since) == (ben, None)


def test_somebody_reached_stays_with_who_reached_them(lead, ada):
    act(workflow.log_attempt, lead, by=ada, **REACHED)
    act(workflow.start_call, lead, by=ada, at=LATER)
    assert workflow.end_leases(at=LATER + leases.CALL_LEASE) == 1
    lead.refresh_from_db()
    assert (lead.owner, lead.lease_until, lead.calling_since) == (ada, None, None)
    assert lead.status == Status.REACHED


# The hours


def test_at_night_a_call_needs_a_reason(lead, ada):
    saying = "It is 10 p.m. where they are"
    assert_refused(saying, workflow.start_call, lead, by=ada, at=NIGHT)
    assert_refused(saying, workflow.log_attempt, lead, by=ada, at=NIGHT, **NO_ANSWER)
    act(workflow.start_call, lead, by=ada, at=NIGHT, hours_reason=HoursReason.ASKED)
    assert last_event(lead).reason == "asked"
    # The call that the reason was given for is not asked about twice.
    act(workflow.log_attempt, lead, by=ada, at=NIGHT + timedelta(minutes=9), **NO_ANSWER)
    assert last_event(lead).reason == ""


def test_a_reason_is_kept_with_the_attempt_and_its_audit_row(lead, ada):
    reason = {"hours_reason": HoursReason.DANGER}
    act(workflow.log_attempt, lead, by=ada, at=NIGHT, **NO_ANSWER, **reason)
    assert lead.attempts.get().hours_reason == "danger"
    assert last_event(lead).reason == "danger"


def test_a_reason_that_is_not_needed_is_not_kept(lead, ada):
    act(workflow.log_attempt, lead, by=ada, **NO_ANSWER, hours_reason=HoursReason.ASKED)
    assert lead.attempts.get().hours_reason == ""
    assert last_event(lead).reason == ""


def test_only_our_own_calls_keep_hours(lead, ada):
    they_called = {"channel": "inbound", "outcome": "reached"}
    act(workflow.log_attempt, lead, by=ada, at=NIGHT, **they_called)
    assert lead.attempts.get().outcome == "reached"


@pytest.mark.parametrize(
    ("hour", "minute", "is_allowed"),
    [(7, 59, False), (8, 0, True), (20, 59, True), (21, 0, False)],
)
def test_the_hours_are_those_of_the_person(db, ada, hour, minute, is_allowed):
    lead = builders.lead(at=NOON, timezone="Asia/Tokyo")
    at = datetime(2026, 11, 20, hour, minute, tzinfo=UTC) - timedelta(hours=9)
    if is_allowed:
        act(workflow.start_call, lead, by=ada, at=at)
    else:
        assert_refused("where they are", workflow.start_call, lead, by=ada, at=at)


# On the page


@pytest.fixture
def desk_of_ada(client, db):
    builders.center()
    return desk.sign_in(client, "ada", first_name="Ada")


def test_others_see_who_is_calling_on_the_page_and_in_the_list(client, desk_of_ada):
    lead = builders.lead(timezone=builders.zone_where_it_is(14))
    response = desk.press(client, lead, "calling")
    said = page.text_of(client.get(response.url))
    assert "Held for you for 90 minutes, until you log what came of it." in said
    assert "You are calling since" in said
    assert "calling-version" not in page.form_on(client.get(response.url))
    desk.sign_in(client, "ben")
    assert "ada is calling since" in page.text_of(client.get(desk.page_of(lead)))
    assert "Ada is calling since" in page.text_of(client.get(desk.QUEUE))


def test_by_day_nothing_is_asked_about_hours(client, desk_of_ada):
    lead = builders.lead(timezone=builders.zone_where_it_is(14))
    response = client.get(desk.page_of(lead))
    assert "nobody is called before 8 am" not in page.text_of(response)
    assert not [name for name in page.form_on(response) if "hours_reason" in name]


def test_at_night_the_page_warns_and_asks(client, desk_of_ada):
    lead = builders.lead(timezone=builders.zone_where_it_is(23))
    response = client.get(desk.page_of(lead))
    assert "nobody is called before 8 am or after 9 pm without a reason" in page.text_of(response)
    assert {"calling-hours_reason", "attempt-hours_reason"} <= set(page.form_on(response))
    refused = desk.press(client, lead, "calling")
    assert refused.status_code == 409
    assert "please choose it" in page.text_of(refused)
    assert desk.press(client, lead, "calling", hours_reason="x").status_code == 422
    assert desk.press(client, lead, "calling", hours_reason="returning").status_code == 302
    lead.refresh_from_db()
    assert lead.calling_since
    assert abs(timezone.now() - lead.calling_since) < timedelta(minutes=1)


def test_a_call_that_is_refused_keeps_the_note(client, desk_of_ada):
    lead = builders.lead(timezone=builders.zone_where_it_is(23))
    attempt = {"channel": "call", "outcome": "no_answer", "note": "Rang twice."}
    refused = desk.press(client, lead, "attempt", **attempt)
    assert refused.status_code == 409
    assert page.form_on(refused)["attempt-note"] == "Rang twice."
    assert desk.press(client, lead, "attempt", **attempt, hours_reason="asked").status_code == 302
    said = page.text_of(client.get(desk.page_of(lead)))
    assert "The person asked for this time" in said
