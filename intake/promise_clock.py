"""The promise clock: it runs from what a person was told until somebody tries to reach them.

A logged human try stops it, and no edited field does. Only `submissions`, `workflow` and
`promise_keeping` move it: they hold the lead and save it; the rows of what came of each
promise are written here.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from django.db.models import Q
from django.utils.translation import gettext as _

from intake import spoken
from intake.choices import PromiseBroken, PromiseOutcome
from intake.models import Lead, PromiseRecord
from intake.promises import AT_RISK, Clock, Promise
from programs.models import Center

# A promise with little working time left is at risk: whoever has the lead is told, and then
# the managers. Where calls are promised sooner, with that share of the time left.
SHARE_AT_RISK = 2
BREAKING, SHARE_BREAKING = timedelta(minutes=10), 6
# Who asks to be called at five o'clock is called by half past.
AGREED = timedelta(minutes=30)


class Standing(Enum):
    """Where a promise stands at a moment."""

    RUNNING = "running"
    AT_RISK = "at_risk"
    KEPT = "kept"
    BROKEN = "broken"
    # Nobody waits for this call any more: the lead ended, or calls are not allowed.
    OVER = "over"


@dataclass(frozen=True)
class Risk:
    """Up to when promises are at risk, and up to when they are about to break."""

    at: datetime
    at_risk_until: datetime
    breaking_until: datetime

    @classmethod
    def now(cls, center: Center | None, *, at: datetime) -> "Risk":
        """Return it by the center's hours; before there is a center, by the plain clock."""
        return cls.of(Clock.of(center, at=at)) if center else cls(at, at + AT_RISK, at + BREAKING)

    @classmethod
    def of(cls, clock: Clock) -> "Risk":
        at_risk = min(AT_RISK, clock.within / SHARE_AT_RISK)
        breaking = min(BREAKING, clock.within / SHARE_BREAKING)
        return cls(clock.at, clock.after_working(at_risk), clock.after_working(breaking))


def standing(lead: Lead, *, risk: Risk) -> Standing:
    """Return where the lead's promise stands; a pure decision, the same for list and page."""
    if lead.promise_kept is not None:
        return Standing.KEPT if lead.promise_kept else Standing.BROKEN
    if not (lead.is_open and lead.call_ok):
        return Standing.OVER
    if lead.promised_by < risk.at:
        return Standing.BROKEN
    return Standing.AT_RISK if lead.promised_by <= risk.at_risk_until else Standing.RUNNING


def pressing(lead: Lead, *, risk: Risk) -> tuple[str, str]:
    """Return how pressing an open lead is, as (kind, words) of a badge: the promise comes first."""
    left = lead.promised_by - risk.at
    match standing(lead, risk=risk):
        case Standing.RUNNING:
            return "ok", _("%(time)s left") % {"time": spoken.duration(left)}
        case Standing.AT_RISK:
            return "risk", _("at risk, %(time)s") % {"time": spoken.duration(left)}
        case Standing.BROKEN if lead.due_at <= lead.promised_by:
            return "late", _("promise broken")
    left = lead.due_at - risk.at
    if left < timedelta(0):
        return "late", _("late")
    return ("risk", _("due soon")) if left < AT_RISK else ("ok", _("in time"))


def lacks_reason(lead: Lead, *, at: datetime) -> bool:
    """Say whether the promise was broken, or is just being, and nobody has said why."""
    if lead.promise_kept is None:
        return lead.is_open and lead.call_ok and lead.promised_by < at
    return not lead.promise_kept and not lead.promise_broken_because


def begin(lead: Lead, promise: Promise, *, at: datetime) -> None:
    """Start the clock of a new promise; what was promised before and still ran is settled."""
    if not lead._state.adding and lead.promise_kept is None:
        if (lead.promised_from, lead.promised_by) == (promise.start, promise.end):
            return
        if lead.is_open and lead.promised_by >= at:
            _settle(lead, PromiseOutcome.MOVED, settled_at=at)
        elif lead.is_open:
            lapse(lead, at=at)
    lead.promised_from, lead.promised_by, lead.due_at = promise.start, promise.end, promise.end
    lead.promise_kept, lead.promise_broken_because, lead.escalated_at = None, "", None


def agree(held: Lead, moment: datetime, *, at: datetime) -> None:
    """Start the clock of the time at which the person asked to be called."""
    begin(held, Promise(moment, moment + AGREED), at=at)
    held.due_at = moment


def answer(held: Lead, *, at: datetime, tried_at: datetime, because: str = "") -> None:
    """Stop the clock: somebody tried. `because` says why it was too late, where it was."""
    if held.promise_kept is None and tried_at <= held.promised_by:
        held.promise_kept = True
        _settle(held, PromiseOutcome.KEPT, settled_at=tried_at)
        return
    lapse(held, at=at)
    if held.promise_kept is False:
        late = held.promises.filter(
            promised_from=held.promised_from,
            promised_by=held.promised_by,
            outcome=PromiseOutcome.BROKEN,
        )
        late.filter(answered_at=None).update(answered_at=tried_at)
        if because:
            late.filter(because="").update(because=because)
            held.promise_broken_because = held.promise_broken_because or because


def lapse(held: Lead, *, at: datetime) -> bool:
    """Mark a promise that nobody kept; say whether it broke just now."""
    if held.promise_kept is not None or not held.call_ok or held.promised_by >= at:
        return False
    held.promise_kept = False
    _settle(held, PromiseOutcome.BROKEN, settled_at=held.promised_by)
    return True


def explain(held: Lead, because: PromiseBroken) -> bool:
    """Write down why the oldest unexplained promise was broken; say whether there was one."""
    record = unexplained().filter(lead=held).first()
    if record is None:
        return False
    record.because = because
    record.save(update_fields=["because"])
    if (record.promised_from, record.promised_by) == (held.promised_from, held.promised_by):
        held.promise_broken_because = because
    return True


def unexplained():
    """Return the broken promises of which nobody said why."""
    return PromiseRecord.objects.filter(outcome=PromiseOutcome.BROKEN, because="")


def running() -> Q:
    """Return the condition of a promise that somebody still waits for."""
    return Q(closed_at=None, promise_kept=None, call_ok=True)


def _settle(lead: Lead, outcome: PromiseOutcome, *, settled_at: datetime) -> None:
    """Write the row of a promise; one that was moved away and back again has one row only."""
    PromiseRecord.objects.update_or_create(
        lead=lead,
        promised_from=lead.promised_from,
        promised_by=lead.promised_by,
        defaults={
            "outcome": outcome,
            "settled_at": settled_at,
            "answered_at": None,
            "because": "",
            "escalated_at": lead.escalated_at,
        },
    )
