"""The only writer of audit rows: who saw or changed which fields, and when.

Each row's digest covers the row and the one before it under a key of its own, so that
a changed, missing or inserted row shows. Values never come here, only names of fields.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from intake import crypto
from intake.models import AuditCut, AuditEvent, AuditHead, Lead

Action = AuditEvent.Action


def link(
    lead: Lead, action: Action, *, by, at: datetime, fields: Iterable[str] = (), reason: str = ""
) -> AuditEvent:
    """Return the next, unsaved event of the lead's chain and move the lead's head to it.

    The caller holds the lead (locked, or not yet saved) and saves both.
    """
    event = AuditEvent(
        lead=lead, at=at, by=by, action=action, fields=_joined(fields), reason=reason
    )
    return _chain(event, lead)


def record(lead: Lead, action: Action, *, by, at: datetime, **details) -> None:
    """Write an event of a lead that is otherwise not changed. Call inside a transaction."""
    seen = Lead.objects.filter(pk=lead.pk, audit_seq=lead.audit_seq, audit_head=lead.audit_head)
    event = link(lead, action, by=by, at=at, **details)
    if seen.update(audit_seq=lead.audit_seq, audit_head=lead.audit_head):
        event.save(force_insert=True)
        return
    # Somebody else wrote since this lead was read: wait for the lead, and come after them.
    held = Lead.objects.select_for_update().only("audit_seq", "audit_head").get(pk=lead.pk)
    _save(link(held, action, by=by, at=at, **details), held)
    lead.audit_seq, lead.audit_head = held.audit_seq, held.audit_head


def record_apart(
    action: Action, *, by, at: datetime, fields: Iterable[str] = (), reason: str = ""
) -> None:
    """Write an event that is about no lead. Call inside a transaction."""
    head = AuditHead.objects.select_for_update().get_or_create(pk=1)[0]
    event = AuditEvent(at=at, by=by, action=action, fields=_joined(fields), reason=reason)
    _save(_chain(event, head), head)


def _joined(fields: Iterable[str]) -> str:
    return " ".join(sorted(fields))


def _chain(event: AuditEvent, holder: Lead | AuditHead) -> AuditEvent:
    event.seq = holder.audit_seq + 1
    event.digest = digest_of(event, before=holder.audit_head)
    holder.audit_seq, holder.audit_head = event.seq, event.digest
    return event


def _save(event: AuditEvent, holder: Lead | AuditHead) -> None:
    holder.save(update_fields=["audit_seq", "audit_head"])
    event.save(force_insert=True)


def digest_of(event: AuditEvent, *, before: str) -> str:
    """Return the keyed digest of an event that follows the one with the digest `before`."""
    return crypto.chain_digest(_content(event, before))


def follows(event: AuditEvent, *, before: str) -> bool:
    """Say whether the event stands as it was written, after the one with that digest."""
    return crypto.is_chain_digest(event.digest, _content(event, before))


def _content(event: AuditEvent, before: str) -> str:
    content = [
        before,
        str(event.lead_id),
        str(event.seq),
        event.at.astimezone(UTC).isoformat(),
        str(event.by_id),
        event.action,
        event.fields,
        *filter(None, [event.reason]),
    ]
    return "\n".join(content)


def cut_mac(lead_id, seq: int, digest: str) -> str:
    """Return what proves that the purge cut a chain after this event."""
    return crypto.chain_digest(f"{lead_id}\n{seq}\n{digest}", purpose="audit cut")


def is_our_cut(cut: AuditCut) -> bool:
    """Say whether the purge cut the chain here, and nobody else."""
    content = f"{cut.lead_id}\n{cut.seq}\n{cut.digest}"
    return crypto.is_chain_digest(cut.mac, content, purpose="audit cut")
