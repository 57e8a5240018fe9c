"""Moves everything sealed under older keys to the newest one.

Runs in batches, each a transaction of its own, so it can be stopped and started again
at any time; meanwhile both generations are readable and findable.
"""

from collections import Counter
from collections.abc import Callable

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models import BinaryField, CharField, Exists, F, OuterRef, Q
from django.db.models.functions import Substr

from intake import canary, crypto, lookup, receipts
from intake.fields import EncryptedBytesField, Sealed, encrypted_fields, is_empty
from intake.models import KeyCanary, Lead, SearchToken

# Rows of one transaction: others who write wait for it, some tenths of a second.
BATCH = 100


def rotate() -> Counter:
    """Seal everything anew and return how many rows of each kind were moved."""
    canary.prove_keys()
    moved = Counter()
    for model in apps.get_app_config("intake").get_models():
        if encrypted_fields(model) and not model._meta.proxy:
            moved[model._meta.verbose_name] += _each(stale_rows(model), _reseal)
    moved["searchable leads"] += _each(stale_leads(), _redigest)
    if len(settings.FIELD_ENCRYPTION_KEYS) > 1:
        with_pin = Lead.objects.exclude(pin_digest="").only("form_nonce", "pin_digest")
        moved["receipt PINs"] += _each(with_pin, _renew_pin)
    for old in KeyCanary.objects.exclude(key_id=crypto.primary_key_id()):
        canary.retire(old.key_id)
    return moved


def stale_rows(model: type[models.Model]) -> models.QuerySet:
    """Return the rows of which some field is sealed under another key than the newest."""
    head = crypto.header(crypto.primary_key_id())
    stale, heads = Q(), {}
    for field in encrypted_fields(model):
        is_bytes = isinstance(field, EncryptedBytesField)
        kind, empty = (BinaryField(), b"") if is_bytes else (CharField(), "")
        name = f"{field.name}_head"
        heads[name] = Substr(F(field.name), 1, len(head), output_field=kind)
        stale |= ~Q(**{f"{name}__in": [head if is_bytes else head.decode(), empty]}) & Q(
            **{f"{field.name}__isnull": False}
        )
    return model.objects.annotate(**heads).filter(stale).only("pk")


def stale_leads() -> models.QuerySet:
    """Return the leads that are found by a digest under another key than the newest."""
    stale = SearchToken.objects.exclude(key_id=crypto.primary_key_id())
    return Lead.objects.filter(Exists(stale.filter(lead=OuterRef("pk")))).only("pk")


def _each(rows: models.QuerySet, move: Callable[[models.Model], int]) -> int:
    """Move each row, batch by batch in the order of their keys; return how many were moved."""
    rows, moved = rows.order_by("pk"), 0
    batch = list(rows[:BATCH])
    while batch:
        with transaction.atomic():
            moved += sum(move(row) for row in batch)
        batch = list(rows.filter(pk__gt=batch[-1].pk)[:BATCH])
    return moved


def _reseal(stale: models.Model) -> int:
    model = type(stale)
    row = model.objects.select_for_update().filter(pk=stale.pk).first()
    if row is None:
        return 0
    sealed: dict[str, Sealed] = {}
    for field in encrypted_fields(model):
        value = getattr(row, field.attname)
        if not is_empty(value):
            sealed[field.attname] = field.seal(value, row)
    return model.objects.filter(pk=row.pk).update(**sealed)


def _redigest(stale: Lead) -> int:
    lead = Lead.objects.select_for_update().filter(pk=stale.pk).first()
    if lead is None:
        return 0
    lookup.refresh(lead)
    return 1


def _renew_pin(lead: Lead) -> int:
    """Keep the lead's PIN under the newest key.

    A PIN that staff issued is written nowhere. While the key is at hand, trying all the
    million takes seconds; without it, nobody can.
    """
    every = (f"{number:0{receipts.PIN_DIGITS}}" for number in range(10**receipts.PIN_DIGITS))
    pin = receipts.shown_pin(lead) or next(
        (pin for pin in every if receipts.has_pin(lead, pin)), ""
    )
    fresh = receipts.pin_digest(lead.pk, pin)
    if not pin or fresh == lead.pin_digest:
        return 0
    return Lead.objects.filter(pk=lead.pk, pin_digest=lead.pin_digest).update(pin_digest=fresh)
