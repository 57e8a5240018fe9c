"""A promised call is kept or explained: the clock, its warnings, and what stops it."""

from datetime import UTC, datetime, time, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.core import mail
from django.core.management import call_command
from django.db.models import F
from django.utils import timezone

from intake import (
    agreements,
    audit,
    changes,
    outbox,
    promise_keeping,
    retention,
    workflow,
)
from intake.choices import (
    Channel,
    ConsentKind,
    Disposition,
    Given,
    Outcome,
    Part,
    PromiseBroken,
    PromiseOutcome,
)
from intake.models import CadenceStep, Lead, Outbox, PromiseRecord
from tests import builders, page
from tests.intake import desk
from tests.intake.acting import NO_ANSWER, NOON, REACHED, SPAM, act, last_event

Action = audit.Action
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def lead(db):
    """Somebody asked at noon, the desk is open: the call is promised by one o'clock."""
    builders.center(call_within_minutes=60)
    return builders.lead(at=NOON)


@pytest.fixture
def ada(db):
    return builders.staff("ada", "Admissions")


def records(lead=None) -> list[tuple]:
    rows = PromiseRecord.objects.order_by("pk")
    rows = rows.filter(lead=lead) if lead else rows
    return list(rows.values_list("outcome", "because"))


def sweep(*, at) -> None:
    promise_keeping.sweep(at=at)


def deliver(*, at) -> list[str]:
    """Send what is due and return the subjects."""
    while outbox.deliver_next(at=at):
        pass
    subjects = [sent.subject for sent in mail.outbox]
    mail.outbox.clear()
    return subjects


# Kept, or broken


def test_a_logged_try_in_time_keeps_the_promise(lead, ada):
    assert (lead.promised_from, lead.promised_by) == (NOON, NOON + HOUR)
    act(workflow.log_attempt, lead, by=ada, at=NOON + 50 * MINUTE, **NO_ANSWER)
    assert lead.promise_kept is True
    (record,) = lead.promises.all()
    assert (record.outcome, record.settled_at) == (PromiseOutcome.KEPT, NOON + 50 * MINUTE)
    sweep(at=NOON + 5 * HOUR)
    assert records(lead) == [("kept", "")]
    assert not Outbox.objects.exclude(kind=Outbox.Kind.NEW_REQUEST).exists()


@pytest.mark.parametrize(
    "channel", [Channel.TEXT, Channel.EMAIL, Channel.IN_PERSON, Channel.INBOUND]
)
@pytest.mark.parametrize("outcome", [Outcome.REACHED, Outcome.WRONG_NUMBER, Outcome.LEFT_MESSAGE])
def test_every_human_try_counts(db, ada, channel, outcome):
    lead = builders.lead(at=NOON, text_ok=True, email_ok=True, email="a@example.org")
    act(workflow.log_attempt, lead, by=ada, channel=channel, outcome=outcome)
    assert lead.promise_kept is True


def test_without_a_try_the_worker_marks_it_broken_and_a_late_try_does_not_mend_it(lead, ada):
    sweep(at=lead.promised_by)
    assert records(lead) == []
    sweep(at=lead.promised_by + MINUTE)
    lead.refresh_from_db()
    assert lead.promise_kept is False
    event = last_event(lead)
    assert (event.action, event.by, event.fields) == (Action.PROMISE_BROKEN, None, "promise_kept")
    act(workflow.log_attempt, lead, by=ada, at=NOON + 2 * HOUR, **REACHED)
    assert lead.promise_kept is False
    (record,) = lead.promises.all()
    assert (record.settled_at, record.answered_at) == (NOON + HOUR, NOON + 2 * HOUR)


def test_a_late_try_breaks_the_promise_even_where_no_worker_runs(lead, ada):
    because = PromiseBroken.BUSY
    act(workflow.log_attempt, lead, by=ada, at=NOON + 2 * HOUR, late_because=because, **NO_ANSWER)
    assert records(lead) == [("broken", "busy")]
    assert (lead.promise_kept, lead.promise_broken_because) == (False, "busy")


def test_nothing_but_a_try_stops_the_clock(lead, ada):
    act(workflow.claim, lead, by=ada, at=NOON + MINUTE)
    act(workflow.start_call, lead, by=ada, at=NOON + 2 * MINUTE)
    act(workflow.release, lead, by=ada, at=NOON + 3 * MINUTE)
    allowed = {"kind": ConsentKind.VOICEMAIL, "given": Given.PHONE}
    act(agreements.permit, lead, by=ada, at=NOON + 4 * MINUTE, **allowed)
    assert lead.promise_kept is None
    sweep(at=NOON + 2 * HOUR)
    assert records(lead) == [("broken", "")]


def test_a_call_that_began_in_time_keeps_the_promise_however_long_it_takes(lead, ada):
    act(workflow.start_call, lead, by=ada, at=lead.promised_by - MINUTE)
    sweep(at=lead.promised_by + 30 * MINUTE)
    assert records(lead) == []
    act(workflow.log_attempt, lead, by=ada, at=lead.promised_by + 40 * MINUTE, **REACHED)
    assert records(lead) == [("kept", "")]


def test_a_call_that_was_begun_and_never_logged_keeps_nothing(lead, ada):
    act(workflow.start_call, lead, by=ada, at=lead.promised_by - MINUTE)
    sweep(at=lead.promised_by + 3 * HOUR)
    assert records(lead) == [("broken", "")]


def test_who_is_on_the_phone_is_not_interrupted_by_the_clock(client, db):
    builders.center(opens=time(0), closes=time(0))
    ada = desk.sign_in(client)
    lead = builders.lead(at=timezone.now() - 3 * HOUR, timezone=builders.zone_where_it_is(14))
    version = lead.version
    call_command("work", "--once")
    lead.refresh_from_db()
    assert lead.promise_kept is False
    assert lead.version == version
    answers = {"channel": "call", "outcome": "no_answer", "late_because": "busy"}
    assert desk.press(client, lead, "attempt", version=version, **answers).status_code == 302
    assert lead.attempts.get().by == ada


# Warned before


def test_with_half_an_hour_left_the_desk_is_told_and_with_ten_minutes_the_managers(lead):
    deliver(at=NOON)
    sweep(at=NOON + 29 * MINUTE)
    assert deliver(at=NOON + 29 * MINUTE) == []
    sweep(at=NOON + 30 * MINUTE)
    sweep(at=NOON + 31 * MINUTE)
    assert deliver(at=NOON + 31 * MINUTE) == [f"A promised call is due soon: {lead.reference}"]
    sweep(at=NOON + 50 * MINUTE)
    sweep(at=NOON + 51 * MINUTE)
    (subject,) = deliver(at=NOON + 51 * MINUTE)
    assert subject == f"A promised call is about to be missed: {lead.reference}"
    lead.refresh_from_db()
    assert lead.escalated_at == NOON + 30 * MINUTE
    assert [event.action for event in lead.audit_events.order_by("seq")] == [
        Action.RECEIVED,
        Action.ESCALATED,
        Action.ESCALATED,
    ]


def test_where_calls_are_promised_within_minutes_the_warning_comes_half_way(db):
    builders.center(call_within_minutes=12)
    lead = builders.lead(at=NOON)
    sweep(at=NOON + 5 * MINUTE)
    assert not Lead.objects.exclude(escalated_at=None).exists()
    sweep(at=NOON + 6 * MINUTE)
    assert Lead.objects.exclude(escalated_at=None).get() == lead


def test_nobody_is_warned_while_somebody_is_calling(lead, ada):
    act(workflow.start_call, lead, by=ada, at=NOON + 20 * MINUTE)
    sweep(at=NOON + 55 * MINUTE)
    lead.refresh_from_db()
    assert lead.escalated_at is None


def test_a_worker_that_was_away_warns_at_once(lead):
    deliver(at=NOON)
    sweep(at=NOON + 58 * MINUTE)
    assert len(deliver(at=NOON + 58 * MINUTE)) == 2


# Promised anew


def test_who_asks_again_in_time_moves_the_promise(db, ada):
    builders.center(call_within_minutes=60)
    lead = builders.lead(at=NOON, nonce="same")
    builders.lead(at=NOON + 30 * MINUTE, nonce="same", message="After four, please.")
    lead.refresh_from_db()
    assert lead.promised_by == NOON + 90 * MINUTE
    assert records(lead) == [("moved", "")]
    act(workflow.log_attempt, lead, by=ada, at=NOON + 80 * MINUTE, **NO_ANSWER)
    assert records(lead) == [("moved", ""), ("kept", "")]


def test_who_asks_again_after_we_failed_has_two_promises(db):
    builders.center(call_within_minutes=60)
    lead = builders.lead(at=NOON, nonce="same")
    builders.lead(at=NOON + 2 * HOUR, nonce="same", message="Nobody called.")
    lead.refresh_from_db()
    assert (lead.promise_kept, lead.escalated_at) == (None, None)
    assert records(lead) == [("broken", "")]
    sweep(at=NOON + 4 * HOUR)
    assert records(lead) == [("broken", ""), ("broken", "")]


def test_a_time_agreed_on_the_phone_is_a_promise_of_its_own(lead, ada):
    agreed = NOON + timedelta(days=1, hours=2)
    later = {"channel": Channel.CALL, "outcome": Outcome.CALL_BACK, "next_step_at": agreed}
    act(workflow.log_attempt, lead, by=ada, at=NOON + MINUTE, **later)
    assert records(lead) == [("kept", "")]
    assert (lead.due_at, lead.promised_from) == (agreed, agreed)
    assert lead.promised_by == agreed + 30 * MINUTE
    sweep(at=agreed + HOUR)
    assert records(lead) == [("kept", ""), ("broken", "")]


def test_the_same_request_sent_twice_is_one_promise(db):
    for _ in range(2):
        lead = builders.lead(at=NOON, nonce="same")
    sweep(at=NOON + 2 * HOUR)
    assert records(lead) == [("broken", "")]


# Not owed any more


def test_what_ended_in_time_is_owed_no_call(lead, ada):
    act(workflow.close, lead, by=ada, at=NOON + MINUTE, **SPAM)
    sweep(at=NOON + 2 * HOUR)
    assert records(lead) == []


def test_closing_it_late_does_not_hide_that_it_broke(lead, ada):
    act(workflow.close, lead, by=ada, at=NOON + 2 * HOUR, **SPAM)
    assert records(lead) == [("broken", "")]


def test_closed_by_mistake_and_opened_again_the_clock_goes_on(lead, ada):
    act(workflow.close, lead, by=ada, at=NOON + MINUTE, **SPAM)
    act(workflow.reopen, lead, by=ada, at=NOON + 2 * MINUTE)
    sweep(at=NOON + 2 * HOUR)
    assert records(lead) == [("broken", "")]


def test_who_takes_back_all_calls_is_owed_none(lead, ada):
    told = {"kinds": ["call"], "told": "phone", "today": NOON.date()}
    agreements.withdraw(lead, by=ada, at=NOON + MINUTE, **told)
    sweep(at=NOON + 50 * MINUTE)
    sweep(at=NOON + 2 * HOUR)
    lead.refresh_from_db()
    assert records(lead) == []
    assert (lead.promise_kept, lead.escalated_at) == (None, None)


def test_what_was_promised_is_still_counted_when_the_person_is_forgotten(lead, ada):
    act(workflow.log_attempt, lead, by=ada, at=NOON + MINUTE, **NO_ANSWER)
    retention.erase(lead, part=Part.BOTH, by=ada, at=NOON + HOUR, reason="pin")
    assert records(lead) == [("kept", "")]


# Why it was broken


@pytest.fixture
def broken(db):
    builders.center(opens=time(0), closes=time(0))
    lead = builders.lead(at=timezone.now() - 3 * HOUR, timezone=builders.zone_where_it_is(14))
    sweep(at=timezone.now())
    lead.refresh_from_db()
    return lead


def test_the_page_asks_why_and_keeps_the_answer(client, broken):
    desk.sign_in(client)
    shown = client.get(desk.page_of(broken))
    assert "no reason yet" in page.text_of(shown)
    assert "attempt-late_because" in page.form_on(shown)
    answers = {"channel": "call", "outcome": "no_answer", "late_because": "overlooked"}
    desk.press(client, broken, "attempt", **answers)
    assert records() == [("broken", "overlooked")]
    said = page.text_of(client.get(desk.page_of(broken)))
    assert "no reason yet" not in said
    assert "It was overlooked" in said


def test_a_try_in_time_is_asked_for_no_reason(client, db):
    desk.sign_in(client)
    lead = builders.lead(timezone=builders.zone_where_it_is(14))
    assert "late_because" not in client.get(desk.page_of(lead)).content.decode()


def test_a_manager_gives_the_reason_afterwards_and_staff_do_not(client, broken):
    desk.sign_in(client, "ada")
    assert desk.press(client, broken, "explain", because="busy").status_code == 403
    assert records() == [("broken", "")]
    max_ = desk.sign_in(client, "max", "Admissions managers")
    listed = client.get(desk.QUEUE, {"show": "unexplained"})
    assert desk.listed(listed) == [broken.reference]
    assert desk.press(client, broken, "explain", because="busy").status_code == 302
    assert records() == [("broken", "busy")]
    event = last_event(broken)
    assert (event.action, event.by, event.reason) == (Action.PROMISE_EXPLAINED, max_, "busy")
    assert desk.listed(client.get(desk.QUEUE, {"show": "unexplained"})) == []
    again = desk.press(client, broken, "explain", because="other")
    assert again.status_code == 409
    assert "no broken promise without a reason" in page.text_of(again)


# The queue


def test_the_list_says_how_much_time_is_left(client, db):
    builders.center(opens=time(0), closes=time(0), call_within_minutes=60)
    desk.sign_in(client)
    there, now = {"timezone": builders.zone_where_it_is(14)}, timezone.now()
    calm = builders.lead(at=now - 14 * MINUTE, **there)
    risky = builders.lead(at=now - 44 * MINUTE, **there)
    late = builders.lead(at=now - 90 * MINUTE, **there)
    response = client.get(desk.QUEUE)
    assert desk.listed(response) == [late.reference, risky.reference, calm.reference]
    said = page.text_of(response)
    for words in ("promise broken", "at risk, 15 min", "45 min left"):
        assert words in said
    at_risk = client.get(desk.QUEUE, {"show": "promises"})
    assert desk.listed(at_risk) == [late.reference, risky.reference]


# After a try in vain


@pytest.fixture
def cadence(db):
    CadenceStep.objects.create(attempt=1, wait_hours=3)
    CadenceStep.objects.create(attempt=2, wait_hours=20)


def test_a_try_in_vain_has_its_next_one(lead, ada, cadence):
    act(workflow.log_attempt, lead, by=ada, **NO_ANSWER)
    assert lead.due_at == NOON + 3 * HOUR
    act(workflow.log_attempt, lead, by=ada, at=NOON + 3 * HOUR, **NO_ANSWER)
    assert lead.due_at == datetime(2026, 11, 19, 19, 0, tzinfo=UTC)  # 11 o'clock on Thursday


@pytest.mark.parametrize("hour", [2, 16])
def test_a_next_try_is_never_agreed_outside_the_safe_times(lead, ada, hour):
    # 2 UTC is 6 in the evening in Sacramento, where the desk is open; in New York it is 9.
    there = datetime(2026, 11, 20, hour, 30, tzinfo=UTC)
    Lead.objects.update(timezone="America/New_York" if hour == 2 else "Pacific/Honolulu")
    step = {**NO_ANSWER, "next_step_at": there}
    with pytest.raises(changes.Refused, match="not a time in which this person may be called"):
        act(workflow.log_attempt, lead, by=ada, **step)
    assert not lead.attempts.exists()


def test_nobody_is_given_up_before_the_cadence_is_over(lead, ada, cadence):
    unreached = {"disposition": Disposition.COULD_NOT_REACH}
    for number in range(2):
        act(workflow.log_attempt, lead, by=ada, at=NOON + number * HOUR, **NO_ANSWER)
        with pytest.raises(changes.Refused, match=f"{number + 1} of 3 tries so far"):
            act(workflow.close, lead, by=ada, at=NOON + number * HOUR, **unreached)
    act(workflow.log_attempt, lead, by=ada, at=NOON + 2 * HOUR, **NO_ANSWER)
    act(workflow.close, lead, by=ada, at=NOON + 2 * HOUR, **unreached)
    assert lead.disposition == Disposition.COULD_NOT_REACH


def test_attempts_in_the_same_minutes_are_one_try(lead, ada, cadence):
    for number in range(4):
        act(workflow.log_attempt, lead, by=ada, at=NOON + number * MINUTE, **NO_ANSWER)
    # As after the first: three hours, not twenty.
    assert lead.due_at == NOON + 3 * MINUTE + 3 * HOUR
    with pytest.raises(changes.Refused, match="1 of 3 tries so far"):
        act(workflow.close, lead, by=ada, at=NOON + HOUR, disposition=Disposition.COULD_NOT_REACH)


def test_who_was_spoken_with_since_is_tried_anew(lead, ada, cadence):
    for number, outcome in enumerate([NO_ANSWER, NO_ANSWER, NO_ANSWER, REACHED, NO_ANSWER]):
        act(workflow.log_attempt, lead, by=ada, at=NOON + number * HOUR, **outcome)
    unreached = {"disposition": Disposition.COULD_NOT_REACH}
    with pytest.raises(changes.Refused, match="1 of 3 tries so far"):
        act(workflow.close, lead, by=ada, at=NOON + 5 * HOUR, **unreached)


def test_a_manager_may_give_up_sooner_and_the_page_says_when_staff_may(client, cadence):
    builders.center(opens=time(0), closes=time(0))
    there = {"timezone": builders.zone_where_it_is(14)}
    first, second = builders.lead(**there), builders.lead(**there)
    desk.sign_in(client, "ada")
    for lead in (first, second):
        desk.press(client, lead, "attempt", channel="call", outcome="no_answer")
    assert "1 of 3 tries, in vain so far" in page.text_of(client.get(desk.page_of(first)))
    assert desk.press(client, first, "close", disposition="unreached").status_code == 409
    for _ in range(2):
        # An hour passes: tries in the same minutes are one.
        first.attempts.update(at=F("at") - HOUR)
        desk.press(client, first, "attempt", channel="call", outcome="no_answer")
    assert "You may close this lead" in page.text_of(client.get(desk.page_of(first)))
    assert desk.press(client, first, "close", disposition="unreached").status_code == 302
    Lead.objects.filter(pk=second.pk).update(lease_until=None)
    desk.sign_in(client, "max", "Admissions managers")
    assert desk.press(client, second, "close", disposition="unreached").status_code == 302


def test_a_manager_edits_the_cadence(client, cadence):
    desk.sign_in(client, "max", "Admissions managers")
    step = CadenceStep.objects.get(attempt=1)
    address = f"/admin/intake/cadencestep/{step.pk}/change/"
    assert client.post(address, {"attempt": 1, "wait_hours": 5}).status_code == 302
    lead = builders.lead(at=NOON)
    act(workflow.log_attempt, lead, by=builders.staff("ada"), **NO_ANSWER)
    assert lead.due_at == NOON + 5 * HOUR
    refused = client.post(address, {"attempt": 1, "wait_hours": 0})
    assert refused.status_code == 200
    assert CadenceStep.objects.get(attempt=1).wait_hours == 5


# What was there before the clock


def test_promises_of_the_time_before_the_clock_are_settled_once(lead, ada):
    kept, late, waits, ended = lead, *(builders.lead(at=NOON) for _ in range(3))
    soon = timezone.now() + HOUR
    Lead.objects.update(promised_from=soon - HOUR, promised_by=soon)
    past = {"promised_from": NOON, "promised_by": NOON + HOUR}
    tried = NOON + 50 * MINUTE
    Lead.objects.filter(pk=kept.pk).update(first_attempt_at=tried, **past)
    Lead.objects.filter(pk=late.pk).update(first_attempt_at=NOON + 2 * HOUR, **past)
    act(workflow.close, ended, by=ada, at=NOON + MINUTE, **SPAM)
    Lead.objects.filter(pk=ended.pk).update(**past)
    for _ in range(2):
        import_module("intake.migrations.0016_settled_promises").settle(apps, None)
    rows = PromiseRecord.objects.order_by("outcome")
    assert [(row.lead, row.outcome, row.settled_at, row.answered_at) for row in rows] == [
        (late, "broken", NOON + HOUR, NOON + 2 * HOUR),
        (kept, "kept", tried, None),
    ]
    waits.refresh_from_db()
    assert waits.promise_kept is None
