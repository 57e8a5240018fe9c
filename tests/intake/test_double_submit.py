"""The same form sent twice: nothing doubled, nothing dropped."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import connection
from django.test import Client

from intake import lookup, receipts, submissions
from intake.models import (
    AuditEvent,
    CallbackRequest,
    CardImage,
    Consent,
    InsuranceVerification,
    Lead,
    Outbox,
    SearchToken,
)
from tests import builders, page

pytestmark = pytest.mark.usefixtures("front_door")

URL = "/callback/"
MODELS = (Lead, CallbackRequest, InsuranceVerification, CardImage, Consent, Outbox, AuditEvent,
          SearchToken)  # fmt: skip


def rows() -> list[int]:
    return [model.objects.count() for model in MODELS]


def receipt_of(client) -> str:
    """Return what the receipt says about the request: time, reference, PIN."""
    said = page.text_of(client.get("/receipt/"))
    return said[said.index("It arrived.") : said.index("With both")]


def found_by(typed: str) -> list[Lead]:
    return list(lookup.matching(Lead.objects.all(), lookup.terms(typed, "US")))


def test_the_same_form_twice_is_one_request_with_one_receipt(client):
    data = builders.callback_form(client, **builders.CONTACT | {"voicemail_ok": "on"})
    assert client.post(URL, data).status_code == 303
    first, stored = receipt_of(client), rows()
    assert client.post(URL, data).status_code == 303
    assert receipt_of(client) == first
    assert rows() == stored
    assert Lead.objects.count() == CallbackRequest.objects.count() == 1


def test_a_corrected_number_is_another_request_of_the_same_lead(client):
    data = builders.callback_form(client, **builders.CONTACT | {"phone": "916-555-0123"})
    client.post(URL, data)
    first = receipt_of(client)
    lead = Lead.objects.get()
    client.post(URL, data | {"phone": "916-555-0199", "message": "I mistyped my number"})
    assert Lead.objects.get() == lead
    assert {request.message: request.phone_typed for request in lead.callbacks.all()} == {
        builders.CONTACT["message"]: "916-555-0123",
        "I mistyped my number": "916-555-0199",
    }
    assert found_by("(916) 555-0199") == found_by("Zora") == [lead]
    assert found_by("916-555-0123") == []
    assert Outbox.objects.count() == AuditEvent.objects.count() == 2
    version, lead = lead.version, Lead.objects.get()
    assert (lead.phone, lead.version) == ("+19165550199", version + 1)
    reference = lead.reference
    assert reference in first
    assert receipts.shown_pin(lead) in receipt_of(client)

    # Back once more, to what was sent first: that is known already.
    stored = rows()
    client.post(URL, data)
    assert rows() == stored


def test_two_pages_are_two_leads(client):
    for _ in range(2):
        client.post(URL, builders.callback_form(client))
    assert Lead.objects.count() == 2


def test_a_photo_sent_twice_is_stored_once(client, photo):
    data = builders.insurance_form(client, carrier="")
    assert client.post("/insurance/", data | {"card_front": photo()}).status_code == 303
    first, stored = receipt_of(client), rows()
    assert client.post("/insurance/", data | {"card_front": photo()}).status_code == 303
    assert (receipt_of(client), rows()) == (first, stored)


def test_a_second_press_after_a_kept_photo_was_sent_changes_nothing(client, photo):
    data = builders.insurance_form(client, phone="", carrier="")
    answer = client.post("/insurance/", data | {"card_front": photo()})
    data = page.form_on(answer) | {"phone": builders.PHONE}
    assert client.post("/insurance/", data).status_code == 303
    first, stored = receipt_of(client), rows()
    assert client.post("/insurance/", data).status_code == 303
    assert (receipt_of(client), rows()) == (first, stored)


def test_a_corrected_number_needs_no_second_photo(client, photo):
    data = builders.insurance_form(client, carrier="")
    client.post("/insurance/", data | {"card_front": photo(), "card_back": photo()})
    assert client.post("/insurance/", data | {"phone": "916-555-0199"}).status_code == 303
    lead = Lead.objects.get()
    sent = lead.verifications.order_by("received_at")
    assert [verification.card_images.count() for verification in sent] == [2, 2]


def test_an_added_insurance_sent_twice_is_stored_once(client):
    client.post(URL, builders.callback_form(client))
    data = page.form_on(client.get("/receipt/insurance/")) | {"carrier": "none", "member_id": "A1"}
    client.post("/receipt/insurance/", data)
    stored = rows()
    assert client.post("/receipt/insurance/", data).status_code == 303
    assert rows() == stored
    assert InsuranceVerification.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("form", ["callback", "insurance"])
def test_two_presses_at_the_same_moment_are_one_request(client, monkeypatch, form):
    meet, draw = Barrier(2), submissions._reference

    def draw_when_both_are_here():
        # PostgreSQL lets both come here, before either row is stored. SQLite lets the second
        # one in after the first, which then has waited in vain.
        with suppress(BrokenBarrierError):
            meet.wait(timeout=1)
        return draw()

    def press(data):
        browser = Client()
        try:
            return browser.post(f"/{form}/", data).status_code, receipt_of(browser)
        finally:
            connection.close()

    monkeypatch.setattr(submissions, "_reference", draw_when_both_are_here)
    make = {"callback": builders.callback_form, "insurance": builders.insurance_form}[form]
    data = make(client, **builders.CONTACT)
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(press, [data, data]))
    assert answers[0] == answers[1]
    assert answers[0][0] == 303
    assert Lead.objects.count() == 1
    assert CallbackRequest.objects.count() + InsuranceVerification.objects.count() == 1
    assert Outbox.objects.count() == AuditEvent.objects.count() == Consent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_error_in_the_middle_leaves_nothing_behind(client, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError

    stored = rows()
    monkeypatch.setattr(submissions.outbox, "new_request", fail)
    client.raise_request_exception = False
    assert client.post(URL, builders.callback_form(client)).status_code == 500
    assert rows() == stored
