"""After a restored backup, what was erased since is erased again, and nothing else."""

import shutil
import uuid
from contextlib import suppress
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from intake import journal, retention, workflow
from intake.choices import Part
from intake.models import CardImage, Lead
from tests import builders
from tests.intake import desk, privacy
from tests.intake.acting import act, last_event

NOW = timezone.now()
LATER = NOW + timedelta(hours=1)


class Undone(Exception):
    pass


@pytest.fixture
def olga(db):
    builders.center()
    return builders.staff("olga")


@pytest.fixture
def lead(olga):
    return privacy.lead_of_two(by=olga)


@pytest.fixture
def restored(db):
    """Return a function that acts, then brings the database back to what it was before."""

    def undo(action):
        with suppress(Undone), transaction.atomic():
            action()
            raise Undone

    return undo


def erase(lead, by=None, part=Part.BOTH, at=None):
    retention.erase(lead, part=part, by=by, at=at or timezone.now(), reason="letter")


def replayed(capsys, *arguments) -> dict[str, int]:
    """Run the command; return the counts that are not zero."""
    call_command("replay_erasures", *arguments)
    lines = (line.rsplit(": ", 1) for line in capsys.readouterr().out.splitlines())
    return {label: int(count) for label, count in lines if count != "0"}


def test_who_was_erased_after_the_backup_is_erased_again(lead, restored, capsys):
    restored(lambda: erase(lead))
    lead.refresh_from_db()
    assert lead.name == "Maria Luz"
    assert replayed(capsys, "--dry-run") == {"erased again": 1}
    lead.refresh_from_db()
    assert lead.erased_at is None
    assert replayed(capsys) == {"erased again": 1}
    lead.refresh_from_db()
    assert (lead.name, CardImage.objects.count()) == ("", 0)
    assert lead.erased_at is not None
    assert (last_event(lead).by, last_event(lead).reason) == (None, "replayed")
    assert replayed(capsys) == {"erased in this backup too": 1}


def test_a_part_is_erased_again_and_the_other_stays(lead, restored, capsys):
    restored(lambda: erase(lead, part=Part.PATIENT))
    assert replayed(capsys) == {"erased again": 1}
    lead.refresh_from_db()
    assert (lead.name, lead.patient_name) == ("Maria Luz", "")
    assert replayed(capsys) == {"erased in this backup too": 1}


def test_both_parts_one_after_the_other_leave_the_tombstone_again(lead, restored, capsys):
    def both():
        erase(lead, part=Part.PATIENT)
        erase(lead, part=Part.CALLER)

    restored(both)
    assert replayed(capsys) == {"erased again": 1}
    lead.refresh_from_db()
    assert lead.erased_at is not None


def test_a_backup_from_between_two_erasures_needs_only_the_second(lead, restored, capsys):
    erase(lead, part=Part.PATIENT)
    events = lead.audit_events.count()
    restored(lambda: erase(lead, part=Part.CALLER))
    assert replayed(capsys) == {"erased again": 1}
    lead.refresh_from_db()
    assert lead.erased_at is not None
    assert lead.audit_events.count() == events + 1


def test_photos_that_came_after_an_erasure_of_photos_are_left(olga, capsys):
    lead = privacy.lead_of_two(by=olga)
    erase(lead, part=Part.CARDS)
    desk.send_insurance(lead, images=1, nonce="newer")
    assert replayed(capsys) == {"erased in this backup too": 1}
    assert CardImage.objects.count() == 1


def test_card_photos_that_time_took_are_taken_again(lead, restored, capsys):
    restored(lambda: retention.purge(at=NOW + timedelta(days=31)))
    assert CardImage.objects.count() == 2
    assert replayed(capsys) == {"erased again": 1}
    assert not CardImage.objects.exists()
    lead.refresh_from_db()
    assert lead.erased_at is None


def test_an_erasure_that_was_never_committed_does_not_take_what_came_since(lead, restored, capsys):
    restored(lambda: erase(lead))
    desk.send_insurance(lead, images=1, nonce="newer")
    (label,) = replayed(capsys)
    assert label.startswith("worked on after the erasure")
    lead.refresh_from_db()
    assert lead.erased_at is None


def test_a_legal_hold_in_the_backup_is_honoured(lead, olga, restored, capsys):
    restored(lambda: erase(lead))
    retention.hold(lead, by=olga, at=NOW, reason="court")
    assert replayed(capsys) == {"on legal hold, left alone": 1}
    lead.refresh_from_db()
    assert lead.erased_at is None


def test_an_open_lead_in_the_backup_ends_again(olga, restored, capsys):
    lead = builders.lead()
    restored(lambda: erase(lead))
    assert replayed(capsys) == {"erased again": 1}
    lead.refresh_from_db()
    assert (lead.status, lead.disposition) == ("closed", "declined")


def test_a_lead_that_is_not_in_the_backup_and_a_missing_journal_are_fine(db, capsys, records):
    assert replayed(capsys) == {}
    journal.append(journal.Entry(uuid.uuid4(), Part.BOTH, NOW))
    assert replayed(capsys) == {"not in this backup": 1}


def test_lines_that_are_not_ours_are_counted_and_not_applied(lead, olga, restored, records, capsys):
    other = builders.lead(phone="+19165550199", phone_typed="916-555-0199")
    restored(lambda: erase(lead))
    (file,) = records.iterdir()
    good = file.read_text()
    bad = [
        good.replace(str(lead.pk), str(other.pk)),
        good.replace('"both"', '"caller"'),
        '{"lead": 1, "part": null, "at": "", "digest": ""}\n',
        '["lead"]\n',
        "null\n",
        '{"lead": "\n',
        "\udcff\x00 not a line\n".encode("utf-8", "surrogatepass").decode("latin-1"),
        good.replace('"digest": "', '"digest": "é'),
    ]
    file.write_text("".join(bad))
    counted = replayed(capsys)
    assert counted == {"lines that are not ours or were changed, ignored": len(bad)}
    assert not Lead.objects.exclude(erased_at=None).exists()


def test_journals_of_several_machines_count_together_and_twice_is_once(
    lead, restored, records, capsys
):
    other = builders.lead(phone="+19165550199", phone_typed="916-555-0199")
    restored(lambda: erase(lead))
    (file,) = records.iterdir()
    file.rename(records / "erasures-2026-11-node-a.jsonl")
    shutil.copy(records / "erasures-2026-11-node-a.jsonl", records / "erasures-2026-11-copy.jsonl")
    restored(lambda: erase(other))
    assert len(list(records.iterdir())) == 3
    assert replayed(capsys) == {"erased again": 2}


def test_the_line_is_written_before_the_commit(lead, restored, records):
    """A crash between the two leaves a line too many, never one too few."""
    seen = []

    def look():
        erase(lead)
        seen.append((connection.in_atomic_block, len(list(records.iterdir()))))

    restored(look)
    assert seen == [(True, 1)]


def test_what_was_done_by_hand_since_keeps_an_erased_part_apart(lead, olga, capsys):
    """An open lead goes on after the patient was forgotten; a later replay changes nothing."""
    act(workflow.reopen, lead, by=olga, at=NOW)
    erase(lead, part=Part.PATIENT, at=NOW)
    act(workflow.close, lead, by=olga, at=LATER, disposition="declined")
    assert replayed(capsys) == {"erased in this backup too": 1}
