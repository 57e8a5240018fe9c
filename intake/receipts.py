"""How a person gets back to their own request: a short-lived cookie, or reference and PIN.

Nothing about it stands in an address, since histories are read by others.
"""

import hmac
import json
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.crypto import salted_hmac

from intake import audit, crypto, lookup, throttle
from intake.models import Lead

COOKIE = "receipt"
COOKIE_PATH = "/receipt/"
COOKIE_LIFETIME = timedelta(minutes=30)
PIN_DIGITS = 6
# Tries within a quarter of an hour before a pause: for one reference; from one address
# (a shelter shares an address, so it gets more). A right PIN clears its reference only.
TRIES_PER_REFERENCE, TRIES_PER_ADDRESS = 5, 30
PAUSE = timedelta(minutes=15)


class TooManyTries(Exception):
    """Guessing is slowed down; the right PIN works again after the pause."""


@dataclass(frozen=True)
class Pass:
    """What the cookie says: whose receipt may be shown, and whether with the PIN."""

    lead_id: uuid.UUID
    shows_pin: bool


def pin_for(nonce: str) -> str:
    """Return the PIN of a sending: the same for each reload, and stored nowhere."""
    number = int.from_bytes(salted_hmac("intake.receipts.pin", nonce, algorithm="sha256").digest())
    return str(number % 10**PIN_DIGITS).zfill(PIN_DIGITS)


def pin_digest(lead_id: uuid.UUID, pin: str) -> str:
    return crypto.digest("pin", f"{lead_id}:{pin}")


def has_pin(lead: Lead, pin: str) -> bool:
    """Say whether that is the lead's PIN, under any key of the ring."""
    right = [hmac.compare_digest(known, lead.pin_digest)
             for known in crypto.digests("pin", f"{lead.pk}:{pin}")]  # fmt: skip
    return any(right)


def shown_pin(lead: Lead) -> str:
    """Return the PIN to show after sending, or "" where staff have issued another."""
    pin = pin_for(lead.form_nonce) if lead.form_nonce else ""
    return pin if pin and has_pin(lead, pin) else ""


def issue_cookie(response, lead: Lead, *, shows_pin: bool, at: datetime, secure: bool) -> None:
    """Let this browser see the receipt for half an hour."""
    content = {
        "lead": str(lead.pk),
        "pin": shows_pin,
        "until": int((at + COOKIE_LIFETIME).timestamp()),
    }
    response.set_cookie(
        COOKIE,
        crypto.seal_text(json.dumps(content), bound_to="cookie:receipt"),
        max_age=COOKIE_LIFETIME,
        path=COOKIE_PATH,
        secure=secure,
        httponly=True,
        samesite="Strict",
    )


def read_cookie(cookies, *, at: datetime) -> Pass | None:
    """Return what the browser's cookie allows, or None."""
    try:
        content = json.loads(crypto.unseal_text(cookies[COOKIE], bound_to="cookie:receipt"))
    except (KeyError, crypto.DecryptionError):
        return None
    if content["until"] < at.timestamp():
        return None
    return Pass(uuid.UUID(content["lead"]), content["pin"])


def find(reference: str, pin: str, *, address: str, at: datetime) -> Lead | None:
    """Return the lead that reference and PIN open; tries are counted.

    Raises TooManyTries during the pause. A wrong reference and a wrong PIN look alike.
    """
    if throttle.count("pin.address", address, per=PAUSE, at=at) > TRIES_PER_ADDRESS:
        raise TooManyTries
    reference = lookup.reference_in(reference)
    if not reference:
        return None
    if throttle.count("pin.reference", reference, per=PAUSE, at=at) > TRIES_PER_REFERENCE:
        raise TooManyTries
    lead = Lead.objects.with_caller().filter(reference=reference).first()
    if lead is None or not lead.pin_digest or not has_pin(lead, pin):
        return None
    throttle.forget("pin.reference", reference)
    return lead


@transaction.atomic
def issue_new_pin(lead: Lead, *, by, at: datetime) -> str:
    """Replace the lead's PIN and return the new one, to be read out once."""
    held = Lead.objects.select_for_update().get(pk=lead.pk)
    pin = str(secrets.randbelow(10**PIN_DIGITS)).zfill(PIN_DIGITS)
    held.pin_digest = pin_digest(held.pk, pin)
    event = audit.link(held, audit.Action.PIN_ISSUED, by=by, at=at)
    held.save(update_fields=["pin_digest", "audit_seq", "audit_head"])
    event.save(force_insert=True)
    return pin
