"""Keeps good card photos for an hour while the person corrects another field.

A form that is sent again (a double click, a corrected phone number) still has the photos
that it was sent with.
"""

from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter

from django.db import transaction
from django.db.models import QuerySet

from intake.cards import CardPage
from intake.models import CardImage, InsuranceVerification, ParkedCard

LIFETIME = timedelta(hours=1)


@transaction.atomic
def park(nonce: str, side: str, pages: list[CardPage], *, at: datetime) -> None:
    """Keep the pages of one side under the form's nonce; a newer photo replaces them."""
    ParkedCard.objects.filter(form_nonce=nonce, side=side).delete()
    ParkedCard.objects.bulk_create(
        ParkedCard(
            form_nonce=nonce,
            side=side,
            page=number,
            jpeg=page.jpeg,
            width=page.width,
            height=page.height,
            parked_at=at,
        )
        for number, page in enumerate(pages, start=1)
    )


def parked_sides(nonce: str, *, at: datetime) -> set[str]:
    """Say which sides are kept for that form."""
    return {side for cards in _kept(nonce, at) for side in cards.values_list("side", flat=True)}


def take_up(nonce: str, *, at: datetime) -> dict[str, list[CardPage]]:
    """Return the kept pages by side; what was parked last replaces what was sent before."""
    sides: dict[str, list[CardPage]] = {}
    for cards in _kept(nonce, at):
        for side, pages in groupby(cards, key=attrgetter("side")):
            sides[side] = [CardPage(page.jpeg, page.width, page.height) for page in pages]
    return sides


def clear(nonce: str) -> None:
    """Forget what was kept for that form, once it is sent."""
    ParkedCard.objects.filter(form_nonce=nonce).delete()


def sweep(*, at: datetime) -> int:
    """Delete what was parked for longer than the lifetime; return how many photos."""
    return ParkedCard.objects.filter(parked_at__lte=at - LIFETIME).delete()[0]


def _kept(nonce: str, at: datetime) -> tuple[QuerySet, QuerySet]:
    """Return the photos of the form's last sending, and those parked since."""
    since = at - LIFETIME
    sendings = InsuranceVerification.objects.filter(form_nonce=nonce, received_at__gt=since)
    last = sendings.order_by("-received_at").values("pk")[:1]
    return (
        CardImage.objects.filter(verification__in=last),
        ParkedCard.objects.filter(form_nonce=nonce, parked_at__gt=since),
    )
