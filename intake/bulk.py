"""Many leads at once, from the list. Each is a change of its own: one refused stops no other."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from intake import audit, moving, workflow
from intake.changes import Refused, change
from intake.choices import Disposition
from intake.models import AuditEvent, Lead

Action = audit.Action

# More than this in one go is a slip of the mouse.
AT_ONCE = 100
# So long an assigned lead waits for that person before Take next gives it to others.
OFFERED_FOR = timedelta(hours=12)


@dataclass
class Done:
    """Which leads were changed, and why which others were not."""

    changed: list[Lead] = field(default_factory=list)
    refused: list[tuple[Lead, str]] = field(default_factory=list)


def assign(leads: Iterable[Lead], *, to, by, at: datetime) -> Done:
    """Give somebody leads on which nobody works, as on a Monday morning.

    Before the person is reached, a lead is offered and not claimed: *Take next* gives it to
    them first, and nothing keeps it from others once its promise is at risk.
    """

    def assign_one(lead: Lead) -> None:
        with change(lead, Action.MOVED, version=None, by=by, at=at) as held:
            workflow.must_be_free(held, None, at=at)
            moving.must_be_of_admissions(to)
            if held.reached_at:
                moving.give(held, to, at=at)
                return
            held.owner = held.lease_until = held.calling_since = None
            held.routed_to, held.offered_until = to, at + OFFERED_FOR
            held.routed_because = _("Assigned by %(name)s") % {"name": by}

    return _each(leads, assign_one)


def close(leads: Iterable[Lead], *, disposition: Disposition, by, at: datetime) -> Done:
    """End leads that somebody has opened and nobody else works on."""
    leads = list(leads)
    opened = set(
        AuditEvent.objects.filter(lead__in=leads, action=Action.VIEWED)
        .order_by()
        .values_list("lead", flat=True)
    )

    def close_one(lead: Lead) -> None:
        if lead.pk not in opened:
            raise Refused(_("Nobody has opened this lead yet."))
        details = {"version": lead.version, "by": by, "at": at}
        workflow.close(lead, disposition=disposition, **details)

    return _each(leads, close_one)


def _each(leads: Iterable[Lead], act: Callable[[Lead], None]) -> Done:
    done = Done()
    for lead in leads:
        try:
            act(lead)
        except Refused as refusal:
            done.refused.append((lead, str(refusal)))
        else:
            done.changed.append(lead)
    return done
