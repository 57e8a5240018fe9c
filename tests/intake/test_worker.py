"""`manage.py work`: stops when told to, and loses nothing when it is killed."""

import os
import signal
import socket
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from intake import outbox, throttle
from intake.choices import CardSide
from intake.management.commands import work
from intake.models import Lead, Outbox, ParkedCard, Throttle
from rehab_site.reports import NothingPersonalFormatter
from tests import builders
from tests.intake import processes

HOUR = timedelta(hours=1)


@pytest.fixture
def own_signals():
    """Give the test runner its signal handlers back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def mails_in(folder) -> str:
    """Return what was written into the folder of the file mail backend."""
    return "".join(path.read_text() for path in folder.glob("*")) if folder.exists() else ""


def faults_in(output: str) -> list[str]:
    """Return what a worker said beyond that it did its daily job."""
    return [line for line in output.splitlines() if "INFO intake.audit_anchor" not in line]


def test_once_does_all_that_is_due_and_ends(db):
    now, user = timezone.now(), builders.staff()
    leads = [builders.lead(at=now - HOUR) for _ in range(3)]
    Lead.objects.filter(pk=leads[0].pk).update(owner=user, lease_until=now - HOUR)
    for hours in (0, 2):
        ParkedCard.objects.create(
            form_nonce="n",
            side=CardSide.FRONT,
            page=hours + 1,
            jpeg=b"jpeg",
            width=1,
            height=1,
            parked_at=now - hours * HOUR,
        )
    throttle.count("old", "x", per=HOUR, at=now - 2 * HOUR)
    throttle.count("new", "x", per=HOUR, at=now)
    call_command("work", "--once")
    # Their promises may have broken meanwhile, which is told too.
    waits = [sent for sent in mail.outbox if sent.subject.startswith("A new request waits")]
    assert len(waits) == 3
    assert not Outbox.objects.filter(sent_at=None).exists()
    assert Lead.objects.get(pk=leads[0].pk).owner is None
    assert ParkedCard.objects.get().page == 1
    assert not Throttle.objects.filter(until__lte=now).exists()
    assert throttle.count("new", "x", per=HOUR, at=now) == 2


def test_it_waits_for_a_database_that_is_away_and_then_goes_on(
    db, monkeypatch, caplog, own_signals
):
    rounds = iter([OperationalError("gone"), InterfaceError("closed")])

    def deliver(*, at):
        for error in rounds:
            raise error
        os.kill(os.getpid(), signal.SIGTERM)
        return False

    monkeypatch.setattr(outbox, "deliver_next", deliver)
    monkeypatch.setattr(work, "close_old_connections", lambda: None)
    call_command("work", "--pause", "0")
    errors = [record for record in caplog.records if record.levelname == "ERROR"]
    assert [record.getMessage() for record in errors] == [
        "worker waits for the database error=OperationalError",
        "worker waits for the database error=InterfaceError",
    ]


def test_a_fault_that_nobody_foresaw_ends_it_without_quoting_anybody(
    db, monkeypatch, own_signals, caplog
):
    typed = "Zebulon"

    def fail(*, at):
        raise ValueError(f"cannot take {typed}")

    monkeypatch.setattr(outbox, "deliver_next", fail)
    with pytest.raises(SystemExit) as ended:
        call_command("work")
    assert ended.value.code == 1
    assert ended.value.__suppress_context__
    record = caplog.records[-1]
    line = NothingPersonalFormatter("{message}", style="{").format(record)
    assert "builtins.ValueError" in line
    assert "in fail" in line
    assert typed not in line


def test_a_fault_in_the_middle_of_the_sweep_does_not_postpone_the_next_one(
    db, monkeypatch, own_signals
):
    swept = []

    def sweep(command):
        swept.append(timezone.now())
        if len(swept) == 1:
            raise OperationalError("gone")
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(work.Command, "sweep", sweep)
    monkeypatch.setattr(work, "close_old_connections", lambda: None)
    call_command("work", "--pause", "0")
    assert len(swept) == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_real_process_works_until_it_is_told_to_stop(tmp_path, number):
    first = builders.lead()
    worker = processes.start(
        "manage.py", "work", "--pause", "0.1", EMAIL_URL=f"filemail:///{tmp_path}/mail"
    )
    try:
        processes.wait_until(lambda: first.reference in mails_in(tmp_path / "mail"))
        second = builders.lead()
        processes.wait_until(lambda: second.reference in mails_in(tmp_path / "mail"))
        worker.send_signal(number)
        output, _ = worker.communicate(timeout=5)
    finally:
        worker.kill()
    assert (worker.returncode, faults_in(output)) == (0, [])
    assert not Outbox.objects.filter(sent_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_it_sends_loses_nothing(tmp_path):
    lead = builders.lead()
    with socket.create_server(("127.0.0.1", 0)) as silent_mail_server:
        port = silent_mail_server.getsockname()[1]
        worker = processes.start(
            "manage.py", "work", "--once", EMAIL_URL=f"smtp://127.0.0.1:{port}"
        )
        try:
            silent_mail_server.settimeout(20)
            silent_mail_server.accept()
        finally:
            worker.kill()
            worker.communicate()
    row = Outbox.objects.get()
    assert (row.attempts, row.sent_at) == (1, None)
    assert not outbox.deliver_next(at=timezone.now()), "the dead worker's claim still holds"
    assert outbox.deliver_next(at=timezone.now() + outbox.LEASE)
    assert lead.reference in mail.outbox[0].subject


@pytest.mark.django_db(transaction=True)
def test_two_real_workers_share_the_work(tmp_path):
    references = sorted(builders.lead().reference for _ in range(12))
    workers = [
        processes.start("manage.py", "work", "--once", EMAIL_URL=f"filemail:///{tmp_path}/mail")
        for _ in range(2)
    ]
    outputs = [worker.communicate(timeout=60)[0] for worker in workers]
    assert [faults_in(output) for output in outputs] == [[], []]
    subjects = [
        line.split()[-1]
        for line in mails_in(tmp_path / "mail").splitlines()
        if line.startswith("Subject:")
    ]
    assert sorted(subjects) == references
