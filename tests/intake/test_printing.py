"""A lead on paper: never without the notice, masked unless somebody says why not."""

from datetime import date

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from intake import workflow
from intake.audit import Action
from intake.notices import PART2_NOTICE
from tests import builders, page
from tests.intake import desk


@pytest.fixture
def ada(client, db):
    builders.center()
    return desk.sign_in(client)


@pytest.fixture
def lead(ada):
    lead = builders.lead(name="Maria Luz", message="Please call me.")
    details = {"member_id": "SYN123456", "birth_date": date(1985, 4, 23)}
    desk.send_insurance(lead, images=1, **details)
    lead.refresh_from_db()
    return lead


def print_sheet(client, lead, **answers):
    data = {f"print-{name}": value for name, value in answers.items()}
    return client.post(reverse("admin:intake_lead_print", args=[lead.pk]), data)


def actions_of(lead) -> list[str]:
    """Return what the audit says since the lead came."""
    events = lead.audit_events.exclude(action=Action.RECEIVED).order_by("seq")
    return [event.action for event in events]


def test_the_sheet_carries_the_notice_and_printing_is_written_down(client, ada, lead):
    response = print_sheet(client, lead)
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    said = page.text_of(response)
    assert str(PART2_NOTICE) in said
    for words in (lead.reference, "Maria Luz", "Please call me.", "(916) 555-0123", "Printed by"):
        assert words in said
    assert said.index(str(PART2_NOTICE)) < said.index("Before you call")
    assert "SYN123456" not in said
    assert "Apr 23, 1985" not in said
    assert actions_of(lead) == [Action.PRINTED]
    assert lead.audit_events.get(action=Action.PRINTED).by == ada


def test_masked_details_are_printed_for_a_reason(client, lead):
    response = print_sheet(client, lead, with_masked="on", reason="benefits")
    said = page.text_of(response)
    assert "SYN123456" in said
    assert "Apr 23, 1985" in said
    # Pictures of cards stay on the screen.
    assert "/card/" not in response.content.decode()
    assert "not printed" in said
    assert actions_of(lead) == [Action.REVEALED, Action.PRINTED]
    event = lead.audit_events.get(action=Action.REVEALED)
    assert event.reason == "benefits"
    assert "member_id" in event.fields


def test_without_a_reason_nothing_is_printed(client, lead):
    response = print_sheet(client, lead, with_masked="on")
    assert response.status_code == 422
    assert "Choose why they are needed on paper." in page.text_of(response)
    assert "SYN123456" not in response.content.decode()
    assert actions_of(lead) == [Action.VIEWED]


def test_the_owner_needs_no_reason(client, ada, lead):
    workflow.claim(lead, version=lead.version, by=ada, at=timezone.now())
    assert "SYN123456" in page.text_of(print_sheet(client, lead, with_masked="on"))


def test_who_may_not_reveal_prints_the_masked_sheet(client, lead):
    user = desk.sign_in(client, "auditor", "No such group")
    user.user_permissions.add(Permission.objects.get(codename="view_lead"))
    said = page.text_of(print_sheet(client, lead, with_masked="on", reason="benefits"))
    assert "SYN123456" not in said
    assert str(PART2_NOTICE) in said
    assert actions_of(lead) == [Action.PRINTED]


def test_a_number_that_may_not_be_called_is_not_printed(client, lead):
    desk.press(client, lead, "withdraw", kinds=["call", "text"], told="phone")
    html = print_sheet(client, lead).content.decode()
    assert "555-0123" not in html
    assert "tel:" not in html


def test_no_link_prints(client, lead):
    address = reverse("admin:intake_lead_print", args=[lead.pk])
    assert client.get(address).url == desk.page_of(lead)
    desk.sign_in(client, "eve", "Content editors")
    assert print_sheet(client, lead).status_code == 403
    assert actions_of(lead) == []


def test_a_page_that_is_printed_by_the_browser_carries_the_notice_too(client, lead):
    assert str(PART2_NOTICE) in page.text_of(client.get(desk.page_of(lead)))
