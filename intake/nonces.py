"""The signed, dated number in every rendered form: it makes one sending one request."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core.signing import BadSignature, Signer

# A page left open over a night still sends; after that it is renewed, nothing typed lost.
LIFETIME = timedelta(hours=24)


class NonceError(ValueError):
    """The nonce is forged, of another form, or too old."""


@dataclass(frozen=True)
class Nonce:
    value: str
    issued_at: datetime


def issue(form: str, *, at: datetime) -> str:
    """Return a fresh nonce for a rendering of that form."""
    value = f"{secrets.token_urlsafe(16)}:{int(at.timestamp())}"
    return Signer(salt=f"intake.nonces.{form}").sign(value)


def read(signed: str, form: str, *, at: datetime) -> Nonce:
    """Return the nonce, or raise NonceError."""
    try:
        value, seconds = Signer(salt=f"intake.nonces.{form}").unsign(signed).split(":")
        issued_at = datetime.fromtimestamp(int(seconds), UTC)
    except (BadSignature, ValueError):
        raise NonceError from None
    if not issued_at <= at + timedelta(minutes=1) or at - issued_at > LIFETIME:
        raise NonceError
    return Nonce(value, issued_at)
