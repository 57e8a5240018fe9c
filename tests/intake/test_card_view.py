"""A card image is decrypted for one pair of eyes at a time, and each look is written down."""

import uuid
from io import BytesIO

import pytest
from django.urls import reverse
from PIL import Image

from intake.audit import Action
from intake.models import AuditEvent, CardImage
from tests import builders
from tests.intake import desk


@pytest.fixture
def ada(client, db):
    builders.center()
    return desk.sign_in(client)


@pytest.fixture
def image(ada) -> CardImage:
    desk.send_insurance(builders.lead(), images=2)
    return CardImage.objects.get(side="back")


def address_of(image, lead=None) -> str:
    lead = lead or image.verification.lead
    return reverse("admin:intake_lead_card", args=[lead.pk, image.pk])


def revealed_address(client, image) -> str:
    """Return where the picture is after its block was revealed."""
    links = desk.links_on(desk.reveal(client, image.verification, reason="benefits"))
    return next(link for link in links if link.startswith(address_of(image)))


def test_a_card_image_is_shown_and_the_look_is_written_down(client, ada, image):
    lead = image.verification.lead
    assert address_of(image) not in client.get(desk.page_of(lead)).content.decode()
    response = client.get(revealed_address(client, image))
    assert response["Content-Type"] == "image/jpeg"
    assert "no-store" in response["Cache-Control"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert Image.open(BytesIO(response.content)).size == (320, 200)
    event = lead.audit_events.order_by("seq").last()
    assert (event.action, event.by, event.fields) == (Action.CARD_VIEWED, ada, "card_back")


def test_the_card_image_of_another_lead_is_not_found(client, image):
    other = builders.lead()
    for address in (
        address_of(image, other),
        reverse("admin:intake_lead_card", args=[image.verification.lead.pk, uuid.uuid4()]),
        reverse("admin:intake_lead_card", args=[uuid.uuid4(), image.pk]),
    ):
        assert client.get(address).status_code == 404
    assert not AuditEvent.objects.filter(action=Action.CARD_VIEWED).exists()


def test_a_card_image_is_not_for_content_editors(client, image):
    desk.sign_in(client, "eve", "Content editors")
    assert client.get(address_of(image)).status_code == 403
    client.logout()
    assert client.get(address_of(image)).url.startswith("/admin/login/")
    assert not AuditEvent.objects.filter(action=Action.CARD_VIEWED).exists()
