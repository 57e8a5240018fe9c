"""What admissions staff do in the tests: sign in, open a lead, press one of its buttons."""

import re
from html import unescape

from django.urls import reverse
from django.utils import timezone

from intake import submissions
from intake.cards import CardPage
from intake.models import Lead
from intake.promises import Promise
from tests import builders
from tests.intake import card_files

QUEUE = "/admin/intake/lead/"
SEARCH = "/admin/intake/lead/search/"


def sign_in(client, name: str = "ada", *groups: str, **facts):
    """Sign in somebody of the groups (admissions, unless others are named)."""
    user = builders.staff(name, *(groups or ["Admissions"]), **facts)
    client.force_login(user)
    return user


def page_of(lead) -> str:
    return reverse("admin:intake_lead_change", args=[lead.pk])


def press(client, lead, action: str, *, version: int | None = None, **answers):
    """Send one of the small forms of the lead's page as it stands now."""
    if version is None:
        version = Lead.objects.values_list("version", flat=True).get(pk=lead.pk)
    data = {f"{action}-{name}": value for name, value in {"version": version, **answers}.items()}
    return client.post(reverse("admin:intake_lead_act", args=[lead.pk, action]), data)


def reveal(client, verification, **answers):
    """Ask for the masked details of one insurance form."""
    address = reverse("admin:intake_lead_reveal", args=[verification.lead_id, verification.pk])
    prefix = f"reveal-{verification.pk.hex[:8]}"
    seen = Lead.objects.values_list("audit_seq", flat=True).get(pk=verification.lead_id)
    answers = {"seen": seen, **answers}
    return client.post(address, {f"{prefix}-{name}": value for name, value in answers.items()})


def send_insurance(lead, *, images: int = 0, nonce: str = "insurance", **details):
    """Attach insurance details to the lead, with that many card images."""
    page = CardPage(card_files.encoded(card_files.card(), "JPEG"), 320, 200)
    sides = [("front", 1), ("back", 1), ("front", 2), ("back", 2)][:images]
    cards = {}
    for side, _number in sides:
        cards.setdefault(side, []).append(page)
    return submissions.receive_insurance(
        details,
        cards,
        texts=builders.consent_texts(),
        nonce=nonce,
        promise=Promise(lead.promised_from, lead.promised_by),
        at=timezone.now(),
        onto=lead,
    )


def listed(response) -> list[str]:
    """Return the references in the list of leads, in its order."""
    return re.findall(r'class="field-reference"><a [^>]*>([^<]+)</a>', response.content.decode())


def links_on(response) -> list[str]:
    """Return every address that the page leads to or sends to."""
    found = re.findall(r'(?:href|action|src)="([^"]*)"', response.content.decode())
    return [unescape(address) for address in found]
