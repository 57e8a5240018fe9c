"""Copies and erasures that people ask for: written down with a day, and answered by it.

What an answer consists of is done by `copies` and `retention`.
"""

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from intake import audit, changes
from intake.changes import Refused
from intake.choices import PrivacyWish
from intake.models import Lead, PrivacyRequest

Action = audit.Action

# Days in which a copy is due (45 CFR 164.524(b)(2)); an erasure is due as soon.
ANSWER_WITHIN = timedelta(days=30)


def ask(held: Lead, what: PrivacyWish, *, at: datetime, today: date) -> PrivacyRequest:
    """Write down what a person asks for; one that is still open is not asked for twice.

    The caller holds the lead, and says in the audit trail who asked.
    """
    request, _is_new = PrivacyRequest.objects.get_or_create(
        lead=held,
        what=what,
        done_at=None,
        defaults={"asked_at": at, "due_on": today + ANSWER_WITHIN},
    )
    return request


def answer(request: PrivacyRequest, *, by, at: datetime, note: str) -> None:
    """Mark that a request was answered, and how."""
    details = {"version": None, "by": by, "at": at, "fields": [request.what]}
    with changes.change(request.lead, Action.PRIVACY_ANSWERED, **details) as held:
        row = held.privacy_requests.filter(pk=request.pk, done_at=None).first()
        if row is None:
            raise Refused(_("This was answered already."))
        row.done_at, row.done_by, row.answer = at, by, note
        row.save(update_fields=["done_at", "done_by", "answer"])
