"""Leads that staff type in while somebody is on the phone, at the door, or refers a person.

They take the way of every other request (see `submissions`), belong to who typed them, and
what was said counts as a talk with the person, where it was one.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from intake import submissions, workflow
from intake.choices import Arrival, Channel, Given, Outcome
from intake.models import Lead
from intake.promises import Promise

# How somebody reached us, how they gave their permissions, and by which way we talked with
# them; who is referred by somebody else has not been talked with yet.
WAYS = {
    Arrival.PHONE: (Given.PHONE, Channel.INBOUND),
    Arrival.WALK_IN: (Given.IN_PERSON, Channel.IN_PERSON),
    Arrival.REFERRAL: (Given.PHONE, None),
}


@transaction.atomic
def receive(
    data: Mapping[str, Any],
    *,
    texts: submissions.Texts,
    nonce: str,
    promise: Promise,
    arrival: Arrival,
    by,
    at: datetime,
) -> Lead:
    """Store what was typed and return its lead. The same form again is the same lead."""
    given, channel = WAYS[arrival]
    typed = submissions.Typed(arrival, given, by)
    lead = submissions.receive_callback(
        data, texts=texts, nonce=nonce, promise=promise, at=at, typed=typed
    )
    if lead.version == 1:
        details = {"version": lead.version, "by": by, "at": at}
        if channel is None:
            workflow.claim(lead, **details)
        else:
            # Who asked to be called at a part of the day is called then.
            again = promise.start if data["window"] != "any" and promise.start > at else None
            workflow.log_attempt(
                lead, channel=channel, outcome=Outcome.REACHED, next_step_at=again, **details
            )
        lead.refresh_from_db()
    return lead
