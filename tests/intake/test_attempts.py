"""What is kept of each try to reach a person, and when the next one is due."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import connection

from intake import audit, workflow
from intake.choices import Channel, Disposition, HoursReason, Outcome, Status, Window
from intake.models import ContactAttempt
from tests import builders
from tests.intake.acting import (
    AFTER_LEASE,
    LATER,
    NO_ANSWER,
    NOON,
    REACHED,
    SPAM,
    act,
    assert_refused,
    last_event,
)


@pytest.fixture
def lead(db):
    return builders.lead(at=NOON - timedelta(minutes=10))


@pytest.fixture
def ada(db):
    return builders.staff("ada", "Admissions")


@pytest.fixture
def ben(db):
    return builders.staff("ben", "Admissions")


def test_an_attempt_is_kept_and_makes_the_lead_mine(lead, ada):
    attempt = act(workflow.log_attempt, lead, by=ada, **NO_ANSWER, note="Rang ten times.")
    kept = ContactAttempt.objects.get()
    assert kept == attempt
    assert (kept.by, kept.at, kept.note) == (ada, NOON, "Rang ten times.")
    assert (kept.channel, kept.outcome) == (Channel.CALL, Outcome.NO_ANSWER)
    assert (lead.owner, lead.lease_until) == (ada, NOON + settings.LEASE)
    assert (lead.status, lead.first_attempt_at, lead.reached_at) == (Status.CONTACTING, NOON, None)
    assert lead.version == 2


def test_the_audit_row_of_an_attempt_names_fields_and_tells_nothing(lead, ada):
    act(workflow.log_attempt, lead, by=ada, **REACHED, note="Her son, 19, fentanyl.")
    event = last_event(lead)
    assert event.action == audit.Action.ATTEMPT_LOGGED
    assert event.fields.split() == [
        "due_at",
        "first_attempt_at",
        "owner_id",
        "promise_kept",
        "reached_at",
        "status",
    ]


def test_a_note_is_unreadable_in_the_database(lead, ada):
    act(workflow.log_attempt, lead, by=ada, **NO_ANSWER, note="Her son, 19, fentanyl.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM intake_contactattempt")
        row = str(cursor.fetchone())
    assert "v1.tests." in row
    assert "fentanyl" not in row


def test_somebody_reached_stays_with_who_reached_them(lead, ada, ben):
    act(workflow.log_attempt, lead, by=ada, **NO_ANSWER)
    act(workflow.log_attempt, lead, by=ada, at=LATER, **REACHED)
    assert (lead.status, lead.reached_at, lead.first_attempt_at) == (Status.REACHED, LATER, NOON)
    assert (lead.owner, lead.lease_until) == (ada, None)
    much_later = NOON + timedelta(days=3)
    for function, more in ((workflow.log_attempt, NO_ANSWER), (workflow.close, SPAM)):
        assert_refused("ada reached this", function, lead, by=ben, at=much_later, **more)


@pytest.mark.parametrize("later", [NO_ANSWER, REACHED])
def test_a_later_attempt_does_not_change_when_somebody_was_reached(lead, ada, later):
    act(workflow.log_attempt, lead, by=ada, **REACHED)
    act(workflow.log_attempt, lead, by=ada, at=LATER, **later)
    assert (lead.status, lead.reached_at, lead.lease_until) == (Status.REACHED, NOON, None)


def test_an_attempt_on_a_claim_that_ran_out_takes_it_over(lead, ada, ben):
    act(workflow.claim, lead, by=ada)
    act(workflow.log_attempt, lead, by=ben, at=AFTER_LEASE, **NO_ANSWER)
    assert lead.owner == ben


def test_an_attempt_on_a_claim_of_another_is_refused(lead, ada, ben):
    act(workflow.claim, lead, by=ada)
    assert_refused("ada is working", workflow.log_attempt, lead, by=ben, at=LATER, **NO_ANSWER)


def test_an_attempt_on_a_closed_lead_is_refused(lead, ada):
    act(workflow.close, lead, by=ada, disposition=Disposition.SPAM)
    assert_refused("closed", workflow.log_attempt, lead, by=ada, **NO_ANSWER)


def test_a_message_where_voicemail_is_not_allowed_is_refused(lead, ada):
    message = {"channel": Channel.CALL, "outcome": Outcome.LEFT_MESSAGE}
    assert_refused("not allowed voicemail", workflow.log_attempt, lead, by=ada, **message)


def test_a_message_where_voicemail_is_allowed_is_kept(db, ada):
    lead = builders.lead(at=NOON, voicemail_ok=True)
    act(workflow.log_attempt, lead, by=ada, channel=Channel.CALL, outcome=Outcome.LEFT_MESSAGE)
    assert lead.attempts.get().outcome == Outcome.LEFT_MESSAGE


@pytest.mark.parametrize(
    ("away", "saying"),
    [
        (-timedelta(minutes=1), "in the past"),
        (timedelta(0), "in the past"),
        (timedelta(days=400), "more than a year away"),
        (datetime.max.replace(tzinfo=UTC) - NOON, "more than a year away"),
    ],
)
def test_a_next_step_that_must_be_a_slip_is_refused(lead, ada, away, saying):
    step = {**NO_ANSWER, "next_step_at": NOON + away}
    assert_refused(saying, workflow.log_attempt, lead, by=ada, **step)


def test_an_agreed_next_step_is_when_the_lead_is_due(lead, ada):
    agreed = NOON + timedelta(days=2, minutes=7)
    act(workflow.log_attempt, lead, by=ada, **REACHED, next_step_at=agreed)
    assert lead.due_at == agreed


HOURS = {
    Window.ANY: (8, 21),
    Window.MORNING: (8, 12),
    Window.AFTERNOON: (12, 17),
    Window.EVENING: (17, 21),
}


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "America/New_York", "Asia/Tokyo"])
@pytest.mark.parametrize("window", HOURS)
@pytest.mark.parametrize("outcome", [Outcome.NO_ANSWER, Outcome.REACHED])
# The second night is the one in which the clocks are set back.
@pytest.mark.parametrize("at", [NOON, datetime(2026, 11, 1, 4, 30, tzinfo=UTC)])
def test_without_an_agreement_the_next_step_suits_the_person(db, ada, zone, window, outcome, at):
    builders.center(opens=time(0), closes=time(0))
    lead = builders.lead(at=at, window=window, timezone=zone)
    tried = {"channel": Channel.CALL, "outcome": outcome, "hours_reason": HoursReason.ASKED}
    act(workflow.log_attempt, lead, by=ada, at=at, **tried)
    there = lead.due_at.astimezone(ZoneInfo(zone))
    opens, closes = HOURS[window]
    assert opens <= there.hour < closes
    wait = timedelta(days=1) if outcome == Outcome.REACHED else timedelta(hours=3)
    assert at + wait <= lead.due_at <= at + wait + timedelta(hours=24 + 1)


def test_without_an_agreement_the_next_step_waits_for_the_desk(db, ada):
    builders.center(opens=time(9), closes=time(17))
    lead = builders.lead(at=NOON)
    act(workflow.log_attempt, lead, by=ada, at=NOON + timedelta(hours=4), **NO_ANSWER)
    assert lead.due_at == datetime(2026, 11, 19, 17, 0, tzinfo=UTC)  # 9 o'clock on Thursday


def test_where_the_desk_is_never_open_in_time_the_person_comes_first(db, ada):
    builders.center(opens=time(0), closes=time(0))
    lead = builders.lead(at=NOON, window=Window.EVENING, timezone="Asia/Tokyo")
    builders.center(opens=time(9), closes=time(17))
    act(workflow.log_attempt, lead, by=ada, **NO_ANSWER, hours_reason=HoursReason.ASKED)
    assert lead.due_at == datetime(2026, 11, 19, 8, 0, tzinfo=UTC)  # 17 o'clock in Tokyo
