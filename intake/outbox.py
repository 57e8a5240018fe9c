"""Notifications that survive anything: a row in the transaction, delivered by workers.

Any number of workers may run. A row is claimed by moving its next try ahead, under a
lock; a worker that dies leaves the row to be tried again. A rare duplicate is accepted.
Rows are claimed one by one, so that none waits, claimed, behind a slow mail server.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from intake.models import Lead, Outbox

Kind = Outbox.Kind
logger = logging.getLogger(__name__)

# How long one worker may take over one mail before another may try it.
LEASE = timedelta(minutes=2)
# A notification that waits longer than this is shown to staff as late.
LATE_AFTER = timedelta(minutes=5)
LONGEST_BACKOFF = timedelta(hours=1)


def new_request(lead: Lead, *, at: datetime) -> Outbox:
    """Return the unsaved notification that a request waits."""
    return Outbox(lead=lead, kind=Outbox.Kind.NEW_REQUEST, created_at=at, next_try_at=at)


def promise_at_risk(lead: Lead, *, at: datetime) -> Outbox:
    """Return the unsaved warning for who has the lead, or for the desk."""
    return Outbox(lead=lead, kind=Outbox.Kind.PROMISE_AT_RISK, created_at=at, next_try_at=at)


def promise_breaking(lead: Lead, *, at: datetime) -> Outbox:
    """Return the unsaved alarm for the managers."""
    return Outbox(lead=lead, kind=Outbox.Kind.PROMISE_BREAKING, created_at=at, next_try_at=at)


def changed_by_person(lead: Lead, *, at: datetime) -> Outbox:
    """Return the unsaved notification that somebody did something on their receipt."""
    return Outbox(lead=lead, kind=Outbox.Kind.CHANGED, created_at=at, next_try_at=at)


def late(*, at: datetime):
    """Return the notifications that should have gone out by now."""
    return Outbox.objects.filter(sent_at=None, created_at__lte=at - LATE_AFTER)


def deliver_next(*, at: datetime) -> bool:
    """Try to send what has been due the longest; say whether anything was."""
    row = _claim(at=at)
    if row:
        _deliver(row)
    return row is not None


@transaction.atomic
def _claim(*, at: datetime) -> Outbox | None:
    row = (
        Outbox.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(sent_at=None, next_try_at__lte=at)
        .select_related("lead")
        .order_by("next_try_at", "id")
        .first()
    )
    if row:
        row.attempts += 1
        row.next_try_at = at + max(LEASE, backoff(row.attempts))
        row.save(update_fields=["attempts", "next_try_at"])
    return row


def backoff(attempts: int) -> timedelta:
    """Return how long to wait after so many tries: 1, 2, 4… minutes, at most an hour."""
    return min(timedelta(minutes=2 ** min(attempts - 1, 10)), LONGEST_BACKOFF)


def _deliver(row: Outbox) -> None:
    try:
        _mail(row.kind, row.lead).send()
    except Exception as error:
        # Any fault of a mail server, whatever its class, only means: try again later.
        # Its text may quote addresses, so only the class is kept.
        row.last_error = type(error).__name__
        row.save(update_fields=["last_error"])
        logger.warning(
            "notification not sent reference=%s attempt=%s error=%s",
            row.lead.reference,
            row.attempts,
            row.last_error,
        )
    else:
        row.sent_at, row.last_error = timezone.now(), ""
        row.save(update_fields=["sent_at", "last_error"])


# What each kind of mail says: its subject, and what it begins with.
WORDS = {
    Kind.NEW_REQUEST: (
        _lazy("A new request waits: %(reference)s"),
        _lazy("A new request waits in the queue."),
    ),
    Kind.PROMISE_AT_RISK: (
        _lazy("A promised call is due soon: %(reference)s"),
        _lazy("Nobody has tried this promised call yet, and its time is running out."),
    ),
    Kind.PROMISE_BREAKING: (
        _lazy("A promised call is about to be missed: %(reference)s"),
        _lazy("For the managers: the desk was told before, and nobody has tried yet."),
    ),
    Kind.CHANGED: (
        _lazy("Somebody changed their request: %(reference)s"),
        _lazy("Somebody changed or added something on their receipt. Please look what it is."),
    ),
}


def _mail(kind: str, lead: Lead) -> EmailMessage:
    """Return the mail: a reference and a link, nothing about a person or a program."""
    if not settings.ADMISSIONS_EMAILS:
        # Django counts mail to nobody as sent; here it stays waiting, and staff see it is late.
        raise ImproperlyConfigured("Set ADMISSIONS_EMAILS to the addresses of the desk.")
    link = settings.PUBLIC_URL + reverse("admin:intake_lead_change", args=[lead.pk])
    subject, begins = WORDS[Kind(kind)]
    says = _("Reference %(reference)s") % {"reference": lead.reference}
    return EmailMessage(
        subject=subject % {"reference": lead.reference},
        body=f"{begins}\n\n{says}\n{link}\n",
        to=settings.ADMISSIONS_EMAILS,
    )
