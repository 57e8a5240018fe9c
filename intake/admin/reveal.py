"""What is masked on a lead's page until somebody asks for it, and says why where it is not theirs.

A masked value is not in the page and is not even decrypted.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.core import signing
from django.db import transaction
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from intake import audit
from intake.choices import CardSide
from intake.fields import is_filled
from intake.forms.staff import RevealForm, StartCheckForm
from intake.models import CardImage, InsuranceVerification, Lead

PERMISSION = "intake.reveal_lead"
MASKED = ("member_id", "group_number", "birth_date", "holder_birth_date")
# A revealed picture can be opened so long; its address says for whom.
CARD_LIFETIME = timedelta(minutes=5)
CARD_PASS = "pass"  # noqa: S105
_signer = signing.TimestampSigner(salt="intake.admin.reveal")


@dataclass(frozen=True)
class Reveal:
    """Which insurance forms of a lead are shown this once, and what is written down of that."""

    verifications: frozenset[uuid.UUID]
    fields: frozenset[str]
    reason: str = ""

    @classmethod
    def of(cls, verifications: Iterable[InsuranceVerification], *, reason: str) -> "Reveal":
        rows = list(verifications)
        fields = {name for row in rows for name in MASKED if is_filled(row, name)}
        fields |= {f"card_{card.side}" for row in rows for card in row.card_images.all()}
        return cls(frozenset(row.pk for row in rows), frozenset(fields), reason)


@dataclass(frozen=True)
class Card:
    """A card picture on the page; without an address while it is masked."""

    image: CardImage
    address: str


@dataclass(frozen=True)
class Block:
    """One insurance form on the page. `masked` are (label, value), with None for masked ones."""

    verification: InsuranceVerification
    is_open: bool
    masked: list[tuple[str, object]]
    cards: list[Card]
    form: RevealForm | None
    start: StartCheckForm | None = None


def rows_of(lead: Lead):
    """Return the lead's insurance forms; the pictures themselves come one by one."""
    cards = CardImage.objects.defer("jpeg")
    return lead.verifications.select_related("carrier").prefetch_related(
        Prefetch("card_images", cards)
    )


def is_owner(lead: Lead, user) -> bool:
    return lead.owner_id == user.pk


def form_for(
    verification_id: uuid.UUID, lead: Lead, user, data=None, *, seen: int | None = None
) -> RevealForm:
    return RevealForm(
        data,
        is_owner=is_owner(lead, user),
        initial={"seen": seen},
        prefix=f"reveal-{verification_id.hex[:8]}",
    )


def was_answered(lead: Lead, user, *, seen: int) -> bool:
    """Say whether this user has been shown masked details since the page was made."""
    later = lead.audit_events.filter(seq__gt=seen, action=audit.Action.REVEALED, by=user)
    return later.exists()


def block(
    verification: InsuranceVerification,
    lead: Lead,
    user,
    *,
    is_open: bool,
    seen: int = 0,
    refused: RevealForm | None = None,
) -> Block:
    filled = [name for name in MASKED if is_filled(verification, name)]
    labels = {name: verification._meta.get_field(name).verbose_name for name in filled}
    cards = [
        Card(image, card_address(lead, image, user) if is_open else "")
        for image in sorted(verification.card_images.all(), key=_as_in_the_hand)
    ]
    form = None
    if not is_open and (filled or cards) and user.has_perm(PERMISSION):
        form = refused or form_for(verification.pk, lead, user, seen=seen)
    return Block(
        verification=verification,
        is_open=is_open,
        masked=[
            (labels[name], getattr(verification, name) if is_open else None) for name in filled
        ],
        cards=cards,
        form=form,
    )


def _as_in_the_hand(image: CardImage) -> tuple:
    return image.side != CardSide.FRONT, image.page


def card_address(lead: Lead, image: CardImage, user) -> str:
    """Return where this user can see that picture for the next minutes."""
    address = reverse("admin:intake_lead_card", args=[lead.pk, image.pk])
    return f"{address}?{CARD_PASS}={_signer.sign_object(_bound_to(image.pk, user))}"


def _bound_to(image_id: uuid.UUID, user) -> list:
    return [str(image_id), user.pk]


def card(request, lead: Lead, pk: uuid.UUID) -> HttpResponse:
    """Stream a decrypted card image to one pair of eyes, and write that down."""
    image = get_object_or_404(CardImage, pk=pk, verification__lead=lead)
    try:
        bound_to = _signer.unsign_object(request.GET.get(CARD_PASS, ""), max_age=CARD_LIFETIME)
    except signing.BadSignature:
        bound_to = None
    if bound_to != _bound_to(pk, request.user):
        context = {"lead": lead, "title": _("This picture is masked again")}
        return TemplateResponse(request, "admin/intake/lead/masked.html", context, status=403)
    with transaction.atomic():
        audit.record(
            lead,
            audit.Action.CARD_VIEWED,
            by=request.user,
            at=timezone.now(),
            fields=[f"card_{image.side}"],
        )
    response = HttpResponse(image.jpeg, content_type="image/jpeg")
    response["Content-Disposition"] = "inline"
    return response
