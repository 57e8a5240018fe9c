"""The insurer is asked nothing before the patient has agreed to it."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from intake import agreements, workflow
from intake.audit import Action
from intake.choices import CheckStatus
from intake.models import Consent, InsuranceVerification
from tests import builders, page
from tests.intake import desk

OUTSTANDING = "Nothing may be asked of the insurance company before the patient has signed"


@pytest.fixture
def ada(client, db):
    builders.center()
    return desk.sign_in(client)


@pytest.fixture
def lead(ada):
    """Somebody filled the form in for themselves, signed it and ticked that we may share."""
    lead = builders.lead(for_whom="self", name="Zora", timezone=builders.zone_where_it_is(14))
    desk.send_insurance(lead, member_id="SYN1", share_ok=True)
    lead.refresh_from_db()
    return lead


def start(client, lead, verification=None, **more):
    verification = verification or lead.verifications.get()
    return desk.press(client, lead, "start-check", verification=verification.pk, **more)


def status_of(lead) -> str:
    return InsuranceVerification.objects.get(lead=lead).check_status


def test_a_check_starts_with_the_patients_consent(client, ada, lead):
    data = page.form_on(client.get(desk.page_of(lead)))
    assert data["start-check-verification"] == str(lead.verifications.get().pk)
    response = start(client, lead)
    assert response.status_code == 302
    said = page.text_of(client.get(response.url))
    assert "The benefits check has started." in said
    assert "In progress" in said
    assert "start-check-verification" not in page.form_on(client.get(response.url))
    assert status_of(lead) == CheckStatus.IN_PROGRESS
    event = lead.audit_events.get(action=Action.CHECK_STARTED)
    assert (event.by, event.fields) == (ada, "check_status")


def none(lead, ada):
    Consent.objects.filter(text__kind="share").delete()


def expired(lead, ada):
    Consent.objects.filter(text__kind="share").update(expires_on=date(2020, 1, 1))


def withdrawn(lead, ada):
    told = {"kinds": ["share"], "told": "phone", "today": timezone.localdate()}
    agreements.withdraw(lead, by=ada, at=timezone.now(), **told)


def a_relatives(lead, ada):
    Consent.objects.filter(text__kind="share").update(from_patient=False)


@pytest.mark.parametrize("spoil", [none, expired, withdrawn, a_relatives])
def test_without_it_the_check_cannot_start_and_the_page_says_so(client, ada, lead, spoil):
    spoil(lead, ada)
    response = client.get(desk.page_of(lead))
    assert "Patient’s consent outstanding" in page.text_of(response)
    assert "start-check-verification" not in page.form_on(response)
    response = start(client, lead)
    assert response.status_code == 409
    assert OUTSTANDING in page.text_of(response)
    assert status_of(lead) == CheckStatus.REQUESTED
    assert not lead.audit_events.filter(action=Action.CHECK_STARTED).exists()


def test_a_consent_taken_back_while_the_check_runs_is_outstanding_again(client, ada, lead):
    start(client, lead)
    withdrawn(lead, ada)
    said = page.text_of(client.get(desk.page_of(lead)))
    assert "Patient’s consent outstanding" in said
    assert "Ask the insurance company nothing" in said


def test_a_check_starts_once(client, lead):
    start(client, lead)
    response = start(client, lead)
    assert response.status_code == 409
    assert "This benefits check has started already." in page.text_of(response)


def test_a_stale_page_starts_nothing(client, lead):
    response = start(client, lead, version=lead.version - 1)
    assert response.status_code == 409
    assert "changed since you opened it" in page.text_of(response)
    assert status_of(lead) == CheckStatus.REQUESTED


def test_benefits_do_not_wait_for_who_calls_the_person(client, ada, lead):
    ben = builders.staff("ben", "Admissions")
    workflow.claim(lead, version=lead.version, by=ben, at=timezone.now())
    assert start(client, lead).status_code == 302
    lead.refresh_from_db()
    assert lead.owner == ben
    record = lead.verifications.get().records.get()
    assert (record.started_by, record.recorded_by) == (ada, None)


def test_a_closed_lead_is_not_checked(client, ada, lead):
    at = timezone.now()
    workflow.close(lead, version=lead.version, by=ada, at=at, disposition="declined")
    response = start(client, lead)
    assert response.status_code == 409
    assert "This lead is closed." in page.text_of(response)
    assert status_of(lead) == CheckStatus.REQUESTED


def test_the_form_of_another_lead_is_not_started(client, lead):
    other = builders.lead(for_whom="self", name="Zora")
    desk.send_insurance(other, nonce="other", share_ok=True)
    response = start(client, lead, other.verifications.get())
    assert response.status_code == 409
    assert "not part of this lead" in page.text_of(response)
    assert status_of(other) == CheckStatus.REQUESTED
    for garbage in ("", "1", "\0", "x" * 40):
        assert desk.press(client, lead, "start-check", verification=garbage).status_code == 422


def test_the_last_day_counts(client, lead):
    today = timezone.localdate(timezone.now() - timedelta(hours=8))
    Consent.objects.filter(text__kind="share").update(expires_on=today)
    assert start(client, lead).status_code == 302
