"""The forms in Spanish: from the words on the page to the words that were agreed to."""

import re

import pytest
from django.utils import timezone, translation

from intake import consent, loading
from intake.models import Consent, Lead
from tests import builders, page

pytestmark = pytest.mark.usefixtures("front_door")

URL = "/es/callback/"


@pytest.fixture(autouse=True)
def wordings(front_door):
    """The wordings as they ship, in both languages."""
    loading.load()


def spanish_form(client, fill=builders.callback_form, **answers) -> dict:
    with translation.override("es"):
        return fill(client, **answers)


def test_a_family_asks_for_a_call_in_spanish_from_the_first_word_to_the_receipt(client):
    shown = client.get(URL)
    assert shown["Content-Language"] == "es"
    assert "Solo hace falta un número de teléfono." in page.text_of(shown)
    assert 'action="/es/callback/?send"' in shown.content.decode()

    data = spanish_form(client, text_ok="on", phone="12")
    assert data["language"] == "es"
    refused = client.post(URL, data)
    assert refused.status_code == 422
    assert "revise estas respuestas" in page.text_of(refused)
    assert "Please" not in page.text_of(refused)

    data = page.form_on(refused) | {"phone": builders.PHONE}
    answer = client.post(URL, data)
    assert (answer.status_code, answer["Location"]) == (303, "/es/receipt/")
    lead = Lead.objects.get()
    assert lead.language == "es"

    receipt = client.get("/es/receipt/")
    said = page.text_of(receipt)
    assert "Llegó. Gracias." in said
    assert lead.reference in said
    assert re.search(r"\d (de )?[a-z]+", said)
    assert 'href="/es/receipt/insurance/"' in receipt.content.decode()


def test_what_was_agreed_to_is_kept_in_the_words_that_were_shown(client):
    shown = client.get(URL).content.decode()
    texts = consent.current_texts(language="es", at=timezone.now())
    assert {text.language for text in texts.values()} == {"es"}
    assert f'<p class="consent" lang="es">{texts["call"].text}</p>' in shown
    assert f'<span lang="es">{texts["text"].text}</span>' in shown
    client.post(URL, spanish_form(client, text_ok="on"))
    given = {one.text.kind: one.text for one in Consent.objects.select_related("text")}
    assert given == {"call": texts["call"], "text": texts["text"]}


def test_words_that_nobody_has_translated_are_shown_in_english_and_marked_so(client):
    loaded = consent.current_texts(language="es", at=timezone.now())
    loaded["text"].delete()
    shown = client.get(URL).content.decode()
    english = consent.current_texts(language="en", at=timezone.now())["text"]
    assert f'<span lang="en">{english.text}</span>' in shown
    client.post(URL, spanish_form(client, text_ok="on"))
    assert Consent.objects.get(text__kind="text").text == english


def test_what_somebody_answers_about_their_language_wins_over_the_page(client):
    client.post(URL, spanish_form(client, language="en"))
    assert Lead.objects.get().language == "en"
    client.post("/callback/", builders.callback_form(client, language=""))
    assert Lead.objects.latest("received_at").language == "en"


def test_the_receipt_stays_open_when_the_language_is_switched(client):
    sent = client.post(URL, spanish_form(client))
    paths = {name: cookie["path"] for name, cookie in sent.cookies.items()}
    assert paths["receipt"] == "/receipt/"
    assert paths["receipt-es"] == "/es/receipt/"
    lead = Lead.objects.get()
    # A browser sends each to its own path alone.
    for kept, address in (("receipt", "/receipt/"), ("receipt-es", "/es/receipt/")):
        client.cookies.clear()
        client.cookies[kept] = sent.cookies[kept].value
        assert lead.reference in page.text_of(client.get(address))
    closed = client.post("/es/receipt/", page.form_on(client.get("/es/receipt/")) | {"close": "1"})
    assert closed["Location"] == "/es/receipt/"
    assert {name for name, one in closed.cookies.items() if one["max-age"] == 0} == {
        "receipt",
        "receipt-es",
    }


def test_an_insurance_form_is_sent_in_spanish(client):
    data = spanish_form(client, builders.insurance_form, birth_date="23 de abril de 1985")
    refused = client.post("/es/insurance/", data | {"carrier": ""})
    assert refused.status_code == 422
    assert 'lang="es"' in refused.content.decode()
    answer = client.post("/es/insurance/", page.form_on(refused) | {"carrier": "none"})
    assert answer["Location"] == "/es/receipt/"
    assert str(Lead.objects.get().verifications.get().birth_date) == "1985-04-23"


def test_a_wrong_pin_is_refused_in_spanish(client):
    lead = builders.lead()
    form = page.form_on(client.get("/es/receipt/"))
    answer = client.post("/es/receipt/", form | {"reference": lead.reference, "pin": "000000"})
    assert answer.status_code == 422
    assert "Please" not in page.text_of(answer)


def test_staff_read_the_same_request_in_english(client):
    client.post(URL, spanish_form(client))
    client.force_login(builders.staff("ada", "Admissions", is_superuser=True))
    desk = client.get(f"/admin/intake/lead/{Lead.objects.get().pk}/change/")
    assert '<html lang="en"' in desk.content.decode()
    assert "Español (Spanish)" in page.text_of(desk)
