"""Keys can be changed while people work: nothing is lost, and afterwards the old key can go."""

import threading
from datetime import date
from io import StringIO

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection, transaction
from django.test import override_settings
from django.utils import timezone

from intake import benefits, canary, crypto, drafts, lookup, receipts, rotation
from intake.choices import CardSide, Channel, Outcome
from intake.models import (
    CardImage,
    Consent,
    ContactAttempt,
    HandOver,
    InsuranceVerification,
    KeyCanary,
    Lead,
    ParkedCard,
    PrivacyRequest,
    ReceivingProvider,
    Referral,
    SearchToken,
    SecondFactor,
    SharingTerms,
    Wish,
)
from tests import builders
from tests.intake import checking, raw

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
PICTURE = b"\xff\xd8\xff a picture"
HEADERS = (b"v1.new.", "v1.new.")


def keys(**ring: bytes):
    return override_settings(FIELD_ENCRYPTION_KEYS=ring)


def both():
    return keys(new=NEW, tests=OLD)


def fill_every_table(lead: Lead) -> None:
    """Add one row, with every sealed field filled in, to each table that has such fields."""
    at, picture = timezone.now(), {"side": CardSide.FRONT, "jpeg": PICTURE, "width": 1, "height": 1}
    form = InsuranceVerification.objects.create(
        lead=lead,
        received_at=at,
        due_at=at,
        form_nonce=f"form {lead.reference}",
        content_digest="d",
        birth_date=date(1985, 4, 23),
        holder_birth_date=date(1955, 4, 23),
        carrier_other="Mutual of Nowhere",
        carrier_phone="916-555-0177",
        member_id="MEM4711",
        group_number="G1",
        holder_name="Rob Roy",
        message="about the card",
    )
    CardImage.objects.create(verification=form, **picture)
    teller = builders.staff(f"benefits {lead.reference}")
    checking.write_down(form, by=teller)
    why = {"version": None, "by": teller, "at": at, "reason": "missing", "note": "Ask for more."}
    benefits.send_back(form, **why)
    ParkedCard.objects.create(form_nonce="parked", parked_at=at, **picture)
    ContactAttempt.objects.create(
        lead=lead,
        by=builders.staff(f"staff {lead.reference}"),
        at=at,
        channel=Channel.CALL,
        outcome=Outcome.NO_ANSWER,
        note="rang twice",
    )
    user = lead.attempts.get().by
    SecondFactor.objects.create(user=user, key="GEZDGNBVGY3TQOJQ")
    sending = {"form_nonce": f"wish {lead.reference}", "content_digest": "d", "received_at": at}
    Wish.objects.create(lead=lead, what="note", text="ring twice", **sending)
    PrivacyRequest.objects.create(
        lead=lead, what="copy", asked_at=at, due_on=date(2027, 1, 2), answer="sent"
    )
    whom = ReceivingProvider.objects.create(name=f"To {lead.reference}", kind="detox")
    Referral.objects.create(
        lead=lead, provider=whom, reason="level", note="asks for Tom", referred_at=at, by=user
    )
    HandOver.objects.create(lead=lead, by=user, to=teller, at=at, note="asks for Tom")
    drafts.keep(lead, "attempt", {"note": "rings at noon"}, by=user, at=at)
    text = builders.consent_texts()["share"]
    SharingTerms.objects.create(
        consent=Consent.objects.create(lead=lead, text=text, given_at=at, given="paper"),
        patient_name="Tom Bowles",
        recipient="Mutual of Nowhere",
        what="the dates",
        purpose="a check",
        signed_on=date(2026, 1, 2),
    )
    lookup.refresh(lead)


@pytest.fixture
def lead(db):
    canary.prove_keys()
    lead = builders.lead(
        name="Ada Marlowe",
        email="ada@example.org",
        message="please call",
        phone_extension="12",
        patient_name="Tom Bowles",
        ask_for="Ada",
        if_someone_else="hang up",
    )
    lead.may_know = "her sister"
    lead.save(update_fields=["may_know"])
    fill_every_table(lead)
    return lead


def sealed_values() -> dict[str, object]:
    """Return every sealed column of every row as it stands in the database, by its place."""
    return {
        f"{row._meta.db_table}.{field.column}:{row.pk}": raw.column(row, field.name)
        for model in rotation.apps.get_app_config("intake").get_models()
        for field in rotation.encrypted_fields(model)
        for row in model.objects.only("pk")
    }


def test_after_the_rotation_everything_opens_without_the_old_key(lead):
    pin = receipts.pin_for(lead.form_nonce)
    places = len(sealed_values())
    with both():
        rotation.rotate()
    with keys(new=NEW):
        canary.prove_keys()
        values = sealed_values()
        assert len(values) == places
        assert [place for place, value in values.items() if not value] == []
        assert {value[:7] for value in values.values()} == set(HEADERS)
        fresh = Lead.objects.get()
        form = fresh.verifications.get()
        assert (fresh.name, fresh.if_someone_else) == ("Ada Marlowe", "hang up")
        assert (form.birth_date, form.member_id) == (date(1985, 4, 23), "MEM4711")
        assert form.card_images.get().jpeg == ParkedCard.objects.get().jpeg == PICTURE
        attempt = fresh.attempts.get()
        assert attempt.note == "rang twice"
        assert drafts.recall(fresh, by=attempt.by, at=timezone.now()) == {
            "attempt": {"note": "rings at noon"}
        }
        assert SecondFactor.objects.get().key == "GEZDGNBVGY3TQOJQ"
        assert fresh.callbacks.get().message == "please call"
        assert receipts.has_pin(fresh, pin)
        assert receipts.shown_pin(fresh) == pin
        for text in ("marlowe", "0123", "bowles", "roy", "ada@example.org"):
            assert lookup.matching(Lead.objects.all(), lookup.terms(text, "US")).get() == lead
    assert set(SearchToken.objects.values_list("key_id", flat=True)) == {"new"}
    assert list(KeyCanary.objects.values_list("key_id", flat=True)) == ["new"]


def test_the_command_prints_counts_and_not_one_value(lead):
    out = StringIO()
    with both():
        call_command("rotate_keys", stdout=out)
    said = out.getvalue().splitlines()
    assert said[:-1] == [
        "lead: 1",
        "callback request: 1",
        "insurance form: 1",
        "card image: 1",
        "parked card: 1",
        "benefits: 1",
        "benefits of a network: 1",
        "benefits of a level of care: 1",
        "referral: 1",
        "terms of sharing: 1",
        "contact attempt: 1",
        "hand-over: 1",
        "second factor: 1",
        "draft: 1",
        "wish of the person: 1",
        "privacy request: 1",
        "searchable leads: 1",
        "receipt PINs: 1",
    ]
    assert said[-1] == "Everything is sealed under “new”; older keys can be removed."


def test_a_second_run_moves_nothing(lead):
    with both():
        rotation.rotate()
        before = sealed_values()
        assert set(rotation.rotate().values()) == {0}
        assert sealed_values() == before


def test_empty_values_are_left_alone(db):
    lead = builders.lead()
    with both():
        assert rotation.rotate()["lead"] == 1
        assert rotation.rotate()["lead"] == 0
    assert raw.column(lead, "name") == ""


def test_a_row_of_which_only_one_field_is_old_is_moved(lead):
    with both():
        rotation.rotate()
    old = crypto.seal_text("later", bound_to=f"intake_lead.ask_for:{lead.pk}")
    raw.put(lead, "ask_for", old)
    with both():
        assert rotation.rotate()["lead"] == 1
    with keys(new=NEW):
        assert (Lead.objects.get().ask_for, Lead.objects.get().name) == ("later", "Ada Marlowe")


def test_a_key_whose_id_begins_like_the_new_one_is_still_an_old_key(lead):
    with keys(test=NEW, tests=OLD):
        assert rotation.rotate()["lead"] == 1
    with keys(test=NEW):
        assert Lead.objects.get().name == "Ada Marlowe"


def test_more_rows_than_a_batch_are_all_moved(lead, monkeypatch):
    monkeypatch.setattr(rotation, "BATCH", 2)
    for number in range(5):
        builders.lead(name=f"Lead {number}")
    with both():
        moved = rotation.rotate()
    assert (moved["lead"], moved["searchable leads"], moved["receipt PINs"]) == (6, 6, 6)


@pytest.mark.parametrize("step", ["_reseal", "_redigest", "_renew_pin"])
def test_a_rotation_stopped_in_the_middle_goes_on_where_it_was(lead, monkeypatch, step):
    monkeypatch.setattr(rotation, "BATCH", 2)
    for number in range(4):
        builders.lead(name=f"Other {number}")
    real, done = getattr(rotation, step), []

    def stopped(row):
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(row)
        return real(row)

    monkeypatch.setattr(rotation, step, stopped)
    with both():
        with pytest.raises(KeyboardInterrupt):
            rotation.rotate()
        # Amid the two generations everything is readable, found, and the old key still needed.
        assert {lead.name for lead in Lead.objects.all()} >= {"Ada Marlowe", "Other 0", "Other 3"}
        others = lookup.matching(Lead.objects.all(), lookup.terms("other", "US"))
        assert others.count() == 4
        assert all(map(receipts.shown_pin, Lead.objects.all()))
    with keys(new=NEW), pytest.raises(ImproperlyConfigured, match="lacks the key “tests”"):
        rotation.rotate()
    monkeypatch.setattr(rotation, step, real)
    with both():
        rotation.rotate()
    with keys(new=NEW):
        assert all(lead.name for lead in Lead.objects.all())
        assert lookup.matching(Lead.objects.all(), lookup.terms("other", "US")).count() == 4
        assert all(map(receipts.shown_pin, Lead.objects.all()))


def test_a_pin_stays_right_even_where_the_digests_of_a_lead_are_new_already(lead):
    with both():
        lookup.refresh(Lead.objects.get())
        rotation.rotate()
    with keys(new=NEW):
        assert receipts.shown_pin(Lead.objects.get()) == receipts.pin_for(lead.form_nonce)


def test_a_pin_that_staff_issued_stays_right(lead, monkeypatch):
    monkeypatch.setattr(receipts.secrets, "randbelow", lambda limit: 4711)
    pin = receipts.issue_new_pin(lead, by=builders.staff(), at=timezone.now())
    assert pin == "004711"
    with both():
        assert rotation.rotate()["receipt PINs"] == 1
    with keys(new=NEW):
        assert receipts.has_pin(Lead.objects.get(), pin)
        assert receipts.shown_pin(Lead.objects.get()) == ""


def test_without_the_old_key_the_rotation_is_refused_and_changes_nothing(lead):
    before = sealed_values()
    with keys(new=NEW), pytest.raises(ImproperlyConfigured, match="lacks the key “tests”"):
        rotation.rotate()
    assert sealed_values() == before


def test_a_value_that_does_not_open_stops_the_rotation_and_keeps_the_old_key(lead):
    raw.put(lead, "name", raw.column(lead, "phone"))
    with (
        both(),
        pytest.raises(crypto.DecryptionError, match=r"^cannot open a value of intake_lead.name$"),
    ):
        rotation.rotate()
    assert KeyCanary.objects.filter(key_id="tests").exists()


@pytest.mark.django_db(transaction=True)
def test_what_somebody_changes_during_the_rotation_is_not_lost():
    """Whoever comes first holds the row; the other sees what was written."""
    lead = builders.lead(name="Before")
    is_held, may_go_on = threading.Event(), threading.Event()

    def change():
        with transaction.atomic():
            held = Lead.objects.select_for_update().get(pk=lead.pk)
            is_held.set()
            may_go_on.wait(10)
            held.name, held.if_someone_else = "During", "hang up"
            held.save()
        connection.close()

    other = threading.Thread(target=change)
    with both():
        other.start()
        assert is_held.wait(10)
        threading.Timer(0.5, may_go_on.set).start()
        rotation.rotate()
        other.join(10)
        rotation.rotate()
    with keys(new=NEW):
        changed = Lead.objects.get()
        assert (changed.name, changed.if_someone_else) == ("During", "hang up")
