"""A person asks for a copy: all of their own part, nothing of anybody else's."""

import base64
import json

import pytest
from django.urls import reverse

from intake.audit import Action
from intake.choices import Part
from intake.models import AuditEvent, CardImage
from intake.notices import PART2_NOTICE
from tests import builders, page
from tests.intake import desk, privacy
from tests.intake.acting import last_event


@pytest.fixture
def olga(client, db):
    builders.center()
    return privacy.sign_in(client)


@pytest.fixture
def lead(olga):
    return privacy.lead_of_two(by=olga)


CALLERS = [*privacy.CALLERS.values(), "916) 555-0123", privacy.MESSAGE, privacy.MESSAGE_TOO]
PATIENTS = [*privacy.PATIENTS.values(), *privacy.INSURANCE.values(), "Program IOP"]


def copy_of(client, lead, **answers) -> tuple[str, dict, str]:
    """Ask for both kinds; return what the page says, what the file holds, and the HTML."""
    shown = privacy.ask(client, lead, "copy", **answers)
    file = privacy.ask(client, lead, "copy", button="json", **answers)
    assert (shown.status_code, file.status_code) == (200, 200)
    return page.text_of(shown), json.loads(file.content), shown.content.decode()


def test_one_person_gets_everything_with_the_notice(client, olga):
    lead = builders.lead(
        name="Maria Luz", for_whom="self", message="I use fentanyl.", voicemail_ok=True
    )
    details = {"member_id": "SYN123456", "carrier": builders.carrier("Aetna")}
    desk.send_insurance(lead, images=2, **details, message="The card is new.")
    said, file, html = copy_of(client, lead)
    values = ["Maria Luz", "(916) 555-0123", "SYN123456", "Aetna", "I use fentanyl.",
              "The card is new.", "Voicemail allowed", lead.reference, "Hope House"]  # fmt: skip
    for value in values:
        assert value in said
    text = json.dumps(file, ensure_ascii=False)
    for value in values[:6]:
        assert value in text
    assert str(PART2_NOTICE)[:200] in said
    assert file["notice"] == str(PART2_NOTICE)
    pictures = [bytes(card.jpeg) for card in CardImage.objects.order_by("side")]
    cards = [card for section in file["sections"] for card in section["cards"]]
    assert sorted(base64.b64decode(card["jpeg"]) for card in cards) == sorted(pictures)
    for picture in pictures:
        assert f"data:image/jpeg;base64,{base64.b64encode(picture).decode()}" in html


def test_the_caller_gets_nothing_of_the_patient(client, lead):
    said, file, html = copy_of(client, lead, part="caller")
    for text in (said, json.dumps(file, ensure_ascii=False)):
        for value in CALLERS:
            assert value in text, value
        for value in (*PATIENTS, privacy.NOTE):
            assert value not in text, value
    assert "data:image" not in html
    assert "your own part" in said


def test_the_patient_gets_nothing_of_the_caller(client, lead):
    said, file, html = copy_of(client, lead, part="patient")
    for text in (said, json.dumps(file, ensure_ascii=False)):
        for value in PATIENTS:
            assert value in text, value
        for value in (*CALLERS, privacy.NOTE):
            assert value not in text, value
    assert html.count("data:image/jpeg") == 2


def test_what_staff_noted_down_is_in_the_copy_where_there_is_one_person(client, olga):
    lead = privacy.lead_of_two(by=olga)
    lead.for_whom = "self"
    lead.save()
    said, file, _html = copy_of(client, lead)
    assert privacy.NOTE in said
    assert privacy.NOTE in json.dumps(file)


def test_each_copy_is_written_down_with_names_and_no_values(client, lead, olga):
    copy_of(client, lead, part="patient", checked="pin")
    events = AuditEvent.objects.filter(action=Action.EXPORTED)
    assert events.count() == 2
    event = last_event(lead)
    assert (event.by, event.reason) == (olga, "pin")
    assert {"patient", "patient_name", "member_id", "card_images"} <= set(event.fields.split())
    assert "phone" not in event.fields.split()
    for value in (*CALLERS, *PATIENTS):
        assert value not in event.fields


def test_nothing_keeps_the_copy_and_its_name_says_nothing(client, lead):
    shown = privacy.ask(client, lead, "copy", part="caller")
    file = privacy.ask(client, lead, "copy", part="caller", button="json")
    for response in (shown, file):
        assert "no-store" in response["Cache-Control"]
    disposition = file["Content-Disposition"]
    assert disposition == f'attachment; filename="copy-{lead.reference}.json"'
    title = shown.content.decode().split("<title>")[1].split("</title>")[0]
    assert "Luz" not in title
    assert "img-src 'self' data:" in shown["Content-Security-Policy"]
    elsewhere = client.get(privacy.page_of(lead))["Content-Security-Policy"]
    assert "data:" not in elsewhere


def test_the_page_itself_shows_no_personal_value(client, lead):
    html = client.get(privacy.page_of(lead)).content.decode()
    for value in (*CALLERS, *PATIENTS, privacy.NOTE):
        assert value not in html


def test_without_who_asks_and_how_it_was_checked_there_is_no_copy(client, lead):
    for answers in ({"part": ""}, {"checked": ""}, {"part": "both"}, {"part": "cards"}):
        response = privacy.ask(client, lead, "copy", **{"part": "caller", **answers})
        assert response.status_code == 422
        assert "Maria" not in response.content.decode()
    assert not AuditEvent.objects.filter(action=Action.EXPORTED).exists()


def test_a_copy_is_never_made_by_following_a_link(client, lead):
    address = reverse("admin:intake_lead_privacy_act", args=[lead.pk, "copy"])
    assert client.get(address, {"copy-part": "caller", "copy-checked": "pin"}).status_code == 405


def test_a_copy_is_made_on_legal_hold_too(client, lead, olga):
    privacy.ask(client, lead, "hold", reason="court")
    assert privacy.ask(client, lead, "copy", part="caller").status_code == 200


def test_of_a_forgotten_lead_there_is_no_copy(client, lead):
    privacy.erase(client, lead, part="both")
    assert privacy.ask(client, lead, "copy", part=Part.CALLER.value).status_code == 403
