"""Signing in, in two steps, and out again. Each step counts, checks, and is written down.

Nobody is signed in before both are right. Between the two the session holds only who passed
the first, for ten minutes. Whatever a stranger types as a name is written nowhere; a name
that nobody has costs the same work and gets the same answer as one with a wrong password.
"""

import unicodedata
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib import auth
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from intake import audit, lockout, second_factor, spoken, staff_sessions

Action = audit.Action

PENDING, HAS_SECOND_FACTOR, DEVICE = "pending", "second_factor", "device"
PENDING_LIFETIME = timedelta(minutes=10)


class Refused(Exception):
    """Not let in; the message says why, as far as a stranger may know."""


class TooManyTries(Refused):
    """Guessing is slowed down; the message says until when."""


def check_password(username: str, password: str, *, address: str, at: datetime):
    """Return the member of staff whom name and password belong to, or raise Refused."""
    try:
        lockout.count_password(username, address, at=at)
    except lockout.LockedOut as locked:
        raise _locked(locked, _named(username), at=at) from None
    user = auth.authenticate(username=username, password=password)
    if user is None or not user.is_staff:
        _record(Action.SIGN_IN_FAILED, by=_named(username), at=at, reason="password")
        raise Refused(_("Name and password don’t belong together. Please check both."))
    lockout.password_was_right(username, address, at=at)
    return user


def check_code(user, typed: str, *, at: datetime) -> str:
    """Return which kind of code was right ("code" or "recovery"), or raise Refused."""
    _count_code(user, at=at)
    digits, factor = _digits(typed), second_factor.of(user)
    is_recovery = len(digits) == second_factor.RECOVERY_DIGITS
    kind = "recovery" if is_recovery else "code"
    if is_recovery:
        is_right = second_factor.accept_recovery(user, digits, at=at)
    else:
        is_right = factor is not None and second_factor.accept(factor, digits, at=at)
    if not is_right:
        _record(Action.SIGN_IN_FAILED, by=user, at=at, reason=kind)
        raise Refused(
            _("This code is not right, or was used before. Wait for the next one and type that.")
        )
    if is_recovery:
        _record(Action.RECOVERY_USED, by=user, at=at)
    lockout.code_was_right(user)
    return kind


def check_again(user, proof: str, *, at: datetime) -> None:
    """Before something delicate, ask who is at the keyboard: the password or a code."""
    looks_like_a_code = "".join(proof.split()).isdecimal() and len(_digits(proof)) in (
        second_factor.DIGITS,
        second_factor.RECOVERY_DIGITS,
    )
    (check_code if looks_like_a_code else check_password_again)(user, proof, at=at)


def check_password_again(user, password: str, *, at: datetime) -> None:
    """Raise Refused unless that is the password of the user who is signed in."""
    _count_code(user, at=at)
    if not user.check_password(password):
        _record(Action.SIGN_IN_FAILED, by=user, at=at, reason="password")
        raise Refused(_("This is not right. Please check it."))
    lockout.code_was_right(user)


def confirm_second_factor(user, typed: str, *, at: datetime) -> list[str]:
    """Finish the set-up with a first code and return the recovery codes, or raise Refused."""
    _count_code(user, at=at)
    factor = second_factor.begun(user)
    codes = factor and second_factor.confirm(factor, _digits(typed), at=at)
    if not codes:
        _record(Action.SIGN_IN_FAILED, by=user, at=at, reason="set-up")
        raise Refused(
            _(
                "This code is not right. Check that the phone sets its clock by itself, "
                "then type the code that it shows now."
            )
        )
    lockout.code_was_right(user)
    _record(Action.FACTOR_ENROLLED, by=user, at=at)
    return codes


@transaction.atomic
def renew_recovery_codes(user, *, at: datetime) -> list[str]:
    """Replace the user's recovery codes and return the new ones, to be shown once."""
    _record(Action.FACTOR_ENROLLED, by=user, at=at, reason="recovery codes")
    return second_factor.new_recovery_codes(user)


# --- Between the two steps ---


def begin(request, user, *, onward: str, at: datetime) -> None:
    """Remember who passed the first step, and where they wanted to go."""
    request.session.cycle_key()
    request.session[PENDING] = {
        "user": user.pk,
        "hash": user.get_session_auth_hash(),
        "until": int((at + PENDING_LIFETIME).timestamp()),
        "onward": onward,
    }


def pending(request, *, at: datetime):
    """Return (who passed the first step a moment ago, where they wanted to go), or None."""
    kept = request.session.get(PENDING)
    if not kept or kept["until"] < at.timestamp():
        return None
    user = get_user_model().objects.filter(pk=kept["user"], is_active=True, is_staff=True).first()
    # A password that was changed meanwhile ends this too.
    if user is None or not constant_time_compare(kept["hash"], user.get_session_auth_hash()):
        return None
    return user, kept["onward"]


@transaction.atomic
def finish(request, user, *, proof: str, at: datetime) -> None:
    """Sign the user in. `proof` is what the second step took: code, recovery, or password
    where none was asked for."""
    # A new session whatever was before: also where the user was in already, for the set-up.
    request.session.flush()
    auth.login(request, user)
    request.session[HAS_SECOND_FACTOR] = proof != "password"
    request.session[DEVICE] = staff_sessions.device(request.headers.get("User-Agent", ""))
    lockout.remember_place(user.get_username(), request.META.get("REMOTE_ADDR", ""), at=at)
    audit.record_apart(Action.SIGNED_IN, by=user, at=at, reason=proof)


# --- Afterwards ---


def is_enough(request) -> bool:
    """Say whether the session has the second factor, where one is asked for."""
    return not settings.STAFF_SECOND_FACTOR or bool(request.session.get(HAS_SECOND_FACTOR))


@transaction.atomic
def sign_out(request, *, at: datetime, reason: str = "") -> None:
    """End this session: its row is gone, so that its cookie opens nothing any more."""
    if request.user.is_authenticated:
        audit.record_apart(Action.SIGNED_OUT, by=request.user, at=at, reason=reason)
    auth.logout(request)


@transaction.atomic
def sign_out_everywhere(user, *, by, at: datetime) -> None:
    staff_sessions.end_all(user)
    _record(Action.SIGNED_OUT, by=by, at=at, reason="everywhere", of=user)


@transaction.atomic
def unlock(user, *, by, at: datetime) -> None:
    """Let somebody try again at once. `by` is None on the command line."""
    lockout.unlock(user, at=at)
    _record(Action.UNLOCKED, by=by, at=at, of=user)


@transaction.atomic
def reset_second_factor(user, *, by, at: datetime) -> None:
    """Take the second factor away and sign out everywhere: the next sign-in sets up another."""
    second_factor.reset(user)
    staff_sessions.end_all(user)
    _record(Action.FACTOR_RESET, by=by, at=at, of=user)


def _record(action: Action, *, by, at: datetime, reason: str = "", of=None) -> None:
    # Whose account it is about is a number, where it is not that of the acting person.
    fields = [f"staff:{of.pk}"] if of is not None and of != by else []
    with transaction.atomic():
        audit.record_apart(action, by=by, at=at, reason=reason, fields=fields)


def _count_code(user, *, at: datetime) -> None:
    try:
        lockout.count_code(user, at=at)
    except lockout.LockedOut as locked:
        raise _locked(locked, user, at=at) from None


def _named(username: str):
    return get_user_model().objects.filter(username=username).first()


def _locked(locked: lockout.LockedOut, user, *, at: datetime) -> TooManyTries:
    if locked.is_first:
        _record(Action.LOCKED_OUT, by=user, at=at, reason=locked.why)
    # Up to the full minute, so that the time named is never too early.
    free = locked.until + timedelta(minutes=1, seconds=-locked.until.second)
    time = spoken.time_of_day(free, timezone.get_current_timezone_name())
    return TooManyTries(
        _(
            "Too many tries, so we pause for safety. Please try again at %(time)s. "
            "If it can’t wait, an administrator can unlock your account."
        )
        % {"time": time}
    )


def _digits(typed: str) -> str:
    """Return the digits alone, however they were spaced or typed."""
    return "".join(filter(str.isdecimal, unicodedata.normalize("NFKC", typed)))
