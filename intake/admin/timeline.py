"""Everything that happened with a lead, in one list: what was asked, tried, allowed and changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from intake import audit, choices
from intake.models import AuditEvent, HandOver, Lead

Action = audit.Action

# Who only looked is in the trail; what a row of its own tells better is told by that row.
LOOKED = (Action.VIEWED, Action.REVEALED, Action.CARD_VIEWED, Action.LEASE_PROLONGED)
TOLD_BY_ROWS = (
    Action.RECEIVED,
    Action.ATTEMPT_LOGGED,
    Action.HANDED_OVER,
    Action.CONSENT_RECORDED,
    Action.CONSENT_WITHDRAWN,
    Action.WISHED,
)
LOOKS, CHANGES = 40, 200
REASONS = {
    value: label
    for vocabulary in (
        choices.Lifted,
        choices.Lowered,
        choices.CalledOff,
        choices.HoursReason,
        choices.PromiseBroken,
    )
    for value, label in vocabulary.choices
}


@dataclass(frozen=True)
class Entry:
    """One thing that happened. `kind` is the class of its dot; `note` is what somebody wrote."""

    at: datetime
    what: str
    by: str = ""
    kind: str = "changed"
    note: str = ""


def events_of(lead: Lead) -> list[AuditEvent]:
    """Return the lead's latest events, the newest first: all changes, and the last looks."""
    is_recent = Q(seq__gt=lead.audit_seq - LOOKS)
    events = lead.audit_events.filter(is_recent | ~Q(action__in=LOOKED))
    return list(events.select_related("by").order_by("-seq")[: LOOKS + CHANGES])


def hand_overs_of(lead: Lead, events: Iterable[AuditEvent]) -> list[HandOver]:
    """Return the hand-overs that these events tell of; most leads have none."""
    if not any(event.action in (Action.HANDED_OVER, Action.MOVED) for event in events):
        return []
    return list(lead.hand_overs.select_related("by", "to"))


def entries(
    events: Iterable[AuditEvent],
    *,
    callbacks,
    verifications,
    wishes,
    attempts,
    consents,
    withdrawals,
    hand_overs,
) -> list[Entry]:
    """Return what happened, the newest first."""
    # A manager also assigns from the list, without a row of its own.
    given = {row.at for row in hand_overs}
    events = [event for event in events if not (event.action == Action.MOVED and event.at in given)]
    told = (*LOOKED, *TOLD_BY_ROWS)
    found = [
        *(Entry(row.received_at, _asked(row), kind="asked") for row in callbacks),
        *(Entry(row.received_at, _("Sent insurance details"), kind="asked")
          for row in verifications),
        *(Entry(row.received_at, _("On the receipt: %s") % row.get_what_display(), kind="asked",
                note=row.text) for row in wishes if row.what != choices.WishKind.PERMISSIONS),
        *(_attempt(row) for row in attempts),
        *(Entry(row.given_at, _("Allowed: %s") % row.text.get_kind_display(),
                kind="allowed", note=row.get_given_display()) for row in consents),
        *(Entry(row.recorded_at, _("Took back: %s") % row.get_kind_display(),
                by=row.recorded_by.get_username() if row.recorded_by else "",
                kind="allowed", note=row.get_told_display())
          for row in withdrawals),
        *(_hand_over(row) for row in hand_overs),
        *(_change(event) for event in events if event.action not in told),
    ]  # fmt: skip
    return sorted(found, key=lambda entry: entry.at, reverse=True)


def _asked(row) -> str:
    lead = row.lead
    is_first = row.form_nonce == lead.form_nonce
    return lead.get_arrival_display() if lead.is_typed_in and is_first else _("Asked for a call")


def _attempt(row) -> Entry:
    what = f"{row.get_outcome_display()} ({row.get_channel_display()})"
    if row.hours_reason:
        what += " · " + _("outside 8 to 9: %s") % row.get_hours_reason_display()
    return Entry(row.at, what, by=row.by.get_username(), kind="tried", note=row.note)


def _hand_over(row) -> Entry:
    if row.to is None:
        what = _("Put back into the queue")
    else:
        what = _("Given to %s") % (row.to.get_full_name() or row.to.get_username())
    return Entry(row.at, what, by=row.by.get_username(), note=row.note)


def _change(event: AuditEvent) -> Entry:
    what, by = event.get_action_display(), event.by.get_username() if event.by else ""
    reason = REASONS.get(event.reason)
    return Entry(event.at, f"{what}: {reason}" if reason else what, by=by)
