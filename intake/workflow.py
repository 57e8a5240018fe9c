"""What staff do with a lead. Each function has its guard on top and runs atomically.

Every call names the version of the lead its page showed; see `changes`.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from intake import audit, cadence, leases, promise_clock, reachable, seats
from intake.appointments import Diary
from intake.cadence import Cadence
from intake.changes import Refused, change
from intake.choices import (
    Channel,
    Disposition,
    HoursReason,
    Outcome,
    PromiseBroken,
    Status,
)
from intake.models import ContactAttempt, Lead
from intake.promises import Clock
from programs.models import Center

Action = audit.Action

# A next step further away is a slip of the keyboard, and would lose the lead.
FURTHEST_STEP = timedelta(days=366)


def claim(lead: Lead, *, version: int, by, at: datetime) -> None:
    """Take an open lead that nobody claimed just now, and nobody who works here reached."""
    with change(lead, Action.CLAIMED, version=version, by=by, at=at) as held:
        must_be_free(held, by, at=at)
        held.owner, held.calling_since = by, None
        held.lease_until = None if held.reached_at else leases.claim_ends(at=at)
        if held.status == Status.NEW:
            held.status = Status.CONTACTING


def prolong(lead: Lead, *, by, at: datetime) -> None:
    """Keep one's own claim longer, because one works on the lead: opens it, types into it.

    The pages of the lead stay as they are: nobody's next act is refused for it.
    """
    if not leases.is_to_be_prolonged(lead, by, at=at):
        return
    details = {"version": None, "by": by, "at": at, "ages_pages": False}
    try:
        with change(lead, Action.LEASE_PROLONGED, **details) as held:
            if not leases.is_to_be_prolonged(held, by, at=at):
                raise Refused
    except Refused:
        # It ended just now, or was moved.
        return
    for name in ("lease_until", "active_at", "audit_seq", "audit_head"):
        setattr(lead, name, getattr(held, name))


def release(lead: Lead, *, version: int, by, at: datetime) -> None:
    """Give one's own lead back to the queue."""
    with change(lead, Action.RELEASED, version=version, by=by, at=at) as held:
        must_be_open(held)
        if held.owner_id != by.pk:
            raise Refused(_("Only the person who holds this lead can give it back."))
        if held.reached_at:
            raise Refused(_("You reached this person. Hand the lead over to a colleague instead."))
        give_back(held)


def start_call(
    lead: Lead, *, version: int, by, at: datetime, hours_reason: HoursReason | str = ""
) -> None:
    """Hold the lead while calling, until the outcome is logged."""
    reason = _where_needed(lead, hours_reason, at=at)
    details = {"version": version, "by": by, "at": at, "reason": reason}
    with change(lead, Action.CALL_STARTED, **details) as held:
        must_be_free(held, by, at=at)
        _must_not(reachable.why_not_by(held, Channel.CALL))
        _must_not(reachable.why_not_now(held, reason, at=at))
        held.owner, held.lease_until, held.calling_since = by, at + leases.CALL_LEASE, at
        if held.status == Status.NEW:
            held.status = Status.CONTACTING


def log_attempt(
    lead: Lead,
    *,
    version: int,
    by,
    at: datetime,
    channel: Channel,
    outcome: Outcome,
    note: str = "",
    next_step_at: datetime | None = None,
    hours_reason: HoursReason | str = "",
    late_because: PromiseBroken | str = "",
) -> ContactAttempt:
    """Record a try to reach the person, and when the next step is due; it stops the promise clock.

    A call that `start_call` began counts from then: its reason was asked for there.
    """
    reason = _where_needed(lead, hours_reason, at=at) if channel == Channel.CALL else ""
    details = {"version": version, "by": by, "at": at, "reason": reason}
    with change(lead, Action.ATTEMPT_LOGGED, **details) as held:
        must_be_free(held, by, at=at)
        _must_not(reachable.why_not_by(held, channel))
        is_begun = channel == Channel.CALL and leases.is_being_called(held, at=at)
        if channel == Channel.CALL and not is_begun:
            _must_not(reachable.why_not_now(held, reason, at=at))
        if outcome == Outcome.LEFT_MESSAGE and channel == Channel.CALL and not held.voicemail_ok:
            raise Refused(
                _(
                    "This person has not allowed voicemail. If a message was left, log “No answer” "
                    "and say so in the note."
                )
            )
        if next_step_at is not None and next_step_at <= at:
            raise Refused(_("The next step lies in the past. Please choose a later time."))
        if next_step_at is not None and next_step_at > at + FURTHEST_STEP:
            raise Refused(_("The next step is more than a year away. Please check the date."))
        center = Center.objects.get()
        clock = Clock.of(center, at=at)
        if next_step_at is not None:
            _must_not(cadence.why_not_then(held, outcome, next_step_at, clock))
        tried_at = held.calling_since if is_begun else at
        promise_clock.answer(held, at=at, tried_at=tried_at, because=late_because)
        held.owner = by
        held.first_attempt_at = held.first_attempt_at or at
        if outcome == Outcome.REACHED:
            held.reached_at = held.reached_at or at
            # Somebody is really there.
            held.suspicion = ""
        reached = held.reached_at is not None
        if held.status in (Status.NEW, Status.CONTACTING):
            held.status = Status.REACHED if reached else Status.CONTACTING
        held.lease_until = None if reached else leases.claim_ends(at=at)
        held.calling_since = None
        appointment = seats.of(held)
        if outcome == Outcome.CALL_BACK and next_step_at is not None:
            promise_clock.agree(held, next_step_at, at=at)
            seats.agree(held, next_step_at, Diary.of(center, clock))
        elif appointment and not (reached or next_step_at) and appointment.starts_at > at:
            # Tried before its time: the appointment stands.
            held.due_at = appointment.ends_at
        else:
            held.due_at = next_step_at or cadence.next_step(
                held, outcome, clock, Cadence.of(held), at=at
            )
            if reached:
                seats.give_back(held)
        attempt = ContactAttempt(
            lead=held,
            by=by,
            at=at,
            channel=channel,
            outcome=outcome,
            hours_reason=reason,
            note=note,
        )
        attempt.save(force_insert=True)
    return attempt


def close(
    lead: Lead,
    *,
    version: int,
    by,
    at: datetime,
    disposition: Disposition,
    may_give_up: bool = False,
) -> None:
    """End the work on a lead, with the reason.

    Nobody is given up before the cadence is over, except by who `may_give_up` sooner.
    """
    with change(lead, Action.CLOSED, version=version, by=by, at=at) as held:
        must_be_free(held, by, at=at)
        if disposition == Disposition.COULD_NOT_REACH and held.first_attempt_at is None:
            raise Refused(_("Nobody has tried to reach this person yet. Log an attempt first."))
        if disposition == Disposition.COULD_NOT_REACH and not may_give_up:
            _must_not(cadence.why_not_give_up(Cadence.of(held)))
        promise_clock.lapse(held, at=at)
        held.status, held.disposition, held.closed_at = Status.CLOSED, disposition, at
        held.lease_until = held.calling_since = None


def withdraw(lead: Lead, *, by, at: datetime) -> None:
    """End an open lead because its caller asked to be forgotten, whoever holds it."""
    with change(lead, Action.CLOSED, version=None, by=by, at=at) as held:
        must_be_open(held)
        promise_clock.lapse(held, at=at)
        held.status, held.disposition = Status.CLOSED, Disposition.DECLINED
        held.closed_at, held.lease_until, held.calling_since = at, None, None


def reopen(lead: Lead, *, version: int, by, at: datetime) -> None:
    """Put an ended lead back into the queue, due now."""
    with change(lead, Action.REOPENED, version=version, by=by, at=at) as held:
        if held.is_open:
            raise Refused(_("This lead is open already."))
        if held.merged_into_id:
            raise Refused(_("This lead was merged into another one. Undo the merge instead."))
        if not held.phone:
            raise Refused(_("The caller was forgotten on request: nobody is left to call."))
        held.status = Status.REACHED if held.reached_at else Status.CONTACTING
        held.disposition, held.closed_at = "", None
        held.due_at = at
        give_back(held)


def end_leases(*, at: datetime, limit: int = 100) -> int:
    """Return claims that went quiet to the queue; run by the worker. Returns how many."""
    ids = list(
        Lead.objects.open()
        .filter(lease_until__lte=at)
        .order_by("lease_until")
        .values_list("pk", flat=True)[:limit]
    )
    ended = 0
    for pk in ids:
        with transaction.atomic():
            lead = (
                Lead.objects.select_for_update(skip_locked=True)
                .filter(pk=pk, lease_until__lte=at)
                .first()
            )
            if lead is None:
                continue
            with change(lead, Action.LEASE_ENDED, version=None, by=None, at=at) as held:
                if held.reached_at:
                    # Only the call went quiet; somebody reached stays with who reached them.
                    held.lease_until = held.calling_since = None
                else:
                    give_back(held)
            ended += 1
    return ended


def give_back(held: Lead) -> None:
    """Put a lead that is held back into the queue."""
    # An offer is made once: who lets a lead go is not given it first again.
    held.owner = held.lease_until = held.calling_since = held.offered_until = None
    if held.status == Status.CONTACTING and held.first_attempt_at is None:
        held.status = Status.NEW


def _where_needed(lead: Lead, hours_reason: str, *, at: datetime) -> str:
    return "" if reachable.is_calling_hour(lead, at=at) else hours_reason


def must_be_open(held: Lead) -> None:
    """Refuse what only makes sense on an open lead."""
    if not held.is_open:
        raise Refused(_("This lead is closed. Reopen it first."))


def must_be_free(held: Lead, user, *, at: datetime) -> None:
    """Refuse what only makes sense on an open lead that nobody else works on."""
    must_be_open(held)
    if not leases.is_held_by_another(held, user, at=at):
        return
    said = {"name": held.owner}
    if leases.is_being_called(held, at=at):
        raise Refused(_("%(name)s is on the phone with this person.") % said)
    if leases.is_live(held, at=at):
        raise Refused(_("%(name)s is working on this lead.") % said)
    raise Refused(
        _(
            "%(name)s reached this person and goes on with them until handing the lead over. "
            "A manager can move it."
        )
        % said
    )


def _must_not(why: str) -> None:
    """Refuse, where there is a reason against it."""
    if why:
        raise Refused(why)
