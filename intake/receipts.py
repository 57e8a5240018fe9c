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
from programs import languages

# One for each language's receipt, so that it stays open when the language is switched.
COOKIE, COOKIE_PATH = "receipt", "/receipt/"
COOKIE_LIFETIME = timedelta(minutes=30)
PIN_DIGITS = 6
# Tries within a quarter of an hour: from one address at one PIN, and from one address at
# all of them (a shelter shares an address, so it gets more).
TRIES_AT_A_PIN, TRIES_PER_ADDRESS = 5, 30
PAUSE = timedelta(minutes=15)
# At one PIN from everywhere. Beyond it, somebody guesses from many addresses; then each other
# address still has one try a day, so that strangers keep no family out. Together that is
# some 1,460 guesses a day at a number of six digits, and staff can issue another one.
TRIES_PER_PIN = 10
NEWCOMERS_PER_PIN, DAY = 500, timedelta(days=1)


class TooManyTries(Exception):
    """Guessing is slowed down; the right PIN works again after the pause."""


@dataclass(frozen=True)
class Pass:
    """What the cookie says: whose receipt may be shown, and whether with the PIN.

    `done` is what was done last from there, as a code: the receipt says so.
    """

    lead_id: uuid.UUID
    shows_pin: bool
    done: str = ""


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


def issue_cookie(
    response, lead: Lead, *, shows_pin: bool, at: datetime, secure: bool, done: str = ""
) -> None:
    """Let this browser see the receipt for half an hour."""
    content = {
        "lead": str(lead.pk),
        "pin": shows_pin,
        "done": done,
        "until": int((at + COOKIE_LIFETIME).timestamp()),
    }
    sealed = crypto.seal_text(json.dumps(content), bound_to="cookie:receipt")
    for name, path in _cookies():
        response.set_cookie(
            name,
            sealed,
            max_age=COOKIE_LIFETIME,
            path=path,
            secure=secure,
            httponly=True,
            samesite="Strict",
        )


def delete_cookie(response) -> None:
    for name, path in _cookies():
        response.delete_cookie(name, path=path, samesite="Strict")


def read_cookie(cookies, *, at: datetime) -> Pass | None:
    """Return what the browser's cookie allows, or None."""
    sealed = next((cookies[name] for name, _path in _cookies() if name in cookies), "")
    try:
        content = json.loads(crypto.unseal_text(sealed, bound_to="cookie:receipt"))
    except crypto.DecryptionError:
        return None
    if content["until"] < at.timestamp():
        return None
    return Pass(uuid.UUID(content["lead"]), content["pin"], content.get("done", ""))


def _cookies() -> list[tuple[str, str]]:
    """Return the name and the path of each language's cookie."""
    return [
        (
            COOKIE if language == languages.DEFAULT else f"{COOKIE}-{language}",
            languages.path_in(language, COOKIE_PATH),
        )
        for language in languages.codes()
    ]


def find(reference: str, pin: str, *, address: str, at: datetime) -> Lead | None:
    """Return the lead that reference and PIN open; tries are counted.

    Raises TooManyTries during the pause. A wrong reference and a wrong PIN look alike.
    """
    home = throttle.household(address)
    if throttle.count("pin.address", home, per=PAUSE, at=at) > TRIES_PER_ADDRESS:
        raise TooManyTries
    reference = lookup.reference_in(reference)
    if not reference:
        return None
    lead = Lead.objects.with_caller().filter(reference=reference).first()
    # A PIN that staff have replaced takes its count with it.
    target = (lead and lead.pin_digest) or reference
    _must_not_guess(target, home, at)
    if lead is None or not lead.pin_digest or not has_pin(lead, pin):
        return None
    throttle.forget("pin.all", target)
    for purpose in ("pin.tries", "pin.newcomer"):
        throttle.forget(purpose, f"{target} {home}")
    return lead


def _must_not_guess(target: str, home: str, at: datetime) -> None:
    """Count a try, from that address before those of all, so that none uses up the others'."""
    one = f"{target} {home}"
    if throttle.count("pin.tries", one, per=PAUSE, at=at) > TRIES_AT_A_PIN:
        raise TooManyTries
    if throttle.count("pin.all", target, per=PAUSE, at=at) > TRIES_PER_PIN:
        is_newcomer = throttle.count("pin.newcomer", one, per=DAY, at=at) == 1
        if not is_newcomer:
            raise TooManyTries
        if throttle.count("pin.newcomers", target, per=DAY, at=at) > NEWCOMERS_PER_PIN:
            raise TooManyTries


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
