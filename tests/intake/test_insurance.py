"""Sending insurance details: photos, typed details, and what is added from the receipt."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from intake import lookup, parking, receipts
from intake.choices import Arrival, Disposition, Status
from intake.models import (
    AuditEvent,
    CardImage,
    Carrier,
    Consent,
    InsuranceVerification,
    Lead,
    Outbox,
    ParkedCard,
)
from intake.uploads import MAX_FILE_BYTES
from tests import builders, page
from tests.intake.test_callback import FIELDS as CONTACT_FIELDS
from tests.intake.test_callback import HIDDEN, TICKS

pytestmark = pytest.mark.usefixtures("front_door")

URL, ADD_URL = "/insurance/", "/receipt/insurance/"
# DESIGN.md, section 5.
DETAILS = {
    "patient_name", "birth_date", "carrier", "carrier_other", "member_id", "group_number",
    "plan_type", "holder_name", "holder_relationship", "holder_birth_date", "carrier_phone",
    "card_front", "card_back", "share_ok", "message",
}  # fmt: skip


def open_receipt(client, lead) -> None:
    """Let the browser see the receipt, as it may after sending."""
    answer = client.post(
        "/receipt/", {"reference": lead.reference, "pin": receipts.shown_pin(lead)}
    )
    assert answer.status_code == 303


def details_form(client, **answers) -> dict:
    return page.form_on(client.get(ADD_URL)) | answers


def raw_column(model, column: str):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {model._meta.db_table}")
        return bytes(cursor.fetchone()[0])


def test_a_phone_number_and_a_photo_are_enough(client, photo):
    data = builders.insurance_form(client, carrier="", card_front=photo(), card_back=photo())
    answer = client.post(URL, data)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/receipt/")

    lead = Lead.objects.get()
    assert (lead.arrival, lead.phone) == (Arrival.INSURANCE, "+19165550123")
    verification = InsuranceVerification.objects.get()
    assert (verification.lead, verification.carrier) == (lead, None)
    images = CardImage.objects.all()
    assert [(image.verification, image.side, image.page) for image in images] == [
        (verification, "back", 1),
        (verification, "front", 1),
    ]
    assert all(image.jpeg.startswith(b"\xff\xd8\xff") for image in images)
    assert (images[0].width, images[0].height) == (320, 200)
    assert raw_column(CardImage, "jpeg").startswith(b"v1.tests.")
    assert not ParkedCard.objects.exists()
    assert Consent.objects.get().text.kind == "call"
    assert Outbox.objects.get().lead == lead
    names = AuditEvent.objects.get().fields.split()
    assert {"phone", "card_front", "card_back"} <= set(names)
    assert lead.reference in page.text_of(client.get("/receipt/"))


def test_typed_details_are_enough(client):
    carrier = Carrier.objects.get()
    answers = (
        builders.CONTACT
        | builders.INSURANCE
        | {
            "carrier": str(carrier.pk),
            "plan_type": "ppo",
            "holder_relationship": "parent",
            "share_ok": "on",
            "text_ok": "on",
        }
    )
    assert client.post(URL, builders.insurance_form(client, **answers)).status_code == 303
    lead = Lead.objects.get()
    assert (lead.name, lead.patient_name) == (answers["name"], answers["patient_name"])
    sent = lead.verifications.get()
    assert (sent.carrier, sent.plan_type, sent.member_id) == (carrier, "ppo", "SNTL44719902")
    assert sent.carrier_phone == "(916) 555-0166"
    assert (sent.birth_date, sent.holder_birth_date) == (date(1985, 4, 23), date(1959, 11, 30))
    for name in ("group_number", "holder_relationship", "holder_name", "message"):
        assert getattr(sent, name) == answers[name]
    assert set(lead.consents.values_list("text__kind", flat=True)) == {"call", "text", "share"}
    # The names of all fields fit; a name cut in two would tell a wrong story.
    assert set(lead.audit_events.get().fields.split()) >= {"carrier", "text_ok", "window"}
    for name in ("Zora", "Pablo", "Petra"):
        assert list(lookup.matching(Lead.objects.all(), lookup.terms(name, "US"))) == [lead]


def test_the_form_asks_exactly_what_was_decided(client):
    shown = client.get(URL)
    controls = page.controls_on(shown)
    assert controls.keys() - HIDDEN == CONTACT_FIELDS - {"appointment"} | DETAILS
    required = {
        name for name, found in controls.items() for control in found if "required" in control
    }
    assert required == {"phone"}
    assert not page.form_on(shown).keys() & {*TICKS, "share_ok"}
    assert b'enctype="multipart/form-data"' in shown.content
    assert not any("maxlength" in control for found in controls.values() for control in found)


def test_the_photo_comes_first_and_typing_is_folded_away(client):
    html = client.get(URL).content.decode()
    assert html.index('name="card_front"') < html.index("<details") < html.index('name="carrier"')


def test_neither_photo_nor_company_is_asked_for(client):
    data = builders.insurance_form(client, **builders.CONTACT | {"carrier": ""})
    answer = client.post(URL, data)
    assert answer.status_code == 422
    said = page.text_of(answer)
    assert "Please add a photo of the front of the card, or choose the company below." in said
    # The company can be chosen without looking for it.
    assert b'<details class="more" open>\n      <summary>No photo?' in answer.content
    assert page.typed(page.form_on(answer)) == page.typed(data)


def test_somebody_without_the_card_may_say_so(client):
    assert client.post(URL, builders.insurance_form(client, carrier="none")).status_code == 303
    assert InsuranceVerification.objects.get().carrier is None


def test_another_company_needs_its_name(client):
    data = builders.insurance_form(client, carrier="other")
    answer = client.post(URL, data)
    assert answer.status_code == 422
    assert "Please type the name of the insurance company." in page.text_of(answer)
    answer = client.post(URL, page.form_on(answer) | {"carrier_other": "Sentinel Mutual"})
    assert answer.status_code == 303
    assert InsuranceVerification.objects.get().carrier_other == "Sentinel Mutual"


@pytest.mark.parametrize("carrier", ["999999", "-1", "Aetna", "\0", "unlisted"])
def test_an_unknown_company_is_asked_for_again(client, carrier):
    if carrier == "unlisted":
        carrier = str(builders.carrier("Gone", is_listed=False).pk)
    data = builders.insurance_form(client, carrier=carrier, member_id="A1")
    answer = client.post(URL, data)
    assert answer.status_code == 422
    assert "Insurance company: Please choose one from the list." in page.text_of(answer)
    assert page.typed(page.form_on(answer)) == page.typed(data | {"carrier": ""})


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("XYZ 123-456 789", "XYZ123456789"),
        ("w2345 – 6789/01", "W2345678901"),
        ("\tabc\u00a0123\n", "ABC123"),
        ("", ""),
    ],
)
def test_a_member_id_is_kept_without_spaces_and_dashes(client, typed, kept):
    client.post(URL, builders.insurance_form(client, member_id=typed))
    assert InsuranceVerification.objects.get().member_id == kept


def test_a_holder_is_dropped_when_the_patient_holds_the_insurance(client):
    holder = {"holder_name": "Petra Sentinelson", "holder_birth_date": "11/30/1959"}
    client.post(URL, builders.insurance_form(client, holder_relationship="self", **holder))
    sent = InsuranceVerification.objects.get()
    assert (sent.holder_name, sent.holder_birth_date) == ("", None)
    client.post(URL, builders.insurance_form(client, holder_relationship="partner", **holder))
    sent = InsuranceVerification.objects.latest("received_at")
    assert (sent.holder_name, sent.holder_birth_date) == (holder["holder_name"], date(1959, 11, 30))


@pytest.mark.parametrize(
    "typed",
    [
        "04/23/1985", "4/23/1985", "04-23-1985", "4.23.1985", "4 23 1985", "04231985",
        "1985-04-23", "1985/4/23", "April 23, 1985", "april 23rd 1985", "Apr. 23, 1985",
        "23 April 1985", "23 Apr 1985", "23.4.1985", "4/23/85", " 04 / 23 / 1985\0",
        "０４/２３/１９８５",
    ],
)  # fmt: skip
def test_a_date_of_birth_is_read_in_any_notation(client, typed):
    client.post(URL, builders.insurance_form(client, birth_date=typed))
    assert InsuranceVerification.objects.get().birth_date == date(1985, 4, 23)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("Sept 5, 1970", date(1970, 9, 5)),
        ("2/29/2000", date(2000, 2, 29)),
        ("7/4/01", date(2001, 7, 4)),
        ("7/4/47", date(1947, 7, 4)),
        ("02/03/2004", date(2004, 2, 3)),
    ],
)
def test_a_short_or_ambiguous_date_is_read_as_americans_do(client, typed, day):
    client.post(URL, builders.insurance_form(client, birth_date=typed))
    assert InsuranceVerification.objects.get().birth_date == day


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("13/45/2020", "We can’t read this date."),
        ("02/30/1985", "We can’t read this date."),
        ("1111985", "We can’t read this date."),
        ("85", "We can’t read this date."),
        ("spring of 1985", "We can’t read this date."),
        ("1" * 100_000, "We can’t read this date."),
        ("04/23/1800", "this is before 1900"),
        ("04/23/0085", "this is before 1900"),
        ("04/23/2085", "This date is in the future."),
        ("０４/２３/２０８５", "This date is in the future."),
        ("tomorrow", "This date is in the future."),
    ],
)
def test_an_impossible_date_of_birth_is_explained(client, typed, said):
    if typed == "tomorrow":
        typed = f"{date.today() + timedelta(days=1):%m/%d/%Y}"
    data = builders.insurance_form(client, birth_date=typed, holder_birth_date="1/2/1950")
    answer = client.post(URL, data)
    assert answer.status_code == 422
    assert said in page.text_of(answer)
    assert page.typed(page.form_on(answer)) == page.typed(data)
    assert not Lead.objects.exists()


def test_a_good_photo_is_kept_while_another_answer_is_corrected(client, photo):
    data = builders.insurance_form(client, phone="call me", carrier="")
    answer = client.post(URL, data | {"card_front": photo()})
    assert answer.status_code == 422
    assert "Front of the card received" in page.text_of(answer)
    assert "Back of the card received" not in page.text_of(answer)
    assert raw_column(ParkedCard, "jpeg").startswith(b"v1.tests.")

    answer = client.post(URL, page.form_on(answer) | {"phone": builders.PHONE})
    assert answer.status_code == 303
    image = CardImage.objects.get()
    assert (image.side, image.verification.lead) == ("front", Lead.objects.get())
    assert image.jpeg.startswith(b"\xff\xd8\xff")
    assert not ParkedCard.objects.exists()


def test_a_kept_photo_makes_room_for_a_newer_one(client, photo):
    data = builders.insurance_form(client, phone="", carrier="")
    client.post(URL, data | {"card_front": photo(), "card_back": photo()})
    first = ParkedCard.objects.get(side="front")
    client.post(URL, data | {"card_front": photo()})
    assert ParkedCard.objects.count() == 2
    assert ParkedCard.objects.get(side="front") != first


def test_a_kept_photo_is_gone_after_an_hour(client, photo):
    data = builders.insurance_form(client, phone="", carrier="")
    client.post(URL, data | {"card_front": photo()})
    parked_at = timezone.now() - parking.LIFETIME
    ParkedCard.objects.update(parked_at=parked_at)
    answer = client.post(URL, data | {"phone": builders.PHONE})
    assert answer.status_code == 422
    assert "Please add a photo of the front of the card" in page.text_of(answer)
    assert parking.sweep(at=parked_at + parking.LIFETIME - timedelta(seconds=1)) == 0
    assert parking.sweep(at=timezone.now()) == 1
    assert not ParkedCard.objects.exists()


def test_a_kept_photo_belongs_to_one_form_only(client, photo):
    client.post(URL, builders.insurance_form(client, phone="", carrier="", card_front=photo()))
    answer = client.post(URL, builders.insurance_form(client, carrier=""))
    assert answer.status_code == 422
    assert "received" not in page.text_of(answer)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04 a zip that calls itself a photo", "This is not a photo we can open."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "This is not a photo we can open."),
        (b"", "This file arrived empty."),
        (b"\xff\xd8\xff" + b"x" * MAX_FILE_BYTES, "This file is larger than 10 MB."),
    ],
)
def test_a_file_that_is_no_card_is_explained_and_the_rest_kept(client, photo, content, said):
    data = builders.insurance_form(client, **builders.CONTACT, carrier="")
    files = {
        "card_front": SimpleUploadedFile("card.jpg", content, "image/jpeg"),
        "card_back": photo(),
    }
    answer = client.post(URL, data | files)
    assert answer.status_code == 422
    assert page.text_of(answer).count(said) == 2
    assert "Back of the card received" in page.text_of(answer)
    assert "Front of the card received" not in page.text_of(answer)
    assert page.typed(page.form_on(answer)) == page.typed(data)
    assert not Lead.objects.exists()


def test_words_in_place_of_a_file_are_no_photo(client):
    answer = client.post(URL, builders.insurance_form(client, carrier="", card_front="a photo"))
    assert answer.status_code == 422


# From the receipt


def test_insurance_added_from_the_receipt_belongs_to_the_same_lead(client, photo):
    lead = builders.lead(name="Zora", patient_name="Pablo Sentinelson", voicemail_ok=True)
    open_receipt(client, lead)
    assert ADD_URL in client.get("/receipt/").content.decode()
    data = details_form(client, member_id="AB 12", card_front=photo(), share_ok="on")
    answer = client.post(ADD_URL, data)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/receipt/")

    assert Lead.objects.get() == lead
    sent = InsuranceVerification.objects.get()
    assert (sent.lead, sent.member_id, sent.card_images.count()) == (lead, "AB12", 1)
    before = lead
    lead = Lead.objects.get()
    assert (lead.phone, lead.name, lead.voicemail_ok) == (before.phone, "Zora", True)
    assert lead.patient_name == "Pablo Sentinelson"
    assert (lead.promised_by, lead.due_at) == (before.promised_by, before.due_at)
    assert (lead.arrival, lead.version) == (Arrival.CALLBACK, before.version + 1)
    kinds = lead.consents.order_by("pk").values_list("text__kind", flat=True)
    assert list(kinds) == ["call", "voicemail", "share"]
    assert lead.notifications.count() == 2
    assert "Add more insurance details" in page.text_of(client.get("/receipt/"))


def test_what_we_know_is_not_asked_again(client):
    open_receipt(client, builders.lead())
    shown = client.get(ADD_URL)
    assert page.controls_on(shown).keys() - HIDDEN == DETAILS
    # That sentence asks for a call at "the time I chose above".
    assert "Words: call." not in page.text_of(shown)
    assert "Words: share." in page.text_of(shown)
    assert "What you send here is added to your request." in page.text_of(shown)


def test_a_second_addition_keeps_the_first(client):
    lead = builders.lead()
    open_receipt(client, lead)
    client.post(ADD_URL, details_form(client, carrier="none", patient_name="Pablo"))
    client.post(ADD_URL, details_form(client, carrier="none", member_id="B2"))
    assert sorted(sent.member_id for sent in lead.verifications.all()) == ["", "B2"]
    assert Lead.objects.get().patient_name == "Pablo"


def test_an_addition_to_an_ended_lead_makes_it_wait_again(client):
    lead = builders.lead(at=timezone.now() - timedelta(days=9))
    open_receipt(client, lead)
    user = builders.staff()
    Lead.objects.update(
        status=Status.CLOSED,
        disposition=Disposition.DECLINED,
        closed_at=timezone.now(),
        reached_at=lead.received_at,
        first_attempt_at=lead.received_at,
        owner=user,
    )
    assert client.post(ADD_URL, details_form(client, carrier="none")).status_code == 303
    lead.refresh_from_db()
    assert (lead.status, lead.disposition, lead.closed_at) == (Status.NEW, "", None)
    assert (lead.owner, lead.reached_at, lead.first_attempt_at) == (None, None, None)
    assert lead.promised_by == lead.due_at > timezone.now()
    assert "When we call" in page.text_of(client.get("/receipt/"))


def test_without_an_open_receipt_nothing_can_be_added(client):
    assert client.get(ADD_URL).headers["Location"] == "/receipt/"


def test_a_receipt_that_closed_while_typing_costs_nothing(client, photo):
    lead = builders.lead()
    open_receipt(client, lead)
    data = details_form(client, member_id="AB12")
    client.cookies.pop(receipts.COOKIE), client.cookies.pop(f"{receipts.COOKIE}-es")
    answer = client.post(ADD_URL, data | {"card_front": photo()})
    assert answer.status_code == 403
    assert "Everything you typed is still here." in page.text_of(answer)
    assert "Front of the card received" in page.text_of(answer)
    assert '<a href="/receipt/" target="_blank">' in answer.content.decode()
    assert page.typed(page.form_on(answer)) == page.typed(data)

    open_receipt(client, lead)
    assert client.post(ADD_URL, page.form_on(answer)).status_code == 303
    assert (lead.verifications.get().member_id, CardImage.objects.count()) == ("AB12", 1)


def test_an_addition_that_is_wrong_comes_back_whole(client):
    open_receipt(client, builders.lead())
    data = details_form(client, birth_date="never", member_id="AB12", message="Sentinel")
    answer = client.post(ADD_URL, data)
    assert answer.status_code == 422
    assert page.typed(page.form_on(answer)) == page.typed(data)
    assert f'action="{ADD_URL}?send"' in answer.content.decode()
    assert not InsuranceVerification.objects.exists()
