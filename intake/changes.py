"""How a lead is changed: held by one at a time, never from a stale page, always audited.

A change names the version of the lead its page showed: an older one is refused, so that
nobody overwrites what somebody else just did.
"""

from collections.abc import Iterable
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from intake import audit, leases, seats
from intake.models import Lead

Action = audit.Action


class Refused(Exception):
    """The action makes no sense now; the message tells staff why."""


class Stale(Refused):
    """Somebody changed the lead since the page was made; `events` are what they did."""

    def __init__(self, held: Lead, user, version: int):
        self.events = _since(held, version)
        super().__init__(_what_changed(self.events[-1], user))


@contextmanager
def change(
    lead: Lead,
    action: Action,
    *,
    version: int | None,
    by,
    at: datetime,
    fields: Iterable[str] = (),
    reason: str = "",
    ages_pages: bool = True,
):
    """Hold the lead, let the caller change it, then save what changed and audit its names.

    `fields` are names of what changes beside the lead's own columns. Whoever has claimed the
    lead keeps it longer by working on it. What does not age the pages of others, or one's
    own, does not count the version up.
    """
    with transaction.atomic():
        held = Lead.objects.select_for_update().select_related(None).get(pk=lead.pk)
        if held.erased_at:
            raise Refused(_("Nothing is left of this lead: it was erased."))
        if version is not None and held.version != version:
            raise Stale(held, by, version)
        before = {name: getattr(held, name) for name in _WATCHED}
        yield held
        if held.closed_at and not before["closed_at"]:
            # Nobody is called any more: the time is free for somebody else.
            seats.give_back(held)
        if bool(held.closed_at) != bool(before["closed_at"]):
            held.verifications.update(lead_is_open=held.is_open)
        if by is not None and held.lease_until == before["lease_until"]:
            leases.prolong(held, by, at=at)
        changed = [name for name in _WATCHED if getattr(held, name) != before[name]]
        held.version += ages_pages
        if by is not None:
            held.active_at = at
        names = [*changed, *fields]
        event = audit.link(held, action, by=by, at=at, fields=names, reason=reason)
        held.save(update_fields=[*changed, "version", "active_at", "audit_seq", "audit_head"])
        event.save(force_insert=True)


# Whose page is older than so many changes reads the timeline.
_MOST_EVENTS = 20

_WATCHED = (
    "priority",
    "status",
    "disposition",
    "window",
    "timezone",
    "owner_id",
    "routed_to_id",
    "routed_because",
    "offered_until",
    "lease_until",
    "calling_since",
    "promised_from",
    "promised_by",
    "due_at",
    "promise_kept",
    "promise_broken_because",
    "escalated_at",
    "first_attempt_at",
    "reached_at",
    "assessment_at",
    "closed_at",
    "suspicion",
    "call_ok",
    "voicemail_ok",
    "text_ok",
    "email_ok",
    "may_know",
    "possibly_same_id",
    "merged_into_id",
)


def _since(held: Lead, version: int) -> list:
    """Return what happened since the lead had that version, in order; at least the last event."""
    events = held.audit_events.filter(action__in=_CHANGES).select_related("by").order_by("-seq")
    return list(events[: min(max(held.version - version, 1), _MOST_EVENTS)])[::-1]


def _what_changed(event, user) -> str:
    """Return who did what last, to somebody whose page is older than that."""
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
    Action.CALL_STARTED,
    Action.ATTEMPT_LOGGED,
    Action.HANDED_OVER,
    Action.MOVED,
    Action.PRIORITIZED,
    Action.PROMISE_EXPLAINED,
    Action.CONTACT_EDITED,
    Action.ASSESSMENT_SET,
    Action.ASSESSED,
    Action.ADMITTED,
    Action.LINKED,
    Action.MERGED,
    Action.UNMERGED,
    Action.CLOSED,
    Action.CHECKED_BACK,
    Action.REOPENED,
    Action.WISHED,
    Action.PRIVACY_ANSWERED,
    Action.CONSENT_RECORDED,
    Action.CONSENT_WITHDRAWN,
    Action.WITHDRAWAL_DONE,
    Action.CHECK_STARTED,
    Action.CHECK_RECORDED,
    Action.CHECK_APPROVED,
    Action.CHECK_RETURNED,
    Action.CHECK_EXPLAINED,
    Action.ERASED,
)
