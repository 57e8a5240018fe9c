"""Leads are forgotten when their time is over, and never before somebody looked at them."""

import threading
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from intake import jobs, journal, retention, workflow
from intake.audit import Action
from intake.choices import Channel, Disposition, Expired, Outcome, Part
from intake.models import AuditEvent, CardImage, Lead, Throttle
from tests import builders, page
from tests.intake import desk, privacy
from tests.intake.acting import act, last_event

DAY = timedelta(days=1)
NOW = timezone.now()


@pytest.fixture
def ada(db):
    builders.center()
    return builders.staff("ada")


def ended(ada, disposition: str = "declined", *, days: float, cards: int = 0, **contact) -> Lead:
    """Return a lead that ended so many days ago."""
    at = NOW - days * DAY
    lead = builders.lead(at=at, timezone=builders.zone_where_it_is(14), **contact)
    if cards:
        desk.send_insurance(lead, images=cards, nonce=f"of {lead.pk}")
    try_once(lead, ada, at)
    act(workflow.close, lead, by=ada, at=at, disposition=disposition)
    return lead


def try_once(lead, ada, at):
    """Log an attempt, and let it be the last activity of the lead."""
    outcome = {"channel": Channel.CALL, "outcome": Outcome.NO_ANSWER}
    act(workflow.log_attempt, lead, by=ada, at=at, **outcome)
    Lead.objects.filter(pk=lead.pk).update(active_at=at)


def is_forgotten(lead) -> bool:
    lead.refresh_from_db()
    return lead.erased_at is not None


def printed(command: str, *arguments, capsys) -> dict[str, str]:
    call_command(command, *arguments)
    lines = capsys.readouterr().out.splitlines()
    return dict(line.rsplit(": ", 1) for line in lines)


# The clocks


@pytest.mark.parametrize(
    ("disposition", "days"),
    [
        (Disposition.SPAM, 30),
        (Disposition.COULD_NOT_REACH, 180),
        (Disposition.DECLINED, 730),
        (Disposition.REFERRED_OUT, 730),
        (Disposition.DUPLICATE, 730),
    ],
)
def test_each_kind_is_forgotten_after_its_own_time(ada, disposition, days):
    lead = ended(ada, disposition, days=days, name="Maria Luz")
    retention.purge(at=NOW - timedelta(seconds=1))
    assert not is_forgotten(lead)
    retention.purge(at=NOW)
    assert is_forgotten(lead)
    assert lead.name == ""
    event = last_event(lead)
    assert (event.action, event.by) == (Action.ERASED, None)
    assert event.reason in Expired.values


def test_who_was_admitted_is_forgotten_like_other_ends(ada):
    lead = builders.lead(at=NOW - 731 * DAY, timezone=builders.zone_where_it_is(14))
    facts = {"status": "admitted", "closed_at": NOW - 731 * DAY, "active_at": NOW - 731 * DAY}
    Lead.objects.filter(pk=lead.pk).update(**facts)
    retention.purge(at=NOW)
    assert is_forgotten(lead)


def test_every_disposition_has_a_clock(ada):
    leads = [ended(ada, value, days=5000) for value in Disposition.values]
    retention.purge(at=NOW)
    assert all(is_forgotten(lead) for lead in leads)


def test_an_open_lead_is_never_forgotten_however_old(ada):
    untouched = builders.lead(at=NOW - 5000 * DAY, timezone=builders.zone_where_it_is(14))
    tried = builders.lead(at=NOW - 5000 * DAY, timezone=builders.zone_where_it_is(14))
    try_once(tried, ada, NOW - 5000 * DAY)
    assert retention.purge(at=NOW).total() == 0
    assert not is_forgotten(untouched)
    assert not is_forgotten(tried)


def test_what_somebody_did_since_extends_the_time(ada):
    lead = ended(ada, Disposition.SPAM, days=40)
    act(workflow.reopen, lead, by=ada, at=NOW - 10 * DAY)
    act(workflow.close, lead, by=ada, at=NOW - 10 * DAY, disposition="spam")
    retention.purge(at=NOW)
    assert not is_forgotten(lead)
    retention.purge(at=NOW + 20 * DAY)
    assert is_forgotten(lead)


def test_a_setting_moves_the_clock(ada, settings):
    settings.RETENTION = settings.RETENTION | {"spam": 2 * DAY}
    lead = ended(ada, Disposition.SPAM, days=2)
    retention.purge(at=NOW)
    assert is_forgotten(lead)


# Card photos


def test_card_photos_go_first_and_the_rest_stays(ada):
    lead = ended(ada, days=30, cards=2, name="Maria Luz")
    Lead.objects.update(active_at=NOW - 30 * DAY)
    assert +retention.purge(at=NOW) == {Expired.CARDS: 1}
    assert not CardImage.objects.exists()
    lead.refresh_from_db()
    assert (lead.name, lead.erased_at) == ("Maria Luz", None)
    event = last_event(lead)
    assert (event.action, event.fields, event.reason) == (
        Action.ERASED,
        "card_images cards",
        "cards",
    )
    assert [entry.part for entry in journal.entries()] == [Part.CARDS]
    assert retention.purge(at=NOW).total() == 0


def test_card_photos_that_nobody_has_worked_with_stay(ada):
    lead = builders.lead(at=NOW - 400 * DAY, timezone=builders.zone_where_it_is(14))
    desk.send_insurance(lead, images=1)
    Lead.objects.update(active_at=NOW - 400 * DAY)
    retention.purge(at=NOW)
    assert CardImage.objects.count() == 1
    try_once(lead, ada, NOW - 31 * DAY)
    retention.purge(at=NOW)
    assert not CardImage.objects.exists()


# Legal hold


def test_a_legal_hold_stops_every_clock_until_it_is_lifted(client, ada):
    olga = privacy.sign_in(client)
    lead = ended(ada, Disposition.SPAM, days=400, cards=1)
    Lead.objects.update(active_at=NOW - 400 * DAY)
    assert privacy.ask(client, lead, "hold", reason="court").url == privacy.page_of(lead)
    event = last_event(lead)
    assert (event.action, event.by, event.reason) == (Action.HELD, olga, "court")
    assert "Legal hold" in page.text_of(client.get(desk.page_of(lead)))
    assert retention.purge(at=NOW).total() == 0

    response = privacy.erase(client, lead)
    assert response.status_code == 409
    assert "A legal hold lies on this lead" in page.text_of(response)
    assert not is_forgotten(lead)

    privacy.ask(client, lead, "lift", reason="over")
    event = last_event(lead)
    assert (event.action, event.by, event.reason) == (Action.HOLD_LIFTED, olga, "over")
    retention.purge(at=NOW)
    assert is_forgotten(lead)


def test_everybody_sees_the_hold_and_only_some_the_way_to_it(client, ada):
    lead = builders.lead(timezone=builders.zone_where_it_is(14))
    retention.hold(lead, by=ada, at=NOW, reason="claim")
    client.force_login(builders.staff("bea", "Admissions"))
    response = client.get(desk.page_of(lead))
    assert "Legal hold" in page.text_of(response)
    assert privacy.page_of(lead) not in desk.links_on(response)
    olga = Client()
    privacy.sign_in(olga)
    assert privacy.page_of(lead) in desk.links_on(olga.get(desk.page_of(lead)))


def test_a_hold_set_or_lifted_twice_is_written_down_once(client, ada):
    lead = builders.lead(timezone=builders.zone_where_it_is(14))
    for _ in range(2):
        retention.hold(lead, by=ada, at=NOW, reason="claim")
    for _ in range(2):
        retention.lift_hold(lead, by=ada, at=NOW, reason="over")
    assert AuditEvent.objects.filter(action=Action.HELD).count() == 1
    assert AuditEvent.objects.filter(action=Action.HOLD_LIFTED).count() == 1


def test_a_hold_without_a_reason_is_not_set(client, ada):
    privacy.sign_in(client)
    lead = builders.lead(timezone=builders.zone_where_it_is(14))
    assert privacy.ask(client, lead, "hold", reason="").status_code == 422
    lead.refresh_from_db()
    assert not lead.legal_hold


# The command and the worker


def test_the_command_prints_counts_and_a_dry_run_erases_nothing(ada, capsys):
    leads = [ended(ada, "spam", days=31), ended(ada, "unreached", days=200)]
    ended(ada, days=40, cards=1)
    Lead.objects.filter(verifications__isnull=False).update(active_at=NOW - 40 * DAY)
    expected = {
        "spam": "1",
        "never reached": "1",
        "admitted or closed otherwise": "0",
        "card photos": "1",
    }
    assert printed("purge_expired", "--dry-run", capsys=capsys) == expected
    assert not any(is_forgotten(lead) for lead in leads)
    assert printed("purge_expired", capsys=capsys) == expected
    assert all(is_forgotten(lead) for lead in leads)
    assert set(printed("purge_expired", capsys=capsys).values()) == {"0"}


def test_a_purge_that_was_interrupted_goes_on_where_it_stopped(ada, monkeypatch):
    leads = [ended(ada, "spam", days=31) for _ in range(3)]
    append, lines = journal.append, []

    def die_at_the_second(entry):
        lines.append(entry)
        if len(lines) == 2:
            raise KeyboardInterrupt
        append(entry)

    monkeypatch.setattr(journal, "append", die_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        retention.purge(at=NOW)
    assert sum(is_forgotten(lead) for lead in leads) == 1
    monkeypatch.setattr(journal, "append", append)
    assert retention.purge(at=NOW).total() == 2
    assert all(is_forgotten(lead) for lead in leads)
    assert len(list(journal.entries())) == 3


def test_one_that_was_reopened_meanwhile_is_left_alone(ada, monkeypatch):
    first, second = (ended(ada, "spam", days=31) for _ in range(2))
    append = journal.append

    def reopen_the_other(entry):
        append(entry)
        other = second if entry.lead_id == first.pk else first
        act(workflow.reopen, other, by=ada, at=NOW)

    monkeypatch.setattr(journal, "append", reopen_the_other)
    assert retention.purge(at=NOW).total() == 1


def test_without_a_journal_nothing_is_purged_and_mail_goes_on(ada, records, caplog, mailoutbox):
    lead = ended(ada, "spam", days=31)
    builders.lead()
    records.write_text("a file where the folder should be")
    with pytest.raises(CommandError, match="RECORDS_DIR cannot be written"):
        call_command("purge_expired")
    call_command("work", "--once")
    assert not is_forgotten(lead)
    assert len(mailoutbox) == 2
    assert "nothing is erased: RECORDS_DIR cannot be written" in caplog.text


def test_the_worker_purges_at_most_once_an_hour(ada):
    lead = ended(ada, "spam", days=31)
    call_command("work", "--once")
    assert is_forgotten(lead)
    another = ended(ada, "spam", days=31)
    call_command("work", "--once")
    assert not is_forgotten(another)
    Throttle.objects.update(until=NOW)
    call_command("work", "--once")
    assert is_forgotten(another)


def test_a_job_is_due_again_after_its_time(db):
    hour = timedelta(hours=1)
    assert jobs.due("anchor", every=hour, at=NOW)
    assert not jobs.due("anchor", every=hour, at=NOW + hour - timedelta(seconds=1))
    assert jobs.due("another", every=hour, at=NOW)
    assert jobs.due("anchor", every=hour, at=NOW + hour)


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_is_told_to_do_the_job():
    told = []

    def ask():
        try:
            told.append(jobs.due("purge", every=DAY, at=NOW))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == [False] * 7 + [True]
