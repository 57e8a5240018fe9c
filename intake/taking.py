"""Take next: the most urgent lead that nobody has and that fits who asks, in one step.

In this order: possible danger, whoever it fits; who may be called now before who may not;
promises at risk; what the rules offered to this person, then to nobody, then to a colleague
(whose turn it is while the offer lasts); the soonest due. Of two who press at the
same moment neither waits for the other, and none gets what the other got.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Case, Q, When

from intake import duty, windows, workflow
from intake.choices import Priority
from intake.models import Lead
from intake.promises import AT_RISK

# So many of those that wait the longest are looked at for one that may be called now.
LOOK_AT = 1000
# More than there are people who could press at the same moment.
AT_ONCE = 100


def take_next(*, by, at: datetime) -> Lead | None:
    """Claim the next lead for that person and return it; None where nothing fits."""
    # Claims that went quiet wait again, even if the worker has not come around yet.
    workflow.end_leases(at=at)
    order = _in_order(by=by, at=at)
    for start in range(0, len(order), AT_ONCE):
        if taken := _take_first(order[start : start + AT_ONCE], by=by, at=at, skip_locked=True):
            return taken
    # Each was being written to just then: by a colleague, or as a page of it was opened. They
    # are waited for one by one: who held one and waited for another could wait for ever, since
    # PostgreSQL keeps the lock of a lead that turned out to be taken.
    for lead in order[:AT_ONCE]:
        if taken := _take_first([lead], by=by, at=at, skip_locked=False):
            return taken
    return None


@transaction.atomic
def _take_first(ids: Sequence[UUID], *, by, at: datetime, skip_locked: bool) -> Lead | None:
    """Claim the first of these leads that nobody has, passing by what is locked, or waiting."""
    order = Case(*(When(pk=pk, then=place) for place, pk in enumerate(ids)))
    free = Lead.objects.open().filter(pk__in=ids, owner=None).order_by(order)
    held = free.select_for_update(skip_locked=skip_locked).first()
    if held:
        workflow.claim(held, version=held.version, by=by, at=at)
    return held


def _in_order(*, by, at: datetime) -> list[UUID]:
    @cache
    def is_callable(window: str, zone: str) -> bool:
        return windows.is_safe(window, ZoneInfo(zone), at=at)

    def urgency(row) -> tuple:
        lead, priority, due_at, promised_from, tried_at, window, zone, call_ok, *offer = row
        # An appointment and an agreed next step have their time; nobody is called before it.
        has_come = (due_at if tried_at else promised_from) <= at
        is_at_risk = due_at < at + AT_RISK
        offered_to, offered_until = offer
        # An offer has its time too, and is made once: who let the lead go is not given it again.
        is_kept = offered_until is not None and offered_until > at
        return (
            -priority,
            not (call_ok and has_come and is_callable(window, zone)),
            not is_at_risk,
            1 if is_at_risk or not is_kept else 0 if offered_to == by.pk else 2,
            due_at,
            lead,
        )

    waiting = Lead.objects.open().filter(_fits(by, at=at), owner=None)
    rows = waiting.order_by(*Lead._meta.ordering).values_list(
        "pk", "priority", "due_at", "promised_from", "first_attempt_at", "window", "timezone",
        "call_ok", "routed_to", "offered_until",
    )[:LOOK_AT]  # fmt: skip
    return [row[0] for row in sorted(rows, key=urgency)]


def _fits(user, *, at: datetime) -> Q:
    """Return whom that person can take on, or was given by name. Danger is for everybody."""
    fit = duty.fit_of(user).leads()
    is_given = Q(routed_to=user, offered_until__gt=at)
    return fit | is_given | Q(priority__gte=Priority.DANGER) if fit else fit
