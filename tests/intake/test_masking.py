"""What identifies a plan's member is masked until somebody asks for it and says why."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from intake import workflow
from intake.admin import reveal
from intake.audit import Action
from intake.choices import RevealReason
from intake.fields import EncryptedBytesField, EncryptedTextField
from intake.models import AuditEvent, InsuranceVerification
from tests import builders, page
from tests.intake import desk

SECRETS = ("SYN123456", "G-7781", "Apr 23, 1985", "Nov 30, 1959")
FIELDS = "birth_date card_back card_front group_number holder_birth_date member_id"


@pytest.fixture
def ada(client, db):
    builders.center()
    return desk.sign_in(client)


@pytest.fixture
def lead(ada):
    return builders.lead(message="Please call me.", timezone=builders.zone_where_it_is(14))


@pytest.fixture
def verification(lead) -> InsuranceVerification:
    return send(lead)


def send(lead, nonce: str = "insurance") -> InsuranceVerification:
    details = {
        "carrier_other": "Mutual of Nowhere",
        "member_id": "SYN123456",
        "group_number": "G-7781",
        "birth_date": date(1985, 4, 23),
        "holder_birth_date": date(1959, 11, 30),
    }
    desk.send_insurance(lead, images=2, nonce=nonce, **details)
    return lead.verifications.get(form_nonce=nonce)


def shown_in(response) -> list[str]:
    html = response.content.decode()
    return [secret for secret in SECRETS if secret in html]


def last_event(lead) -> AuditEvent:
    return lead.audit_events.order_by("seq").last()


def test_masked_details_are_shown_once_and_that_is_written_down(client, ada, verification):
    lead = verification.lead
    assert shown_in(client.get(desk.page_of(lead))) == []
    response = desk.reveal(client, verification, reason="benefits")
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert shown_in(response) == list(SECRETS)
    event = last_event(lead)
    assert (event.action, event.by, event.reason) == (Action.REVEALED, ada, "benefits")
    assert event.fields == FIELDS
    # Neither an address, a cookie, the session nor the next look has anything of it.
    assert shown_in(client.get(desk.page_of(lead))) == []
    assert not any(secret in str(dict(client.session)) for secret in SECRETS)
    assert not any(secret in str(client.cookies) for secret in SECRETS)


def test_what_the_call_needs_is_simply_there(client, verification):
    said = page.text_of(client.get(desk.page_of(verification.lead)))
    for words in ("(916) 555-0123", "Please call me.", "Mutual of Nowhere", "Before you call"):
        assert words in said
    assert said.count("masked") >= 6


def test_opening_a_lead_decrypts_nothing_that_is_masked(client, verification, monkeypatch):
    opened = []
    for field_class in (EncryptedTextField, EncryptedBytesField):
        unseal = field_class.open

        def watch(field, sealed, instance, unseal=unseal):
            opened.append(field.name)
            return unseal(field, sealed, instance)

        monkeypatch.setattr(field_class, "open", watch)
    client.get(desk.page_of(verification.lead))
    assert "carrier_other" in opened
    assert not {*reveal.MASKED, "jpeg"} & set(opened)
    desk.reveal(client, verification, reason="benefits")
    assert {*reveal.MASKED} < set(opened)


def test_a_page_without_a_masked_value_offers_no_reveal(client, lead):
    desk.send_insurance(lead, carrier_other="Mutual of Nowhere")
    html = client.get(desk.page_of(lead)).content.decode()
    assert "/reveal/" not in html
    assert ">masked<" not in html


def test_the_button_on_the_page_reveals(client, verification):
    lead = verification.lead
    data = page.form_on(client.get(desk.page_of(lead)))
    data[f"reveal-{verification.pk.hex[:8]}-reason"] = "quality"
    address = reverse("admin:intake_lead_reveal", args=[lead.pk, verification.pk])
    assert shown_in(client.post(address, data)) == list(SECRETS)


def test_reloading_the_page_masks_again(client, verification):
    lead = verification.lead
    seen = lead.audit_events.count()
    assert shown_in(desk.reveal(client, verification, reason="benefits", seen=seen))
    again = desk.reveal(client, verification, reason="benefits", seen=seen)
    assert again.url == desk.page_of(lead)
    assert "The details are masked again." in page.text_of(client.get(again.url))
    assert lead.audit_events.filter(action=Action.REVEALED).count() == 1


def test_one_block_is_opened_at_a_time(client, lead):
    first, second = send(lead, "one"), send(lead, "two")
    html = desk.reveal(client, first, reason="benefits").content.decode()
    assert html.count("SYN123456") == 1
    assert f"/reveal/{second.pk}/" in html
    assert f"/reveal/{first.pk}/" not in html


# With a reason


def test_the_owner_needs_no_reason(client, ada, verification):
    lead = verification.lead
    lead.refresh_from_db()
    workflow.claim(lead, version=lead.version, by=ada, at=timezone.now())
    html = client.get(desk.page_of(lead)).content.decode()
    assert "Show the masked details" in html
    assert "Why you need them" not in html
    assert shown_in(desk.reveal(client, verification)) == list(SECRETS)
    assert last_event(lead).reason == ""


@pytest.mark.parametrize("reason", [None, "", "curious", "x" * 500, "\0"])
def test_everybody_else_has_to_say_why(client, verification, reason):
    answers = {} if reason is None else {"reason": reason}
    response = desk.reveal(client, verification, **answers)
    assert response.status_code == 422
    assert "Please correct what is marked below." in page.text_of(response)
    assert shown_in(response) == []
    assert not verification.lead.audit_events.filter(action=Action.REVEALED).exists()


@pytest.mark.parametrize("reason", RevealReason.values)
def test_each_reason_is_kept_as_its_code(client, verification, reason):
    desk.reveal(client, verification, reason=reason)
    assert last_event(verification.lead).reason == reason
    assert len(reason) <= 20


@pytest.mark.parametrize("seen", ["", "0", "garbage", "9" * 5000])
def test_a_form_without_the_mark_of_its_page_reveals_nothing(client, verification, seen):
    response = desk.reveal(client, verification, reason="benefits", seen=seen)
    assert response.status_code == 422
    assert shown_in(response) == []


# Who may


def test_who_may_read_a_lead_may_not_therefore_reveal(client, verification):
    user = desk.sign_in(client, "auditor", "No such group")
    user.user_permissions.add(Permission.objects.get(codename="view_lead"))
    html = client.get(desk.page_of(verification.lead)).content.decode()
    assert "/reveal/" not in html
    assert ">masked<" in html
    assert desk.reveal(client, verification, reason="benefits").status_code == 403


def test_a_privacy_officer_may_reveal_and_change_nothing(client, verification):
    desk.sign_in(client, "pia", "Privacy officers")
    assert shown_in(desk.reveal(client, verification, reason="privacy")) == list(SECRETS)
    assert desk.press(client, verification.lead, "claim").status_code == 403


def test_no_link_reveals(client, verification):
    lead = verification.lead
    address = reverse("admin:intake_lead_reveal", args=[lead.pk, verification.pk])
    for method in (client.get, client.head, client.put, client.delete):
        assert method(address).url == desk.page_of(lead)
    assert not lead.audit_events.filter(action=Action.REVEALED).exists()


def test_the_form_of_another_lead_is_not_found(client, verification):
    other = builders.lead()
    address = reverse("admin:intake_lead_reveal", args=[other.pk, verification.pk])
    assert client.post(address, {"reason": "benefits"}).status_code == 404


# Card images


def card_links(response) -> list[str]:
    return [link for link in dict.fromkeys(desk.links_on(response)) if "/card/" in link]


def test_pictures_have_an_address_only_on_the_revealed_page(client, ada, verification):
    lead = verification.lead
    assert card_links(client.get(desk.page_of(lead))) == []
    links = card_links(desk.reveal(client, verification, reason="benefits"))
    assert [client.get(link)["Content-Type"] for link in links] == ["image/jpeg"] * 2
    seen = lead.audit_events.filter(action=Action.CARD_VIEWED).order_by("seq")
    assert [(event.by, event.fields) for event in seen] == [
        (ada, "card_front"),
        (ada, "card_back"),
    ]


def test_a_picture_without_its_pass_is_refused_kindly(client, verification):
    lead = verification.lead
    front, back = card_links(desk.reveal(client, verification, reason="benefits"))
    address, _, its_pass = front.partition("?pass=")
    forged = its_pass[:-1] + ("A" if its_pass[-1] != "A" else "B")
    for link in (address, f"{address}?pass=", f"{address}?pass=%00", f"{address}?pass={forged}",
                 f"{back.partition('?')[0]}?pass={its_pass}"):  # fmt: skip
        response = client.get(link)
        assert response.status_code == 403
        assert "no-store" in response["Cache-Control"]
        assert desk.page_of(lead) in desk.links_on(response)
    ben = desk.sign_in(client, "ben")
    assert client.get(front).status_code == 403
    assert not lead.audit_events.filter(action=Action.CARD_VIEWED, by=ben).exists()


def test_a_pass_gets_old(client, verification, monkeypatch):
    (link, _) = card_links(desk.reveal(client, verification, reason="benefits"))
    assert client.get(link).status_code == 200
    monkeypatch.setattr(reveal, "CARD_LIFETIME", timedelta(seconds=-1))
    assert client.get(link).status_code == 403


# What it costs


def test_a_revealed_page_costs_no_more_for_more_insurance_forms(client, lead):
    first = send(lead, "one")
    desk.reveal(client, first, reason="benefits")
    costs = []
    for nonce in ("two", "three"):
        with CaptureQueriesContext(connection) as statements:
            desk.reveal(client, first, reason="benefits")
        costs.append(len(statements))
        send(lead, nonce)
    assert costs[0] == costs[1]
    assert not [query for query in statements if '"intake_cardimage"."jpeg"' in query["sql"]]
