"""How the tests of `workflow` act on a lead, at times of their own."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings

from intake import changes
from intake.choices import Channel, Disposition, Outcome
from intake.fields import encrypted_fields
from intake.models import AuditEvent, Lead

# A Wednesday noon at the center's desk.
NOON = datetime(2026, 11, 18, 20, 0, tzinfo=UTC)
LATER = NOON + timedelta(minutes=5)
AFTER_LEASE = NOON + settings.LEASE
NO_ANSWER = {"channel": Channel.CALL, "outcome": Outcome.NO_ANSWER}
REACHED = {"channel": Channel.CALL, "outcome": Outcome.REACHED}
SPAM = {"disposition": Disposition.SPAM}
COLUMNS = [
    field.attname for field in Lead._meta.concrete_fields if field not in encrypted_fields(Lead)
]


def act(function, lead, *, by, at=NOON, **more):
    """Act on a page of the lead that was made just now."""
    lead.refresh_from_db()
    result = function(lead, version=lead.version, by=by, at=at, **more)
    lead.refresh_from_db()
    return result


def assert_refused(saying: str, function, lead, *, by, **more):
    """The act is refused with these words, and nothing of the lead changes."""
    row = Lead.objects.filter(pk=lead.pk).values_list(*COLUMNS)
    before = row.get()
    events = lead.audit_events.count()
    with pytest.raises(changes.Refused, match=saying):
        act(function, lead, by=by, **more)
    assert row.get() == before
    assert lead.audit_events.count() == events
    assert not lead.attempts.filter(at=more.get("at", NOON)).exists()


def last_event(lead) -> AuditEvent:
    return lead.audit_events.order_by("seq").last()
