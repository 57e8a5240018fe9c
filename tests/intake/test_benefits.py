"""A benefits check from the queue to the family: asked, written down, approved, explained."""

import threading
from datetime import time, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from intake import benefits, workflow
from intake.audit import Action
from intake.choices import CheckStatus
from intake.models import (
    AuditEvent,
    BenefitsRecord,
    InsuranceVerification,
    Lead,
    NetworkBenefits,
)
from tests import builders, page
from tests.intake import checking, desk


@pytest.fixture
def ada(client, db):
    builders.center()
    return desk.sign_in(client)


@pytest.fixture
def ben(ada):
    return builders.staff("ben", "Admissions")


@pytest.fixture
def check(ada):
    return checking.check_of(checking.patients_lead())


@pytest.fixture
def asked(client, check):
    """A check that was started."""
    assert checking.press(client, check, "start").status_code == 302
    return check


def state(check) -> str:
    return InsuranceVerification.objects.get(pk=check.pk).check_status


def said_on(client, check) -> str:
    return page.text_of(client.get(checking.page_of(check)))


def as_colleague(client, user):
    client.force_login(user)


def last_event(check) -> AuditEvent:
    seen = AuditEvent.objects.filter(lead=check.lead).exclude(action=Action.VIEWED)
    return seen.order_by("seq").last()


# The way of a check


def test_a_check_goes_from_the_queue_to_the_family(client, ada, ben, check):
    assert check.lead.reference in page.text_of(client.get(checking.QUEUE))
    assert "Start the benefits check" in said_on(client, check)
    response = checking.press(client, check, "start")
    assert response.url == checking.page_of(check)
    assert checking.form_of(check) in desk.links_on(client.get(response.url))

    response = checking.send(client, check)
    assert response.status_code == 302, page.text_of(response)
    said = said_on(client, check)
    for words in ("Rita Answerly", "REF-90210", "$1,500.00", "$900.00", "20%", "$300.00 to $400.00",
                  "It is not a guarantee of payment", "a colleague has to look at it"):  # fmt: skip
        assert words in said, words
    assert (state(check), last_event(check).action) == ("recorded", Action.CHECK_RECORDED)
    names = last_event(check).fields.split()
    assert {"check_status", "coinsurance", "deductible", "call_reference"} <= set(names)

    as_colleague(client, ben)
    assert checking.press(client, check, "approve").status_code == 302
    assert "Now explain it to the family" in said_on(client, check)
    assert checking.press(client, check, "explained", told="patient").status_code == 302
    assert state(check) == CheckStatus.EXPLAINED
    row = BenefitsRecord.objects.get()
    assert (row.started_by, row.recorded_by, row.approved_by, row.explained_by) == (
        ada, ada, ben, ben,
    )  # fmt: skip
    assert row.explained_to == "patient"
    assert check.lead.reference not in page.text_of(client.get(checking.QUEUE))


def test_the_page_of_the_lead_says_how_far_it_is_and_leads_there(client, asked):
    response = client.get(desk.page_of(asked.lead))
    assert "In progress" in page.text_of(response)
    assert checking.page_of(asked) in desk.links_on(response)


def test_without_the_patients_consent_the_page_offers_no_start(client, check):
    check.lead.consents.all().delete()
    response = client.get(checking.page_of(check))
    assert "Patient’s consent outstanding" in page.text_of(response)
    assert "start-version" not in page.form_on(response)
    response = checking.press(client, check, "start")
    assert response.status_code == 409
    assert "Nothing may be asked of the insurance company" in page.text_of(response)
    assert state(check) == CheckStatus.REQUESTED
    assert "consent outstanding" in page.text_of(client.get(checking.QUEUE))


# A second person


def test_who_wrote_it_down_does_not_approve_it(client, ada, asked):
    checking.send(client, asked)
    response = checking.press(client, asked, "approve")
    assert response.status_code == 409
    assert "Somebody else has to approve them." in page.text_of(response)
    assert state(asked) == CheckStatus.RECORDED
    assert BenefitsRecord.objects.get().approved_by is None


def test_where_the_setting_says_so_one_person_is_enough(client, asked, settings):
    settings.BENEFITS_SECOND_PERSON = "never"
    checking.send(client, asked)
    assert "Compare it with the card" in said_on(client, asked)
    assert checking.press(client, asked, "approve").status_code == 302
    assert state(asked) == CheckStatus.APPROVED


@pytest.mark.parametrize(("hour", "status"), [(12, 409), (3, 302)])
def test_by_day_means_while_the_desk_is_open(client, asked, settings, hour, status):
    settings.BENEFITS_SECOND_PERSON = "by-day"
    checking.send(client, asked)
    zone = builders.zone_where_it_is(hour)
    builders.center(time_zone=zone, opens=time(8), closes=time(20))
    assert checking.press(client, asked, "approve").status_code == status


def test_a_colleague_sends_it_back_with_what_to_change(client, ada, ben, asked):
    checking.send(client, asked)
    as_colleague(client, ben)
    response = checking.press(client, asked, "send-back", reason="", note="The ID differs.")
    assert response.status_code == 422
    assert page.form_on(response)["send-back-note"] == "The ID differs."
    checking.press(client, asked, "send-back", reason="other_member", note="The ID differs.")
    assert state(asked) == CheckStatus.IN_PROGRESS
    event = last_event(asked)
    assert (event.action, event.reason, event.by) == (Action.CHECK_RETURNED, "other_member", ben)
    as_colleague(client, ada)
    for response in (client.get(checking.page_of(asked)), client.get(checking.form_of(asked))):
        assert "Sent back by ben: It is not the plan on the card." in page.text_of(response)
        assert "The ID differs." in page.text_of(response)
    form = page.form_on(client.get(checking.form_of(asked)))
    assert form[f"{benefits.form_name(asked)}-representative"] == "Rita Answerly"
    assert checking.send(client, asked, in_deductible="1700").status_code == 302
    row = BenefitsRecord.objects.get()
    assert row.networks.get(network="in").deductible == Decimal(1700)
    assert (row.sent_back_for, row.sent_back_note, row.sent_back_by) == ("", "", None)


# Out of turn


@pytest.mark.parametrize(
    ("action", "answers"),
    [
        ("approve", {}),
        ("send-back", {"reason": "missing"}),
        ("explained", {"told": "patient"}),
        ("again", {}),
    ],
)
def test_no_step_is_taken_out_of_turn(client, ben, asked, action, answers):
    as_colleague(client, ben)
    response = checking.press(client, asked, action, **answers)
    assert response.status_code == 409
    assert "Nothing was saved." in page.text_of(response)
    assert state(asked) == CheckStatus.IN_PROGRESS


def test_a_stale_page_takes_no_step_and_keeps_what_was_typed(client, ben, asked):
    version = Lead.objects.get().version
    lead = Lead.objects.get()
    workflow.claim(lead, version=version, by=ben, at=timezone.now())
    response = checking.send(client, asked, version=version)
    assert response.status_code == 409
    assert "ben changed this lead since you opened it: Claimed." in page.text_of(response)
    assert BenefitsRecord.objects.get().recorded_at is None
    kept = page.form_on(response)
    assert kept[f"{benefits.form_name(asked)}-in-deductible"] == "$1,500.00"
    # Pressing again, after reading that, is enough.
    assert client.post(checking.form_of(asked), kept).status_code == 302
    assert state(asked) == CheckStatus.RECORDED


def test_two_who_write_at_once_overwrite_nothing(client, ada, ben, asked):
    version = Lead.objects.get().version
    assert checking.send(client, asked, version=version).status_code == 302
    as_colleague(client, ben)
    response = checking.send(client, asked, version=version, in_deductible="9000")
    assert response.status_code == 409
    assert NetworkBenefits.objects.get(network="in").deductible == Decimal(1500)


def test_a_closed_lead_is_left_alone(client, ada, asked):
    lead = Lead.objects.get()
    workflow.close(lead, version=lead.version, by=ada, at=timezone.now(), disposition="declined")
    assert checking.send(client, asked).status_code == 409
    assert "This lead is closed." in said_on(client, asked)
    assert lead.reference not in page.text_of(client.get(checking.QUEUE))


def test_what_is_over_is_neither_approved_nor_explained(client, ada, ben, asked):
    checking.send(client, asked)
    yesterday = checking.today() - timedelta(days=1)
    BenefitsRecord.objects.update(expires_on=yesterday)
    as_colleague(client, ben)
    response = checking.press(client, asked, "approve")
    assert response.status_code == 409
    assert "can’t be relied on any more" in page.text_of(response)
    BenefitsRecord.objects.update(expires_on=yesterday + timedelta(days=9))
    checking.press(client, asked, "approve")
    BenefitsRecord.objects.update(expires_on=yesterday)
    assert checking.press(client, asked, "explained", told="patient").status_code == 409
    assert "over" in page.text_of(client.get(checking.QUEUE))


def test_asking_again_keeps_what_was_said_before(client, ada, ben, asked):
    checking.send(client, asked)
    checking.approve(asked, by=ben)
    assert checking.press(client, asked, "again").status_code == 302
    checking.send(client, asked, in_deductible="1800")
    newest, before = BenefitsRecord.objects.all()
    assert newest.networks.get(network="in").deductible == Decimal(1800)
    assert before.networks.get(network="in").deductible == Decimal(1500)
    assert before.approved_by == ben
    assert "Asked before" in said_on(client, asked)


# Who may


def test_who_is_not_of_admissions_sees_no_check(client, check):
    desk.sign_in(client, "olga", "Privacy officers")
    for address in (checking.QUEUE, checking.page_of(check), checking.form_of(check)):
        assert client.get(address).status_code == 403
    assert checking.press(client, check, "start").status_code == 403
    assert state(check) == CheckStatus.REQUESTED


def test_opening_a_check_is_written_down(client, ada, check):
    client.get(checking.page_of(check))
    event = check.lead.audit_events.order_by("seq").last()
    assert (event.action, event.by, event.fields) == (Action.VIEWED, ada, "benefits")


def test_a_check_needs_a_record_to_be_approved(asked, ben):
    with pytest.raises(benefits.Refused, match="Nothing waits for approval"):
        checking.approve(asked, by=ben)


@pytest.mark.django_db(transaction=True)
def test_of_four_who_approve_at_once_one_does():
    builders.center()
    check = checking.check_of(checking.patients_lead())
    checking.write_down(check, by=builders.staff("ada"))
    refused, version = [], Lead.objects.get().version

    def run(user):
        at = timezone.now()
        details = {"version": version, "by": user, "at": at, "today": timezone.localdate(at)}
        try:
            benefits.approve(check, **details)
        except benefits.Refused as refusal:
            refused.append(str(refusal))
        finally:
            connection.close()

    users = [builders.staff(name) for name in ("ben", "cleo", "dan", "eli")]
    threads = [threading.Thread(target=run, args=[user]) for user in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 3
    assert all(
        "changed this lead since you opened it: Benefits approved." in why for why in refused
    )
    assert AuditEvent.objects.filter(action=Action.CHECK_APPROVED).count() == 1
    assert BenefitsRecord.objects.get().approved_by in users
