"""Audit events are only ever added: in code, in the admin, and in the database itself."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from intake import audit, audit_guard
from intake.models import AppendOnly, AuditCut, AuditEvent, AuditHead, AuditPermit, Lead
from tests import builders
from tests.intake import desk

Action = audit.Action


@pytest.fixture
def lead(db):
    lead = builders.lead()
    with transaction.atomic():
        audit.record(lead, Action.VIEWED, by=builders.staff(), at=timezone.now())
        audit.record_apart(Action.SEARCHED, by=None, at=timezone.now(), fields=["name"])
    return lead


def run(statement: str, *values) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


def everything() -> list:
    return list(AuditEvent.objects.order_by("pk").values())


def test_events_are_added_and_read(lead):
    assert [event.action for event in lead.audit_events.order_by("seq")] == ["received", "viewed"]
    assert AuditEvent.objects.get(lead=None).fields == "name"


@pytest.mark.parametrize(
    "change",
    [
        lambda events, event: events.update(fields=""),
        lambda events, event: events.filter(pk=event.pk).delete(),
        lambda events, event: events.bulk_update([event], ["fields"]),
        lambda events, event: events.update_or_create(pk=event.pk, defaults={"fields": ""}),
        lambda events, event: event.save(),
        lambda events, event: event.save(update_fields=["fields"]),
        lambda events, event: event.delete(),
        lambda events, event: event.lead.audit_events.update(fields=""),
    ],
)
def test_code_cannot_change_or_remove_one(lead, change):
    before = everything()
    with pytest.raises(AppendOnly):
        change(AuditEvent.objects.all(), lead.audit_events.first())
    assert everything() == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE intake_auditevent SET fields = ''",
        "UPDATE intake_auditevent SET seq = seq + 10 WHERE seq = 2",
        "DELETE FROM intake_auditevent",
        "DELETE FROM intake_auditevent WHERE seq = 2",
        "UPDATE intake_audithead SET audit_seq = 0",
        "DELETE FROM intake_audithead",
        "UPDATE intake_lead SET audit_seq = audit_seq - 1",
    ],
)
def test_the_database_refuses_what_would_change_the_trail(lead, statement):
    before = everything(), list(AuditHead.objects.values()), Lead.objects.get().audit_seq
    with pytest.raises(IntegrityError, match=audit_guard.REFUSAL):
        run(statement)
    assert (everything(), list(AuditHead.objects.values()), Lead.objects.get().audit_seq) == before


def test_the_database_refuses_to_replace_or_empty(lead):
    if connection.vendor == "postgresql":
        connection.check_constraints()
        statements = [f"TRUNCATE {table} CASCADE" for table in audit_guard.TABLES[:3]]
    else:
        columns = "id, seq, at, action, fields, reason, digest, by_id, lead_id"
        select = f"SELECT {columns} FROM intake_auditevent"
        statements = [
            f"INSERT OR REPLACE INTO intake_auditevent ({columns}) {select}",
            f"REPLACE INTO intake_auditevent ({columns}) "
            f"{select.replace('id, seq', '99, seq', 1)} WHERE lead_id IS NOT NULL",
        ]
    before = everything()
    for statement in statements:
        with pytest.raises(IntegrityError, match=audit_guard.REFUSAL):
            run(statement)
    assert everything() == before


def test_a_cut_only_moves_forward(lead):
    AuditCut.objects.create(lead=lead, seq=2, digest="d", mac="m")
    for statement in ("UPDATE intake_auditcut SET seq = 1", "DELETE FROM intake_auditcut"):
        with pytest.raises(IntegrityError, match=audit_guard.REFUSAL):
            run(statement)
    assert run("UPDATE intake_auditcut SET seq = 3") == 1


def test_only_a_permit_lets_events_go_and_none_lets_them_change(lead):
    AuditPermit.objects.create()
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditPermit.objects.create(pk=2)
    with pytest.raises(IntegrityError, match=audit_guard.REFUSAL):
        run("UPDATE intake_auditevent SET fields = ''")
    assert run("DELETE FROM intake_auditevent WHERE seq = 2") == 1


def test_a_lead_with_a_trail_cannot_be_deleted(lead):
    with pytest.raises(IntegrityError), transaction.atomic():
        Lead.objects.all().delete()


def test_every_trigger_is_there_after_all_migrations(db):
    assert audit_guard.missing(connection) == []


@pytest.mark.django_db(transaction=True)
def test_a_migration_that_rebuilds_a_table_brings_the_triggers_back():
    if connection.vendor == "sqlite":
        # As Django changes a column there: a new table takes the place of the old one.
        for model in (AuditEvent, AuditHead, AuditCut, Lead):
            with connection.schema_editor() as editor:
                editor._remake_table(model)
    else:
        audit_guard.remove(connection)
    assert len(audit_guard.missing(connection)) > 7
    call_command("migrate", verbosity=0)
    assert audit_guard.missing(connection) == []


@pytest.mark.django_db(transaction=True)
def test_the_migration_can_be_undone_and_done_again():
    call_command("migrate", "intake", "zero", verbosity=0)
    try:
        assert AuditEvent._meta.db_table not in connection.introspection.table_names()
    finally:
        call_command("migrate", verbosity=0)
    assert audit_guard.missing(connection) == []


def test_nobody_adds_changes_or_deletes_one_in_the_admin(client, lead):
    client.force_login(builders.staff("root", is_superuser=True))
    page = f"/admin/intake/auditevent/{lead.audit_events.first().pk}"
    before = AuditEvent.objects.count()
    for address in ("/admin/intake/auditevent/add/", f"{page}/delete/", f"{page}/change/"):
        assert client.post(address, {"post": "yes", "fields": ""}).status_code == 403
    refused = AuditEvent.objects.filter(action=Action.REFUSED)
    assert AuditEvent.objects.count() == before + refused.count()
    assert client.get(desk.page_of(lead)).status_code == 200
