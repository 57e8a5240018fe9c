"""How long audit events are kept: six years, or as long as AUDIT_RETENTION_DAYS says.

A lead's chain goes only as a whole, when the lead has ended and nothing has happened for so
long. The chain of the events without a lead loses its front. Where a chain begins since is
kept under a key, so that no other cut is taken for ours. The lead's own row stays.
"""

from collections import Counter
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from intake import audit
from intake.models import AuditCut, AuditEvent, AuditHead, AuditPermit, Lead

# Leads, or events without one, of one transaction.
BATCH = 100
EVENTS = 5000


def purge(*, at: datetime) -> Counter:
    """Remove what is older than the limit and return how many chains and events went.

    Each batch is a transaction of its own, so it can be stopped and run again.
    """
    limit = at - timedelta(days=settings.AUDIT_RETENTION_DAYS)
    removed = Counter(chains=0, events=0)
    for purge_some in (_purge_leads, _purge_apart):
        while done := purge_some(limit, at=at):
            removed += done
    return removed


@transaction.atomic
def _purge_leads(limit: datetime, *, at: datetime) -> Counter:
    ids = list(_forgotten(limit).values_list("pk", flat=True)[:BATCH])
    # Held, and looked at again: somebody may have reopened one meanwhile.
    held = Lead.objects.select_for_update().filter(pk__in=ids).only("audit_seq", "audit_head")
    going = [lead for lead in held.order_by("pk") if lead.pk in set(_still(limit, ids))]
    if not going:
        return Counter()
    for lead in going:
        _cut(lead, lead.audit_seq, lead.audit_head)
    events = _remove(AuditEvent._base_manager.filter(lead__in=going))
    return _recorded(Counter(chains=len(going), events=events), at=at)


@transaction.atomic
def _purge_apart(limit: datetime, *, at: datetime) -> Counter:
    AuditHead.objects.select_for_update().first()
    apart = AuditEvent._base_manager.filter(lead=None).order_by("seq")
    old = []
    for event in apart.only("seq", "at", "digest")[:EVENTS]:
        if event.at >= limit:
            break
        old.append(event)
    if not old:
        return Counter()
    _cut(None, old[-1].seq, old[-1].digest)
    events = _remove(apart.filter(seq__lte=old[-1].seq).order_by())
    return _recorded(Counter(events=events), at=at)


def _forgotten(limit: datetime):
    """Return the leads that ended, have a chain, and of which nobody wrote since the limit."""
    events = AuditEvent.objects.filter(lead=OuterRef("pk"))
    return Lead.objects.filter(
        Q(closed_at__lt=limit) | Q(erased_at__lt=limit),
        Exists(events),
        ~Exists(events.filter(at__gte=limit)),
        legal_hold=False,
    ).order_by("pk")


def _still(limit: datetime, ids: list):
    return _forgotten(limit).filter(pk__in=ids).values_list("pk", flat=True)


def _cut(lead: Lead | None, seq: int, digest: str) -> None:
    made = {"seq": seq, "digest": digest, "mac": audit.cut_mac(lead and lead.pk, seq, digest)}
    AuditCut.objects.update_or_create(lead=lead, defaults=made)


def _remove(events) -> int:
    """Delete them under a permit that exists only inside this transaction."""
    permit = AuditPermit.objects.create()
    count, _ = events.delete()
    permit.delete()
    return count


def _recorded(removed: Counter, *, at: datetime) -> Counter:
    """Write down how much went, and nothing of what it was."""
    counts = [f"{name}:{number}" for name, number in removed.items() if number]
    audit.record_apart(audit.Action.PURGED, by=None, at=at, fields=counts)
    return removed
