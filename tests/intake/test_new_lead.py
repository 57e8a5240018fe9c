"""Leads that staff type in: for a phone call, a walk-in or a referral, by the one code path."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from intake import drafts
from intake.audit import Action
from intake.choices import Arrival, Channel, Given, Outcome, Priority, Status
from intake.models import AuditEvent, Consent, Draft, Lead, Outbox
from tests import builders, page
from tests.intake import desk, door, raw

NEW, DRAFT = "/admin/intake/lead/new/", "/admin/draft/new/"


@pytest.fixture
def ada(client, front_door):
    return desk.sign_in(client)


def filled(client, **answers) -> dict:
    return page.form_on(client.get(NEW)) | {"phone": builders.PHONE} | answers


def take_in(client, **answers):
    return client.post(NEW, filled(client, **answers))


# The happy path


def test_a_phone_call_is_typed_in_and_the_pin_is_read_out_once(client, ada):
    assert NEW in desk.links_on(client.get("/admin/"))
    response = take_in(
        client,
        name="Maria Luz",
        for_whom="loved_one",
        patient_name="Tomás Luz",
        voicemail_ok="on",
        message="He drinks since May.",
        program="iop",
    )
    assert response.status_code == 200
    lead = Lead.objects.get()
    said = page.text_of(response)
    pin = re.search(r"^\d{6}$", said, re.M)[0]
    assert lead.reference in said
    assert "Maria" not in said
    assert (lead.arrival, lead.owner, lead.status) == (Arrival.PHONE, ada, Status.REACHED)
    assert (lead.name, lead.patient_name) == ("Maria Luz", "Tomás Luz")
    assert (lead.program.slug, lead.voicemail_ok) == ("iop", True)
    assert lead.callbacks.get().message == "He drinks since May."
    attempt = lead.attempts.get()
    assert (attempt.by, attempt.channel, attempt.outcome) == (
        ada,
        Channel.INBOUND,
        Outcome.REACHED,
    )
    said = page.text_of(client.get(desk.page_of(lead)))
    assert pin not in said
    assert "Phone call, " in said
    assert "Asked for a call" not in said
    client.logout()
    client.post("/receipt/", {"reference": lead.reference, "pin": pin})
    assert lead.reference in page.text_of(client.get("/receipt/"))


def test_it_is_asked_in_the_words_of_staff_and_no_browser_keeps_the_answers(client, ada):
    shown = client.get(NEW)
    said = page.text_of(shown)
    assert "Name of the caller" in said
    assert "Someone the caller loves" in said
    assert not {"I", "I’d", "me", "Me", "You"} & set(said.split())
    assert 'autocomplete="off" novalidate' in shown.content.decode()
    controls = page.controls_on(shown)
    assert not [name for name, tags in controls.items() if "autocomplete" in tags[0]]


def test_what_they_allowed_is_recorded_as_said_on_the_phone(client, ada):
    take_in(client, text_ok="on")
    take_in(client, arrival="walk_in", voicemail_ok="on", phone="916-555-0144")
    given = {(row.text.kind, row.given, row.recorded_by) for row in Consent.objects.all()}
    assert given == {
        ("call", Given.PHONE, ada),
        ("text", Given.PHONE, ada),
        ("call", Given.IN_PERSON, ada),
        ("voicemail", Given.IN_PERSON, ada),
    }


def test_who_is_referred_has_not_been_talked_with_yet(client, ada):
    take_in(client, arrival="referral")
    lead = Lead.objects.get()
    assert (lead.arrival, lead.owner, lead.status) == (Arrival.REFERRAL, ada, Status.CONTACTING)
    assert lead.reached_at is None
    assert not lead.attempts.exists()


def test_the_trail_says_who_typed_it_and_no_mail_tells_the_desk(client, ada):
    take_in(client)
    received = AuditEvent.objects.get(action=Action.RECEIVED)
    assert received.by == ada
    assert not Outbox.objects.exists()
    call_command("work", "--once")
    assert mail.outbox == []


# The same rules as on the public form


def test_danger_said_on_the_phone_comes_first_too(client, ada):
    take_in(client, message="She says she wants to die")
    assert Lead.objects.get().priority == Priority.DANGER


def test_the_same_number_is_noticed(client, ada):
    known = builders.lead()
    take_in(client)
    assert Lead.objects.exclude(pk=known.pk).get().possibly_same == known


def test_the_same_form_twice_is_one_lead(client, ada):
    form = filled(client, name="Maria Luz")
    first, second = client.post(NEW, form), client.post(NEW, form)
    lead = Lead.objects.get()
    assert lead.reference in page.text_of(second)
    pins = {re.search(r"^\d{6}$", page.text_of(one), re.M)[0] for one in (first, second)}
    assert len(pins) == 1
    assert lead.attempts.count() == 1


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"phone": ""}, "We need a phone number to call you."),
        ({"phone": "12"}, ""),
        ({"email": "maria@"}, "This email address seems incomplete"),
        ({"arrival": ""}, "Choose how they came to us."),
        ({"arrival": "callback"}, ""),
        ({"program": "garbage"}, ""),
        ({"message": "x" * 4001}, "Please shorten this"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_typed_is_lost(client, ada, answers, said):
    response = take_in(client, **({"name": "Maria Luz", "message": "He drinks."} | answers))
    assert response.status_code == 422
    assert said in page.text_of(response)
    form = page.form_on(response)
    assert form["name"] == "Maria Luz"
    assert form["message"].startswith(("He drinks.", "xxx"))
    assert not Lead.objects.exists()


@pytest.mark.parametrize("nonce", ["", "garbage", "\0"])
def test_a_page_that_is_too_old_needs_one_more_press(client, ada, nonce):
    response = take_in(client, nonce=nonce, name="Maria Luz")
    assert response.status_code == 422
    form = page.form_on(response)
    assert form["name"] == "Maria Luz"
    assert client.post(NEW, form).status_code == 200
    assert Lead.objects.count() == 1


# Who may


@pytest.mark.parametrize("group", ["Privacy officers", "Content editors"])
def test_only_admissions_type_leads_in(client, front_door, group):
    desk.sign_in(client, "olga", group)
    assert client.get(NEW).status_code == 403
    assert client.post(NEW, {"phone": builders.PHONE}).status_code == 403
    assert not Lead.objects.exists()


def test_a_request_from_the_public_form_belongs_to_nobody_yet(front_door):
    lead = builders.lead()
    assert lead.owner is None
    assert {row.given for row in lead.consents.all()} == {Given.FORM}


# What was typed and not sent


def autosave(client, **typed):
    return client.post(DRAFT, filled(client, **typed))


def test_what_was_typed_comes_back_after_signing_in_again(client, ada):
    assert autosave(client, name="Maria Luz", program="iop", text_ok="on").status_code == 204
    assert "Maria" not in raw.column(Draft.objects.get(), "typed")
    client.logout()
    door.type_password(client)
    shown = client.get(NEW)
    form = page.form_on(shown)
    assert (form["name"], form["program"]) == ("Maria Luz", "iop")
    # What was allowed has to be asked again: it may be another person by now.
    assert "text_ok" not in form
    assert "What you had typed of Maria Luz is back" in page.text_of(shown)
    assert client.post(NEW, form).status_code == 200
    assert Lead.objects.get().name == "Maria Luz"
    assert not Draft.objects.exists()
    assert "What you had typed" not in page.text_of(client.get(NEW))


def test_a_form_that_came_too_late_is_kept(client, ada):
    data = filled(client, name="Maria Luz")
    door.go_away(client, minutes=20)
    response = client.post(NEW, data)
    assert not Lead.objects.exists()
    response = door.type_password(client, next=page.form_on(client.get(response.url))["next"])
    assert response.url == NEW
    assert page.form_on(client.get(NEW))["name"] == "Maria Luz"


def test_for_another_person_one_begins_with_an_empty_form(client, ada):
    autosave(client, name="Maria Luz")
    response = client.post(NEW, {"afresh": "yes"}, follow=True)
    assert page.form_on(response)["name"] == ""
    assert not Draft.objects.exists()
    # Pressed too late, it is no draft of its own.
    autosave(client, name="Maria Luz")
    door.go_away(client, minutes=20)
    client.post(NEW, {"afresh": "yes"})
    assert not Draft.objects.exists()


def test_an_untouched_or_emptied_form_is_no_draft(client, ada):
    data = filled(client) | {"phone": ""}
    client.post(DRAFT, data | {"name": "Maria Luz"})
    assert Draft.objects.exists()
    client.post(DRAFT, data)
    assert not Draft.objects.exists()


def test_it_is_its_writers_alone_and_gone_after_a_day(client, ada):
    autosave(client, name="Maria Luz")
    autosave(client, name="Maria Moss")
    other = Client()
    desk.sign_in(other, "ben")
    assert page.form_on(other.get(NEW))["name"] == ""
    at = timezone.now()
    # Also where no worker sweeps.
    assert drafts.recall(None, by=ada, at=at)
    assert not drafts.recall(None, by=ada, at=at + timedelta(hours=25))
    assert drafts.sweep(at=at + timedelta(hours=23)) == 0
    assert drafts.sweep(at=at + timedelta(hours=25)) == 1


def test_who_takes_no_leads_in_keeps_nothing(client, front_door):
    desk.sign_in(client, "eva", "Content editors")
    assert client.post(DRAFT, {"name": "Maria Luz"}).status_code == 403
    assert not Draft.objects.exists()
