"""Two leads of one person: compared, linked, merged, and taken apart again."""

import secrets
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from intake import changes, merging, receipts, retention, workflow
from intake.audit import Action
from intake.choices import Disposition, Part, Priority, Status
from intake.models import Lead
from tests import builders, page
from tests.intake import desk, privacy
from tests.intake.acting import LATER, NO_ANSWER, NOON, REACHED, act, assert_refused, last_event


@pytest.fixture
def ada(client, db):
    builders.center()
    return desk.sign_in(client)


@pytest.fixture
def first(ada):
    return builders.lead(at=NOON - timedelta(hours=2), name="Maria Luz", message="My son drinks.")


@pytest.fixture
def second(first):
    return builders.lead(at=NOON - timedelta(hours=1), name="M. Luz", message="Again: please call.")


def compared(client, lead):
    return client.get(reverse("admin:intake_lead_same", args=[lead.pk]))


# The happy path


def test_two_leads_are_compared_merged_and_taken_apart(client, first, second):
    said = page.text_of(client.get(desk.page_of(second)))
    assert first.reference in said
    assert "Maria" not in said
    response = compared(client, second)
    said = page.text_of(response)
    for words in ("Maria Luz", "M. Luz", "My son drinks.", "Again: please call.", "…0123"):
        assert words in said, words
    assert f"Merge, go on with {first.reference}" in said
    assert f"Merge, go on with {second.reference}" in said

    merged = desk.press(client, second, "merge", other=first.pk)
    assert first.reference in page.text_of(client.get(merged.url))
    second.refresh_from_db()
    assert (second.merged_into, second.disposition) == (first, Disposition.DUPLICATE)
    assert desk.listed(client.get(desk.QUEUE)) == [first.reference]

    said = page.text_of(client.get(desk.page_of(first)))
    assert "merged into this one" in said
    assert desk.press(client, second, "unmerge").status_code == 302
    second.refresh_from_db()
    assert (second.merged_into, second.status, second.disposition) == (None, Status.NEW, "")
    assert set(desk.listed(client.get(desk.QUEUE))) == {first.reference, second.reference}
    actions = [event.action for event in first.audit_events.exclude(action=Action.VIEWED)]
    assert actions == [Action.RECEIVED, Action.MERGED, Action.UNMERGED]


def test_who_compares_has_looked_at_each_of_them(client, ada, first, second):
    compared(client, second)
    for lead in (first, second):
        event = last_event(lead)
        assert (event.action, event.by) == (Action.VIEWED, ada)


def test_people_are_linked_and_told_apart_without_a_merge(client, first, second):
    stranger = builders.lead(phone="+19165550155", phone_typed="916 555 0155")
    desk.press(client, stranger, "link", other=first.pk)
    stranger.refresh_from_db()
    assert (stranger.possibly_same, stranger.is_open) == (first, True)
    assert stranger.reference in page.text_of(client.get(desk.page_of(first)))
    assert last_event(stranger).fields == "possibly_same_id"
    desk.press(client, stranger, "unlink")
    stranger.refresh_from_db()
    assert stranger.possibly_same is None
    assert_refused("points to no other", merging.unlink, stranger, by=None)


# What is refused


def test_a_lead_is_not_merged_into_itself(client, ada, first):
    assert_refused("the same lead", merging.merge, first, by=ada, into=first)
    assert_refused("the same lead", merging.link, first, by=ada, other=first)
    assert desk.press(client, first, "merge", other=first.pk).status_code == 409


def test_leads_are_not_merged_in_a_circle(ada, first, second):
    third = builders.lead(at=NOON)
    act(merging.merge, first, by=ada, into=second)
    assert_refused("was itself merged", merging.merge, second, by=ada, into=first)
    act(merging.merge, second, by=ada, into=third)
    assert_refused("was itself merged", merging.merge, third, by=ada, into=first)
    assert_refused("was itself merged", merging.merge, third, by=ada, into=second)
    assert_refused("merged already", merging.merge, first, by=ada, into=third)
    first.refresh_from_db()
    assert merging.root(first) == third
    assert merging.one_person(second) == {first.pk, second.pk, third.pk}


def test_nothing_is_merged_into_an_erased_lead(client, ada, first, second):
    retention.erase(first, part=Part.BOTH, by=ada, at=NOON, reason="letter")
    assert_refused("was erased", merging.merge, second, by=ada, into=first)
    assert_refused("was erased", merging.link, second, by=ada, other=first)
    assert desk.press(client, second, "merge", other=first.pk).status_code == 409


@pytest.mark.parametrize("other", ["", "garbage", "1", "00000000-0000-4000-8000-000000000000"])
def test_a_lead_that_does_not_exist_is_refused(client, first, other):
    assert desk.press(client, first, "merge", other=other).status_code in (409, 422)
    first.refresh_from_db()
    assert first.is_open


def test_a_lead_that_a_colleague_calls_is_not_merged_away(ada, first, second):
    ben = builders.staff("ben", "Admissions")
    act(workflow.start_call, first, by=ben)
    assert_refused("ben is on the phone", merging.merge, first, by=ada, into=second)
    act(merging.merge, second, by=ada, into=first)
    assert second.merged_into == first


def test_an_old_page_merges_nothing(client, ada, first, second):
    desk.press(client, second, "claim")
    assert desk.press(client, second, "merge", version=1, other=first.pk).status_code == 409
    second.refresh_from_db()
    assert second.merged_into is None


def test_a_merged_lead_is_not_reopened_past_its_merge(ada, first, second):
    act(merging.merge, second, by=ada, into=first)
    assert_refused("merged into another one", workflow.reopen, second, by=ada)


@pytest.mark.django_db(transaction=True)
def test_two_people_merging_crosswise_make_no_circle():
    builders.center()
    ada, leads = builders.staff("ada", "Admissions"), [builders.lead(), builders.lead()]
    start, done = threading.Barrier(2), []

    def merge(lead, into):
        start.wait()
        try:
            merging.merge(lead, into, version=1, by=ada, at=timezone.now())
            done.append(lead)
        except changes.Refused:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=merge, args=pair) for pair in (leads, leads[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 1
    assert Lead.objects.filter(merged_into=None).count() == 1


# What was done meanwhile


def test_a_merge_is_undone_after_new_work_on_either(client, ada, first, second):
    act(workflow.log_attempt, second, by=ada, **NO_ANSWER)
    act(merging.merge, second, by=ada, into=first)
    act(workflow.log_attempt, first, by=ada, at=LATER, **REACHED, note="We spoke.")
    desk.press(client, second, "may-know", may_know="Ana")
    act(workflow.close, first, by=ada, at=LATER, disposition=Disposition.DECLINED)
    act(merging.unmerge, second, by=ada, at=LATER)
    assert (second.status, second.owner, second.may_know) == (Status.CONTACTING, None, "Ana")
    assert [attempt.outcome for attempt in second.attempts.all()] == ["no_answer"]
    first.refresh_from_db()
    assert (first.status, first.disposition) == (Status.CLOSED, Disposition.DECLINED)
    assert first.attempts.get().note == "We spoke."
    assert_refused("not merged", merging.unmerge, second, by=ada, at=LATER + timedelta(hours=1))


def test_a_closed_lead_keeps_its_own_ending_through_a_merge(ada, first, second):
    act(workflow.log_attempt, first, by=ada, **NO_ANSWER)
    act(workflow.close, first, by=ada, disposition=Disposition.COULD_NOT_REACH)
    act(merging.merge, first, by=ada, into=second)
    assert first.disposition == Disposition.COULD_NOT_REACH
    act(merging.unmerge, first, by=ada)
    assert (first.status, first.disposition) == (Status.CLOSED, Disposition.COULD_NOT_REACH)


def test_danger_and_the_sooner_promise_go_over_to_the_lead_that_stays(ada, first, second):
    Lead.objects.filter(pk=first.pk).update(priority=Priority.DANGER)
    sooner = first.due_at
    assert sooner < second.due_at
    act(merging.merge, first, by=ada, into=second)
    second.refresh_from_db()
    assert (second.priority, second.due_at) == (Priority.DANGER, sooner)


def test_who_asks_again_on_a_merged_request_waits_on_their_own(ada, first):
    nonce = secrets.token_urlsafe(16)
    again = builders.lead(at=NOON, nonce=nonce)
    act(merging.merge, again, by=ada, into=first)
    builders.lead(at=LATER, nonce=nonce, message="Another number, sorry.")
    again.refresh_from_db()
    assert (again.status, again.merged_into, again.possibly_same) == (Status.NEW, None, first)


# The person's receipt


def receipt_of(client, lead) -> str:
    pin = receipts.issue_new_pin(lead, by=builders.staff("pia"), at=timezone.now())
    client.post("/receipt/", {"reference": lead.reference, "pin": pin})
    return page.text_of(client.get("/receipt/"))


def test_the_receipt_of_a_merged_request_tells_how_the_other_stands(client, ada, first):
    again = builders.lead()
    act(merging.merge, again, by=ada, into=first)
    act(workflow.log_attempt, first, by=ada, **REACHED)
    said = receipt_of(client, again)
    assert "We have spoken, and we are working on it." in said
    assert again.reference in said
    assert first.reference not in said
    assert "closed" not in said
    assert "Maria" not in said


def test_the_receipt_of_a_merged_request_still_says_when_the_call_comes(client, ada, first):
    again = builders.lead()
    act(merging.merge, again, by=ada, into=first)
    assert "When we call" in receipt_of(client, again)


# Forgetting


def test_who_is_forgotten_is_forgotten_in_every_merged_lead(client, ada, first, second):
    other = builders.lead(phone="+19165550155", phone_typed="916 555 0155")
    act(merging.merge, second, by=ada, into=first)
    privacy.sign_in(client)
    privacy.erase(client, first, part="both")
    assert Lead.objects.exclude(erased_at=None).count() == 2
    other.refresh_from_db()
    assert other.erased_at is None
    assert Lead.objects.filter(merged_into__isnull=False).count() == 0


def test_a_hold_on_one_lead_of_a_person_holds_them_all(ada, first, second):
    act(merging.merge, second, by=ada, into=first)
    retention.hold(first, by=ada, at=NOON, reason="court")
    with pytest.raises(retention.OnHold):
        retention.erase(second, part=Part.BOTH, by=ada, at=NOON, reason="letter")
    assert not Lead.objects.exclude(erased_at=None).exists()


def test_a_merged_lead_is_kept_as_long_as_the_lead_it_belongs_to(ada, first, second, settings):
    act(merging.merge, second, by=ada, into=first)
    much_later = NOON + settings.RETENTION["ended"] + timedelta(days=1)
    retention.purge(at=much_later)
    second.refresh_from_db()
    assert second.erased_at is None
    act(workflow.close, first, by=ada, disposition=Disposition.DECLINED)
    for _run in range(2):
        retention.purge(at=much_later)
    assert not Lead.objects.filter(erased_at=None).exists()
