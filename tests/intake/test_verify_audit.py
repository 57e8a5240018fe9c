"""`verify_audit` proves the trail whole, and names the first event at which it is not."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from intake import audit, audit_anchor, audit_check, audit_guard
from intake.models import AuditEvent, AuditHead, AuditPermit, Lead
from tests import builders
from tests.intake import tampering

Action = audit.Action
NOW = datetime(2026, 11, 18, 18, tzinfo=UTC)
NEWER_SECRET = "a newer one for the tests and just as long as the other one was"


@pytest.fixture(autouse=True)
def records(settings, tmp_path):
    settings.RECORDS_DIR = tmp_path / "records"


@pytest.fixture
def ada(db):
    return builders.staff("ada")


def look(lead: Lead, user, *, times: int = 1) -> None:
    for _ in range(times):
        with transaction.atomic():
            audit.record(lead, Action.VIEWED, by=user, at=NOW, fields=["name", "phone"])


def search(user, *, times: int = 1) -> None:
    for _ in range(times):
        with transaction.atomic():
            audit.record_apart(Action.SEARCHED, by=user, at=NOW, fields=["name"])


@pytest.fixture
def lead(ada):
    """Return a lead of five events, among others, with four events of no lead; anchored."""
    lead, *others = [builders.lead(at=NOW) for _ in range(3)]
    for one in (lead, *others):
        look(one, ada, times=4)
    search(ada, times=4)
    audit_anchor.write(at=NOW)
    lead.refresh_from_db()
    return lead


def verify() -> str:
    """Return what the command says; its verdict comes first."""
    out = StringIO()
    try:
        call_command("verify_audit", stdout=out)
    except CommandError as error:
        return f"{error}" if error.returncode == 1 else ""
    return out.getvalue()


def first_wrong(said: str | None = None) -> str:
    verdict, *lines = (said or verify()).splitlines()
    assert verdict.startswith("The audit trail is broken.")
    return lines[0]


def set_head_back(lead: Lead, to: int) -> None:
    digest = lead.audit_events.get(seq=to).digest if to else ""
    tampering.run(
        "UPDATE intake_lead SET audit_seq = %s, audit_head = %s WHERE reference = %s",
        *(to, digest, lead.reference),
    )


def test_an_untouched_trail_is_whole(lead):
    assert verify() == "The audit trail is whole. events: 19, chains: 4, anchors: 1\n"


def test_an_empty_trail_is_whole(db):
    assert verify() == "The audit trail is whole. events: 0, chains: 1, anchors: 0\n"


@pytest.mark.parametrize(
    "change",
    [
        "fields = 'email'",
        "action = 'claimed'",
        "reason = 'other'",
        "by_id = NULL",
        "at = '2026-11-18 18:00:01+00:00'",
        f"digest = '{'0' * 64}'",
    ],
)
def test_an_edited_event_shows(lead, change):
    tampering.run(f"UPDATE intake_auditevent SET {change} WHERE seq = 3")
    said = verify()
    # Each chain once, whatever the anchors say besides.
    assert said.count(", 3: was changed, or written without the key") == 4
    assert f"{lead.reference}, 3: was changed, or written without the key" in said
    assert "events without a lead, 3: was changed, or written without the key" in said


def test_an_event_taken_from_the_middle_shows(lead):
    tampering.events(lead)
    with tampering.unguarded():
        tampering.events(lead).filter(seq=3).delete()
    assert first_wrong() == f"{lead.reference}, 3: is missing"


def test_a_gap_closed_by_new_numbers_shows(lead):
    with tampering.unguarded():
        tampering.events(lead).filter(seq=3).delete()
        tampering.events(lead).filter(seq=4).update(seq=3)
        tampering.events(lead).filter(seq=5).update(seq=4)
    set_head_back(lead, 4)
    assert first_wrong() == f"{lead.reference}, 3: was changed, or written without the key"


def test_an_end_cut_off_shows(lead):
    with tampering.unguarded():
        tampering.events(lead).filter(seq__gt=3).delete()
    assert first_wrong() == f"{lead.reference}, 4: is missing, up to the end"


def test_an_end_cut_off_with_the_head_set_back_shows_by_the_anchor(lead):
    with tampering.unguarded():
        tampering.events(lead).filter(seq__gt=3).delete()
    set_head_back(lead, 3)
    assert first_wrong().startswith(f"{lead.reference}, 5: was there when the anchor of 2026-11-18")


def test_a_head_set_back_shows(lead):
    set_head_back(lead, 3)
    assert first_wrong() == f"{lead.reference}, 3: the chain goes on after its recorded end"
    set_head_back(lead, 5)
    assert "whole" in verify()
    tampering.run("UPDATE intake_lead SET audit_head = 'x'")
    assert first_wrong().endswith("5: the chain goes on after its recorded end")


def test_events_without_a_lead_cannot_be_cut_off_either(lead):
    with tampering.unguarded():
        tampering.events(None).filter(seq=4).delete()
    assert first_wrong() == "events without a lead, 4: is missing, up to the end"
    digest = AuditEvent.objects.get(lead=None, seq=3).digest
    tampering.run("UPDATE intake_audithead SET audit_seq = 3, audit_head = %s", digest)
    assert first_wrong().startswith("events without a lead, 4: was there when the anchor")
    tampering.run("DELETE FROM intake_audithead")
    assert first_wrong() == "events without a lead, 0: the chain goes on after its recorded end"


def test_an_event_slipped_in_without_the_key_shows(lead, ada):
    last = AuditEvent.objects.get(lead=lead, seq=5)
    forged = AuditEvent(lead=lead, seq=6, at=NOW, by=ada, action=Action.CLOSED)
    with override_settings(SECRET_KEY=NEWER_SECRET):
        forged.digest = audit.digest_of(forged, before=last.digest)
    forged.save(force_insert=True)
    tampering.run(
        "UPDATE intake_lead SET audit_seq = 6, audit_head = %s WHERE reference = %s",
        *(forged.digest, lead.reference),
    )
    assert first_wrong() == f"{lead.reference}, 6: was changed, or written without the key"


def test_a_chain_made_anew_without_the_key_shows(lead):
    with override_settings(SECRET_KEY=NEWER_SECRET), tampering.unguarded():
        before = ""
        for event in lead.audit_events.order_by("seq"):
            event.by_id = None
            digest = audit.digest_of(event, before=before)
            tampering.events(lead).filter(pk=event.pk).update(by=None, digest=digest)
            before = digest
        Lead.objects.filter(pk=lead.pk).update(audit_head=before)
    assert first_wrong() == f"{lead.reference}, 1: was changed, or written without the key"


def test_a_chain_gone_as_a_whole_shows(lead):
    with tampering.unguarded():
        tampering.events(lead).delete()
    assert first_wrong() == f"{lead.reference}, 1: is missing, up to the end"
    tampering.run("UPDATE intake_lead SET audit_seq = 0, audit_head = ''")
    assert f"{lead.reference}, 1: is missing: the lead has no event at all" in verify()


def test_a_lead_gone_with_its_chain_shows_by_the_anchor(lead):
    with tampering.unguarded():
        tampering.events(lead).delete()
    Lead.objects.filter(pk=lead.pk).delete()
    assert first_wrong().startswith(f"{lead.pk}, 5: was there when the anchor")


@pytest.mark.django_db(transaction=True)
def test_events_of_a_lead_that_is_gone_show(lead):
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA foreign_keys = OFF")
        move = "UPDATE intake_auditevent SET lead_id = 'nobody' WHERE seq = 5 AND lead_id = %s"
        move = move.replace("nobody", "0" * 32)
        tampering.run(move, lead.pk.hex)
    else:
        tampering.run(
            "UPDATE intake_auditevent SET lead_id = gen_random_uuid() "
            "WHERE seq = 5 AND lead_id = %s",
            lead.pk,
        )
    said = verify()
    # Rows that hang in the air would stop the next test's tables from being emptied.
    with tampering.unguarded():
        AuditEvent._base_manager.all().delete()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA foreign_keys = ON")
    assert "5: belongs to no lead" in said
    assert f"{lead.reference}, 5: is missing, up to the end" in said


def test_an_event_moved_to_another_lead_shows(lead):
    other = Lead.objects.exclude(pk=lead.pk).first()
    with tampering.unguarded():
        tampering.events(lead).filter(seq=5).update(lead=other, seq=6)
    said = verify()
    assert f"{lead.reference}, 5: is missing, up to the end" in said
    assert f"{other.reference}, 6: was changed, or written without the key" in said


def test_a_trigger_that_is_gone_shows(lead):
    audit_guard.remove(connection)
    said = verify()
    audit_guard.install(connection)
    assert "guard, 0: the trigger audit_event_update is missing" in said
    assert "whole" in verify()


def test_a_permit_left_open_shows(lead):
    permit = AuditPermit.objects.create()
    assert first_wrong() == "guard, 0: a permit to remove events was left open"
    permit.delete()
    assert "whole" in verify()


def test_many_faults_are_counted_and_the_first_ones_shown(lead, ada):
    for _ in range(audit_check.SHOWN):
        look(builders.lead(at=NOW), ada)
    tampering.run("UPDATE intake_auditevent SET reason = 'x' WHERE lead_id IS NOT NULL")
    said = verify().splitlines()
    assert said[0].endswith("wrong: 23")
    assert len(said) == 1 + audit_check.SHOWN


def test_what_an_earlier_secret_key_wrote_is_proved_with_it(lead, ada, settings):
    earlier = settings.SECRET_KEY
    with override_settings(SECRET_KEY=NEWER_SECRET):
        assert first_wrong() == "events without a lead, 1: was changed, or written without the key"
        with override_settings(SECRET_KEY_FALLBACKS=[earlier]):
            look(lead, ada)
            search(ada)
            audit_anchor.write(at=NOW + timedelta(days=1))
            assert "whole" in verify()


def test_what_it_says_names_no_person_and_nobody_of_the_staff(lead):
    tampering.run("UPDATE intake_auditevent SET fields = 'zora'")
    said = verify()
    assert "zora" not in said
    assert "ada" not in said


def test_it_reads_by_the_batch_and_not_by_the_lead(lead, ada):
    with CaptureQueriesContext(
        connection,
    ) as few:
        verify()
    for _ in range(10):
        look(builders.lead(at=NOW), ada)
    with CaptureQueriesContext(connection) as more:
        verify()
    assert len(more) == len(few)


def test_it_changes_nothing(lead):
    def rows():
        return [list(model.objects.order_by("pk").values()) for model in (AuditEvent, AuditHead)]

    before = rows()
    verify()
    assert rows() == before


def test_a_chain_that_grows_while_it_is_read_is_looked_at_again(lead, ada, monkeypatch):
    walk, grown = audit_check._walk, []

    def somebody_writes(where, rows, head, cut, **more):
        if not grown and where == lead.reference:
            grown.append(where)
            look(Lead.objects.get(pk=lead.pk), ada)
        return walk(where, rows, head, cut, **more)

    monkeypatch.setattr(audit_check, "_walk", somebody_writes)
    search(ada)
    assert "whole" in verify()
    assert grown
