"""Referring somebody to another provider, and asking later whether they arrived."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from intake import audit, promise_clock, workflow
from intake.changes import Refused, change
from intake.choices import CheckedBack, Disposition, ReferralReason, Status
from intake.models import Lead, ReceivingProvider, Referral

Action = audit.Action


def refer(
    lead: Lead,
    *,
    version: int,
    by,
    at: datetime,
    today: date,
    provider: ReceivingProvider,
    reason: ReferralReason,
    check_back_on: date | None = None,
    note: str = "",
) -> Referral:
    """Close the lead as referred; it comes up again on the day of checking back."""
    details = {"version": version, "by": by, "at": at, "fields": ["provider", "check_back_on"]}
    with change(lead, Action.CLOSED, **details) as held:
        workflow.must_be_free(held, by, at=at)
        if not provider.is_active:
            raise Refused(_("This provider can not be chosen any more."))
        if check_back_on is not None and check_back_on <= today:
            raise Refused(_("The day of checking back has to be one to come."))
        promise_clock.lapse(held, at=at)
        held.status, held.disposition = Status.CLOSED, Disposition.REFERRED_OUT
        held.closed_at, held.lease_until, held.calling_since = at, None, None
        return Referral.objects.create(
            lead=held,
            provider=provider,
            reason=reason,
            note=note,
            referred_at=at,
            by=by,
            check_back_on=check_back_on,
        )


def to_check_back(*, on: date) -> int:
    """Return of how many people it is to be asked by that day whether they arrived."""
    return Referral.objects.filter(checked_at=None, check_back_on__lte=on).count()


def check_back(referral: Referral, *, by, at: datetime, came_of_it: CheckedBack) -> None:
    """Write down whether the person arrived there."""
    details = {"version": None, "by": by, "at": at, "fields": ["came_of_it"]}
    with change(referral.lead, Action.CHECKED_BACK, **details) as held:
        left = held.referrals.filter(pk=referral.pk, checked_at=None)
        if not left.update(checked_at=at, came_of_it=came_of_it):
            raise Refused(_("This was written down already."))
