"""What a person writes is in sealed columns and on their own screen, and nowhere else.

The logs of this and every other test of intake are watched in conftest.
"""

from datetime import date

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.test import Client
from django.urls import reverse

from intake import receipts, submissions
from intake.models import Carrier, Lead
from tests import builders, page
from tests.intake import desk, door
from tests.intake.conftest import PERSONAL

pytestmark = pytest.mark.usefixtures("front_door")

AS_STORED = {"+19165550187", "1985-04-23", "1959-11-30", "SNTL44719902", "(916) 555-0166"}
SECRETS = {word.casefold() for word in PERSONAL | AS_STORED}


def assert_holds_nobody(text: str) -> None:
    found = {word for word in SECRETS if word in text.casefold()}
    assert not found, found


def everything_stored() -> str:
    """Return all rows of all tables as a dump would show them."""
    rows = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows += [table, *(cell for row in cursor for cell in row)]
    blobs = (bytes, memoryview)
    return "\n".join(
        bytes(cell).decode("latin-1") if isinstance(cell, blobs) else str(cell) for cell in rows
    )


def visit_everything(photo, monkeypatch):
    """Yield the answer to every way in which a person's words can reach us."""
    client, answers = Client(), builders.CONTACT | {"email_ok": "on", "program": "iop"}
    card = builders.INSURANCE | {
        "carrier": str(Carrier.objects.get().pk),
        "holder_relationship": "parent",
        "share_ok": "on",
    }
    data = builders.callback_form(client, **answers)
    yield client.post("/callback/", data | {"window": "never"})
    yield client.post("/callback/", data | {"nonce": "old"})
    yield Client(enforce_csrf_checks=True).post("/callback/", data)
    with monkeypatch.context() as away:
        away.setattr(submissions, "_store", fail)
        yield client.post("/callback/", data)
    yield client.post("/callback/", data)
    yield client.get("/receipt/")
    lead = Lead.objects.get()

    data = page.form_on(client.get("/receipt/insurance/")) | card
    yield client.post("/receipt/insurance/", data | {"plan_type": "none", "card_front": photo()})
    yield client.post("/receipt/insurance/", data)
    data = builders.insurance_form(client, **answers | card)
    yield client.post("/insurance/", data | {"birth_date": "04/23/2085", "card_back": photo()})
    yield client.post("/insurance/", data | {"card_front": photo("Zora O'Sentinel.jpg")})
    yield client.post("/receipt/", {"close": "1"})

    pin = receipts.shown_pin(lead)
    yield client.post("/receipt/", {"reference": "Zora O'Sentinel", "pin": builders.PHONE})
    yield client.post("/receipt/", {"reference": lead.reference, "pin": pin})
    yield client.get("/receipt/")


def fail(request, data, *_, **__):
    raise DatabaseError(f"DETAIL: Failing row contains ({', '.join(map(str, data.values()))})")


def test_no_header_no_row_and_no_mail_holds_a_person(photo, monkeypatch):
    statuses = []
    for answer in visit_everything(photo, monkeypatch):
        statuses.append(answer.status_code)
        assert_holds_nobody(str(answer.headers))
        assert_holds_nobody(answer.cookies.output())
    assert statuses == [422, 403, 403, 503, 303, 200, 422, 303, 422, 303, 302, 422, 303, 200]

    dump = everything_stored()
    assert_holds_nobody(dump)
    assert "\xff\xd8\xff" not in dump
    for lead in Lead.objects.all():
        assert lead.reference in dump
    assert Lead.objects.count() == 2

    call_command("work", "--once")
    assert len(mail.outbox) == 3
    for message in mail.outbox:
        assert_holds_nobody(message.message().as_string())


def test_what_staff_type_at_the_door_or_into_a_draft_is_nowhere_to_be_read(client):
    lead, answers = builders.lead(), []
    for name in ("Zora O'Sentinel", builders.PHONE):
        answers += [door.type_password(client, name, "Pablo Sentinelson") for _ in range(6)]
    desk.sign_in(client)
    note = {"attempt-note": "My Sentinel son is not well", "attempt-version": "1"}
    answers.append(client.post(f"/admin/draft/{lead.pk}/attempt/", note))
    door.go_away(client, minutes=20)
    answers.append(desk.press(client, lead, "attempt", note="Say it is the Sentinel bakery"))
    assert [answer.status_code for answer in answers] == [*([422] * 5 + [429]) * 2, 204, 302]
    for answer in answers:
        assert_holds_nobody(str(answer.headers))
        assert_holds_nobody(answer.cookies.output())
    assert lead.drafts.count() == 1
    assert_holds_nobody(everything_stored())


def test_what_staff_reveal_print_and_record_stays_on_their_screen(client):
    lead = builders.lead(name="Zora O'Sentinel", phone="+19165550187")
    born = date(1985, 4, 23)
    desk.send_insurance(lead, images=1, member_id="SNTL-4471 9902", birth_date=born)
    user = desk.sign_in(client)
    verification = lead.verifications.get()
    print_sheet = reverse("admin:intake_lead_print", args=[lead.pk])
    signed = {
        "patient_name": "Pablo Sentinelson",
        "recipient": "Sentinel Mutual",
        "what": "GRP-SNTL-88",
        "purpose": "My Sentinel son is not well",
        "given": "paper",
        "signed_on": "2026-01-15",
        "expires_on": "2090-01-15",
    }
    answers = [
        desk.reveal(client, verification),
        desk.reveal(client, verification, reason="benefits"),
        client.post(print_sheet, {"print-with_masked": "on", "print-reason": "benefits"}),
        desk.press(client, lead, "sharing", **signed | {"given": ""}),
        desk.press(client, lead, "sharing", **signed),
        desk.press(client, lead, "withdraw", kinds=["call", "share"], told="phone"),
    ]
    assert [answer.status_code for answer in answers] == [422, 200, 200, 422, 302, 302]
    for answer in answers:
        assert_holds_nobody(str(answer.headers))
        assert_holds_nobody(answer.cookies.output())
    assert_holds_nobody(everything_stored())
    assert_holds_nobody(str(dict(client.session)))
    assert lead.audit_events.filter(by=user).count() == 7


def test_the_watch_sees_what_is_readable():
    builders.lead(name="Zora O'Sentinel")
    lead = Lead.objects.get()
    builders.carrier(lead.name)
    with pytest.raises(AssertionError):
        assert_holds_nobody(everything_stored())
