"""Audit events older than six years go, as the purge alone may let them go."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings as configured
from django.db import IntegrityError, transaction

from intake import audit, audit_anchor, audit_check, audit_guard, audit_retention, workflow
from intake.management.commands import work
from intake.models import AuditCut, AuditEvent, AuditHead, AuditPermit, Lead
from tests import builders
from tests.intake import tampering

Action = audit.Action
NOW = datetime(2026, 11, 18, 18, tzinfo=UTC)
DAY = timedelta(days=1)
LIMIT = timedelta(days=configured.AUDIT_RETENTION_DAYS)
LONG_AGO = NOW - LIMIT - DAY


@pytest.fixture(autouse=True)
def records(settings, tmp_path):
    settings.RECORDS_DIR = tmp_path / "records"


@pytest.fixture
def ada(db):
    return builders.staff("ada")


def ended(user, *, at: datetime, looked_at: datetime | None = None, **columns) -> Lead:
    """Return a lead that came and was closed then, and perhaps was looked at later."""
    lead = builders.lead(at=at)
    workflow.close(lead, version=1, by=user, at=at, disposition="declined")
    lead.refresh_from_db()
    if looked_at:
        with transaction.atomic():
            audit.record(lead, Action.VIEWED, by=user, at=looked_at)
    Lead.objects.filter(pk=lead.pk).update(**columns)
    return lead


def search(user, *, at: datetime) -> None:
    with transaction.atomic():
        audit.record_apart(Action.SEARCHED, by=user, at=at, fields=["name"])


def is_whole() -> bool:
    return audit_check.verify().shown == []


def test_what_is_older_goes_and_the_rest_is_still_proved(ada):
    old, recent = ended(ada, at=LONG_AGO), ended(ada, at=NOW - LIMIT + DAY)
    for days in (3, 2, 0):
        search(ada, at=LONG_AGO + LIMIT - days * LIMIT)
    removed = audit_retention.purge(at=NOW)
    assert removed == {"chains": 1, "events": 4}
    assert not old.audit_events.exists()
    assert recent.audit_events.count() == 2
    assert AuditEvent.objects.filter(lead=None, action=Action.SEARCHED).count() == 1
    assert is_whole()


def test_the_purge_is_itself_an_event_with_counts_and_nothing_else(ada):
    ended(ada, at=LONG_AGO)
    search(ada, at=LONG_AGO)
    audit_retention.purge(at=NOW)
    purged = AuditEvent.objects.filter(action=Action.PURGED).order_by("seq")
    assert [event.fields for event in purged] == ["chains:1 events:2", "events:1"]
    assert {(event.lead, event.by, event.reason) for event in purged} == {(None, None, "")}


def test_nothing_old_leaves_no_trace(ada):
    ended(ada, at=NOW)
    search(ada, at=NOW)
    before = AuditEvent.objects.count()
    assert audit_retention.purge(at=NOW + LIMIT - DAY) == {"chains": 0, "events": 0}
    assert AuditEvent.objects.count() == before
    assert not AuditCut.objects.exists()


@pytest.mark.parametrize(
    "facts", [{"looked_at": NOW - LIMIT + DAY}, {"legal_hold": True}], ids=["looked at", "held"]
)
def test_a_chain_stays_whole_while_one_event_is_recent_or_the_lead_is_held(ada, facts):
    lead = ended(ada, at=LONG_AGO, **facts)
    events = lead.audit_events.count()
    audit_retention.purge(at=NOW)
    assert lead.audit_events.count() == events
    assert is_whole()


def test_an_open_lead_keeps_its_chain_however_old(ada):
    lead = builders.lead(at=LONG_AGO)
    audit_retention.purge(at=NOW)
    assert lead.audit_events.count() == 1


def test_a_lead_without_its_chain_stays_and_goes_on_where_it_was(ada):
    lead = ended(ada, at=LONG_AGO)
    audit_retention.purge(at=NOW)
    lead.refresh_from_db()
    assert lead.audit_seq == 2
    workflow.reopen(lead, version=lead.version, by=ada, at=NOW)
    assert lead.audit_events.get().seq == 3
    assert is_whole()
    # Ended again and forgotten again, it is cut a second time.
    lead.refresh_from_db()
    workflow.close(lead, version=lead.version, by=ada, at=NOW, disposition="spam")
    audit_retention.purge(at=NOW + LIMIT + DAY)
    assert AuditCut.objects.get(lead=lead).seq == 4
    assert is_whole()


def test_what_anchors_say_of_purged_events_is_still_right(ada):
    ended(ada, at=LONG_AGO)
    search(ada, at=LONG_AGO)
    audit_anchor.write(at=LONG_AGO)
    audit_retention.purge(at=NOW)
    audit_anchor.write(at=NOW)
    assert is_whole()


def test_no_other_cut_is_taken_for_ours(ada):
    old, recent = ended(ada, at=LONG_AGO), ended(ada, at=NOW)
    audit_retention.purge(at=NOW)
    ours = AuditCut.objects.get(lead=old)
    with tampering.unguarded():
        tampering.events(recent).filter(seq=1).delete()
        digest = recent.audit_events.get().digest
    forged = AuditCut.objects.create(lead=recent, seq=1, digest=digest, mac=ours.mac)
    (finding,) = audit_check.verify().shown
    assert str(finding) == f"{recent.reference}, 1: removed up to here, but not by the purge"
    forged.seq, forged.digest = ours.seq, ours.digest
    forged.save()
    assert "not by the purge" in str(audit_check.verify().shown[0])


def test_a_cut_moved_on_without_the_key_shows(ada):
    search(ada, at=LONG_AGO)
    search(ada, at=NOW)
    audit_retention.purge(at=NOW)
    with tampering.unguarded():
        second = tampering.events(None).get(seq=2)
        AuditCut.objects.update(seq=2, digest=second.digest)
        second_rows = tampering.events(None).filter(seq=2)
        second_rows.delete()
    assert str(audit_check.verify().shown[0]) == (
        "events without a lead, 2: removed up to here, but not by the purge"
    )


def test_an_event_left_in_front_of_the_cut_shows(ada):
    lead = ended(ada, at=LONG_AGO)
    kept = lead.audit_events.get(seq=1)
    audit_retention.purge(at=NOW)
    kept._state.adding = True
    kept.save(force_insert=True)
    assert not is_whole()


def test_a_permit_is_seen_by_nobody_else_and_does_not_stay(ada, monkeypatch):
    ended(ada, at=LONG_AGO)
    audit_retention.purge(at=NOW)
    assert not AuditPermit.objects.exists()
    with pytest.raises(IntegrityError, match=audit_guard.REFUSAL), transaction.atomic():
        AuditEvent._base_manager.all().delete()


@pytest.mark.django_db(transaction=True)
def test_a_purge_that_is_interrupted_loses_nothing_and_is_finished_by_the_next(ada, monkeypatch):
    monkeypatch.setattr(audit_retention, "BATCH", 2)
    for _ in range(5):
        ended(ada, at=LONG_AGO)
    remove, calls = audit_retention._remove, []

    def interrupted(events):
        calls.append(events)
        if len(calls) == 2:
            remove(events)
            raise KeyboardInterrupt
        return remove(events)

    with monkeypatch.context() as fault:
        fault.setattr(audit_retention, "_remove", interrupted)
        with pytest.raises(KeyboardInterrupt):
            audit_retention.purge(at=NOW)
    assert (AuditCut.objects.count(), AuditPermit.objects.count()) == (2, 0)
    assert AuditEvent.objects.exclude(lead=None).count() == 6
    assert is_whole()
    assert audit_retention.purge(at=NOW) == {"chains": 3, "events": 6}
    assert is_whole()


def test_the_front_goes_batch_by_batch(ada, monkeypatch):
    monkeypatch.setattr(audit_retention, "EVENTS", 2)
    for _ in range(5):
        search(ada, at=LONG_AGO)
    assert audit_retention.purge(at=NOW)["events"] == 5
    assert AuditCut.objects.get().seq == 5
    assert AuditHead.objects.get().audit_seq == 8
    assert is_whole()


def test_the_worker_purges_once_a_day(ada, monkeypatch):
    purges = []
    monkeypatch.setattr(audit_retention, "purge", lambda at: purges.append(at))
    for _ in range(3):
        work.Command().sweep()
    assert len(purges) == 1
