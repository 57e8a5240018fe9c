"""Who is told of what by mail: the one it concerns, else whoever is on duty and wants it.

Nobody is told who has left, who has no address, or who does not want that kind. Where
nobody is left, the desk's own mailbox is told (`outbox`).
"""

from datetime import datetime

from intake import duty, offers
from intake.models import Lead, Outbox, StaffProfile

Kind = Outbox.Kind
# Who runs the desk.
MANAGES = "intake.manage_lead"
FOR_MANAGERS = (Kind.PROMISE_BREAKING, Kind.PROMISE_BROKEN)


def of(kind: str, lead: Lead, *, at: datetime) -> list:
    """Return the people to tell of that now; none means the desk's mailbox."""
    there = duty.on_duty(at=at)
    if kind in FOR_MANAGERS:
        managers = duty.who_may(MANAGES).order_by("username")
        on_duty = [user for user in there if user.has_perm(MANAGES)]
        return _who_want(kind, on_duty) or _who_want(kind, list(managers))
    wanting = _who_want(kind, there)
    concerned = _concerned(kind, lead, at=at)
    return [user for user in wanting if user == concerned] or wanting


def _concerned(kind: str, lead: Lead, *, at: datetime):
    """Return the one person it is about, if there is one: danger is about everybody."""
    if kind == Kind.DANGER:
        return None
    if lead.owner:
        return lead.owner
    return lead.routed_to if offers.is_offered(lead, at=at) else None


def can_be_told(user, kind: str) -> bool:
    """Say whether that person still works here, has an address, and wants to hear of this."""
    is_here = duty.who_may().filter(pk=user.pk).exists()
    return is_here and bool(_who_want(kind, [user]))


def _who_want(kind: str, users: list) -> list:
    chosen = events_of(users)
    return [user for user in users if user.email and kind in chosen[user.pk]]


def events_of(users: list) -> dict[int, list[str]]:
    """Return what each of these people wants to hear of; who never chose, everything."""
    rows = StaffProfile.objects.filter(user__in=users).values_list("user", "events")
    chosen = {user: events for user, events in rows if events is not None}
    return {user.pk: chosen.get(user.pk, Kind.values) for user in users}


def choose(user, events: list[str]) -> None:
    """Note what that person wants to hear of from now on."""
    StaffProfile.objects.update_or_create(user=user, defaults={"events": sorted(events)})
