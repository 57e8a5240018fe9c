"""What comes first in the queue: a lead in which somebody may be in danger.

Words of danger lift a lead by themselves (see `crisis`); only staff take it down again.
"""

from datetime import datetime

from django.utils.translation import gettext as _

from intake import audit, crisis, outbox
from intake.changes import Refused, change
from intake.choices import Lifted, Lowered, Priority
from intake.models import Lead

Action = audit.Action


def heed(held: Lead, *texts: str) -> bool:
    """Lift a lead whose person wrote words of danger; say whether they did. The caller saves it."""
    is_danger = bool(crisis.dangers_in(*texts))
    if is_danger:
        held.priority = Priority.DANGER
    return is_danger


def lift(lead: Lead, *, version: int, by, at: datetime, reason: Lifted) -> None:
    """Put a lead at the top, whoever holds it: danger waits for nobody."""
    details = {"version": version, "by": by, "at": at, "reason": reason}
    with change(lead, Action.PRIORITIZED, **details) as held:
        _must_be_open(held)
        if held.priority == Priority.DANGER:
            raise Refused(_("This lead stands at the top already."))
        held.priority = Priority.DANGER
        outbox.danger(held, at=at).save(force_insert=True)


def lower(lead: Lead, *, version: int, by, at: datetime, reason: Lowered) -> None:
    """Let a lead wait by its promise again."""
    details = {"version": version, "by": by, "at": at, "reason": reason}
    with change(lead, Action.PRIORITIZED, **details) as held:
        if held.priority == Priority.USUAL:
            raise Refused(_("This lead stands in its usual place already."))
        held.priority = Priority.USUAL


def _must_be_open(held: Lead) -> None:
    if not held.is_open:
        raise Refused(_("This lead is closed. Reopen it first."))
