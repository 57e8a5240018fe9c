"""Words that mean danger: what is found in a message, and what the lead and its receipt do then."""

import re
import time

import pytest
from django.urls import reverse
from django.utils import timezone

from intake import crisis, workflow
from intake.audit import Action
from intake.choices import Danger, Priority
from intake.models import Lead
from tests import builders, page
from tests.intake import desk

SUICIDE, OVERDOSE, MEDICAL, VIOLENCE = Danger


@pytest.mark.parametrize(
    ("message", "danger"),
    [
        ("I don’t want to live anymore", SUICIDE),
        ("my son says he wants to die", SUICIDE),
        ("She has been talking about SUICIDE since Monday.", SUICIDE),
        ("He isn't suicidal I think", SUICIDE),
        ("they found a goodbye note", SUICIDE),
        ("Would be better off dead", SUICIDE),
        ("me quiero morir", SUICIDE),
        ("Mi hija dice que ya no quiere vivir, tiene 19 años", SUICIDE),
        ("se quiere hacerse daño", SUICIDE),
        ("quiere quitarse la vida", SUICIDE),
        ("He overdosed last night and is home again", OVERDOSE),
        ("my brother od'd twice this month", OVERDOSE),
        ("she won't wake up", OVERDOSE),
        ("we gave him Narcan on Sunday", OVERDOSE),
        ("He is not breathing right", OVERDOSE),
        ("Tuvo una sobredosis", OVERDOSE),
        ("no despierta y tiene los labios morados", OVERDOSE),
        ("She had a seizure when she stopped drinking", MEDICAL),
        ("He’s hallucinating and shaking really bad", MEDICAL),
        ("going through withdrawals from xanax", MEDICAL),
        ("le dan convulsiones cuando deja de tomar", MEDICAL),
        ("oye voces", MEDICAL),
        ("He hits me when he drinks", VIOLENCE),
        ("my husband has a loaded gun in the house", VIOLENCE),
        ("she threatened us with a knife", VIOLENCE),
        ("I do not feel safe at home", VIOLENCE),
        ("me golpea y tengo miedo de él", VIOLENCE),
        ("tiene una pistola", VIOLENCE),
    ],
)
def test_words_of_danger_are_found_in_english_and_spanish(message, danger):
    assert danger in crisis.dangers_in(message)


@pytest.mark.parametrize(
    "message",
    [
        "",
        "My son drinks too much and needs help. Please call after six.",
        "This is killing me, I worry so much. I’d kill for a good night’s sleep.",
        "I am dying to know whether you take Aetna.",
        "It hit me that I need help. He wants to beat his addiction.",
        "I’m in danger of losing my job.",
        "She teaches a suicide prevention class.",
        "He doesn’t want to live with us any more.",
        "substance abuse, alcohol, he abused pills for years",
        "I am shaky on the details of my insurance",
        "The odd drink, over dinner. Blue Shield. His ID has a blue logo.",
        "He is going to lose his job and that scares me",
        "I took all the time off that I had",
        "No responde el teléfono. Mi esposo bebe mucho y quiere dejarlo.",
        "Quiere vivir mejor y dejar de tomar. No quiere vivir con sus padres.",
        "me pegaron una multa por manejar tomado",
        "<script>alert(1)</script> %s {{ 7|add:7 }} \x00",
    ],
)
def test_worry_and_figures_of_speech_are_no_alarm(message):
    assert crisis.dangers_in(message) == []


def test_several_texts_are_read_apart_and_all_dangers_are_named():
    assert crisis.dangers_in("he wants to", "die Katze") == []
    assert crisis.dangers_in("He hits me.", "I want to die.") == [SUICIDE, VIOLENCE]


@pytest.mark.parametrize("message", ["took " * 800, "want to " * 500, "x" * 4000, "(" * 4000])
def test_the_longest_message_is_read_at_once(message):
    started = time.process_time()
    crisis.dangers_in(message)
    assert time.process_time() - started < 0.5


def phrases() -> list[str]:
    lists = [crisis.PHRASES[danger] for danger in Danger]
    return crisis.PHRASES["means_no_danger"] + [
        one for by_language in lists for found in by_language.values() for one in found
    ]


def test_every_phrase_of_the_list_can_be_met():
    """No phrase has a letter that is gone before it is looked for, or stands there twice."""
    for phrase in phrases():
        assert re.fullmatch(r"[a-z*(|)_ ]+", phrase), phrase
        assert phrase.count("(") == phrase.count(")"), phrase
    assert len(set(phrases())) == len(phrases())


# What follows from them


@pytest.fixture
def ada(client, front_door):
    return desk.sign_in(client)


def send(client, **answers) -> Lead:
    known = set(Lead.objects.values_list("pk", flat=True))
    client.post(reverse("intake:callback"), builders.callback_form(client, **answers))
    return Lead.objects.exclude(pk__in=known).get()


def test_a_message_of_danger_comes_first_and_the_receipt_says_whom_to_call_now(client, front_door):
    usual = send(client, message="Please call my mother.")
    receipt = client.get("/receipt/").content.decode()
    assert "wait for our call" not in receipt
    lead = send(client, message="She took too many pills and won’t wake up", phone="916-555-0144")
    receipt = client.get("/receipt/").content.decode()
    assert receipt.index("wait for our call") < receipt.index("<h1>")
    panel = receipt[receipt.index("wait for our call") : receipt.index("<h1>")]
    assert panel.index("tel:911") < panel.index("tel:988")
    assert "pills" not in receipt

    desk.sign_in(client)
    queue = client.get(desk.QUEUE)
    assert desk.listed(queue) == [lead.reference, usual.reference]
    assert page.text_of(queue).count("Possible danger") == 1
    said = page.text_of(client.get(desk.page_of(lead)))
    assert "Words in the message can mean an overdose." in said
    assert "Possible danger" not in page.text_of(client.get(desk.page_of(usual)))


def test_the_trail_says_that_it_came_first_and_nothing_of_the_words(client, front_door):
    lead = send(client, message="I want to die")
    event = lead.audit_events.get()
    assert event.action == Action.RECEIVED
    assert {"message", "priority"} <= set(event.fields.split())
    assert not {"die", "suicide"} & set(event.fields.split())


def test_the_message_beside_insurance_details_is_read_too(front_door):
    lead = builders.lead()
    desk.send_insurance(lead, message="He has seizures.")
    lead.refresh_from_db()
    assert lead.priority == Priority.DANGER


def test_staff_take_it_down_with_a_reason_and_new_words_lift_it_again(client, ada):
    lead = builders.lead(nonce="same", message="I want to die")
    refused = desk.press(client, lead, "lower")
    assert refused.status_code == 422
    response = desk.press(client, lead, "lower", reason="false_alarm")
    assert "usual place again" in page.text_of(client.get(response.url))
    lead.refresh_from_db()
    assert lead.priority == Priority.USUAL
    event = lead.audit_events.filter(action=Action.PRIORITIZED).get()
    assert (event.by, event.reason, event.fields) == (ada, "false_alarm", "priority")

    builders.lead(nonce="same", message="Please call soon")
    lead.refresh_from_db()
    assert lead.priority == Priority.USUAL
    builders.lead(nonce="same", message="I cannot go on like this")
    lead.refresh_from_db()
    assert lead.priority == Priority.DANGER


def test_anybody_at_the_desk_lifts_a_lead_also_a_colleagues(client, ada):
    ben, lead = builders.staff("ben", "Admissions"), builders.lead()
    workflow.claim(lead, version=1, by=ben, at=timezone.now())
    assert desk.press(client, lead, "lift").status_code == 422
    assert desk.press(client, lead, "lift", reason="others").status_code == 302
    lead.refresh_from_db()
    assert (lead.priority, lead.owner) == (Priority.DANGER, ben)
    again = desk.press(client, lead, "lift", reason="others")
    assert "stands at the top already" in page.text_of(again)


def test_a_closed_lead_is_not_lifted(client, ada):
    lead = builders.lead()
    desk.press(client, lead, "close", disposition="spam")
    refused = desk.press(client, lead, "lift", reason="said")
    assert refused.status_code == 409
    lead.refresh_from_db()
    assert lead.priority == Priority.USUAL
