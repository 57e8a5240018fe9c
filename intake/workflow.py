"""What staff do with a lead. Each function has its guard on top and runs atomically.

Every call names the version of the lead its page showed: a stale one is refused, so
that nobody overwrites what somebody else just did.
"""

from contextlib import contextmanager
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from intake import audit, windows
from intake.choices import Channel, Disposition, Outcome, Status
from intake.models import ContactAttempt, Lead
from intake.promises import Clock
from programs.models import Center

Action = audit.Action

# A claim returns to the queue after so many quiet minutes, until the person is reached.
LEASE = timedelta(minutes=15)
# Without another agreement: when to try again, and when to come back to somebody reached.
TRY_AGAIN_AFTER = timedelta(hours=3)
COME_BACK_AFTER = timedelta(days=1)
# A next step further away is a slip of the keyboard, and would lose the lead.
FURTHEST_STEP = timedelta(days=366)


class Refused(Exception):
    """The action makes no sense now; the message tells staff why."""


class Stale(Refused):
    """Somebody changed the lead since the page was made."""


@contextmanager
def _change(lead: Lead, action: Action, *, version: int | None, by, at: datetime):
    """Hold the lead, let the caller change it, then save what changed and audit its names."""
    with transaction.atomic():
        held = Lead.objects.select_for_update().select_related(None).get(pk=lead.pk)
        if held.erased_at:
            raise Refused(_("Nothing is left of this lead: it was erased."))
        if version is not None and held.version != version:
            raise Stale(_what_changed(held, by))
        before = {name: getattr(held, name) for name in _WATCHED}
        yield held
        changed = [name for name in _WATCHED if getattr(held, name) != before[name]]
        held.version += 1
        if by is not None:
            held.active_at = at
        event = audit.link(held, action, by=by, at=at, fields=changed)
        held.save(update_fields=[*changed, "version", "active_at", "audit_seq", "audit_head"])
        event.save(force_insert=True)


_WATCHED = (
    "status",
    "disposition",
    "owner_id",
    "lease_until",
    "calling_since",
    "due_at",
    "first_attempt_at",
    "reached_at",
    "closed_at",
    "suspicion",
)


def _what_changed(held: Lead, user) -> str:
    """Return who did what last, to somebody whose page is older than that."""
    event = held.audit_events.filter(action__in=_CHANGES).select_related("by").latest("seq")
    said = {"name": event.by, "what": event.get_action_display()}
    if event.by_id == user.pk:
        return (
            _("You changed this lead yourself since this page was made: %(what)s. "
              "If you pressed the button twice, it is done.") % said
        )  # fmt: skip
    if event.by_id:
        return _("%(name)s changed this lead since you opened it: %(what)s.") % said
    return _("This lead changed since you opened it: %(what)s.") % said


# What counts the version up.
_CHANGES = (
    Action.RECEIVED,
    Action.CLAIMED,
    Action.RELEASED,
    Action.LEASE_ENDED,
    Action.ATTEMPT_LOGGED,
    Action.CLOSED,
    Action.REOPENED,
    Action.ERASED,
)


def is_claimed_by_another(lead: Lead, user, *, at: datetime) -> bool:
    """Say whether somebody else claimed the lead just now."""
    is_live = lead.lease_until is not None and lead.lease_until > at
    return is_live and lead.owner_id not in (None, user.pk)


def is_held_by_another(lead: Lead, user, *, at: datetime) -> bool:
    """Say whether somebody else works on the lead: reached it, or claimed it just now."""
    is_reached_by_another = lead.reached_at is not None and lead.owner_id not in (None, user.pk)
    return is_reached_by_another or is_claimed_by_another(lead, user, at=at)


def claim(lead: Lead, *, version: int, by, at: datetime) -> None:
    """Take an open lead that nobody claimed just now.

    One that a colleague reached can be taken too: the colleague may be ill today.
    """
    with _change(lead, Action.CLAIMED, version=version, by=by, at=at) as held:
        _must_be_open(held)
        if is_claimed_by_another(held, by, at=at):
            raise _held_by(held)
        held.owner = by
        held.lease_until = None if held.reached_at else at + LEASE
        if held.status == Status.NEW:
            held.status = Status.CONTACTING


def release(lead: Lead, *, version: int, by, at: datetime) -> None:
    """Give one's own lead back to the queue."""
    with _change(lead, Action.RELEASED, version=version, by=by, at=at) as held:
        _must_be_open(held)
        if held.owner_id != by.pk:
            raise Refused(_("Only the person who holds this lead can give it back."))
        _give_back(held)


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
) -> ContactAttempt:
    """Record a try to reach the person, and when the next step is due."""
    with _change(lead, Action.ATTEMPT_LOGGED, version=version, by=by, at=at) as held:
        _must_be_open(held)
        _must_not_be_anothers(held, by, at)
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
        held.owner = by
        held.first_attempt_at = held.first_attempt_at or at
        if outcome == Outcome.REACHED:
            held.reached_at = held.reached_at or at
            # Somebody is really there.
            held.suspicion = ""
        reached = held.reached_at is not None
        if held.status in (Status.NEW, Status.CONTACTING):
            held.status = Status.REACHED if reached else Status.CONTACTING
        held.lease_until = None if reached else at + LEASE
        held.due_at = next_step_at or _next_step(held, outcome, at=at)
        attempt = ContactAttempt(
            lead=held, by=by, at=at, channel=channel, outcome=outcome, note=note
        )
        attempt.save(force_insert=True)
    return attempt


def close(lead: Lead, *, version: int, by, at: datetime, disposition: Disposition) -> None:
    """End the work on a lead, with the reason."""
    with _change(lead, Action.CLOSED, version=version, by=by, at=at) as held:
        _must_be_open(held)
        _must_not_be_anothers(held, by, at)
        if disposition == Disposition.COULD_NOT_REACH and held.first_attempt_at is None:
            raise Refused(_("Nobody has tried to reach this person yet. Log an attempt first."))
        held.status, held.disposition, held.closed_at = Status.CLOSED, disposition, at
        held.lease_until = None


def withdraw(lead: Lead, *, by, at: datetime) -> None:
    """End an open lead because its caller asked to be forgotten, whoever holds it."""
    with _change(lead, Action.CLOSED, version=None, by=by, at=at) as held:
        _must_be_open(held)
        held.status, held.disposition = Status.CLOSED, Disposition.DECLINED
        held.closed_at, held.lease_until = at, None


def reopen(lead: Lead, *, version: int, by, at: datetime) -> None:
    """Put an ended lead back into the queue, due now."""
    with _change(lead, Action.REOPENED, version=version, by=by, at=at) as held:
        if held.is_open:
            raise Refused(_("This lead is open already."))
        if not held.phone:
            raise Refused(_("The caller was forgotten on request: nobody is left to call."))
        held.status = Status.REACHED if held.reached_at else Status.CONTACTING
        held.disposition, held.closed_at = "", None
        held.due_at = at
        _give_back(held)


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
            with _change(lead, Action.LEASE_ENDED, version=None, by=None, at=at) as held:
                _give_back(held)
            ended += 1
    return ended


def _give_back(held: Lead) -> None:
    held.owner = held.lease_until = None
    if held.status == Status.CONTACTING and held.first_attempt_at is None:
        held.status = Status.NEW


def _next_step(held: Lead, outcome: Outcome, *, at: datetime) -> datetime:
    """Return when to try again: later, when the desk is open and the person may be called."""
    earliest = at + (COME_BACK_AFTER if outcome == Outcome.REACHED else TRY_AGAIN_AFTER)
    zone = ZoneInfo(held.timezone)
    promise = Clock.of(Center.objects.get(), at=earliest).promise(held.window, zone)
    if promise:
        return promise.start
    # The desk's hours have changed since and never meet the person's; theirs come first.
    return max(next(windows.safe_intervals(held.window, zone, after=earliest)).start, earliest)


def _must_be_open(held: Lead) -> None:
    if not held.is_open:
        raise Refused(_("This lead is closed. Reopen it first."))


def _must_not_be_anothers(held: Lead, user, at: datetime) -> None:
    if is_held_by_another(held, user, at=at):
        raise _held_by(held)


def _held_by(held: Lead) -> Refused:
    return Refused(_("%(name)s is working on this lead.") % {"name": held.owner})
