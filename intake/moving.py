"""How a lead goes to a colleague: handed over by who has it, or moved by a manager."""

from datetime import datetime

from django.utils.translation import gettext as _

from intake import audit, duty, leases, outbox, workflow
from intake.changes import Refused, change
from intake.choices import Status
from intake.models import HandOver, Lead

Action = audit.Action


def hand_over(lead: Lead, *, version: int, to, note: str, by, at: datetime) -> None:
    """Give one's own lead to a colleague, with a line on how things stand."""
    with change(lead, Action.HANDED_OVER, version=version, by=by, at=at) as held:
        workflow.must_be_open(held)
        if held.owner_id != by.pk:
            raise Refused(_("Only the person who has this lead can hand it over."))
        if to == by:
            raise Refused(_("This lead is yours already. Choose a colleague."))
        must_be_of_admissions(to)
        give(held, to, at=at)
        _write_down(held, note, to=to, by=by, at=at)
        outbox.handed_over(held, to=to, at=at).save(force_insert=True)


def move(lead: Lead, *, version: int, to, note: str = "", by, at: datetime) -> None:
    """Give a lead to somebody, or back to the queue, whoever has it: as a manager."""
    with change(lead, Action.MOVED, version=version, by=by, at=at) as held:
        workflow.must_be_open(held)
        if to is None and held.owner_id is None:
            raise Refused(_("Nobody has this lead: it is in the queue already."))
        if to is None:
            workflow.give_back(held)
        else:
            must_be_of_admissions(to)
            if held.owner_id == to.pk:
                raise Refused(_("%(name)s has this lead already.") % {"name": to})
            give(held, to, at=at)
            outbox.handed_over(held, to=to, at=at).save(force_insert=True)
        _write_down(held, note, to=to, by=by, at=at)


def give(held: Lead, to, *, at: datetime) -> None:
    """Make a lead that is held somebody's: for a lease, or for good once it was reached."""
    held.owner, held.calling_since = to, None
    held.lease_until = None if held.reached_at else leases.claim_ends(at=at)
    if held.status == Status.NEW:
        held.status = Status.CONTACTING


def must_be_of_admissions(user) -> None:
    """Refuse to give a lead to somebody who left, or who may not work on it."""
    if not (user.is_active and user.is_staff and user.has_perm(duty.PERMISSION)):
        raise Refused(_("%(name)s does not work with leads any more.") % {"name": user})


def _write_down(held: Lead, note: str, *, to, by, at: datetime) -> None:
    HandOver(lead=held, by=by, to=to, at=at, note=note).save(force_insert=True)
