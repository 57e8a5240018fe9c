"""Who has a lead, and for how long. Reads and reckons only; `workflow` changes leads.

Before the person is first reached, a claim is a lease: after so many quiet minutes the lead
goes back to the queue, and work on it prolongs the lease. Whoever is on the phone keeps it
longer. Once the person is reached, whoever reached them stays until a hand-over, or until a
manager moves the lead.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from intake import spoken
from intake.models import Lead

# Whoever is on the phone keeps the lead so long, unless the outcome is logged before.
CALL_LEASE = timedelta(minutes=90)


def claim_ends(*, at: datetime) -> datetime:
    """Return when a claim made or prolonged now ends by itself."""
    return at + settings.LEASE


def is_live(lead: Lead, *, at: datetime) -> bool:
    return lead.lease_until is not None and lead.lease_until > at


def is_claimed_by_another(lead: Lead, user, *, at: datetime) -> bool:
    """Say whether somebody else claimed the lead just now."""
    return is_live(lead, at=at) and lead.owner_id != _id(user)


def is_being_called(lead: Lead, *, at: datetime) -> bool:
    """Say whether the owner of the lead is on the phone with the person."""
    return is_live(lead, at=at) and lead.calling_since is not None


def is_reached_by_another(lead: Lead, user) -> bool:
    """Say whether somebody else reached the person, and still works here."""
    if lead.reached_at is None or lead.owner_id in (None, _id(user)):
        return False
    return lead.owner.is_active and lead.owner.is_staff


def _id(user) -> int | None:
    return user.pk if user else None


def is_held_by_another(lead: Lead, user, *, at: datetime) -> bool:
    """Say whether somebody else works on the lead: reached it, or claimed it just now."""
    return is_claimed_by_another(lead, user, at=at) or is_reached_by_another(lead, user)


def is_to_be_prolonged(lead: Lead, user, *, at: datetime) -> bool:
    """Say whether work on the lead now should move the end of the user's claim.

    Not before a third of it is over, so that typing is not written down every second.
    """
    is_mine = is_live(lead, at=at) and lead.owner_id == user.pk
    return is_mine and lead.lease_until <= claim_ends(at=at) - settings.LEASE / 3


def prolong(lead: Lead, user, *, at: datetime) -> None:
    """Move the end of the user's claim on a lead that is held, where it is time to."""
    if is_to_be_prolonged(lead, user, at=at):
        lead.lease_until = claim_ends(at=at)


def said_on_claim(lead: Lead) -> str:
    """Return what to tell somebody who has just claimed the lead."""
    if lead.reached_at:
        return _("It is yours.")
    minutes = {"minutes": settings.LEASE.seconds // 60}
    return _("It is yours. After %(minutes)d quiet minutes it goes back to the queue.") % minutes


def holder(lead: Lead, *, at: datetime, zone: str) -> str:
    """Return who has the lead, and until when, in words; empty where nobody has it."""
    if lead.owner is None:
        return ""
    name = lead.owner.get_full_name() or lead.owner.get_username()
    if is_being_called(lead, at=at):
        since = spoken.time_of_day(lead.calling_since, zone)
        return _("%(name)s is calling since %(time)s") % {"name": name, "time": since}
    if is_live(lead, at=at):
        until = spoken.time_of_day(lead.lease_until, zone)
        return _("%(name)s, until %(time)s") % {"name": name, "time": until}
    return name
