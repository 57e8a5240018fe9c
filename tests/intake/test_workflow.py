"""What staff may do with a lead, and when each act is refused. Attempts: test_attempts.py."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.conf import settings
from django.db import connection

from intake import audit, changes, workflow
from intake.choices import Disposition, Status
from intake.models import Lead
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


# Claim


def test_a_claimed_lead_is_mine_for_the_time_of_a_lease(lead, ada):
    act(workflow.claim, lead, by=ada)
    assert (lead.owner, lead.lease_until) == (ada, NOON + settings.LEASE)
    assert (lead.status, lead.version) == (Status.CONTACTING, 2)
    event = last_event(lead)
    assert (event.action, event.by, event.at) == (audit.Action.CLAIMED, ada, NOON)
    assert event.fields.split() == ["lease_until", "owner_id", "status"]


def test_a_claim_somebody_holds_is_not_taken_away(lead, ada, ben):
    act(workflow.claim, lead, by=ada)
    assert_refused("ada is working on this lead", workflow.claim, lead, by=ben, at=LATER)
    assert lead.owner == ada


def test_a_claim_that_ran_out_can_be_taken_over(lead, ada, ben):
    act(workflow.claim, lead, by=ada)
    act(workflow.claim, lead, by=ben, at=AFTER_LEASE)
    assert (lead.owner, lead.lease_until) == (ben, AFTER_LEASE + settings.LEASE)


def test_claiming_my_own_lead_again_prolongs_the_lease(lead, ada):
    act(workflow.claim, lead, by=ada)
    act(workflow.claim, lead, by=ada, at=LATER)
    assert lead.lease_until == LATER + settings.LEASE


# Five to two in Sacramento on the nights on which the clocks change there: back, and ahead.
@pytest.mark.parametrize("before", [datetime(2026, 11, 1, 8, 55), datetime(2027, 3, 14, 9, 55)])
def test_a_lease_is_no_longer_or_shorter_when_the_clocks_change(lead, ada, ben, before):
    at = before.replace(tzinfo=UTC)
    act(workflow.claim, lead, by=ada, at=at)
    almost = at + settings.LEASE - timedelta(seconds=1)
    assert workflow.end_leases(at=almost) == 0
    assert_refused("ada is working on this lead", workflow.claim, lead, by=ben, at=almost)
    assert workflow.end_leases(at=at + settings.LEASE) == 1


def test_a_lead_that_a_colleague_reached_is_not_claimed_away(lead, ada, ben):
    act(workflow.log_attempt, lead, by=ada, **REACHED)
    much_later = NOON + timedelta(days=3)
    assert_refused("ada reached this person", workflow.claim, lead, by=ben, at=much_later)


@pytest.mark.parametrize("gone", [{"is_active": False}, {"is_staff": False}])
def test_a_lead_that_somebody_reached_who_left_can_be_claimed(lead, ada, ben, gone):
    act(workflow.log_attempt, lead, by=ada, **REACHED)
    type(ada).objects.filter(pk=ada.pk).update(**gone)
    act(workflow.claim, lead, by=ben, at=LATER)
    assert (lead.owner, lead.lease_until, lead.status) == (ben, None, Status.REACHED)


def test_a_closed_lead_is_not_claimed(lead, ada):
    act(workflow.close, lead, by=ada, disposition=Disposition.SPAM)
    assert_refused("closed", workflow.claim, lead, by=ada)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_claim_at_once_exactly_one_gets_the_lead():
    both = [builders.staff("ada", "Admissions"), builders.staff("ben", "Admissions")]
    for number in range(5):
        lead = builders.lead(at=NOON, nonce=f"race {number}")
        ready = Barrier(2)

        def claim(user, lead=lead, ready=ready):
            try:
                ready.wait(timeout=10)
                workflow.claim(lead, version=1, by=user, at=NOON)
            except changes.Refused:
                return None
            else:
                return user
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            winners = [user for user in pool.map(claim, both) if user]
        lead.refresh_from_db()
        assert winners == [lead.owner]
        assert lead.version == 2
        assert lead.audit_events.filter(action=audit.Action.CLAIMED).count() == 1


# Release


def test_a_lead_given_back_is_new_again_and_nobodys(lead, ada):
    act(workflow.claim, lead, by=ada)
    act(workflow.release, lead, by=ada)
    assert (lead.owner, lead.lease_until, lead.status) == (None, None, Status.NEW)
    assert last_event(lead).action == audit.Action.RELEASED


def test_a_lead_given_back_after_an_attempt_remembers_the_attempt(lead, ada):
    act(workflow.log_attempt, lead, by=ada, **NO_ANSWER)
    act(workflow.release, lead, by=ada)
    assert (lead.owner, lead.status) == (None, Status.CONTACTING)
    assert lead.first_attempt_at == NOON


def test_nobody_gives_back_the_lead_of_another(lead, ada, ben):
    act(workflow.claim, lead, by=ada)
    assert_refused("Only the person who holds", workflow.release, lead, by=ben)


def test_somebody_reached_is_handed_over_and_not_given_back(lead, ada):
    act(workflow.log_attempt, lead, by=ada, **REACHED)
    assert_refused("Hand the lead over", workflow.release, lead, by=ada, at=LATER)


def test_a_lead_that_nobody_holds_is_not_given_back(lead, ada):
    assert_refused("Only the person who holds", workflow.release, lead, by=ada)


def test_a_closed_lead_is_not_given_back(lead, ada):
    act(workflow.claim, lead, by=ada)
    act(workflow.close, lead, by=ada, disposition=Disposition.SPAM)
    assert_refused("closed", workflow.release, lead, by=ada)


# Close and reopen


def test_a_closed_lead_says_why_and_when(lead, ada):
    act(workflow.claim, lead, by=ada)
    act(workflow.close, lead, by=ada, at=LATER, disposition=Disposition.REFERRED_OUT)
    assert (lead.status, lead.disposition) == (Status.CLOSED, Disposition.REFERRED_OUT)
    assert (lead.closed_at, lead.lease_until, lead.owner) == (LATER, None, ada)
    event = last_event(lead)
    assert event.action == audit.Action.CLOSED
    assert event.fields.split() == ["closed_at", "disposition", "lease_until", "status"]


def test_a_closed_lead_is_not_closed_again(lead, ada):
    act(workflow.close, lead, by=ada, **SPAM)
    assert_refused("closed", workflow.close, lead, by=ada, **SPAM)


def test_nobody_closes_the_lead_of_another(lead, ada, ben):
    act(workflow.claim, lead, by=ada)
    assert_refused("ada is working", workflow.close, lead, by=ben, at=LATER, **SPAM)


def test_could_not_reach_is_refused_where_nobody_tried(lead, ada):
    unreached = {"disposition": Disposition.COULD_NOT_REACH}
    assert_refused("Nobody has tried", workflow.close, lead, by=ada, **unreached)
    act(workflow.log_attempt, lead, by=ada, **NO_ANSWER)
    act(workflow.close, lead, by=ada, **unreached)
    assert lead.disposition == Disposition.COULD_NOT_REACH


@pytest.mark.parametrize(
    ("attempts", "status"),
    [([], Status.NEW), ([NO_ANSWER], Status.CONTACTING), ([REACHED], Status.REACHED)],
)
def test_a_reopened_lead_is_due_now_and_nobodys(lead, ada, ben, attempts, status):
    for attempt in attempts:
        act(workflow.log_attempt, lead, by=ada, **attempt)
    act(workflow.close, lead, by=ada, **SPAM)
    act(workflow.reopen, lead, by=ben, at=LATER)
    assert (lead.status, lead.disposition, lead.closed_at) == (status, "", None)
    assert (lead.owner, lead.due_at) == (None, LATER)
    assert last_event(lead).action == audit.Action.REOPENED


def test_an_open_lead_is_not_reopened(lead, ada):
    assert_refused("open already", workflow.reopen, lead, by=ada)


# The version of the page


@pytest.mark.parametrize(
    ("function", "more"),
    [
        (workflow.claim, {}),
        (workflow.release, {}),
        (workflow.log_attempt, NO_ANSWER),
        (workflow.close, SPAM),
        (workflow.reopen, {}),
    ],
)
def test_an_act_on_an_old_page_is_refused_and_says_who_was_faster(lead, ada, ben, function, more):
    act(workflow.claim, lead, by=ben)
    with pytest.raises(changes.Stale, match=r"ben changed this lead .*: Claimed"):
        function(lead, version=1, by=ada, at=AFTER_LEASE, **more)
    lead.refresh_from_db()
    assert (lead.version, lead.owner) == (2, ben)


def test_a_button_pressed_twice_says_that_it_is_done(lead, ada):
    workflow.log_attempt(lead, version=1, by=ada, at=NOON, **NO_ANSWER)
    with pytest.raises(changes.Stale, match=r"Contact attempt logged.*pressed the button twice"):
        workflow.log_attempt(lead, version=1, by=ada, at=NOON, **NO_ANSWER)
    assert lead.attempts.count() == 1


def test_each_act_counts_the_version_and_the_audit_chain_up(lead, ada):
    for function, more in (
        (workflow.claim, {}),
        (workflow.log_attempt, NO_ANSWER),
        (workflow.release, {}),
        (workflow.close, SPAM),
        (workflow.reopen, {}),
    ):
        before = lead.version
        act(function, lead, by=ada, **more)
        assert lead.version == before + 1
    events = list(lead.audit_events.order_by("seq"))
    assert [event.seq for event in events] == [1, 2, 3, 4, 5, 6]
    head = ""
    for event in events:
        assert event.digest == audit.digest_of(event, before=head)
        head = event.digest
    assert lead.audit_head == head


# Leases that end by themselves


def test_only_quiet_claims_go_back_to_the_queue(db, ada, ben):
    quiet, fresh, reached, closed, free = (
        builders.lead(at=NOON, nonce=name) for name in ("a", "b", "c", "d", "e")
    )
    act(workflow.claim, quiet, by=ada)
    act(workflow.claim, fresh, by=ben, at=LATER)
    act(workflow.log_attempt, reached, by=ada, **REACHED)
    act(workflow.claim, closed, by=ada)
    act(workflow.close, closed, by=ada, **SPAM)
    assert workflow.end_leases(at=NOON + settings.LEASE) == 1
    owners = [Lead.objects.get(pk=lead.pk).owner for lead in (quiet, fresh, reached, closed, free)]
    assert owners == [None, ben, ada, ada, None]
    quiet.refresh_from_db()
    assert (quiet.status, quiet.lease_until, quiet.version) == (Status.NEW, None, 3)
    event = last_event(quiet)
    assert (event.action, event.by) == (audit.Action.LEASE_ENDED, None)
    assert workflow.end_leases(at=NOON + settings.LEASE) == 0


def test_the_page_of_somebody_whose_claim_ended_is_old(lead, ada):
    act(workflow.claim, lead, by=ada)
    workflow.end_leases(at=AFTER_LEASE)
    with pytest.raises(changes.Stale, match="Claim ended by itself"):
        workflow.log_attempt(lead, version=2, by=ada, at=AFTER_LEASE, **NO_ANSWER)
