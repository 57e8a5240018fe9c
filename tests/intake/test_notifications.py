"""Who is told of what by mail, what becomes of mail that nobody got, and the red banner."""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from intake import audience, outbox, priorities, promise_keeping, pulse
from intake.audit import Action
from intake.changes import Refused
from intake.choices import Lifted
from intake.models import AuditEvent, Duty, Lead, Outbox, StaffProfile, WorkerPulse
from tests import builders, page
from tests.intake import desk, processes

NOW = timezone.now()
MINUTE = timedelta(minutes=1)
MAILBOX = ["admissions@center.example"]
LIST = "/admin/intake/outbox/"
ACCOUNT = "/admin/account/"
Kind = Outbox.Kind


@pytest.fixture
def ana(db):
    return person("ana")


@pytest.fixture
def ben(db):
    return person("ben")


@pytest.fixture
def lead(db):
    """A lead whose own notification is out of the way."""
    lead = builders.lead(name="Zora O'Sentinel", at=NOW)
    Outbox.objects.all().delete()
    return lead


def person(name: str, *groups: str, is_on_duty: bool = True, **profile):
    """Return somebody of admissions with an address, around the clock on duty or never."""
    user = builders.staff(name, *(groups or ["Admissions"]), email=f"{name}@center.example")
    builders.profile(user, is_on_duty=is_on_duty, **profile)
    return user


def told(*rows: Outbox, at=NOW) -> list[str]:
    """Deliver these, and return the addresses that mail went to."""
    for row in rows:
        row.save()
    mail.outbox.clear()
    while outbox.deliver_next(at=at):
        pass
    assert all(len(sent.to) == 1 for sent in mail.outbox)
    return sorted(address for sent in mail.outbox for address in sent.to)


def to(*users) -> list[str]:
    return [user.email for user in users]


# Who is told


def test_a_new_request_is_told_to_everybody_on_duty_each_in_a_mail_of_their_own(ana, ben, lead):
    person("cleo", is_on_duty=False)
    assert told(outbox.new_request(lead, at=NOW)) == to(ana, ben)
    assert Outbox.objects.filter(sent_at=None).count() == 0
    assert {row.recipient for row in Outbox.objects.all()} == {ana, ben}
    assert told() == []


def test_where_nobody_is_on_duty_the_mailbox_is_told(ana, lead):
    Duty.objects.all().delete()
    assert told(outbox.new_request(lead, at=NOW)) == MAILBOX


@pytest.mark.parametrize("kind", Kind)
def test_each_person_is_told_of_what_they_chose_and_the_mailbox_of_the_rest(ana, ben, lead, kind):
    managers = [person("max", "Admissions managers", events=None)]
    for user in (ana, ben):
        audience.choose(user, [kind] if user == ana else [one for one in Kind if one != kind])
    row = outbox._row(lead, kind, at=NOW, recipient=ana if kind == Kind.HANDED_OVER else None)
    everybody_but_ben = [ana, *managers]
    expected = {
        Kind.HANDED_OVER: [ana],
        Kind.PROMISE_BREAKING: managers,
        Kind.PROMISE_BROKEN: managers,
    }.get(kind, everybody_but_ben)
    assert told(row) == to(*expected)
    for user in (ana, *managers):
        audience.choose(user, [])
    row = outbox._row(lead, kind, at=NOW, recipient=ana if kind == Kind.HANDED_OVER else None)
    assert told(row) == ([] if kind == Kind.HANDED_OVER else MAILBOX)


def test_who_never_chose_is_told_of_everything_while_on_duty(db, lead):
    user = builders.staff("ana", "Admissions", email="ana@center.example")
    assert audience.events_of([user])[user.pk] == Kind.values
    assert told(outbox.new_request(lead, at=NOW)) == MAILBOX
    builders.profile(user)
    assert told(outbox.new_request(lead, at=NOW)) == to(user)


@pytest.mark.parametrize(
    "facts", [{"is_active": False}, {"is_staff": False}, {"email": ""}], ids=str
)
def test_who_left_or_has_no_address_is_told_of_nothing(ana, lead, facts):
    for name, value in facts.items():
        setattr(ana, name, value)
    ana.save()
    assert told(outbox.new_request(lead, at=NOW)) == MAILBOX
    assert told(outbox.handed_over(lead, to=ana, at=NOW)) == []
    row = Outbox.objects.get(kind=Kind.HANDED_OVER)
    assert (row.given_up_because, row.given_up_by) == (Outbox.GivenUp.UNWANTED, None)
    assert not outbox.late(at=NOW + timedelta(days=1)).exists()


def test_who_left_between_two_tries_is_told_nothing_and_the_others_are(ana, ben, lead, monkeypatch):
    monkeypatch.setattr(mail.EmailMessage, "send", fail_with(SMTPServerDisconnected("x")))
    assert told(outbox.new_request(lead, at=NOW)) == []
    monkeypatch.undo()
    ana.is_active = False
    ana.save()
    assert set(told(at=NOW + timedelta(hours=1))) == set(to(ben))


def test_what_is_offered_to_somebody_on_duty_is_told_to_them_alone(ana, ben, lead):
    soon = NOW + 5 * MINUTE
    Lead.objects.filter(pk=lead.pk).update(routed_to=ana, offered_until=soon)
    lead.refresh_from_db()
    assert told(outbox.new_request(lead, at=NOW)) == to(ana)
    assert told(outbox.new_request(lead, at=NOW), at=soon) == to(ana, ben), "the offer is over"
    audience.choose(ana, [])
    assert told(outbox.new_request(lead, at=NOW)) == to(ben), "she wants none, and another hears"


def test_danger_is_told_to_everybody_whoever_has_the_lead(ana, ben, client, front_door):
    data = builders.callback_form(client, message="I want to kill myself.")
    client.post("/callback/", data)
    lead = Lead.objects.get()
    Lead.objects.update(owner=ana)
    assert [row.kind for row in Outbox.objects.all()] == [Kind.DANGER]
    assert told(at=timezone.now()) == to(ana, ben)
    assert mail.outbox[0].subject == f"A request that comes first: {lead.reference}"
    assert "kill" not in mail.outbox[0].body


def test_who_is_lifted_to_the_top_by_a_colleague_is_told_to_everybody_on_duty(ana, ben, lead):
    reason = Lifted.SOUNDED
    priorities.lift(lead, version=lead.version, by=ana, at=NOW, reason=reason)
    assert told() == to(ana, ben)
    assert "comes first" in mail.outbox[0].subject


def test_a_promise_that_broke_is_told_to_the_managers_once(lead):
    max_ = person("max", "Admissions managers", events=[Kind.PROMISE_BROKEN])
    late = lead.promised_by + MINUTE
    promise_keeping.sweep(at=late)
    promise_keeping.sweep(at=late + MINUTE)
    rows = Outbox.objects.filter(kind=Kind.PROMISE_BROKEN)
    assert rows.count() == 1
    Outbox.objects.exclude(pk__in=rows).delete()
    assert told(at=late) == to(max_)


@pytest.mark.parametrize("write", [outbox.promise_at_risk, outbox.changed_by_person])
def test_the_owner_hears_of_their_lead_and_where_they_are_away_everybody_on_duty(
    ana, ben, lead, write
):
    Lead.objects.filter(pk=lead.pk).update(owner=ana)
    lead.refresh_from_db()
    assert told(write(lead, at=NOW)) == to(ana)
    Duty.objects.filter(profile__user=ana).delete()
    assert told(write(lead, at=NOW)) == to(ben)


@pytest.mark.parametrize("write", [outbox.promise_breaking, outbox.promise_broken])
def test_managers_hear_of_broken_promises_first_those_on_duty(ana, lead, write):
    max_ = person("max", "Admissions managers", is_on_duty=False)
    mia = person("mia", "Admissions managers", is_on_duty=False)
    assert told(write(lead, at=NOW)) == to(max_, mia)
    Duty.objects.create(profile=mia.staff_profile, weekday=0, starts="00:00", ends="00:00")
    Duty.objects.bulk_create(
        Duty(profile=mia.staff_profile, weekday=day, starts="00:00", ends="00:00")
        for day in range(1, 7)
    )
    assert told(write(lead, at=NOW)) == to(mia)


def test_a_lead_handed_over_is_told_to_them_also_off_duty(lead):
    cleo = person("cleo", is_on_duty=False)
    assert told(outbox.handed_over(lead, to=cleo, at=NOW)) == to(cleo)


@pytest.mark.parametrize("kind", Kind)
def test_no_mail_says_more_than_a_reference_and_a_link(ana, kind):
    lead = builders.lead(**{**builders.CONTACT, "program": builders.program("iop")}, at=NOW)
    Outbox.objects.all().delete()
    told(outbox._row(lead, kind, at=NOW, recipient=ana if kind == Kind.HANDED_OVER else None))
    (sent,) = mail.outbox
    said = f"{sent.subject} {sent.body}"
    assert said.count(lead.reference) == 2
    assert f"http://testserver{desk.page_of(lead)}" in sent.body
    for secret in ("Zora", "Sentinel", "555", "IOP", "treatment", "rehab", "addiction"):
        assert secret not in said
    assert not sent.attachments


# Faults


def fail_with(error):
    def send(self, *args, **kwargs):
        raise error

    return send


def refusing(address: str, code: int, monkeypatch) -> None:
    """Let the mail server refuse one address."""
    real = mail.EmailMessage.send

    def send(self, *args, **kwargs):
        if address in self.to:
            raise SMTPRecipientsRefused({address: (code, b"No such user zora@center.example")})
        return real(self, *args, **kwargs)

    monkeypatch.setattr(mail.EmailMessage, "send", send)


def test_an_address_that_is_refused_for_good_is_not_tried_again_and_holds_up_nobody(
    ana, ben, lead, monkeypatch, caplog
):
    refusing(ana.email, 550, monkeypatch)
    assert told(outbox.new_request(lead, at=NOW)) == to(ben)
    failed = Outbox.objects.get(recipient=ana)
    assert (failed.attempts, failed.last_error) == (1, "SMTPRecipientsRefused")
    assert failed.failed_at is not None
    assert told(at=NOW + timedelta(days=2)) == []
    assert list(outbox.late(at=NOW)) == [failed], "it shows at once"
    assert "zora" not in caplog.text


def test_an_address_that_is_refused_for_now_is_tried_again(ana, lead, monkeypatch):
    refusing(ana.email, 451, monkeypatch)
    assert told(outbox.new_request(lead, at=NOW)) == []
    row = Outbox.objects.get()
    assert (row.failed_at, row.last_error) == (None, "SMTPRecipientsRefused")
    monkeypatch.undo()
    assert told(at=row.next_try_at) == to(ana)


def test_after_twelve_tries_it_waits_for_somebody_who_looks_into_it(lead, monkeypatch):
    monkeypatch.setattr(mail.EmailMessage, "send", fail_with(SMTPServerDisconnected("x")))
    row, at = outbox.new_request(lead, at=NOW), NOW
    row.save()
    for tries in range(1, outbox.TRIES + 1):
        assert outbox.deliver_next(at=at)
        row.refresh_from_db()
        assert (row.attempts, row.failed_at is not None) == (tries, tries == outbox.TRIES)
        at = row.next_try_at
    assert timedelta(hours=5) < at - NOW < timedelta(hours=9)
    assert not outbox.deliver_next(at=at + timedelta(days=7))
    assert list(outbox.late(at=at)) == [row]


def test_a_worker_killed_while_it_fans_out_leaves_each_person_one_mail(ana, ben, lead):
    """Claimed, with a row for each person, and nothing sent: the mails go out after the lease."""
    outbox.new_request(lead, at=NOW).save()
    claimed = outbox._claim(at=NOW)
    assert Outbox.objects.count() == 2
    other = Outbox.objects.exclude(pk=claimed.pk).get()
    assert {claimed.recipient, other.recipient} == {ana, ben}
    assert told() == to(other.recipient)
    assert told(at=NOW + outbox.LEASE) == to(claimed.recipient)
    assert Outbox.objects.count() == 2


def test_a_fault_while_it_fans_out_leaves_the_row_as_it_was(ana, ben, lead, monkeypatch):
    outbox.new_request(lead, at=NOW).save()
    monkeypatch.setattr(audience, "of", fail_with(RuntimeError()))
    with pytest.raises(RuntimeError):
        outbox.deliver_next(at=NOW)
    row = Outbox.objects.get()
    assert (row.attempts, row.recipient) == (0, None)


@pytest.mark.django_db(transaction=True)
def test_two_real_workers_tell_each_person_once_of_each_request(tmp_path):
    users = [person("ana"), person("ben")]
    references = sorted(builders.lead().reference for _ in range(6))
    workers = [
        processes.start("manage.py", "work", "--once", EMAIL_URL=f"filemail:///{tmp_path}/mail")
        for _ in range(2)
    ]
    for worker in workers:
        worker.communicate(timeout=60)
    # A worker may end while the other one still fans out.
    processes.run("manage.py", "work", "--once", EMAIL_URL=f"filemail:///{tmp_path}/mail")
    lines = [
        line for path in (tmp_path / "mail").glob("*") for line in path.read_text().splitlines()
    ]
    assert sorted(line[-9:] for line in lines if line.startswith("Subject:")) == sorted(
        references * 2
    )
    assert sorted(line[4:] for line in lines if line.startswith("To: ")) == sorted(to(*users) * 6)
    assert WorkerPulse.objects.count() == 3


# Mail that nobody got


@pytest.fixture
def failed(lead, ana):
    row = outbox.new_request(lead, at=NOW)
    row.recipient, row.attempts, row.failed_at, row.last_error = ana, 12, NOW, "SMTPException"
    row.save()
    return row


def act(client, row, action: str, **answers):
    return client.post(f"{LIST}{row.pk}/do/{action}/", answers)


def test_one_that_failed_is_tried_again_by_hand(client, failed, ana):
    ada = desk.sign_in(client, "ada")
    listed = " ".join(page.text_of(client.get(f"{LIST}?delivery=failed")).split())
    assert "failed: not tried any more" in listed
    assert "Try again now" in page.text_of(client.get(f"{LIST}{failed.pk}/change/"))
    assert act(client, failed, "retry").status_code == 302
    event = failed.lead.audit_events.latest("seq")
    assert (event.action, event.by) == (Action.MAIL_RETRIED, ada)
    assert told(at=timezone.now()) == to(ana)
    assert not outbox.late(at=timezone.now()).exists()


def test_one_is_given_up_with_a_reason_and_shows_as_late_no_more(client, failed):
    ada = desk.sign_in(client, "ada")
    assert outbox.late(at=NOW).count() == 1
    assert act(client, failed, "give-up", reason="handled").status_code == 302
    failed.refresh_from_db()
    assert (failed.given_up_by, failed.given_up_because) == (ada, "handled")
    event = failed.lead.audit_events.latest("seq")
    assert (event.action, event.by, event.reason) == (Action.MAIL_GIVEN_UP, ada, "handled")
    assert outbox.late(at=NOW).count() == 0
    assert told(at=timezone.now()) == []
    assert "Try again now" not in page.text_of(client.get(f"{LIST}{failed.pk}/change/"))


@pytest.mark.parametrize("reason", ["", "because", "unwanted"])
def test_without_one_of_the_reasons_nothing_is_given_up(client, failed, reason):
    desk.sign_in(client, "ada")
    answer = act(client, failed, "give-up", reason=reason)
    assert answer.status_code == 422
    assert b"errorlist" in answer.content
    failed.refresh_from_db()
    assert failed.given_up_at is None
    with pytest.raises(IntegrityError), transaction.atomic():
        Outbox.objects.update(given_up_at=NOW)


@pytest.mark.parametrize("action", ["retry", "give-up"])
def test_what_is_settled_stays_so(client, failed, action):
    desk.sign_in(client, "ada")
    for settled in ({"sent_at": NOW}, {"given_up_at": NOW, "given_up_because": "told"}):
        Outbox.objects.update(sent_at=None, given_up_at=None, given_up_because="")
        Outbox.objects.update(**settled)
        act(client, failed, action, reason="handled")
        row = Outbox.objects.get()
        assert {name: getattr(row, name) for name in settled} == settled
    actions = (Action.MAIL_RETRIED, Action.MAIL_GIVEN_UP)
    assert not AuditEvent.objects.filter(action__in=actions).exists()


def test_one_whose_lead_was_erased_is_refused_in_words(failed):
    Outbox.objects.all().delete()
    with pytest.raises(Refused, match="not there any more"):
        outbox.try_again(failed, by=failed.recipient, at=NOW)


def test_who_may_only_look_can_do_neither(client, failed):
    desk.sign_in(client, "olga", "Privacy officers")
    assert act(client, failed, "retry").status_code == 403
    assert act(client, failed, "give-up", reason="told").status_code == 403


# The banner, and the worker's pulse

NO_WORKER = "No worker is running"


def banner_on(client, address: str) -> str:
    said = " ".join(page.text_of(client.get(address)).split())
    return "worker" * (NO_WORKER in said) + "late" * ("1 notification is late or failed." in said)


@pytest.mark.parametrize("address", ["/admin/", desk.QUEUE, ACCOUNT, LIST, "/admin/desk/now/"])
def test_the_desk_and_the_lists_say_in_red_that_mail_does_not_go_out(client, lead, address):
    desk.sign_in(client, "ada")
    assert banner_on(client, address) == "worker"
    beat = pulse.Beat()
    beat(at=timezone.now())
    assert banner_on(client, address) == ""
    outbox.new_request(lead, at=timezone.now() - timedelta(hours=1)).save()
    assert banner_on(client, address) == "late"
    WorkerPulse.objects.update(seen_at=timezone.now() - pulse.QUIET)
    assert banner_on(client, address) == "workerlate"


def test_who_is_not_of_admissions_sees_no_banner(client, lead):
    desk.sign_in(client, "eve", "Content editors")
    assert banner_on(client, "/admin/") == ""


def test_a_worker_that_is_quiet_for_two_minutes_is_missing(db):
    assert pulse.standing(at=NOW) == pulse.Standing(late=0, has_worker=False)
    first, second = pulse.Beat(), pulse.Beat()
    first(at=NOW)
    second(at=NOW + MINUTE)
    assert [pulse.standing(at=NOW + wait * MINUTE).has_worker for wait in (1, 2.9, 3)] == [
        True, True, False,
    ]  # fmt: skip


def test_a_pulse_is_written_now_and_then_and_forgotten_after_a_day(db, django_assert_num_queries):
    beat = pulse.Beat()
    beat(at=NOW)
    with django_assert_num_queries(0):
        beat(at=NOW + pulse.EVERY / 2)
    beat(at=NOW + pulse.EVERY)
    row = WorkerPulse.objects.get()
    assert (row.began_at, row.seen_at) == (NOW, NOW + pulse.EVERY)
    pulse.sweep(at=row.seen_at + pulse.FORGOTTEN - MINUTE)
    assert WorkerPulse.objects.exists()
    pulse.sweep(at=row.seen_at + pulse.FORGOTTEN)
    assert not WorkerPulse.objects.exists()


def test_the_standing_costs_one_statement(lead, django_assert_num_queries):
    for minutes in range(6, 12):
        outbox.new_request(lead, at=NOW - minutes * MINUTE).save()
    with django_assert_num_queries(1):
        assert pulse.standing(at=NOW) == pulse.Standing(late=6, has_worker=False)
    pulse.Beat()(at=NOW)
    pulse.Beat()(at=NOW)
    with django_assert_num_queries(1):
        assert pulse.standing(at=NOW) == pulse.Standing(late=6, has_worker=True)


def test_a_supervisor_reads_it_too(client, lead):
    assert client.get("/readyz").content.decode() == (
        "ok\nlate notifications: 0\nworker: missing\n"
    )
    pulse.Beat()(at=timezone.now())
    assert client.get("/readyz").content.decode().endswith("worker: running\n")


# One's own choice


def test_somebody_chooses_what_to_be_told_of(client, lead):
    ada = desk.sign_in(client, "ada", email="ada@center.example")
    shown = client.get(ACCOUNT)
    assert "mail goes to ada@center.example" in page.text_of(shown)
    ticked = shown.context["events_form"].initial["events"]
    assert ticked == Kind.values
    answer = client.post(f"{ACCOUNT}events/", {"events": ["danger", "new_request"]})
    assert answer.status_code == 302
    assert StaffProfile.objects.get(user=ada).events == ["danger", "new_request"]
    assert client.get(ACCOUNT).context["events_form"].initial["events"] == [
        "danger", "new_request",
    ]  # fmt: skip
    client.post(f"{ACCOUNT}events/", {})
    assert StaffProfile.objects.get(user=ada).events == []


def test_a_choice_that_is_none_is_refused(client, lead):
    desk.sign_in(client, "ada")
    assert client.post(f"{ACCOUNT}events/", {"events": ["gossip"]}).status_code == 400
    assert not StaffProfile.objects.exists()


def test_without_an_address_the_account_says_so(client, lead):
    desk.sign_in(client, "ada")
    assert "Your account has no email address" in page.text_of(client.get(ACCOUNT))


def test_who_takes_no_leads_has_nothing_to_choose(client, lead):
    desk.sign_in(client, "eve", "Content editors")
    assert "What you are told of" not in page.text_of(client.get(ACCOUNT))
    assert client.post(f"{ACCOUNT}events/", {"events": ["danger"]}).status_code == 403
    assert not StaffProfile.objects.exists()
