"""Who saw or changed what stands in a chain that shows when somebody has been at it."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from intake import audit, audit_check, submissions, workflow
from intake.choices import Channel, Outcome
from intake.models import AuditEvent, AuditHead, Lead
from tests import builders
from tests.intake import tampering

Action = audit.Action
NOW = datetime(2026, 11, 18, 18, tzinfo=UTC)


def breaks(lead: Lead) -> list[int]:
    """Return the numbers of the events that do not fit, or follow no known one."""
    wrong, before = [], ""
    events = list(lead.audit_events.order_by("seq"))
    for number, event in enumerate(events, start=1):
        if event.seq != number or event.digest != audit.digest_of(event, before=before):
            wrong.append(event.seq)
        before = event.digest
    if (lead.audit_seq, lead.audit_head) != (len(events), before):
        wrong.append(lead.audit_seq)
    return wrong


@pytest.fixture
def ada(db):
    return builders.staff("ada")


@pytest.fixture
def lead(db, ada):
    """Return a lead that was received, seen, claimed, called and closed."""
    lead = builders.lead(name="Tom Bowles", at=NOW)
    with transaction.atomic():
        audit.record(lead, Action.VIEWED, by=ada, at=NOW, fields=["phone", "name"])
    workflow.claim(lead, version=1, by=ada, at=NOW)
    workflow.log_attempt(
        lead,
        version=2,
        by=ada,
        at=NOW + timedelta(minutes=1),
        channel=Channel.CALL,
        outcome=Outcome.REACHED,
        note="asked about beds",
    )
    workflow.close(lead, version=3, by=ada, at=NOW + timedelta(hours=1), disposition="declined")
    lead.refresh_from_db()
    return lead


def test_everything_that_happened_is_there_in_order_and_whole(lead, ada):
    events = lead.audit_events.order_by("seq")
    assert [(event.action, event.by) for event in events] == [
        (Action.RECEIVED, None),
        (Action.VIEWED, ada),
        (Action.CLAIMED, ada),
        (Action.ATTEMPT_LOGGED, ada),
        (Action.CLOSED, ada),
    ]
    assert breaks(lead) == []


def test_an_event_names_fields_and_never_a_value(lead):
    assert lead.audit_events.get(seq=2).fields == "name phone"
    assert "phone" in lead.audit_events.get(seq=1).fields.split()
    for row in AuditEvent.objects.values():
        assert not any(value in str(row) for value in ("Bowles", "5550123", "beds", "Tom"))


def test_a_form_leaves_the_names_of_what_was_filled_in(client, db):
    builders.center()
    builders.consent_texts()
    client.post(
        reverse("intake:callback"),
        builders.callback_form(client, name="Tom Bowles", message="beds?", voicemail_ok="on"),
        headers={"origin": "http://testserver"},
    )
    event = AuditEvent.objects.get()
    assert (event.action, event.by) == (Action.RECEIVED, None)
    assert {"phone", "name", "message", "voicemail_ok"} <= set(event.fields.split())
    assert "email" not in event.fields.split()
    assert breaks(event.lead) == []


@pytest.mark.parametrize(
    "change",
    [
        {"by": None},
        {"action": Action.RELEASED},
        {"fields": "note"},
        {"at": NOW + timedelta(seconds=1)},
        {"digest": "0" * 64},
    ],
)
def test_a_changed_event_shows(lead, change):
    with tampering.unguarded():
        tampering.events(lead).filter(seq=3).update(**change)
    assert 3 in breaks(lead)


def test_a_missing_event_shows_also_the_last_one(lead):
    with tampering.unguarded():
        tampering.events(lead).filter(seq=3).delete()
    assert 4 in breaks(lead)
    with tampering.unguarded():
        tampering.events(lead).delete()
    assert breaks(lead) == [5]


def test_events_that_changed_places_show(lead):
    for number, to in ((2, 9), (3, 2), (9, 3)):
        with tampering.unguarded():
            tampering.events(lead).filter(seq=number).update(seq=to)
    assert {2, 3} <= set(breaks(lead))


def test_an_event_of_another_lead_does_not_fit(lead):
    other = builders.lead(at=NOW)
    with tampering.unguarded():
        tampering.events(other).update(digest=lead.audit_events.get(seq=1).digest)
    assert breaks(other) == [1, 1]


def test_without_the_key_no_event_can_be_made_up(lead):
    event = lead.audit_events.get(seq=1)
    with override_settings(SECRET_KEY="another one, and just as long as the one of the tests"):
        assert audit.digest_of(event, before="") != event.digest


def test_no_number_is_given_twice(lead):
    double = AuditEvent(lead=lead, seq=1, at=NOW, action=Action.VIEWED, digest="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        double.save()


def test_looking_is_no_change_that_would_make_an_action_stale(lead, ada):
    version = lead.version
    with transaction.atomic():
        audit.record(lead, Action.VIEWED, by=ada, at=NOW)
    assert Lead.objects.get(pk=lead.pk).version == version


def test_the_names_of_all_that_a_form_can_hold_fit(lead):
    names = {*submissions.CONTACT, *submissions.INSURANCE, *submissions.TICKS}
    names |= {"card_front", "card_back"}
    event = audit.link(lead, Action.RECEIVED, by=None, at=NOW, fields=names)
    assert set(event.fields.split()) == names


def test_however_many_names_there_are_none_is_cut_off(lead):
    names = {f"a_rather_long_name_of_a_field_{number}" for number in range(80)}
    with transaction.atomic():
        audit.record(lead, Action.VIEWED, by=None, at=NOW, fields=names)
    assert set(lead.audit_events.latest("seq").fields.split()) == names


def test_who_read_a_lead_before_somebody_else_wrote_comes_after_them(lead, ada):
    early, late = Lead.objects.get(pk=lead.pk), Lead.objects.get(pk=lead.pk)
    for one in (late, early, early):
        with transaction.atomic():
            audit.record(one, Action.VIEWED, by=ada, at=NOW)
    assert [event.seq for event in lead.audit_events.order_by("seq")] == [1, 2, 3, 4, 5, 6, 7, 8]
    lead.refresh_from_db()
    assert breaks(lead) == []


def at_once(number: int, write) -> None:
    """Call `write(which)` in so many threads, all starting at the same moment."""
    faults, ready = [], threading.Barrier(number)

    def run(which):
        try:
            ready.wait(30)
            write(which)
        except Exception as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[which]) for which in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert faults == []


@pytest.mark.django_db(transaction=True)
def test_many_who_look_at_once_make_one_unbroken_chain():
    lead, users = builders.lead(), [builders.staff(f"user{number}") for number in range(4)]

    def look(which):
        seen = Lead.objects.get(pk=lead.pk)
        for _ in range(5):
            with transaction.atomic():
                audit.record(seen, Action.VIEWED, by=users[which], at=timezone.now())

    at_once(4, look)
    lead.refresh_from_db()
    assert lead.audit_seq == 21
    assert breaks(lead) == []


@pytest.mark.django_db(transaction=True)
def test_many_who_search_at_once_make_one_unbroken_chain():
    user = builders.staff()

    def search(_which):
        for _ in range(3):
            with transaction.atomic():
                audit.record_apart(Action.SEARCHED, by=user, at=timezone.now(), fields=["name"])

    at_once(20, search)
    assert AuditHead.objects.get().audit_seq == AuditEvent.objects.filter(lead=None).count() == 60
    report = audit_check.verify()
    assert not [finding for finding in report.shown if "without a lead" in finding.where]


@pytest.mark.django_db(transaction=True)
def test_who_acts_and_who_looks_at_once_make_one_unbroken_chain(ada):
    lead = builders.lead()

    def write(which):
        seen = Lead.objects.get(pk=lead.pk)
        for version in (1, 2, 3):
            if which == 0:
                workflow.claim(seen, version=version, by=ada, at=timezone.now())
                continue
            with transaction.atomic():
                audit.record(seen, Action.VIEWED, by=ada, at=timezone.now())

    at_once(4, write)
    lead.refresh_from_db()
    assert (lead.audit_seq, lead.version) == (13, 4)
    assert breaks(lead) == []
