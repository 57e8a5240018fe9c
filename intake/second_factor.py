"""Codes of an authenticator app (TOTP, RFC 6238) and the recovery codes beside them.

A code counts in its own half minute and the one before and after it, and once only.
Recovery codes are digits alone, so that one field and one keyboard serve both; twelve of
them leave nothing to guess at five tries in a quarter of an hour. Only `sign_in` asks here.
"""

import base64
import hmac
import secrets
from datetime import datetime
from textwrap import wrap

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.db import transaction

from intake import crypto
from intake.models import RecoveryCode, SecondFactor

# What every authenticator app understands: SHA-1, six digits, thirty seconds.
DIGITS, STEP_SECONDS, KEY_BYTES = 6, 30, 20
# Steps by which the phone's clock may be wrong, either way.
DRIFT = 1
RECOVERY_CODES, RECOVERY_DIGITS = 10, 12


def of(user) -> SecondFactor | None:
    """Return the second factor that the user has proved to hold."""
    return SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).first()


def begun(user) -> SecondFactor | None:
    """Return the one that is being set up."""
    return SecondFactor.objects.filter(user=user, confirmed_at=None).first()


def begin(user) -> None:
    """Make a key to be shown; begun twice, it stays the same one."""
    key = base64.b32encode(secrets.token_bytes(KEY_BYTES)).decode()
    SecondFactor.objects.get_or_create(user=user, defaults={"key": key})


def address(factor: SecondFactor, *, issuer: str) -> str:
    """Return what the QR code says: the key, and what the app calls it."""
    return _totp(factor).get_provisioning_uri(factor.user.get_username(), issuer)


def code_at(factor: SecondFactor, moment: datetime) -> str:
    """Return the code that the app shows at that moment."""
    return _totp(factor).generate(moment.timestamp()).decode()


def accept(factor: SecondFactor, code: str, *, at: datetime) -> bool:
    """Say whether the code is right and not used before; from now on it is."""
    now = int(at.timestamp()) // STEP_SECONDS
    right = 0
    for step in range(now - DRIFT, now + DRIFT + 1):
        known = _totp(factor).generate(step * STEP_SECONDS).decode()
        if hmac.compare_digest(known.encode(), code.encode()):
            right = step
    # Of two requests with one code, only the first moves the step.
    unused = SecondFactor.objects.filter(pk=factor.pk, last_step__lt=right)
    return bool(unused.update(last_step=right))


def confirm(factor: SecondFactor, code: str, *, at: datetime) -> list[str] | None:
    """Finish the set-up with a first right code; return the recovery codes, or None."""
    with transaction.atomic():
        if not accept(factor, code, at=at):
            return None
        SecondFactor.objects.filter(pk=factor.pk).update(confirmed_at=at)
        return new_recovery_codes(factor.user)


@transaction.atomic
def new_recovery_codes(user) -> list[str]:
    """Replace the user's recovery codes and return the new ones, to be shown once."""
    codes: set[str] = set()
    while len(codes) < RECOVERY_CODES:
        codes.add(str(secrets.randbelow(10**RECOVERY_DIGITS)).zfill(RECOVERY_DIGITS))
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, digest=_digest(user, code)) for code in codes
    )
    return [" ".join(wrap(code, 4)) for code in codes]


def accept_recovery(user, code: str, *, at: datetime) -> bool:
    """Say whether that is a recovery code of the user's that was not used; now it is."""
    unused = RecoveryCode.objects.filter(user=user, digest=_digest(user, code), used_at=None)
    return bool(unused.update(used_at=at))


def recovery_codes_left(user) -> int:
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


@transaction.atomic
def reset(user) -> None:
    """Take the second factor away; the next sign-in sets up another."""
    SecondFactor.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()


def _totp(factor: SecondFactor) -> TOTP:
    return TOTP(base64.b32decode(factor.key), DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303


def _digest(user, code: str) -> str:
    return crypto.lasting_digest("recovery code", f"{user.pk}:{code}")
