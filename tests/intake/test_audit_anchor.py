"""Anchors: lines outside the database that show a chain was longer than it is now."""

import json
import stat
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from intake import audit, audit_anchor, audit_check
from intake.management.commands import work
from intake.models import AuditEvent, AuditHead, Lead
from tests import builders
from tests.intake import tampering

Action = audit.Action
NOW = datetime(2026, 11, 29, 18, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def records(settings, tmp_path):
    settings.RECORDS_DIR = tmp_path / "records"
    return settings.RECORDS_DIR


@pytest.fixture
def ada(db):
    return builders.staff("winifred")


@pytest.fixture(autouse=True)
def every_event_is_seen_at_once(monkeypatch):
    monkeypatch.setattr(audit_anchor, "IN_FLIGHT", 0)


def look(lead: Lead, user) -> None:
    with transaction.atomic():
        audit.record(lead, Action.VIEWED, by=user, at=NOW)


def lines() -> list[dict]:
    return [json.loads(line.partition(" ")[2]) for line in audit_anchor.lines()]


def rewrite(path, change) -> None:
    """Change a file's list of lines in place."""
    kept = path.read_text().splitlines(keepends=True)
    change(kept)
    path.write_text("".join(kept))


def wrong() -> list[str]:
    return [str(finding) for finding in audit_check.verify().shown]


@pytest.fixture
def three_days(ada):
    """Anchor on three days, the last two of them in another month; return the leads."""
    leads = [builders.lead(at=NOW) for _ in range(3)]
    for number, lead in enumerate(leads):
        look(lead, ada)
        with transaction.atomic():
            audit.record_apart(Action.SEARCHED, by=ada, at=NOW, fields=["name"])
        audit_anchor.write(at=NOW + number * 2 * DAY)
    return leads


def test_a_line_says_how_far_each_chain_has_come(ada, records, caplog):
    lead = builders.lead(at=NOW)
    look(lead, ada)
    caplog.set_level("INFO")
    out = StringIO()
    call_command("anchor_audit", stdout=out)
    (line,) = lines()
    last = lead.audit_events.get(seq=2)
    assert line["heads"] == [[lead.pk.hex, 2, last.digest]]
    assert (line["apart"], line["upto"], line["before"]) == ([0, ""], last.pk, "")
    mac = AuditHead.objects.get().anchor
    assert out.getvalue() == f"Anchored up to event {last.pk}: {mac}\n"
    assert f"audit anchored events={last.pk} digest={mac}" in caplog.text
    assert wrong() == []


def test_only_its_owner_reads_the_folder_and_its_files(db, records):
    audit_anchor.write(at=NOW)
    assert stat.S_IMODE(records.stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in records.iterdir()] == [0o600]


def test_there_is_a_file_for_each_month_and_lines_are_only_added(three_days, records):
    assert sorted(path.name for path in records.iterdir()) == [
        "audit-2026-11.txt", "audit-2026-12.txt",
    ]  # fmt: skip
    before = list(audit_anchor.lines())
    audit_anchor.write(at=NOW + 5 * DAY)
    assert list(audit_anchor.lines())[:3] == before


def test_only_chains_that_grew_are_in_the_next_line(three_days, ada):
    first = three_days[0]
    look(first, ada)
    audit_anchor.write(at=NOW + 5 * DAY)
    assert [pk for pk, *_ in lines()[-1]["heads"]] == [first.pk.hex]
    assert wrong() == []


def test_a_clock_set_back_puts_no_line_before_older_ones(three_days, records):
    audit_anchor.write(at=NOW - 60 * DAY)
    assert len(list(records.iterdir())) == 2
    assert wrong() == []


def test_many_chains_are_shared_out_over_several_lines(db, monkeypatch):
    monkeypatch.setattr(audit_anchor, "BATCH", 2)
    for _ in range(5):
        builders.lead(at=NOW)
    audit_anchor.write(at=NOW)
    assert [len(line["heads"]) for line in lines()] == [2, 2, 1]
    assert wrong() == []


def test_a_line_names_no_person_no_reference_and_nobody_of_the_staff(three_days, records):
    written = "".join(path.read_text() for path in records.iterdir())
    # Letters that no digest has.
    for word in (*(lead.reference for lead in three_days), "winifred", "searched", builders.PHONE):
        assert word not in written


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        (lambda files: rewrite(files[1], lambda kept: kept.pop(0)),
         "anchors, line, 2: a line or a file before it is missing"),
        (lambda files: files[0].unlink(),
         "anchors, line, 1: a line or a file before it is missing"),
        (lambda files: rewrite(files[1], lambda kept: kept.pop()),
         "anchors, line, 3: is missing, up to the last one"),
        (lambda files: files[1].unlink(), "anchors, line, 2: is missing, up to the last one"),
        (lambda files: [path.unlink() for path in files],
         "anchors, line, 1: is missing, up to the last one"),
        (lambda files: rewrite(files[1], lambda kept: kept.append(kept.pop().replace("[3", "[2"))),
         "anchors, line, 3: was changed, or made without the key"),
        (lambda files: rewrite(files[1], lambda kept: kept.append("x\n")),
         "anchors, line, 4: was changed, or made without the key"),
        (lambda files: rewrite(files[1], lambda kept: kept.reverse()),
         "anchors, line, 2: a line or a file before it is missing"),
    ],
)  # fmt: skip
def test_what_is_done_to_the_lines_shows(three_days, records, tamper, said):
    tamper(sorted(records.iterdir()))
    assert wrong()[0] == said


def test_a_line_that_went_missing_is_not_covered_up_by_the_next(three_days, records):
    rewrite(records / "audit-2026-12.txt", lambda kept: kept.pop())
    audit_anchor.write(at=NOW + 5 * DAY)
    assert wrong() == ["anchors, line, 3: a line or a file before it is missing"]
    # Whatever the lost line said, the new one tells of every chain.
    assert len(lines()[-1]["heads"]) == 3


def test_a_line_written_by_who_then_died_is_no_fault(three_days, ada, monkeypatch):
    def die(*args, **kwargs):
        raise DatabaseError

    with monkeypatch.context() as away:
        away.setattr(AuditHead, "save", die)
        with pytest.raises(DatabaseError), transaction.atomic():
            audit_anchor.write(at=NOW + 5 * DAY)
    assert len(lines()) == 4
    assert wrong() == []
    look(three_days[0], ada)
    audit_anchor.write(at=NOW + 6 * DAY)
    assert len(lines()[-1]["heads"]) == 1
    assert wrong() == []


def test_after_a_restore_the_trail_is_taken_up_again(three_days, ada):
    lead = three_days[2]
    with tampering.unguarded():
        tampering.events(lead).filter(seq=2).delete()
        first = lead.audit_events.get()
        Lead.objects.filter(pk=lead.pk).update(audit_seq=1, audit_head=first.digest)
    lead.refresh_from_db()
    look(lead, builders.staff("ben"))
    assert "was there when the anchor of" in wrong()[0]
    call_command("anchor_audit", "--after-restore", stdout=StringIO())
    assert wrong() == []
    assert AuditEvent.objects.filter(action=Action.RESTORED, lead=None).count() == 1
    assert len(lines()[-1]["heads"]) == 3
    # A beginning that somebody else declared is none.
    text = '{"is_restart":true}'
    audit_anchor._append(f"{'0' * 64} {text}\n", month="2027-01")
    assert "was changed, or made without the key" in wrong()[0]


def test_the_worker_writes_one_a_day(db):
    command = work.Command()
    for minutes in (0, 1, 23 * 60):
        command.anchor_audit(at=NOW + timedelta(minutes=minutes))
    assert len(lines()) == 1
    command.anchor_audit(at=NOW + DAY + timedelta(minutes=1))
    assert len(lines()) == 2


def test_a_folder_that_cannot_be_written_stops_no_worker_and_is_tried_again(db, records, caplog):
    records.write_text("in the way")
    work.Command().anchor_audit(at=NOW)
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == [
        "audit anchor not written error=FileExistsError"
    ]
    with pytest.raises(CommandError, match="RECORDS_DIR cannot be written"):
        call_command("anchor_audit")
    records.unlink()
    work.Command().anchor_audit(at=NOW + timedelta(minutes=1))
    assert len(lines()) == 1
