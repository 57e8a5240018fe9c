"""What people change themselves from the receipt: done once, written down, told to staff."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from intake import merging, outbox, receipts, retention, wishes, workflow
from intake.audit import Action
from intake.choices import Channel, Disposition, Outcome, Part, Priority, Status
from intake.models import Appointment, AuditEvent, Lead, Outbox, PrivacyRequest, Wish, Withdrawal
from tests import builders, page
from tests.intake import desk
from tests.intake.acting import act

pytestmark = pytest.mark.usefixtures("front_door")

RECEIPT = "/receipt/"
TIME, NOTE, TAKE_BACK = "/receipt/time/", "/receipt/note/", "/receipt/permissions/"
CANCEL, PRIVACY = "/receipt/cancel/", "/receipt/privacy/"
ALL = [TIME, NOTE, TAKE_BACK, CANCEL, PRIVACY]
# What somebody might answer on each page.
ANSWERS = {
    TIME: {"window": "evening"},
    NOTE: {"note": "He came home last night."},
    TAKE_BACK: {"kinds": ["call"]},
    CANCEL: {},
    PRIVACY: {"kind": "copy"},
}


@pytest.fixture
def lead(client) -> Lead:
    """A lead whose receipt is open in the client's browser."""
    ticks = {"voicemail_ok": "on", "text_ok": "on", "timezone": "America/New_York"}
    client.post("/callback/", builders.callback_form(client, **builders.CONTACT, **ticks))
    return Lead.objects.get()


@pytest.fixture
def ada():
    return builders.staff("ada", "Admissions")


def form_of(client, url: str, **answers) -> dict:
    """Open that page and return what its button would send, with these answers."""
    shown = client.get(url)
    assert shown.status_code == 200, url
    return page.form_on(shown) | answers


def ask(client, url: str, **answers):
    return client.post(url, form_of(client, url, **(answers or ANSWERS[url])))


def said(client) -> str:
    return page.text_of(client.get(RECEIPT))


def state() -> list:
    """Return what any wish would change."""
    return [
        list(Lead.objects.values_list("version", "status", "window", "call_ok", "due_at")),
        *(model.objects.count() for model in (
            Wish, PrivacyRequest, Withdrawal, Outbox, AuditEvent, Appointment)),
    ]  # fmt: skip


def times_on(response) -> list[str]:
    html = response.content.decode().partition('name="appointment"')[2].partition("</select>")[0]
    return [part.partition('"')[0] for part in html.split('<option value="')[2:]]


def test_the_receipt_leads_to_what_can_be_changed(client, lead):
    html = client.get(RECEIPT).content.decode()
    for url in ALL:
        assert f'href="{url}"' in html
        shown = client.get(url)
        assert "<title>Receipt</title>" in shown.content.decode()
        assert {"no-store", "private"} <= set(shown.headers["Cache-Control"].split(", "))
        for personal in (*builders.CONTACT.values(), "555-0187", "Program IOP"):
            assert personal not in shown.content.decode()


@pytest.mark.parametrize("url", ALL)
def test_each_wish_is_done_audited_and_told(client, lead, url):
    notified = Outbox.objects.count()
    answer = ask(client, url)
    assert (answer.status_code, answer.headers["Location"]) == (303, RECEIPT)
    assert "no-store" in answer.headers["Cache-Control"]
    wish = Wish.objects.get()
    assert (wish.lead, f"/receipt/{wish.what}/") == (lead, url)
    lead.refresh_from_db()
    assert lead.version == 2
    assert lead.active_at == wish.received_at
    event = lead.audit_events.latest("seq")
    assert event.by is None
    for value in ("fentanyl", "home last night", "evening"):
        assert value not in event.fields
    assert Outbox.objects.count() == notified + 1
    assert Outbox.objects.latest("pk").kind == Outbox.Kind.CHANGED
    # The receipt says that it is done, and says it in the answer, not in the address.
    assert client.get(RECEIPT).content.decode().count('role="status"') == 2  # and the way out


@pytest.mark.parametrize("url", ALL)
def test_the_same_press_twice_does_it_once(client, lead, url):
    data = form_of(client, url, **ANSWERS[url])
    assert client.post(url, data).status_code == 303
    before, shown = state(), said(client)
    assert client.post(url, data).status_code == 303
    assert (state(), said(client)) == (before, shown)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("url", [NOTE, PRIVACY, CANCEL])
def test_two_presses_at_the_same_moment_do_it_once(client, lead, url):
    data = form_of(client, url, **ANSWERS[url])
    cookies = client.cookies

    def press(_):
        browser = Client()
        browser.cookies = cookies
        try:
            return browser.post(url, data).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(press, range(2))) == [303, 303]
    assert Wish.objects.count() == 1
    assert Outbox.objects.filter(kind=Outbox.Kind.CHANGED).count() == 1
    assert PrivacyRequest.objects.count() == (url == PRIVACY)


def test_the_mail_says_nothing_about_anybody(client, lead):
    ask(client, NOTE)
    while outbox.deliver_next(at=timezone.now()):
        pass
    changed = mail.outbox[-1]
    assert changed.subject == f"Somebody changed their request: {lead.reference}"
    for personal in (*builders.CONTACT.values(), "home last night", "IOP"):
        assert personal not in changed.body


# Another time


def test_another_part_of_the_day_is_promised_and_seen(client, lead):
    shown = client.get(TIME)
    assert page.form_on(shown)["window"] == "any"
    assert page.form_on(shown)["timezone"] == "America/New_York"
    ask(client, TIME, window="evening")
    lead.refresh_from_db()
    assert (lead.window, lead.due_at) == ("evening", lead.promised_by)
    assert "The time is changed. We call you then." in said(client)
    assert "between 5 p.m. and 9 p.m. (Eastern Time)" in said(client) or "before 9 p.m." in said(
        client
    )
    fields = lead.audit_events.latest("seq").fields.split()
    assert {"window", "promised_from", "promised_by", "due_at"} <= set(fields)
    assert lead.audit_events.latest("seq").action == Action.WISHED


def test_an_appointment_is_taken_changed_and_given_up(client, lead):
    first, second = times_on(client.get(TIME))[:2]
    ask(client, TIME, appointment=first)
    assert "Your appointment: we call you" in said(client)
    shown = client.get(TIME)
    # One's own time is offered and chosen still; nobody else is offered it.
    assert page.form_on(shown)["appointment"] == first
    assert first not in times_on(client.get("/callback/"))

    ask(client, TIME, appointment=second)
    lead.refresh_from_db()
    assert Appointment.objects.get().starts_at == lead.promised_from
    assert first in times_on(client.get("/callback/"))
    ask(client, TIME, appointment="", window="morning")
    assert not Appointment.objects.exists()
    assert "Your appointment" not in said(client)


def test_a_time_that_somebody_else_took_is_refused_and_the_old_one_kept(client, lead):
    first, second = times_on(client.get(TIME))[:2]
    ask(client, TIME, appointment=first)
    Client().post("/callback/", builders.callback_form(Client(), appointment=second))
    before = state()
    answer = client.post(TIME, page.form_on(client.get(TIME)) | {"appointment": second})
    assert answer.status_code == 422
    assert "That time is not free any more." in page.text_of(answer)
    assert "<title>Please check: Receipt</title>" in answer.content.decode()
    assert state() == before


def test_the_same_time_again_moves_no_promise(client, lead):
    promised = lead.promised_by
    ask(client, TIME, window="any")
    lead.refresh_from_db()
    assert lead.promised_by == promised


def test_a_time_that_is_over_can_be_replaced_by_the_next_one(client, lead):
    Lead.objects.update(
        promised_from=timezone.now() - timedelta(hours=3),
        promised_by=timezone.now() - timedelta(hours=2),
    )
    assert "The time we promised is over." in said(client)
    ask(client, TIME, window="any")
    lead.refresh_from_db()
    assert lead.promised_by > timezone.now()


def test_a_time_when_nobody_is_at_the_desk_is_answered_with_the_next_one(client, lead):
    builders.center(opens=builders.time(8), closes=builders.time(11))
    answer = ask(client, TIME, window="evening", timezone="America/Los_Angeles", shown_in="")
    assert answer.status_code == 422
    assert "Nobody is at our desk at that time of your day." in page.text_of(answer)


def test_who_was_reached_meanwhile_is_told_so(client, lead, ada):
    data = form_of(client, TIME, window="evening")
    act(workflow.log_attempt, lead, by=ada, at=timezone.now(), channel=Channel.INBOUND,
        outcome=Outcome.REACHED)  # fmt: skip
    before = state()
    answer = client.post(TIME, data)
    assert answer.status_code == 422
    assert "We have spoken with you in the meantime." in page.text_of(answer)
    assert state() == before
    assert client.get(TIME).status_code == 302
    assert f'href="{TIME}"' not in client.get(RECEIPT).content.decode()


# A note


def test_a_note_reaches_the_page_of_the_lead_and_nothing_else(client, lead, ada):
    ask(client, NOTE, note="My sister may know.\nHe came home.")
    assert Wish.objects.get().text == "My sister may know.\nHe came home."
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM intake_wish")
        assert "sister" not in cursor.fetchone()[0]
    shown = said(client)
    assert "Your note has arrived. Thank you." in shown
    assert "sister" not in shown
    desk.sign_in(client, "ben")
    seen = page.text_of(client.get(desk.page_of(lead)))
    assert "Note from the receipt" in seen
    assert "My sister may know." in seen
    assert "On the receipt: A note" in seen


def test_a_note_of_danger_lifts_the_lead(client, lead):
    ask(client, NOTE, note="I want to kill myself")
    lead.refresh_from_db()
    assert lead.priority == Priority.DANGER
    assert "priority" in lead.audit_events.latest("seq").fields.split()


def test_a_note_brings_a_later_step_forward(client, lead, ada):
    later = timezone.now() + timedelta(days=20)
    act(workflow.log_attempt, lead, by=ada, at=timezone.now(), channel=Channel.INBOUND,
        outcome=Outcome.REACHED, next_step_at=later)  # fmt: skip
    ask(client, NOTE)
    lead.refresh_from_db()
    assert lead.due_at < later
    assert lead.owner == ada


@pytest.mark.parametrize("note", ["", "   ", "\0", "x" * 4001])
def test_an_empty_or_endless_note_is_shown_again(client, lead, note):
    before = state()
    answer = ask(client, NOTE, note=note)
    assert answer.status_code == 422
    assert page.form_on(answer)["note"] == note
    assert state() == before


@pytest.mark.parametrize("url", ALL)
@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "{{ 7*7 }}", "\0", "x" * 50_000])
def test_what_is_in_no_list_changes_nothing(client, lead, url, text):
    before = state()
    data = page.form_on(client.get(url)) | dict.fromkeys(
        ("window", "timezone", "appointment", "kinds", "kind", "nonce"), text
    )
    answer = client.post(url, data)
    assert answer.status_code in (403, 422)
    assert "<script>alert" not in answer.content.decode()
    assert state() == before


# Permissions


def test_only_what_is_allowed_can_be_taken_back_and_it_closes_at_once(client, lead):
    shown = page.text_of(client.get(TAKE_BACK))
    for label in ("Call you", "Leave a voicemail", "Text you"):
        assert label in shown
    for label in ("Email you", "insurance company"):
        assert label not in shown
    ask(client, TAKE_BACK, kinds=["text", "voicemail"])
    lead.refresh_from_db()
    assert (lead.call_ok, lead.text_ok, lead.voicemail_ok) == (True, False, False)
    row = Withdrawal.objects.get(kind="text")
    assert (row.told, row.recorded_by, row.done_at) == ("receipt", None, None)
    assert lead.consents.get(text__kind="text").withdrawal == row
    assert "It is taken back, from now on." in said(client)
    assert "Text you" not in page.text_of(client.get(TAKE_BACK))

    desk.sign_in(client, "max", "Admissions managers")
    assert "On their receipt page" in page.text_of(client.get(desk.page_of(lead)))
    assert lead.reference in page.text_of(client.get("/admin/intake/withdrawal/"))


def test_who_may_not_be_called_is_not_told_when_we_call(client, lead):
    start = times_on(client.get(TIME))[0]
    ask(client, TIME, appointment=start)
    ask(client, TAKE_BACK, kinds=["call"])
    assert "Not at all, as you asked." in said(client)
    assert client.get(TIME).status_code == 302
    assert not Appointment.objects.exists()


def test_permissions_are_taken_back_of_a_closed_request_too(client, lead, ada):
    act(workflow.close, lead, by=ada, at=timezone.now(), disposition=Disposition.SPAM)
    assert ask(client, TAKE_BACK, kinds=["call", "text"]).status_code == 303
    lead.refresh_from_db()
    assert (lead.call_ok, lead.text_ok, lead.is_open) == (False, False, False)


def test_nothing_ticked_is_asked_for_again(client, lead):
    answer = ask(client, TAKE_BACK, kinds=[])
    assert answer.status_code == 422
    assert "Tick what we may no longer do" in page.text_of(answer)
    refused = ask(client, TAKE_BACK, kinds=["everything"])
    assert "Please choose from the list." in page.text_of(refused)


def test_the_staff_who_write_one_down_cannot_say_that_the_receipt_did(client, lead):
    desk.sign_in(client, "ben")
    assert 'value="receipt"' not in client.get(desk.page_of(lead)).content.decode()


# Cancel


def test_who_cancels_is_not_called_and_can_still_read_the_receipt(client, lead, ada):
    workflow.claim(lead, version=lead.version, by=ada, at=timezone.now())
    stale = Lead.objects.get().version
    ask(client, CANCEL)
    lead.refresh_from_db()
    assert (lead.status, lead.disposition) == (Status.CLOSED, Disposition.DECLINED)
    assert (lead.lease_until, lead.calling_since) == (None, None)
    shown = said(client)
    assert "The request is canceled. We do not call you." in shown
    assert "This request is closed." in shown
    assert "declined" not in shown.lower()
    html = client.get(RECEIPT).content.decode()
    assert [url for url in ALL if f'href="{url}"' in html] == [TAKE_BACK, PRIVACY]

    # A colleague's older page is refused, and says what happened.
    desk.sign_in(client, "ben")
    refused = desk.press(client, lead, "claim", version=stale)
    assert refused.status_code == 409
    assert "Closed" in page.text_of(refused)


# Copies and erasures


@pytest.mark.parametrize(
    ("kind", "label"), [("copy", "A copy of what we have"), ("erasure", "That we erase it")]
)
def test_a_copy_or_an_erasure_is_asked_for_seen_and_answered(client, lead, kind, label):
    ask(client, PRIVACY, kind=kind)
    row = PrivacyRequest.objects.get()
    # Days are counted at the desk, and told as the calendar stands where the person is.
    desks_day = timezone.localdate(row.asked_at, ZoneInfo("America/Los_Angeles"))
    assert row.due_on == desks_day + timedelta(days=30)
    theirs = timezone.localdate(row.asked_at, ZoneInfo("America/New_York"))
    shown = said(client)
    assert label in shown
    assert f"Asked for on {theirs:%B} {theirs.day}. " in shown
    assert f"You hear from us by {row.due_on:%B} {row.due_on.day}, {row.due_on.year}." in shown
    # Once is enough: another press on another page makes no second one.
    ask(client, PRIVACY, kind=kind)
    assert PrivacyRequest.objects.count() == 1

    olga = desk.sign_in(client, "olga", "Privacy officers")
    listed = client.get("/admin/intake/privacyrequest/")
    assert lead.reference in page.text_of(listed)
    privacy = f"/admin/intake/lead/{lead.pk}/privacy/"
    assert privacy in desk.links_on(listed)
    assert label in page.text_of(client.get(privacy))
    answer = {"answered-request": row.pk, "answered-note": "Handed over in person."}
    empty = client.post(f"{privacy}answered/", answer | {"answered-note": ""})
    assert empty.status_code == 422
    assert "Write down how it was answered." in page.text_of(empty)
    assert client.post(f"{privacy}answered/", answer).status_code == 302
    row.refresh_from_db()
    assert (row.done_by, row.answer) == (olga, "Handed over in person.")
    event = lead.audit_events.latest("seq")
    assert (event.action, event.by, event.fields) == (Action.PRIVACY_ANSWERED, olga, kind) or (
        lead.audit_events.filter(action=Action.PRIVACY_ANSWERED, by=olga, fields=kind).exists()
    )
    assert "Handed over in person." in page.text_of(client.get(privacy))
    assert lead.reference not in page.text_of(client.get("/admin/intake/privacyrequest/"))
    assert client.post(f"{privacy}answered/", answer).status_code == 409


def test_admissions_see_what_is_owed_and_do_not_answer_it(client, lead):
    ask(client, PRIVACY, kind="erasure")
    desk.sign_in(client, "ben")
    assert "That we erase it" in page.text_of(client.get(desk.page_of(lead)))
    row = PrivacyRequest.objects.get()
    data = {"answered-request": row.pk, "answered-note": "Done."}
    url = f"/admin/intake/lead/{lead.pk}/privacy/answered/"
    assert client.post(url, data).status_code == 403


def test_whose_copy_is_owed_is_not_forgotten_by_the_clock(client, lead, ada):
    ask(client, PRIVACY, kind="copy")
    act(workflow.close, lead, by=ada, at=timezone.now(), disposition=Disposition.SPAM)
    long_after = timezone.now() + timedelta(days=3000)
    assert not retention.purge(at=long_after).total()
    PrivacyRequest.objects.update(done_at=timezone.now(), done_by=ada)
    assert retention.purge(at=long_after).total() == 1


def test_the_copy_has_what_was_wished_and_an_erasure_takes_it(client, lead):
    ask(client, NOTE)
    ask(client, PRIVACY, kind="copy")
    olga = desk.sign_in(client, "olga", "Privacy officers")
    url = f"/admin/intake/lead/{lead.pk}/privacy/copy/"
    sections = client.post(url, {"copy-checked": "pin", "json": "1"}).json()["sections"]
    notes = [section["text"] for section in sections if section["kind"] == "wishes"
             and "text" in section]  # fmt: skip
    assert notes == ["He came home last night."]
    assert "privacy_requests" in {section["kind"] for section in sections}
    retention.erase(lead, part=Part.BOTH, by=olga, at=timezone.now(), reason="pin")
    assert not Wish.objects.exists()
    assert not PrivacyRequest.objects.exists()


# Who may


@pytest.mark.parametrize("url", ALL)
def test_without_a_receipt_nothing_is_shown_or_changed(client, lead, url):
    data = form_of(client, url, **ANSWERS[url])
    before = state()
    stranger = Client()
    assert stranger.get(url).headers["Location"] == RECEIPT
    answer = stranger.post(url, data)
    assert answer.status_code == 403
    assert "Your receipt has closed itself" in page.text_of(answer)
    kept = page.form_on(answer)
    # What was typed is still there, and goes through once the receipt is open again.
    if "note" in data:
        assert kept["note"] == data["note"]
    assert state() == before
    pin = receipts.shown_pin(lead)
    stranger.post(RECEIPT, {"reference": lead.reference, "pin": pin})
    assert stranger.post(url, kept | ANSWERS[url]).status_code == 303
    assert Wish.objects.get().lead == lead


@pytest.mark.parametrize("url", ALL)
def test_a_request_that_was_erased_meanwhile_is_not_touched(client, lead, ada, url):
    data = form_of(client, url, **ANSWERS[url])
    retention.erase(lead, part=Part.BOTH, by=ada, at=timezone.now(), reason="pin")
    before = state()
    answer = client.post(url, data)
    assert answer.status_code == 403
    assert state() == before


def test_one_that_is_erased_between_reading_and_changing_is_not_touched(lead, ada):
    stale = Lead.objects.get()
    retention.erase(lead, part=Part.BOTH, by=ada, at=timezone.now(), reason="pin")
    before = state()
    with pytest.raises(wishes.Forgotten):
        wishes.cancel(stale, wishes.Sent("nonce", timezone.now()))
    assert state() == before


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Origin": "http://testserver"}, 303), ({}, 403), ({"Origin": "https://evil.example"}, 403)],
)
@pytest.mark.parametrize("url", ALL)
def test_a_lost_csrf_cookie_is_made_up_for_by_our_own_origin(client, lead, url, headers, status):
    data = form_of(client, url, **ANSWERS[url])
    browser = Client(enforce_csrf_checks=True)
    browser.cookies[receipts.COOKIE] = client.cookies[receipts.COOKIE].value
    before = state()
    assert browser.post(url, data, headers=headers).status_code == status
    assert (state() == before) == (status == 403)


def test_an_old_page_needs_one_more_press_and_loses_nothing(client, lead):
    data = form_of(client, NOTE, note="Still here.", nonce="old:1:forged")
    answer = client.post(NOTE, data)
    assert answer.status_code == 403
    assert "it needs one more press" in page.text_of(answer)
    assert page.form_on(answer)["note"] == "Still here."
    assert client.post(NOTE, page.form_on(answer)).status_code == 303


def test_many_changes_in_an_hour_are_slowed_down(client, lead, monkeypatch):
    monkeypatch.setattr(wishes, "MOST_AN_HOUR", 3)
    for number in range(3):
        assert ask(client, NOTE, note=f"Note {number}").status_code == 303
    answer = ask(client, NOTE, note="One more")
    assert answer.status_code == 429
    assert "You have changed this request many times" in page.text_of(answer)
    assert page.form_on(answer)["note"] == "One more"
    assert Wish.objects.count() == 3


def test_the_pin_stays_on_the_receipt_of_who_sent(client, lead):
    pin = receipts.shown_pin(lead)
    ask(client, NOTE)
    assert pin in said(client)
    other = Client()
    other.post(RECEIPT, {"reference": lead.reference, "pin": pin})
    ask(other, NOTE, note="From another device")
    assert pin not in said(other)


# Merged


@pytest.fixture
def merged_into(lead, ada) -> Lead:
    """The lead on which staff go on, after they merged the one of the receipt into it."""
    other = builders.lead(phone="+19165550199", text_ok=True)
    lead.refresh_from_db()
    merging.merge(lead, other, version=lead.version, by=ada, at=timezone.now())
    return other


@pytest.mark.parametrize("url", [TIME, NOTE, CANCEL])
def test_the_receipt_of_a_merged_lead_changes_the_one_that_staff_work_on(client, merged_into, url):
    assert ask(client, url).status_code == 303
    assert Wish.objects.get().lead == merged_into
    merged_into.refresh_from_db()
    assert merged_into.is_open == (url != CANCEL)
    # The receipt is still the person's own.
    assert Lead.objects.exclude(pk=merged_into.pk).get().reference in said(client)


def test_permissions_of_a_merged_lead_are_taken_back_on_both(client, lead, merged_into):
    ask(client, TAKE_BACK, kinds=["call", "text", "voicemail"])
    for one in (lead, merged_into):
        one.refresh_from_db()
        assert (one.call_ok, one.text_ok, one.voicemail_ok) == (False, False, False)
    assert lead.withdrawals.count() == 3
    assert merged_into.withdrawals.count() == 2
