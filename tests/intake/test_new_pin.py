"""Staff give a person who lost the PIN a new one: shown once, kept nowhere."""

import pytest
from django.test import Client

from intake import receipts
from intake.audit import Action
from intake.models import AuditEvent, Lead
from tests import builders, page
from tests.intake import desk


@pytest.fixture
def ada(client, db):
    builders.center()
    return desk.sign_in(client)


@pytest.fixture
def lead(ada):
    return builders.lead()


def open_receipt(lead, pin: str):
    """Try to open the receipt from a device of one's own; return it, or None."""
    client = Client()
    response = client.post("/receipt/", {"reference": lead.reference, "pin": pin})
    return client.get("/receipt/") if response.status_code == 303 else None


def test_a_new_pin_is_shown_once_and_replaces_the_old_one(client, ada, caplog):
    lead = builders.lead(nonce="the nonce")
    old = receipts.pin_for("the nonce")
    assert open_receipt(lead, old)
    response = desk.press(client, lead, "new-pin")
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    pin = page.text_of(response).partition("The new PIN is\n")[2][:6]
    assert pin.isdigit()
    assert lead.reference in page.text_of(open_receipt(lead, pin))
    assert open_receipt(lead, old) is None
    # It is nowhere else: not on the page, not with the browser, not in a row or a log.
    assert pin not in client.get(desk.page_of(lead)).content.decode()
    assert pin not in str(client.cookies)
    assert pin not in str(dict(client.session))
    assert pin not in caplog.text
    rows = [*Lead.objects.values_list("pin_digest"), *AuditEvent.objects.values_list("fields")]
    assert pin not in str(rows)


def test_who_issued_a_new_pin_is_written_down(client, ada, lead):
    desk.press(client, lead, "new-pin")
    event = AuditEvent.objects.get(action=Action.PIN_ISSUED)
    assert (event.lead, event.by, event.fields) == (lead, ada, "")


def test_a_closed_lead_can_get_a_new_pin(client, ada, lead):
    desk.press(client, lead, "close", disposition="spam")
    assert "The new PIN is" in page.text_of(desk.press(client, lead, "new-pin"))
