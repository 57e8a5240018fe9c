"""A notification survives a dead mail server and a dead worker, and says nothing about anybody."""

import threading
from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone

from intake import outbox
from intake.models import Lead, Outbox
from tests import builders

NOW = timezone.now()
MINUTE = timedelta(minutes=1)


class Down(Exception):
    pass


@pytest.fixture
def lead(db):
    return builders.lead(
        name="Ada Marlowe", email="ada@example.org", message="please call", program=None, at=NOW
    )


@pytest.fixture
def mail_server(monkeypatch):
    """Return a switch: while `is_down`, every mail fails the way a mail server fails."""

    class Switch:
        is_down = True

    def send(self, *args, **kwargs):
        if Switch.is_down:
            raise SMTPServerDisconnected("refused for ada@example.org")
        return real(self, *args, **kwargs)

    real = mail.EmailMessage.send
    monkeypatch.setattr(mail.EmailMessage, "send", send)
    return Switch


def test_a_new_request_is_told_with_its_reference_and_a_link_and_nothing_else(lead):
    assert outbox.deliver_next(at=NOW)
    (sent,) = mail.outbox
    assert sent.to == ["admissions@center.example"]
    assert sent.subject == f"A new request waits: {lead.reference}"
    assert (
        sent.body.split()
        == (
            f"A new request waits in the queue. Reference {lead.reference} "
            f"http://testserver/admin/intake/lead/{lead.pk}/change/"
        ).split()
    )
    assert not sent.attachments
    assert not outbox.deliver_next(at=NOW)
    assert not outbox.deliver_next(at=NOW + timedelta(days=1))
    assert Outbox.objects.get().sent_at is not None


def test_the_row_is_written_with_the_request_or_not_at_all(db):
    with transaction.atomic():
        builders.lead()
        assert Outbox.objects.count() == 1
        transaction.set_rollback(True)
    assert Lead.objects.count() == Outbox.objects.count() == 0


def test_when_the_mail_server_is_down_the_row_stays_and_is_tried_again_ever_later(
    lead, mail_server
):
    at, waits = NOW, []
    for _ in range(9):
        assert outbox.deliver_next(at=at)
        assert not outbox.deliver_next(at=at), "it is not tried twice at once"
        row = Outbox.objects.get()
        waits.append(row.next_try_at - at)
        at = row.next_try_at
    assert row.sent_at is None
    assert row.attempts == 9
    assert waits == [wait * MINUTE for wait in (2, 2, 4, 8, 16, 32, 60, 60, 60)]
    mail_server.is_down = False
    assert outbox.deliver_next(at=at)
    row = Outbox.objects.get()
    assert (row.sent_at is not None, row.last_error, len(mail.outbox)) == (True, "", 1)


def test_only_the_kind_of_error_is_kept_and_logged(lead, mail_server, caplog):
    outbox.deliver_next(at=NOW)
    assert Outbox.objects.get().last_error == "SMTPServerDisconnected"
    assert f"reference={lead.reference} attempt=1 error=SMTPServerDisconnected" in caplog.text
    assert "ada" not in caplog.text


def test_staff_see_what_is_late_until_it_has_gone_out(lead, mail_server):
    def late(minutes):
        return outbox.late(at=NOW + minutes * MINUTE).count()

    assert (late(4), late(5), late(600)) == (0, 1, 1)
    outbox.deliver_next(at=NOW + 5 * MINUTE)
    assert late(5) == 1
    mail_server.is_down = False
    outbox.deliver_next(at=NOW + 10 * MINUTE)
    assert late(600) == 0


def test_without_anybody_to_tell_the_row_waits_instead_of_counting_as_sent(lead, settings):
    settings.ADMISSIONS_EMAILS = []
    outbox.deliver_next(at=NOW)
    row = Outbox.objects.get()
    assert (row.sent_at, row.last_error) == (None, "ImproperlyConfigured")
    settings.ADMISSIONS_EMAILS = ["desk@center.example"]
    outbox.deliver_next(at=NOW + 5 * MINUTE)
    assert mail.outbox[0].to == ["desk@center.example"]


def test_a_worker_killed_in_the_middle_leaves_the_row_to_be_sent_after_the_lease(lead):
    assert outbox._claim(at=NOW).lead == lead
    assert not outbox.deliver_next(at=NOW + outbox.LEASE - timedelta(seconds=1))
    assert outbox.deliver_next(at=NOW + outbox.LEASE)
    assert len(mail.outbox) == 1


def test_what_waited_longest_goes_first(db):
    later, first = (builders.lead(at=NOW - wait * MINUTE) for wait in (1, 2))
    while outbox.deliver_next(at=NOW):
        pass
    assert [sent.subject[-9:] for sent in mail.outbox] == [first.reference, later.reference]


def test_one_bad_row_does_not_hold_up_the_others(db, monkeypatch):
    bad, good = builders.lead(at=NOW - MINUTE), builders.lead(at=NOW)
    real = outbox._mail
    monkeypatch.setattr(
        outbox, "_mail", lambda kind, lead: real(kind, None if lead == bad else lead)
    )
    while outbox.deliver_next(at=NOW):
        pass
    assert [row.lead for row in Outbox.objects.filter(sent_at=None)] == [bad]
    assert good.reference in mail.outbox[0].subject


@pytest.mark.django_db(transaction=True)
def test_several_workers_at_once_send_each_mail_once():
    references = sorted(builders.lead(at=NOW).reference for _ in range(24))
    faults, ready = [], threading.Barrier(4)

    def work():
        try:
            ready.wait(10)
            while outbox.deliver_next(at=NOW):
                pass
        except Exception as error:
            faults.append(error)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert faults == []
    assert sorted(sent.subject[-9:] for sent in mail.outbox) == references
    assert set(Outbox.objects.values_list("attempts", flat=True)) == {1}


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_a_worker_does_not_wait_for_a_row_that_another_one_holds():
    held, free = builders.lead(at=NOW - MINUTE), builders.lead(at=NOW)
    is_held, may_end = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            Outbox.objects.select_for_update().get(lead=held)
            is_held.set()
            may_end.wait(10)
        connection.close()

    other = threading.Thread(target=hold)
    other.start()
    assert is_held.wait(10)
    assert outbox.deliver_next(at=NOW)
    assert free.reference in mail.outbox[0].subject
    assert not outbox.deliver_next(at=NOW)
    may_end.set()
    other.join(10)
    assert outbox.deliver_next(at=NOW)
