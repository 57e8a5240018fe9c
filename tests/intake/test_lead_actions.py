"""The buttons on a lead's page: what they do, what they refuse, and that nothing typed is lost."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from intake import workflow
from intake.admin.lead_page import FORMS
from intake.audit import Action
from intake.choices import Disposition, Outcome, Status
from intake.models import AuditEvent, ContactAttempt, Lead
from tests import builders, page
from tests.intake import desk

NOTE = "Her sister answered; say nothing.\nTry after six."
NO_ANSWER = {"channel": "call", "outcome": "no_answer"}
REACHED = {"channel": "call", "outcome": "reached"}


@pytest.fixture
def ada(client, db):
    builders.center()
    return desk.sign_in(client)


@pytest.fixture
def lead(ada):
    return builders.lead(timezone=builders.zone_where_it_is(14))


def claim(lead, user):
    lead.refresh_from_db()
    workflow.claim(lead, version=lead.version, by=user, at=timezone.now())


def text_after(response) -> str:
    """Return what the page says to which a successful action leads."""
    assert response.status_code == 302
    return page.text_of(response.client.get(response.url))


def test_a_lead_is_claimed_called_and_closed(client, ada, lead):
    said = text_after(desk.press(client, lead, "claim"))
    assert "It is yours. After 15 quiet minutes it goes back to the queue." in said

    said = text_after(desk.press(client, lead, "attempt", **NO_ANSWER, note=NOTE))
    assert "Logged. The next step is due at " in said
    assert "Her sister answered; say nothing." in said

    said = text_after(desk.press(client, lead, "attempt", **REACHED))
    assert "Reached" in said

    said = text_after(desk.press(client, lead, "close", disposition="not_a_fit"))
    assert "Closed." in said
    lead.refresh_from_db()
    assert (lead.status, lead.disposition) == (Status.CLOSED, Disposition.NOT_A_FIT)
    assert [attempt.outcome for attempt in lead.attempts.order_by("at")] == [
        Outcome.NO_ANSWER,
        Outcome.REACHED,
    ]
    assert [event.action for event in lead.audit_events.exclude(action=Action.VIEWED)] == [
        Action.RECEIVED,
        Action.CLAIMED,
        Action.ATTEMPT_LOGGED,
        Action.ATTEMPT_LOGGED,
        Action.CLOSED,
    ]


def test_a_lead_is_given_back_and_reopened(client, ada, lead):
    desk.press(client, lead, "claim")
    said = text_after(desk.press(client, lead, "release"))
    assert "Given back to the queue." in said
    assert "Nobody has it yet" in said
    desk.press(client, lead, "close", disposition="spam")
    assert "Open again, and due now." in text_after(desk.press(client, lead, "reopen"))
    lead.refresh_from_db()
    assert (lead.status, lead.owner) == (Status.NEW, None)


def test_the_forms_on_the_page_are_what_the_actions_take(client, ada, lead):
    data = page.form_on(client.get(desk.page_of(lead)))
    response = client.post(reverse("admin:intake_lead_act", args=[lead.pk, "claim"]), data)
    assert response.status_code == 302
    lead.refresh_from_db()
    assert lead.owner == ada


def test_what_an_action_says_names_nobody(client, ada, lead):
    response = desk.press(client, lead, "attempt", **REACHED, note=NOTE)
    assert "sister" not in response.url
    assert "sister" not in str(client.cookies)
    assert "sister" not in str(dict(client.session))


# Refused, and nothing lost


def refusals():
    """Yield (what stands in the way, the action, its answers, the words of the refusal)."""
    attempt = {**NO_ANSWER, "note": NOTE}
    message = {**attempt, "outcome": "left_message"}
    past = {**attempt, "next_step_at": "2020-01-01T10:00"}
    far = {**attempt, "next_step_at": "9999-12-31T23:59"}
    for action, answers in (("claim", {}), ("attempt", attempt), ("close", SPAM), ("release", {})):
        yield "closed", action, answers, "This lead is closed. Reopen it first."
    for action, answers in (("claim", {}), ("attempt", attempt), ("close", SPAM)):
        yield "claimed by ben", action, answers, "ben is working on this lead."
    yield "claimed by ben", "release", {}, "Only the person who holds this lead can give it back."
    yield "nothing", "release", {}, "Only the person who holds this lead can give it back."
    yield "nothing", "reopen", {}, "This lead is open already."
    yield "nothing", "attempt", message, "This person has not allowed voicemail."
    yield "nothing", "attempt", past, "The next step lies in the past."
    yield "nothing", "attempt", far, "The next step is more than a year away."
    yield "nothing", "close", {"disposition": "unreached"}, "Nobody has tried to reach this"


SPAM = {"disposition": "spam"}


@pytest.mark.parametrize(("obstacle", "action", "answers", "saying"), list(refusals()))
def test_what_makes_no_sense_is_refused_with_all_that_was_typed(
    client, ada, lead, obstacle, action, answers, saying
):
    ben = builders.staff("ben", "Admissions")
    if obstacle == "closed":
        spam = Disposition.SPAM
        workflow.close(lead, version=1, by=ben, at=timezone.now(), disposition=spam)
    elif obstacle == "claimed by ben":
        claim(lead, ben)
    before = Lead.objects.values_list("version", "status", "owner", "due_at").get()
    response = desk.press(client, lead, action, **answers)
    assert response.status_code == 409
    assert f"Nothing was saved. {saying}" in page.text_of(response)
    typed = page.form_on(response)
    for name, value in answers.items():
        assert typed[f"{action}-{name}"] == value
    assert Lead.objects.values_list("version", "status", "owner", "due_at").get() == before
    assert not ContactAttempt.objects.exists()


@pytest.mark.parametrize(
    ("action", "answers"),
    [
        ("attempt", {"outcome": "garbage", "channel": "call", "note": NOTE}),
        ("attempt", {"outcome": "", "channel": "call", "note": NOTE}),
        ("attempt", {"outcome": "reached", "channel": "", "note": NOTE}),
        ("attempt", {**NO_ANSWER, "next_step_at": "tomorrow", "note": NOTE}),
        ("attempt", {**NO_ANSWER, "next_step_at": "2027-13-45T99:00", "note": NOTE}),
        ("attempt", {**NO_ANSWER, "next_step_at": "\0", "note": NOTE}),
        ("attempt", {**NO_ANSWER, "note": "n" * 4001}),
        ("close", {"disposition": ""}),
        ("close", {"disposition": "admitted"}),
    ],
)
def test_what_cannot_be_read_is_marked_and_kept(client, ada, lead, action, answers):
    response = desk.press(client, lead, action, **answers)
    assert response.status_code == 422
    assert "Nothing was saved. Please correct what is marked below." in page.text_of(response)
    assert 'class="errorlist"' in response.content.decode()
    if "note" in answers:
        assert page.form_on(response)["attempt-note"] == answers["note"]
    lead.refresh_from_db()
    assert (lead.version, lead.is_open, lead.attempts.count()) == (1, True, 0)


@pytest.mark.parametrize("version", ["", "0", "-1", "garbage", "9" * 5000, "99"])
def test_an_action_without_the_version_of_its_page_does_nothing(client, ada, lead, version):
    for action in ("claim", "close"):
        response = desk.press(client, lead, action, version=version, disposition="spam")
        assert response.status_code in (409, 422)
    lead.refresh_from_db()
    assert (lead.version, lead.owner, lead.is_open) == (1, None, True)


def test_a_note_on_an_old_page_is_kept_and_sent_again(client, ada, lead):
    old = page.form_on(client.get(desk.page_of(lead)))
    ben = builders.staff("ben", "Admissions")
    claim(lead, ben)
    lead.refresh_from_db()
    workflow.release(lead, version=2, by=ben, at=timezone.now())
    address = reverse("admin:intake_lead_act", args=[lead.pk, "attempt"])
    data = old | {"attempt-note": NOTE, "attempt-outcome": "no_answer"}
    response = client.post(address, data)
    assert response.status_code == 409
    assert "ben changed this lead since you opened it: Released." in page.text_of(response)
    shown = page.form_on(response)
    assert shown["attempt-note"] == NOTE
    assert client.post(address, shown).status_code == 302
    attempt = ContactAttempt.objects.get()
    assert (attempt.by, attempt.note, attempt.outcome) == (ada, NOTE, "no_answer")


def test_a_button_pressed_twice_logs_once(client, ada, lead):
    answers = {**NO_ANSWER, "note": NOTE, "version": 1}
    assert desk.press(client, lead, "attempt", **answers).status_code == 302
    second = desk.press(client, lead, "attempt", **answers)
    assert second.status_code == 409
    assert "If you pressed the button twice, it is done." in page.text_of(second)
    assert ContactAttempt.objects.count() == 1


def test_a_refused_action_counts_as_one_look(client, ada, lead):
    desk.press(client, lead, "release")
    assert AuditEvent.objects.filter(action=Action.VIEWED).count() == 1


# Times and notes


def next_afternoon(month: int) -> tuple[str, datetime]:
    """Return 15:30 at the desk on a day in that month, as it is typed and as a moment."""
    today = date.today()
    day = date(today.year, month, 4 if today.day == 3 else 3)
    day = day if day > today else day.replace(year=today.year + 1)
    hours_behind = 8 if month == 1 else 7
    moment = datetime(day.year, day.month, day.day, 15, 30, tzinfo=UTC)
    return f"{day}T15:30", moment + timedelta(hours=hours_behind)


@pytest.mark.parametrize("month", [1, 7])
def test_a_next_step_is_typed_on_the_clock_of_the_center(client, ada, lead, month):
    typed, meant = next_afternoon(month)
    response = desk.press(client, lead, "attempt", **REACHED, next_step_at=typed)
    lead.refresh_from_db()
    assert lead.due_at == meant
    said = text_after(response)
    assert "3:30 p.m." in said


def test_an_hour_that_the_clock_skips_is_refused_kindly(client, ada, lead):
    today = date.today()
    year = today.year if today < date(today.year, 3, 7) else today.year + 1
    march = [date(year, 3, day) for day in range(8, 15)]
    sunday = next(day for day in march if day.weekday() == 6)
    answers = {**REACHED, "note": NOTE, "next_step_at": f"{sunday}T02:30"}
    response = desk.press(client, lead, "attempt", **answers)
    assert response.status_code == 422
    assert f"{sunday} 02:30:00 couldn’t be interpreted" in page.text_of(response)
    assert page.form_on(response)["attempt-note"] == NOTE


def test_a_note_is_kept_letter_by_letter_and_unreadable_in_the_database(client, ada, lead):
    note = "“Mamá” said: <b>no</b> & {{ later }} 🙂\nעוד שורה"
    desk.press(client, lead, "attempt", **NO_ANSWER, note=note)
    assert ContactAttempt.objects.get().note == note
    with connection.cursor() as cursor:
        cursor.execute("SELECT note FROM intake_contactattempt")
        (stored,) = cursor.fetchone()
    assert stored.startswith("v1.tests.")
    assert "Mam" not in stored


# Who may press, and what cannot be pressed


@pytest.mark.parametrize("action", FORMS)
def test_no_link_presses_a_button(client, lead, action):
    desk.sign_in(client, "max", "Admissions managers")
    address = reverse("admin:intake_lead_act", args=[lead.pk, action])
    answers = {f"{action}-version": 1, f"{action}-disposition": "spam"}
    for method in (client.get, client.head, client.put, client.delete):
        assert method(address, answers).status_code == 405
    lead.refresh_from_db()
    assert (lead.version, lead.owner, lead.audit_seq) == (1, None, 1)


@pytest.mark.parametrize("action", FORMS)
def test_the_actions_are_for_admissions_alone(client, lead, action):
    digest = lead.pin_digest
    answers = {"disposition": "spam", **NO_ANSWER}
    for name, groups in (("eve", ["Content editors"]), ("nobody", ["No such group"])):
        desk.sign_in(client, name, *groups)
        assert desk.press(client, lead, action, **answers).status_code == 403
    client.logout()
    assert desk.press(client, lead, action, **answers).url.startswith("/admin/login/")
    lead.refresh_from_db()
    assert (lead.version, lead.audit_seq, lead.pin_digest) == (1, 1, digest)


def test_who_may_only_look_gets_no_buttons(client, lead):
    user = desk.sign_in(client, "auditor", "No such group")
    user.user_permissions.add(Permission.objects.get(codename="view_lead"))
    response = client.get(desk.page_of(lead))
    assert response.status_code == 200
    assert "/do/" not in response.content.decode()
    assert desk.press(client, lead, "claim").status_code == 403


@pytest.mark.parametrize("action", ["delete", "edit", "new_pin", "CLAIM", "__class__"])
def test_an_unknown_action_is_not_found(client, ada, lead, action):
    assert client.post(f"/admin/intake/lead/{lead.pk}/do/{action}/").status_code == 404


@pytest.mark.parametrize("action", FORMS)
def test_an_action_on_a_lead_that_does_not_exist_is_not_found(client, ada, lead, action):
    address = reverse("admin:intake_lead_act", args=[uuid.uuid4(), action])
    assert client.post(address, {f"{action}-version": 1}).status_code == 404


def test_a_form_of_another_site_is_refused(ada, lead):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    assert desk.press(client, lead, "claim").status_code == 403
    lead.refresh_from_db()
    assert lead.owner is None
