"""The only writer of audit rows: who saw or changed which fields of a lead, and when.

Each row's digest covers the row and the one before it under a key of its own, so that
a changed, missing or inserted row shows. Values never come here, only names of fields.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from intake import crypto
from intake.models import AuditEvent, Lead

Action = AuditEvent.Action


def link(lead: Lead, action: Action, *, by, at: datetime, fields: Iterable[str] = ()) -> AuditEvent:
    """Return the next, unsaved event of the lead's chain and move the lead's head to it.

    The caller holds the lead (locked, or not yet saved) and saves both.
    """
    event = AuditEvent(
        lead=lead,
        seq=lead.audit_seq + 1,
        at=at,
        by=by,
        action=action,
        fields=" ".join(sorted(fields))[:400],
    )
    event.digest = digest_of(event, before=lead.audit_head)
    lead.audit_seq, lead.audit_head = event.seq, event.digest
    return event


def digest_of(event: AuditEvent, *, before: str) -> str:
    """Return the keyed digest of an event that follows the one with the digest `before`."""
    content = "\n".join(
        [
            before,
            str(event.lead_id),
            str(event.seq),
            event.at.astimezone(UTC).isoformat(),
            str(event.by_id),
            event.action,
            event.fields,
        ]
    )
    return crypto.chain_digest(content)


def record_view(
    lead: Lead, action: Action, *, by, at: datetime, fields: Iterable[str] = ()
) -> None:
    """Write that somebody saw the lead. Call inside a transaction."""
    held = Lead.objects.select_for_update().only("audit_seq", "audit_head").get(pk=lead.pk)
    event = link(held, action, by=by, at=at, fields=fields)
    held.save(update_fields=["audit_seq", "audit_head"])
    event.save(force_insert=True)
