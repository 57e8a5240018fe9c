"""The assessment: agreed on, moved, called off, held; and the admission after it."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from intake import audit, promise_clock, workflow
from intake.changes import Refused, change
from intake.choices import CalledOff, Status
from intake.models import Lead

Action = audit.Action

# How long the calendar of the person is kept free.
LASTS = timedelta(hours=1)
# Further away is a slip of the keyboard.
FURTHEST = timedelta(days=366)
# Until when somebody looks after who was assessed and not admitted yet.
DECIDE_WITHIN = timedelta(days=1)


def schedule(lead: Lead, *, version: int, by, at: datetime, assessment_at: datetime) -> None:
    """Agree on a time with somebody who was reached, or move it."""
    with change(lead, Action.ASSESSMENT_SET, version=version, by=by, at=at) as held:
        workflow.must_be_free(held, by, at=at)
        _must_be(held, Status.REACHED, Status.ASSESSMENT_SCHEDULED, Status.ASSESSED)
        if assessment_at <= at:
            raise Refused(_("This time lies in the past. Please choose a later one."))
        if assessment_at > at + FURTHEST:
            raise Refused(_("This is more than a year away. Please check the date."))
        held.status, held.assessment_at = Status.ASSESSMENT_SCHEDULED, assessment_at
        held.due_at, held.owner = assessment_at, by


def call_off(lead: Lead, *, version: int, by, at: datetime, reason: CalledOff) -> None:
    """Take the assessment off: cancelled, or they did not come. The lead is due at once."""
    details = {"version": version, "by": by, "at": at, "reason": reason}
    with change(lead, Action.ASSESSMENT_SET, **details) as held:
        workflow.must_be_free(held, by, at=at)
        _must_be(held, Status.ASSESSMENT_SCHEDULED)
        if reason == CalledOff.NO_SHOW and held.assessment_at and held.assessment_at > at:
            raise Refused(_("The time of the assessment has not come yet."))
        held.status, held.assessment_at, held.due_at = Status.REACHED, None, at


def hold(lead: Lead, *, version: int, by, at: datetime) -> None:
    """Write down that the assessment took place; people also come early, or walk in."""
    with change(lead, Action.ASSESSED, version=version, by=by, at=at) as held:
        workflow.must_be_free(held, by, at=at)
        _must_be(held, Status.REACHED, Status.ASSESSMENT_SCHEDULED)
        held.status, held.due_at = Status.ASSESSED, at + DECIDE_WITHIN


def admit(lead: Lead, *, version: int, by, at: datetime) -> None:
    """End the lead with an admission."""
    with change(lead, Action.ADMITTED, version=version, by=by, at=at) as held:
        workflow.must_be_free(held, by, at=at)
        _must_be(held, Status.ASSESSED)
        promise_clock.lapse(held, at=at)
        held.status, held.closed_at = Status.ADMITTED, at
        held.lease_until = held.calling_since = None


def _must_be(held: Lead, *statuses: Status) -> None:
    if held.status not in statuses:
        raise Refused(
            _("That does not follow from “%(status)s”.") % {"status": held.get_status_display()}
        )
