"""The assessment: scheduled, moved, called off, held, and the admission; and its calendar file."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from intake import assessments, calendar_file, workflow
from intake.audit import Action
from intake.choices import CalledOff, Status
from tests import builders, page
from tests.intake import desk
from tests.intake.acting import LATER, NO_ANSWER, NOON, REACHED, act, assert_refused, last_event

TOMORROW = NOON + timedelta(days=1)


@pytest.fixture
def ada(client, db):
    builders.center()
    return desk.sign_in(client)


@pytest.fixture
def lead(ada):
    lead = builders.lead(at=NOON - timedelta(hours=1), name="Zora O'Sentinel")
    act(workflow.log_attempt, lead, by=ada, **REACHED)
    return lead


def in_days(days: int, clock: str = "14:30") -> str:
    return f"{timezone.localdate() + timedelta(days=days):%Y-%m-%d}T{clock}"


def ics(client, lead):
    return client.get(reverse("admin:intake_lead_calendar", args=[lead.pk]))


# The happy path, at the page


def test_an_assessment_leads_to_an_admission(client, ada, lead):
    response = desk.press(client, lead, "schedule", assessment_at=in_days(2))
    assert "The assessment is at 2:30 p.m." in page.text_of(client.get(response.url))
    lead.refresh_from_db()
    assert lead.status == Status.ASSESSMENT_SCHEDULED
    assert lead.due_at == lead.assessment_at
    assert desk.press(client, lead, "assessed").status_code == 302
    assert desk.press(client, lead, "admit").status_code == 302
    lead.refresh_from_db()
    assert (lead.status, lead.disposition) == (Status.ADMITTED, "")
    assert lead.closed_at is not None
    actions = [event.action for event in lead.audit_events.exclude(action=Action.VIEWED)]
    assert actions[-3:] == [Action.ASSESSMENT_SET, Action.ASSESSED, Action.ADMITTED]
    event = lead.audit_events.get(action=Action.ASSESSMENT_SET)
    assert {"status", "assessment_at", "due_at"} <= set(event.fields.split())


# What may follow what


def test_an_assessment_is_moved(lead, ada):
    act(assessments.schedule, lead, by=ada, assessment_at=TOMORROW)
    act(assessments.schedule, lead, by=ada, assessment_at=TOMORROW + timedelta(days=3))
    assert lead.assessment_at == lead.due_at == TOMORROW + timedelta(days=3)


def test_an_assessment_that_is_off_makes_the_lead_due_at_once(lead, ada):
    act(assessments.schedule, lead, by=ada, assessment_at=TOMORROW)
    act(assessments.call_off, lead, by=ada, at=LATER, reason=CalledOff.BY_THEM)
    assert (lead.status, lead.assessment_at, lead.due_at) == (Status.REACHED, None, LATER)
    assert last_event(lead).reason == "by_them"


def test_nobody_failed_to_come_before_the_time(lead, ada):
    act(assessments.schedule, lead, by=ada, assessment_at=TOMORROW)
    no_show = {"reason": CalledOff.NO_SHOW}
    assert_refused("has not come yet", assessments.call_off, lead, by=ada, at=LATER, **no_show)
    act(assessments.call_off, lead, by=ada, at=TOMORROW + timedelta(hours=1), **no_show)
    assert lead.status == Status.REACHED


def test_what_does_not_follow_is_refused(ada, lead):
    fresh = builders.lead(at=NOON)
    said = "does not follow from “New”"
    assert_refused(said, assessments.schedule, fresh, by=ada, assessment_at=TOMORROW)
    assert_refused(said, assessments.hold, fresh, by=ada)
    assert_refused("does not follow from “Reached”", assessments.admit, lead, by=ada, at=LATER)
    assert_refused("does not follow from “Reached”", assessments.call_off, lead, by=ada,
                   reason=CalledOff.BY_US, at=LATER)  # fmt: skip


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (NOON, "in the past"),
        (NOON - timedelta(days=1), "in the past"),
        (NOON + timedelta(days=400), "more than a year away"),
    ],
)
def test_a_time_that_cannot_be_is_refused(lead, ada, when, said):
    lead_before = {"by": ada, "at": LATER, "assessment_at": when}
    assert_refused(said, assessments.schedule, lead, **lead_before)


def test_a_colleague_who_reached_them_keeps_the_lead(lead):
    ben = builders.staff("ben", "Admissions")
    assert_refused("ada", assessments.schedule, lead, by=ben, at=LATER, assessment_at=TOMORROW)


@pytest.mark.parametrize("typed", ["", "tomorrow", "2027-03-14T02:30", "2027-11-07T01:30"])
def test_a_time_that_the_clock_change_skips_or_doubles_is_asked_again(client, lead, typed):
    refused = desk.press(client, lead, "schedule", assessment_at=typed)
    assert refused.status_code == 422
    lead.refresh_from_db()
    assert (lead.status, lead.assessment_at) == (Status.REACHED, None)


# The file for a calendar


def test_the_calendar_file_tells_nothing_but_the_time_and_our_number(client, ada, lead):
    act(assessments.schedule, lead, by=ada, assessment_at=TOMORROW)
    response = ics(client, lead)
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="appointment.ics"'
    assert "no-store" in response["Cache-Control"]
    text = response.content.decode()
    assert "SUMMARY:Appointment\r\n" in text
    assert "DTSTART:20261119T200000Z\r\n" in text
    assert "DTEND:20261119T210000Z\r\n" in text
    assert "916-555-0100" in text
    for word in ("Zora", "Sentinel", "Hope", "House", lead.reference, str(lead.pk), "555-0123",
                 "treat", "assess", "admission", "recover", "rehab", "testserver"):  # fmt: skip
        assert word.casefold() not in text.casefold(), word
    event = last_event(lead)
    assert (event.action, event.by, event.fields) == (Action.EXPORTED, ada, "assessment_at")


def test_a_moved_appointment_replaces_the_entry(client, ada, lead):
    texts = []
    for days in (1, 2):
        when = NOON + timedelta(days=days)
        act(assessments.schedule, lead, by=ada, assessment_at=when)
        texts.append(ics(client, lead).content.decode())
    uids = {re.search(r"UID:(\w+)", text)[1] for text in texts}
    first, second = (int(re.search(r"SEQUENCE:(\d+)", text)[1]) for text in texts)
    assert len(uids) == 1
    assert second > first


@pytest.mark.parametrize(
    ("typed", "in_utc"),
    [("2027-03-13T10:00", "20270313T180000Z"), ("2027-03-15T10:00", "20270315T170000Z")],
)
def test_ten_o_clock_stays_ten_o_clock_across_a_clock_change(client, lead, typed, in_utc):
    assert desk.press(client, lead, "schedule", assessment_at=typed).status_code == 302
    assert f"DTSTART:{in_utc}" in ics(client, lead).content.decode()


def test_without_an_assessment_there_is_no_file(client, lead):
    assert ics(client, lead).status_code == 404


def test_nothing_in_the_file_breaks_out_of_its_line():
    text = calendar_file.appointment(
        "key",
        datetime(2027, 1, 1, tzinfo=UTC),
        timedelta(hours=1),
        phone="1\r\nATTENDEE:x;y,z\\" + "ñ" * 80,
        sequence=1,
        at=NOON,
    )
    lines = text.split("\r\n")
    assert not any(line.startswith("ATTENDEE") for line in lines)
    assert all(len(line.encode()) <= 75 for line in lines)
    assert text.endswith("END:VCALENDAR\r\n")


def test_an_attempt_after_the_appointment_was_made_leaves_it(lead, ada):
    act(assessments.schedule, lead, by=ada, assessment_at=TOMORROW)
    act(workflow.log_attempt, lead, by=ada, at=LATER, **NO_ANSWER)
    assert (lead.status, lead.assessment_at) == (Status.ASSESSMENT_SCHEDULED, TOMORROW)
