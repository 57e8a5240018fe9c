"""A person asks to be forgotten: their own part goes for good, and nobody else's."""

import os
import threading
import uuid

import pytest
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.core.management import call_command
from django.db import connection, models
from django.test import Client
from django.utils import timezone

from intake import (
    journal,
    lookup,
    parking,
    parts,
    receipts,
    retention,
    submissions,
    views,
    workflow,
)
from intake.audit import Action
from intake.cards import CardPage
from intake.changes import Refused
from intake.choices import Disposition, Part, Status
from intake.fields import encrypted_fields
from intake.models import (
    AuditCut,
    AuditEvent,
    CallbackRequest,
    CardImage,
    Consent,
    ContactAttempt,
    InsuranceVerification,
    Lead,
    Outbox,
    ParkedCard,
    SearchToken,
)
from tests import builders, page
from tests.intake import desk, privacy
from tests.intake.acting import act, assert_refused, last_event

ROWS = (
    CallbackRequest, InsuranceVerification, CardImage, Consent, ContactAttempt, SearchToken,
    Outbox,
)  # fmt: skip


@pytest.fixture
def olga(client, db):
    builders.center()
    return privacy.sign_in(client)


@pytest.fixture
def lead(olga):
    return privacy.lead_of_two(by=olga)


def counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in ROWS}


def forget(lead, by, part=Part.BOTH, at=None):
    retention.erase(lead, part=part, by=by, at=at or timezone.now(), reason="letter")
    lead.refresh_from_db()


def everything_of(lead) -> str:
    """Return all that is stored of the lead, opened."""
    rows = [Lead.objects.get(pk=lead.pk)]
    for model in (CallbackRequest, InsuranceVerification, ContactAttempt):
        rows += model.objects.filter(lead=lead)
    return "\n".join(
        f"{field.name}={getattr(row, field.name)}"
        for row in rows
        for field in row._meta.concrete_fields
    )


# Everything


def test_nothing_but_a_tombstone_is_left(client, lead, olga):
    response = privacy.erase(client, lead, part="both")
    assert response.url == desk.page_of(lead)
    assert set(counts().values()) == {0}
    after = Lead.objects.get()
    assert (after.reference, after.disposition) == (lead.reference, Disposition.NOT_A_FIT)
    assert after.received_at == lead.received_at
    assert after.erased_at is not None
    event = last_event(after)
    assert (event.action, event.by, event.reason) == (Action.ERASED, olga, "called_back")
    assert {"both", "phone", "verifications", "attempts"} <= set(event.fields.split())
    assert not LogEntry.objects.exists()


def test_the_chain_of_who_saw_it_is_whole_afterwards(client, lead, olga):
    privacy.erase(client, lead, part="patient")
    privacy.erase(client, lead)
    call_command("verify_audit")
    cut = AuditCut.objects.create(lead=builders.lead(), seq=1, digest="d", mac="m")
    forget(cut.lead, olga)
    assert AuditCut.objects.get() == cut, "where a chain begins is part of it"


def test_every_field_is_forgotten_unless_the_tombstone_keeps_it(lead, olga):
    """So a new field is forgotten by default."""
    other = builders.lead(phone="+19165550199")
    for field in Lead._meta.concrete_fields:
        if field.name in parts.TOMBSTONE or getattr(lead, field.attname):
            continue
        value = {
            models.BooleanField: True,
            models.DateTimeField: timezone.now(),
            models.ForeignKey: {
                "owner": olga,
                "routed_to": olga,
                "possibly_same": other,
                "merged_into": other,
            }.get(field.name),
        }.get(type(field), "x")
        setattr(lead, field.name, value)
    lead.save()
    assert all(lead.__dict__[f.attname] for f in Lead._meta.concrete_fields
               if f.name not in parts.TOMBSTONE and f.name != "location")  # fmt: skip
    forget(lead, olga)
    held = [f.name for f in Lead._meta.concrete_fields if getattr(lead, f.attname)]
    assert set(held) <= set(parts.TOMBSTONE)


def test_every_table_around_a_lead_is_emptied_but_the_audit(lead):
    """A new table with a key to the lead is emptied by default."""
    names = {name for name, _relation in parts.relations()}
    staying = {name for staying in parts.STAYING.values() for name in staying}
    assert staying <= names
    assert {"callbacks", "search_tokens", "lead", *parts.TRAIL} <= names
    assert not parts.STAYING[Part.BOTH]


def test_every_sealed_field_is_somebodys():
    """What a person wrote belongs into somebody's copy: say whose in `intake/parts.py`."""
    mine = {*parts.LEAD[Part.CALLER], *parts.LEAD[Part.PATIENT]}
    unknown = [field.name for field in encrypted_fields(Lead) if field.name not in mine]
    for name, relation in parts.relations():
        known = {parts.WORDS.get(name)}
        for rows in parts.ROWS.values():
            known |= set(rows.get(name, ()))
        sealed = encrypted_fields(relation.related_model)
        if name == "lead" or name in parts.UNSENT:
            continue
        unknown += [f"{name}.{field.name}" for field in sealed if field.name not in known]
    assert unknown == []


def test_an_open_lead_ends_first_whoever_holds_it(client, olga):
    ada = builders.staff("ada")
    lead = builders.lead()
    act(workflow.claim, lead, by=ada, at=timezone.now())
    assert privacy.erase(client, lead).status_code == 302
    lead.refresh_from_db()
    assert (lead.status, lead.disposition) == (Status.CLOSED, Disposition.DECLINED)
    assert (lead.owner, lead.lease_until) == (None, None)
    assert [e.action for e in lead.audit_events.order_by("seq")][-2:] == [
        Action.CLOSED,
        Action.ERASED,
    ]


def test_no_mail_goes_out_for_who_was_forgotten(lead, olga):
    forget(lead, olga)
    call_command("work", "--once")
    assert mail.outbox == []


def test_nobody_finds_the_person_any_more_but_the_reference_stays(client, lead, olga):
    def found(words):
        address = client.post(desk.SEARCH, {"words": words}).url
        return desk.listed(client.get(address))

    assert found("Maria") == [lead.reference]
    forget(lead, olga)
    assert found("Maria") == found("916-555-0123") == []
    assert found(lead.reference) == [lead.reference]
    assert "erased" in page.text_of(client.get(f"{desk.QUEUE}?show=closed"))


def test_others_do_not_point_to_it_any_more(lead, olga):
    other = builders.lead()
    assert other.possibly_same_id == lead.pk
    forget(lead, olga)
    other.refresh_from_db()
    assert other.possibly_same is None


def test_photos_that_wait_for_a_corrected_form_go_too(olga):
    lead = builders.lead(nonce="the form")
    page_of_card = CardPage(b"jpeg", 1, 1)
    parking.park("the form", "front", [page_of_card], at=timezone.now())
    parking.park("another form", "front", [page_of_card], at=timezone.now())
    forget(lead, olga)
    assert ParkedCard.objects.get().form_nonce == "another form"


def test_what_no_key_opens_any_more_is_forgotten_as_well(lead, olga):
    connection.cursor().execute("UPDATE intake_lead SET name = 'v1.gone.AAAA'")
    forget(lead, olga)
    assert lead.name == ""


def test_pressing_twice_does_it_once(client, lead):
    privacy.erase(client, lead, part="both")
    events = lead.audit_events.count()
    response = privacy.erase(client, lead, part="both")
    assert response.status_code == 403
    forget(lead, by=None)
    assert lead.audit_events.count() == events


# One of two


def test_the_patient_is_forgotten_and_the_caller_still_called(client, olga):
    lead = privacy.lead_of_two(by=olga, is_open=True)
    assert privacy.erase(client, lead, part="patient").status_code == 302
    lead.refresh_from_db()
    said = everything_of(lead)
    for value in (*privacy.PATIENTS.values(), *privacy.INSURANCE.values(), privacy.MESSAGE,
                  privacy.MESSAGE_TOO, privacy.NOTE):  # fmt: skip
        assert value not in said
    for value in privacy.CALLERS.values():
        assert value in said
    assert (lead.is_open, lead.erased_at, lead.program) == (True, None, None)
    assert ContactAttempt.objects.count() == 1
    assert not Consent.objects.filter(text__kind="share").exists()
    assert Consent.objects.filter(text__kind="call").exists()
    assert lookup.matching(Lead.objects.all(), lookup.terms("Tomás", "US")).count() == 0
    assert lookup.matching(Lead.objects.all(), lookup.terms("Maria", "US")).count() == 1
    assert client.get(desk.page_of(lead)).status_code == 200


def test_the_caller_is_forgotten_and_the_patients_part_stays(client, olga):
    lead = privacy.lead_of_two(by=olga, is_open=True)
    nonces = set(InsuranceVerification.objects.values_list("form_nonce", flat=True))
    assert privacy.erase(client, lead, part="caller").status_code == 302
    lead.refresh_from_db()
    said = everything_of(lead)
    for value in (*privacy.CALLERS.values(), "5550123", privacy.MESSAGE, privacy.MESSAGE_TOO,
                  privacy.NOTE, *nonces):  # fmt: skip
        assert value not in said
    for value in (*privacy.PATIENTS.values(), *privacy.INSURANCE.values()):
        assert value in said
    assert (lead.status, lead.erased_at, CardImage.objects.count()) == ("closed", None, 2)
    assert [consent.text.kind for consent in lead.consents.all()] == ["share"]
    assert "There is nobody to call" in page.text_of(client.get(desk.page_of(lead)))
    assert_refused("nobody is left to call", workflow.reopen, lead, by=olga)


@pytest.mark.parametrize(("first", "last"), [("patient", "caller"), ("caller", "patient")])
def test_the_last_part_leaves_the_tombstone(client, lead, first, last):
    privacy.erase(client, lead, part=first)
    assert "one person here" in page.text_of(client.get(privacy.page_of(lead)))
    privacy.erase(client, lead)
    lead.refresh_from_db()
    assert lead.erased_at is not None
    assert set(counts().values()) == {0}
    assert "both" in last_event(lead).fields.split()


@pytest.mark.parametrize(
    "named",
    [
        {"for_whom": "self", "patient_name": "Maria Luz"},
        {"for_whom": "loved_one"},
        {},
    ],
)
def test_where_only_one_person_is_named_all_of_it_is_theirs(olga, named):
    lead = builders.lead(**named)
    forget(lead, olga, part=Part.PATIENT)
    assert lead.erased_at is not None


def test_an_unnamed_patient_whose_insurance_we_have_is_a_person_of_their_own(olga):
    lead = builders.lead(for_whom="loved_one")
    desk.send_insurance(lead, member_id="SYN123456")
    forget(lead, olga, part=Part.PATIENT)
    assert (lead.erased_at, lead.phone) == (None, "+19165550123")


# Refusals


def test_without_the_tick_or_the_check_nothing_is_erased(client, lead):
    for answers in ({"is_sure": "on", "checked": ""}, {"part": "both"}, {"part": "nobody"}):
        response = privacy.ask(client, lead, "erase", **{"part": "both", **answers})
        assert response.status_code == 422
        assert "correct what is marked" in page.text_of(response)
    lead.refresh_from_db()
    assert lead.erased_at is None
    kept = page.form_on(privacy.ask(client, lead, "erase", part="patient", checked="pin"))
    assert (kept["erase-part"], kept["erase-checked"]) == ("patient", "pin")


@pytest.mark.parametrize("group", ["Admissions", "Content editors"])
def test_who_may_not_cannot(lead, group):
    browser = Client()
    privacy.sign_in(browser, "eve", group)
    for action in ("copy", "erase", "hold", "lift"):
        answers = {"part": "both", "is_sure": "on", "reason": "court"}
        assert privacy.ask(browser, lead, action, **answers).status_code == 403
    assert browser.get(privacy.page_of(lead)).status_code == 403
    lead.refresh_from_db()
    assert (lead.erased_at, lead.legal_hold) == (None, False)


def test_a_manager_may_erase_but_not_hold(lead):
    browser = Client()
    privacy.sign_in(browser, "max", "Admissions managers")
    assert privacy.ask(browser, lead, "hold", reason="court").status_code == 403
    assert privacy.erase(browser, lead, part="both").status_code == 302


def test_an_unknown_action_or_lead_is_not_found(client, lead):
    assert privacy.ask(client, lead, "shred").status_code == 404
    nobody = privacy.page_of(lead).replace(str(lead.pk), str(uuid.uuid4()))
    assert client.get(nobody).status_code == 404


def test_a_journal_that_cannot_be_written_stops_the_erasure(client, lead, records):
    records.write_text("a file where the folder should be")
    response = privacy.erase(client, lead, part="both")
    assert response.status_code == 409
    assert "Nothing was erased" in page.text_of(response)
    lead.refresh_from_db()
    assert (lead.erased_at, lead.name) == (None, "Maria Luz")
    assert CardImage.objects.count() == 2


# Afterwards


def test_the_page_shows_what_is_kept_and_offers_nothing(client, lead, olga):
    forget(lead, olga)
    response = client.get(desk.page_of(lead))
    said = page.text_of(response)
    assert lead.reference in said
    assert "Not a fit" in said
    assert "Erased" in said
    assert page.controls_on(response).keys() <= {"csrfmiddlewaretoken"}
    assert client.get(privacy.page_of(lead)).url == desk.page_of(lead)


@pytest.mark.parametrize("action", ["reopen", "new-pin", "attempt", "claim"])
def test_nothing_can_be_done_with_a_tombstone(lead, olga, action):
    forget(lead, olga)
    browser = Client()
    desk.sign_in(browser)
    before = Lead.objects.values().get()
    assert desk.press(browser, lead, action).status_code == 302
    assert Lead.objects.values().get() == before
    with pytest.raises(Refused, match="Nothing is left"):
        act(workflow.reopen, lead, by=olga)
    with pytest.raises(Refused, match="Nothing is left"):
        retention.hold(lead, by=olga, at=timezone.now(), reason="court")


def test_a_colleague_on_an_older_page_reads_what_happened(olga):
    lead = builders.lead()
    browser = Client()
    desk.sign_in(browser)
    version = lead.version
    forget(lead, olga)
    response = desk.press(browser, lead, "claim", version=version)
    assert "it was erased" in page.text_of(browser.get(response.url))


@pytest.mark.usefixtures("front_door")
def test_the_receipt_knows_nothing_any_more_and_a_new_sending_is_a_new_lead(client):
    form = builders.callback_form(client)
    client.post("/callback/", form)
    lead = Lead.objects.get()
    assert lead.reference in page.text_of(client.get("/receipt/"))
    forget(lead, None)
    said = page.text_of(client.get("/receipt/"))
    assert "Nothing is stored any more" in said
    assert lead.reference not in said
    assert client.get("/receipt/insurance/").url == "/receipt/"

    assert client.post("/callback/", form).status_code == 303
    new = Lead.objects.get(erased_at=None)
    assert new.pk != lead.pk
    assert new.reference in page.text_of(client.get("/receipt/"))


@pytest.mark.usefixtures("front_door")
def test_reference_and_pin_open_nothing_any_more(client):
    lead = builders.lead(nonce="n")
    pin = receipts.pin_for("n")
    forget(lead, None)
    response = client.post("/receipt/", {"reference": lead.reference, "pin": pin})
    assert "don’t belong together" in page.text_of(response)


@pytest.mark.usefixtures("front_door")
def test_details_that_come_while_the_lead_is_erased_are_not_stored(client, monkeypatch, photo):
    client.post("/callback/", builders.callback_form(client))
    form = page.form_on(client.get("/receipt/insurance/"))
    form |= {"carrier": "none", "member_id": "SYN123456", "card_front": photo()}
    receive = views.receive_insurance

    def erased_meanwhile(*args, **kwargs):
        forget(kwargs["onto"], None)
        return receive(*args, **kwargs)

    monkeypatch.setattr(views, "receive_insurance", erased_meanwhile)
    response = client.post("/receipt/insurance/", form)
    assert response.status_code == 403
    assert page.form_on(response)["member_id"] == "SYN123456", "nothing typed is lost"
    assert set(counts().values()) == {0}


def test_submissions_refuse_a_forgotten_lead(lead, olga):
    forget(lead, olga)
    with pytest.raises(submissions.Forgotten):
        desk.send_insurance(lead, nonce="late", member_id="SYN123456")


# The journal


def test_each_erasure_is_a_line_without_a_person(client, lead, records):
    privacy.erase(client, lead, part="patient")
    privacy.erase(client, lead)
    (file,) = records.iterdir()
    written = file.read_text()
    assert len(written.splitlines()) == 2
    for value in (lead.reference, *privacy.CALLERS.values(), "5550123", "olga"):
        assert value not in written
    first, second = journal.entries()
    assert (first.lead_id, first.part, second.part) == (lead.pk, Part.PATIENT, Part.BOTH)
    assert second.at == Lead.objects.get().erased_at
    assert (os.stat(records).st_mode & 0o777, os.stat(file).st_mode & 0o777) == (0o700, 0o600)


def test_a_line_cut_off_by_a_crash_does_not_spoil_the_next(lead, olga, records):
    forget(lead, olga, part=Part.PATIENT)
    (file,) = records.iterdir()
    with file.open("a") as lines:
        lines.write('{"lead": "torn')
    forget(lead, olga)
    assert [entry and entry.part for entry in journal.entries()] == [Part.PATIENT, None, Part.BOTH]


@pytest.mark.django_db(transaction=True)
def test_two_who_erase_at_once_leave_one_tombstone_and_one_line():
    builders.center()
    olga = builders.staff("olga")
    lead = privacy.lead_of_two(by=olga)

    def run():
        try:
            retention.erase(lead, part=Part.BOTH, by=olga, at=timezone.now(), reason="pin")
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert AuditEvent.objects.filter(action=Action.ERASED).count() == 1
    assert len(list(journal.entries())) == 1
