"""Keeps an eye on the promises: warns before one breaks, and marks what broke. Run by the worker.

A mark of the clock does not count the lead's version up: it contradicts nothing that
somebody on the phone is about to log, so their page must not become stale by it.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from intake import audit, changes, outbox, promise_clock
from intake.changes import Refused
from intake.choices import PromiseBroken
from intake.models import Lead, Outbox
from intake.promise_clock import Risk
from intake.promises import Clock
from programs.models import Center

Action = audit.Action
# Of each kind in one go; the next sweep comes in a minute.
LIMIT = 200


def sweep(*, at: datetime, limit: int = LIMIT) -> None:
    """Mark what broke, then tell whom it concerns of what is about to."""
    center = Center.objects.first()
    if center is None:
        return
    risk = Risk.of(Clock.of(center, at=at))
    for leads, act in ((broken(at=at), _break), (at_risk(risk), _warn), (breaking(risk), _alarm)):
        for pk in list(leads.order_by("promised_by").values_list("pk", flat=True)[:limit]):
            with transaction.atomic():
                held = leads.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk).first()
                if held:
                    act(held, at=at)


def broken(*, at: datetime):
    """Return the leads whose promise nobody kept. A call that began in time still may."""
    began_in_time = Q(calling_since__lte=F("promised_by"), lease_until__gt=at)
    return Lead.objects.filter(promise_clock.running(), promised_by__lt=at).exclude(began_in_time)


def at_risk(risk: Risk):
    """Return the leads whose promise may soon break and of whom nobody was told."""
    return _running_out(risk, until=risk.at_risk_until).filter(escalated_at=None)


def breaking(risk: Risk):
    """Return the leads whose promise is about to break although somebody was told before."""
    alarms = Outbox.objects.filter(
        lead=OuterRef("pk"),
        kind=Outbox.Kind.PROMISE_BREAKING,
        created_at__gte=OuterRef("escalated_at"),
    )
    warned = _running_out(risk, until=risk.breaking_until).filter(escalated_at__isnull=False)
    return warned.filter(~Exists(alarms))


def _running_out(risk: Risk, *, until: datetime):
    is_being_called = Q(calling_since__isnull=False, lease_until__gt=risk.at)
    return Lead.objects.filter(
        promise_clock.running(), promised_by__gte=risk.at, promised_by__lte=until
    ).exclude(is_being_called)


def _break(held: Lead, *, at: datetime) -> None:
    promise_clock.lapse(held, at=at)
    _mark(held, Action.PROMISE_BROKEN, "promise_kept", at=at)
    outbox.promise_broken(held, at=at).save(force_insert=True)


def _warn(held: Lead, *, at: datetime) -> None:
    held.escalated_at = at
    _mark(held, Action.ESCALATED, "escalated_at", at=at)
    outbox.promise_at_risk(held, at=at).save(force_insert=True)


def _alarm(held: Lead, *, at: datetime) -> None:
    _mark(held, Action.ESCALATED, at=at)
    outbox.promise_breaking(held, at=at).save(force_insert=True)


def _mark(held: Lead, action: Action, *fields: str, at: datetime) -> None:
    event = audit.link(held, action, by=None, at=at, fields=fields)
    held.save(update_fields=[*fields, "audit_seq", "audit_head"])
    event.save(force_insert=True)


def explain(lead: Lead, *, version: int, by, at: datetime, because: PromiseBroken) -> None:
    """Write down why a promise was broken, for the one that has waited longest for a reason."""
    details = {"version": version, "by": by, "at": at, "reason": because}
    with changes.change(lead, Action.PROMISE_EXPLAINED, **details) as held:
        if not promise_clock.explain(held, because):
            raise Refused(_("There is no broken promise without a reason any more."))
