"""Consent to the word: which text, when, how, until when, and whose."""

import hashlib
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from intake import consent, loading
from intake.audit import Action
from intake.choices import ConsentKind
from intake.models import Consent, ConsentText, Lead, SharingTerms
from tests import builders, page
from tests.intake import desk

INSURANCE = "/insurance/"
SIGNED = {
    "patient_name": "Tomás Luz",
    "recipient": "Aetna",
    "what": "Name and member ID",
    "purpose": "To check the benefits",
    "given": "paper",
    "signed_on": "2026-01-15",
    "expires_on": "2090-01-15",
}


@pytest.fixture
def ada(client, db):
    builders.center()
    builders.consent_texts()
    return desk.sign_in(client)


@pytest.fixture
def lead(ada):
    lead = builders.lead(for_whom="loved_one", timezone=builders.zone_where_it_is(14))
    desk.send_insurance(lead, member_id="SYN1", share_ok=True)
    lead.refresh_from_db()
    return lead


def send_insurance_form(client, **answers) -> Lead:
    client.logout()
    data = builders.insurance_form(client, share_ok="on", **answers)
    assert client.post(INSURANCE, data).status_code == 303
    return Lead.objects.latest("received_at")


def sharing_of(lead) -> Consent | None:
    return consent.sharing(lead.consents.select_related("text"), on=timezone.localdate())


def test_a_tick_keeps_which_words_when_and_how(client, ada):
    before = timezone.now()
    lead = send_insurance_form(client, for_whom="self", name="Zora", voicemail_ok="on")
    kinds = {given.text.kind: given for given in lead.consents.select_related("text")}
    assert set(kinds) == {"call", "voicemail", "share"}
    for given in kinds.values():
        assert given.text.text == f"Words: {given.text.kind}."
        assert (given.given, given.recorded_by) == ("form", None)
        assert before <= given.given_at <= timezone.now()


# The words


def test_a_wording_is_hashed_to_the_letter(db):
    words = "Ja — “sí” 🙂\nsecond line "
    text = consent.publish(kind="share", language="en", text=words, at=timezone.now())
    text.refresh_from_db()
    assert text.sha256 == hashlib.sha256(words.encode()).hexdigest()
    assert text.text == words
    with pytest.raises(IntegrityError), transaction.atomic():
        ConsentText.objects.create(kind="call", text="No hash.", valid_from=timezone.now())


def test_loading_publishes_changed_words_as_a_new_version(db, monkeypatch, tmp_path):
    call_command("load_content", verbosity=0)
    call_command("load_content", verbosity=0)
    assert ConsentText.objects.filter(language="en").count() == len(ConsentKind)
    assert ConsentText.objects.filter(language="es").count() == len(ConsentKind)
    assert all(text.sha256 == consent.hash_of(text.text) for text in ConsentText.objects.all())
    (tmp_path / "en").mkdir()
    for name in ("carriers.toml", "consents.toml"):
        words = (loading.CONTENT / "en" / name).read_text("utf-8")
        words = words.replace("You may leave me", "You might leave me")
        (tmp_path / "en" / name).write_text(words, "utf-8")
    for name in ("cadence.toml", "providers.toml"):
        (tmp_path / name).write_bytes((loading.CONTENT / name).read_bytes())
    monkeypatch.setattr(loading, "CONTENT", tmp_path)
    assert loading.load()["created"] == 1
    old, new = ConsentText.objects.filter(kind="voicemail", language="en").order_by("valid_from")
    assert old.text.startswith("You may leave me")
    assert new.text.startswith("You might leave me")


def test_words_of_our_own_are_not_replaced_by_the_file(db):
    call_command("load_content", verbosity=0)
    pia = builders.staff("pia", "Privacy officers")
    at = timezone.now()
    consent.publish(kind="share", language="en", text="Our own words.", at=at, by=pia)
    call_command("load_content", verbosity=0)
    texts = consent.current_texts(language="en", at=timezone.now())
    assert texts["share"].text == "Our own words."


@pytest.mark.parametrize(
    "element",
    [
        "I am the patient",
        "Who may share:",
        "With whom:",
        "What:",
        "Why:",
        "Until when:",
        "one year",
        "take this back at any time, by phone, by email or by letter",
        "My name as I typed it here, this tick and today’s date are my signature",
        "without it",
    ],
)
def test_the_words_about_sharing_have_what_the_law_asks_for(db, element):
    call_command("load_content", verbosity=0)
    text = ConsentText.objects.get(kind="share", language="en").text
    assert element in text


def test_a_privacy_officer_publishes_words_and_nobody_changes_them(client, ada):
    pia = desk.sign_in(client, "pia", "Privacy officers")
    add = "/admin/intake/consenttext/add/"
    form = {"kind": "share", "language": "en", "text": "New words.", "sha256": "f" * 64}
    assert client.post(add, form).status_code == 302
    text = ConsentText.objects.get(text="New words.")
    assert text.sha256 == consent.hash_of("New words.")
    assert text.published_by == pia
    assert timezone.now() - text.valid_from < timedelta(minutes=1)
    shown = client.get(f"/admin/intake/consenttext/{text.pk}/change/")
    assert text.sha256 in shown.content.decode()
    assert client.post(shown.request["PATH_INFO"], form | {"text": "Changed."}).status_code == 403
    assert client.post(f"/admin/intake/consenttext/{text.pk}/delete/").status_code == 403


def test_words_are_never_dated_back(client, ada):
    desk.sign_in(client, "pia", "Privacy officers")
    form = {"kind": "share", "language": "en", "text": "New words."}
    for day in ("2020-01-01", "garbage", "0001-01-01"):
        data = form | {"valid_from_0": day, "valid_from_1": "10:00"}
        response = client.post("/admin/intake/consenttext/add/", data)
        assert response.status_code == 200
        assert "New words." in response.content.decode()
    assert not ConsentText.objects.filter(text="New words.").exists()
    later = {"valid_from_0": "2090-01-01", "valid_from_1": "10:00"}
    assert client.post("/admin/intake/consenttext/add/", form | later).status_code == 302
    texts = consent.current_texts(language="en", at=timezone.now())
    assert texts["share"].text == "Words: share."


# Whose it is


@pytest.mark.parametrize(
    ("answers", "counts"),
    [
        ({"for_whom": "self", "name": "Zora"}, True),
        ({"for_whom": "self", "patient_name": "Zora"}, True),
        ({"for_whom": "self"}, False),
        ({"for_whom": "loved_one", "name": "Zora", "patient_name": "Pablo"}, False),
        ({"for_whom": "client", "name": "Zora", "patient_name": "Pablo"}, False),
        ({"name": "Zora"}, False),
    ],
)
def test_the_tick_counts_where_the_patient_signed_it(client, ada, answers, counts):
    lead = send_insurance_form(client, **answers)
    given = lead.consents.get(text__kind="share")
    assert given.from_patient == counts
    assert (sharing_of(lead) == given) == counts
    client.force_login(ada)
    said = page.text_of(client.get(desk.page_of(lead)))
    assert ("Patient’s consent outstanding" in said) == (not counts)
    assert ("not the patient’s own: does not count" in said) == (not counts)


def test_a_tick_counts_for_a_year(client, ada):
    lead = send_insurance_form(client, for_whom="self", name="Zora")
    given = lead.consents.select_related("text").get(text__kind="share")
    last = given.expires_on
    assert last == (given.given_at + timedelta(days=365)).date()
    assert consent.sharing([given], on=last) == given
    assert consent.sharing([given], on=last + timedelta(days=1)) is None
    Consent.objects.update(expires_on=date(2020, 1, 1))
    client.force_login(ada)
    said = page.text_of(client.get(desk.page_of(lead)))
    assert "Patient’s consent outstanding" in said
    assert "expired on Jan 1, 2020" in said


# Recorded by staff


def test_staff_record_what_the_patient_signed(client, ada, lead):
    assert "Patient’s consent outstanding" in page.text_of(client.get(desk.page_of(lead)))
    response = desk.press(client, lead, "sharing", **SIGNED)
    assert response.status_code == 302
    said = page.text_of(client.get(desk.page_of(lead)))
    assert "Patient’s consent outstanding" not in said
    for words in ("Tomás Luz", "Aetna", "Name and member ID", "Jan 15, 2090", "On paper"):
        assert words in said
    given = sharing_of(lead)
    assert (given.given, given.recorded_by, given.from_patient) == ("paper", ada, True)
    assert given.expires_on == date(2090, 1, 15)
    assert given.terms.signed_on == date(2026, 1, 15)
    event = lead.audit_events.filter(action=Action.CONSENT_RECORDED).get()
    assert event.fields == "patient_name purpose recipient share what"
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM intake_sharingterms")
        row = str(cursor.fetchone())
    assert "Luz" not in row
    assert "Aetna" not in row


@pytest.mark.parametrize(
    ("wrong", "status", "saying"),
    [
        ({"patient_name": ""}, 422, "This field is required."),
        ({"given": "phone"}, 422, "Select a valid choice."),
        ({"signed_on": "tomorrow"}, 422, "Choose a day."),
        ({"expires_on": "\0"}, 422, "Choose a day."),
        ({"what": "w" * 401}, 422, "Please shorten this"),
        ({"signed_on": "2089-01-01"}, 409, "lies in the future"),
        ({"expires_on": "2026-01-16"}, 409, "has expired already"),
    ],
)
def test_what_is_no_consent_is_refused_with_all_that_was_typed(client, lead, wrong, status, saying):
    response = desk.press(client, lead, "sharing", **SIGNED | wrong)
    assert response.status_code == status
    assert saying in page.text_of(response)
    assert page.form_on(response)["sharing-recipient"] == "Aetna"
    assert not SharingTerms.objects.exists()
    assert sharing_of(lead) is None


def test_a_permission_given_on_the_phone_opens_its_channel(client, ada, lead):
    response = desk.press(client, lead, "permit", kind="voicemail", given="phone")
    assert response.status_code == 302
    lead.refresh_from_db()
    assert lead.voicemail_ok
    given = lead.consents.get(text__kind="voicemail")
    assert (given.given, given.recorded_by) == ("phone", ada)
    event = lead.audit_events.filter(action=Action.CONSENT_RECORDED).get()
    assert event.fields == "voicemail_ok"


def test_the_words_to_read_out_are_on_the_page(client, lead):
    said = page.text_of(client.get(desk.page_of(lead)))
    for kind in ConsentKind:
        assert f"Words: {kind}." in said


@pytest.mark.parametrize("answers", [{"kind": "share"}, {"kind": ""}, {"given": "form"}])
def test_no_other_permission_is_recorded_that_way(client, lead, answers):
    right = {"kind": "text", "given": "phone"}
    assert desk.press(client, lead, "permit", **right | answers).status_code == 422
    assert not lead.audit_events.filter(action=Action.CONSENT_RECORDED).exists()


def test_without_a_wording_nothing_is_recorded(client, ada):
    lead = builders.lead()
    ConsentText.objects.filter(kind="text").delete()
    response = desk.press(client, lead, "permit", kind="text", given="phone")
    assert response.status_code == 409
    assert "There is no wording for this permission yet." in page.text_of(response)


def test_an_hour_before_midnight_is_still_the_last_day():
    at = datetime(2026, 3, 1, 7, 0, tzinfo=UTC)
    given = Consent(expires_on=date(2026, 2, 28))
    assert given.is_in_force(on=(at - timedelta(hours=8)).date())
    assert not given.is_in_force(on=at.date())
