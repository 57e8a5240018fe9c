"""Referring somebody elsewhere: to whom and why, the sheet with the notice, and checking back."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from intake import benefits, consent, referrals, retention, workflow
from intake.audit import Action
from intake.changes import Refused
from intake.choices import CheckedBack, Disposition, Part, Status
from intake.models import Consent, ReceivingProvider, Referral
from tests import builders, page
from tests.intake import desk
from tests.intake.acting import LATER, NOON, REACHED, act, assert_refused, last_event

REFERRALS = "/admin/intake/referral/"


@pytest.fixture
def ada(client, db):
    builders.center()
    builders.consent_texts()
    return desk.sign_in(client)


@pytest.fixture
def north(db):
    return ReceivingProvider.objects.create(
        name="North House", kind="withdrawal", city="Oakland", phone="916-555-0177"
    )


@pytest.fixture
def lead(ada):
    lead = builders.lead(
        at=NOON - timedelta(hours=1),
        name="Maria Luz",
        patient_name="Tomás Luz",
        for_whom="loved_one",
        message="He uses fentanyl.",
    )
    act(workflow.log_attempt, lead, by=ada, **REACHED, note="Her sister must not know.")
    return lead


def day_here():
    """Return today's date where the desk is."""
    return timezone.localdate(timezone=ZoneInfo(builders.center().time_zone))


def refer(client, lead, to, **answers):
    usual = {"provider": to.pk, "reason": "medical", "nothing_of_value": "on"}
    return desk.press(client, lead, "refer", **(usual | answers))


def sign(client, lead, **answers):
    today = day_here()
    terms = {
        "referral": lead.referrals.get().pk,
        "patient_name": "Tomás Luz",
        "recipient": "North House",
        "what": "Name and why we refer",
        "purpose": "To be received there",
        "given": "paper",
        "signed_on": today,
        "expires_on": today + timedelta(days=30),
    }
    return desk.press(client, lead, "share-with", **(terms | answers))


def hand_off(client, lead):
    referral = lead.referrals.get()
    return client.post(reverse("admin:intake_lead_hand_off", args=[lead.pk, referral.pk]))


# The happy path


def test_somebody_is_referred_signs_and_takes_the_sheet_along(client, ada, lead, north):
    day = day_here() + timedelta(days=7)
    response = refer(client, lead, north, check_back_on=day, note="Detox first.")
    said = page.text_of(client.get(response.url))
    assert "Referred to North House, and closed." in said
    assert "Patient’s consent outstanding" in said
    lead.refresh_from_db()
    assert (lead.status, lead.disposition) == (Status.CLOSED, Disposition.REFERRED_OUT)

    assert sign(client, lead).status_code == 302
    sheet = hand_off(client, lead)
    assert sheet.status_code == 200
    said = page.text_of(sheet)
    for words in ("North House", "Oakland", "Tomás Luz", "Needs medical care first",
                  "42 CFR part 2", "Name and why we refer", "To be received there"):  # fmt: skip
        assert words in said, words
    for secret in ("fentanyl", "Detox first", "sister", "Maria", "555-0123"):
        assert secret not in said, secret
    event = last_event(lead)
    assert (event.action, event.by) == (Action.HANDED_OFF, ada)
    assert "patient_name" in event.fields


def test_who_was_referred_comes_up_again_until_somebody_asked(client, ada, lead, north):
    day = day_here() + timedelta(days=7)
    refer(client, lead, north, check_back_on=day)
    listed = page.text_of(client.get(REFERRALS))
    assert lead.reference in listed
    assert "North House" in listed
    assert "Maria" not in listed
    Referral.objects.update(check_back_on=day_here())
    assert "due" in page.text_of(client.get(REFERRALS)).splitlines()
    referral = lead.referrals.get()
    response = desk.press(client, lead, "checked-back", referral=referral.pk, came_of_it="arrived")
    assert response.status_code == 302
    assert lead.reference not in page.text_of(client.get(REFERRALS))
    assert lead.reference in page.text_of(client.get(f"{REFERRALS}?asked=all"))
    assert last_event_named(lead, Action.CHECKED_BACK).fields == "came_of_it"


def last_event_named(lead, action):
    return lead.audit_events.filter(action=action).latest("seq")


# The law


def test_the_list_says_whom_one_may_ask(client, ada, lead, north):
    refer(client, lead, north, check_back_on=day_here() + timedelta(days=3))
    assert "the person alone" in page.text_of(client.get(REFERRALS))
    sign(client, lead)
    assert "the person, or the provider" in page.text_of(client.get(REFERRALS))


def test_the_list_costs_the_same_for_more_referrals(client, ada, lead, north):
    def cost() -> int:
        with CaptureQueriesContext(connection) as statements:
            assert client.get(REFERRALS, {"asked": "all"}).status_code == 200
        return len(statements)

    refer(client, lead, north)
    sign(client, lead)
    one = cost()
    for number in range(4):
        other = builders.lead(nonce=str(number))
        act(workflow.log_attempt, other, by=ada, **REACHED)
        refer(client, other, north)
    assert cost() == one


def test_no_sheet_is_made_before_the_patient_signed_for_that_provider(client, ada, lead, north):
    refer(client, lead, north)
    response = hand_off(client, lead)
    assert response.status_code == 302
    assert "before the patient has signed" in page.text_of(client.get(response.url))
    assert not lead.audit_events.filter(action=Action.HANDED_OFF).exists()
    today = day_here()
    assert sign(client, lead).status_code == 302
    Consent.objects.filter(provider=north).update(expires_on=today - timedelta(days=1))
    assert hand_off(client, lead).status_code == 302
    assert not lead.audit_events.filter(action=Action.HANDED_OFF).exists()


def test_a_consent_for_a_provider_opens_nothing_to_the_insurer_and_none_to_others(
    client, ada, lead, north
):
    verification = desk.send_insurance(lead).verifications.get()
    refer(client, lead, north)
    sign(client, lead)
    act(workflow.reopen, lead, by=ada, at=LATER)
    consents = list(lead.consents.select_related("text"))
    today = day_here()
    assert consent.sharing(consents, on=today) is None
    assert consent.sharing(consents, on=today, provider=north) is not None
    south = ReceivingProvider.objects.create(name="South House", kind="other", phone="1")
    assert consent.sharing(consents, on=today, provider=south) is None
    lead.refresh_from_db()
    with pytest.raises(Refused, match="consent is outstanding"):
        benefits.start(verification, version=lead.version, by=ada, at=NOON, today=today)


def test_a_consent_taken_back_closes_the_sheet_again(client, ada, lead, north):
    refer(client, lead, north)
    sign(client, lead)
    desk.press(client, lead, "withdraw", kinds=["share"], told="phone")
    assert hand_off(client, lead).status_code == 302


def test_nobody_is_referred_without_saying_that_nothing_was_given_for_it(client, lead, north):
    refused = refer(client, lead, north, nothing_of_value="", note="Detox")
    assert refused.status_code == 422
    assert "nobody is referred" in page.text_of(refused)
    assert page.form_on(refused)["refer-note"] == "Detox"
    lead.refresh_from_db()
    assert lead.is_open


def test_nothing_about_a_referral_is_an_amount(db):
    for model in (Referral, ReceivingProvider):
        for field in model._meta.get_fields():
            assert not any(
                word in field.name for word in ("fee", "price", "amount", "paid", "sent")
            )


# What is refused


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ({"provider": ""}, 422),
        ({"provider": "999999"}, 422),
        ({"provider": "garbage"}, 422),
        ({"reason": ""}, 422),
        ({"reason": "money"}, 422),
        ({"check_back_on": "soon"}, 422),
        ({"check_back_on": "2020-01-01"}, 409),
        ({"note": "n" * 2001}, 422),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_typed_is_lost(client, lead, north, answers, status):
    refused = refer(client, lead, north, **({"note": "Detox first."} | answers))
    assert refused.status_code == status
    assert page.form_on(refused)["refer-note"].startswith(("Detox", "nnn"))
    lead.refresh_from_db()
    assert lead.is_open
    assert not Referral.objects.exists()


def test_a_provider_that_is_no_longer_chosen_is_refused(client, ada, lead, north):
    ReceivingProvider.objects.update(is_active=False)
    assert "North House" not in page.text_of(client.get(desk.page_of(lead)))
    assert refer(client, lead, north).status_code == 422
    north.refresh_from_db()
    today = day_here()
    details = {"by": ada, "at": LATER, "today": today, "provider": north, "reason": "age"}
    assert_refused("can not be chosen", referrals.refer, lead, **details)


def test_closing_as_referred_asks_to_whom(client, lead):
    assert desk.press(client, lead, "close", disposition="referred").status_code == 422


def test_checking_back_twice_is_told(client, ada, lead, north):
    refer(client, lead, north)
    referral = lead.referrals.get()
    referrals.check_back(referral, by=ada, at=LATER, came_of_it=CheckedBack.ARRIVED)
    with pytest.raises(Refused, match="written down already"):
        referrals.check_back(referral, by=ada, at=LATER, came_of_it=CheckedBack.NOT_GONE)
    referral.refresh_from_db()
    assert referral.came_of_it == CheckedBack.ARRIVED


def test_the_sheet_of_another_lead_is_not_found(client, ada, lead, north):
    refer(client, lead, north)
    other = builders.lead()
    referral = lead.referrals.get()
    address = reverse("admin:intake_lead_hand_off", args=[other.pk, referral.pk])
    assert client.post(address).status_code == 404


# Forgetting


def test_a_referral_is_forgotten_with_the_patient_and_its_note_with_the_caller(
    client, ada, lead, north
):
    refer(client, lead, north, note="Maria will drive him.")
    retention.erase(lead, part=Part.CALLER, by=ada, at=LATER, reason="letter")
    assert Referral.objects.get().note == ""
    lead.refresh_from_db()
    retention.erase(lead, part=Part.PATIENT, by=ada, at=LATER, reason="letter")
    assert not Referral.objects.exists()
    assert ReceivingProvider.objects.get() == north
