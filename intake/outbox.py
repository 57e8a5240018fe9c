"""Notifications that survive anything: a row in the transaction, delivered by workers.

Any number of workers may run. A row is claimed by moving its next try ahead, under a
lock; a worker that dies leaves the row to be tried again. A rare duplicate is accepted.
Rows are claimed one by one, so that none waits, claimed, behind a slow mail server. Whom
a row is for is decided as it is claimed: one row each, so that one bad address holds up
nobody else.
"""

import logging
from datetime import datetime, timedelta
from smtplib import SMTPRecipientsRefused

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from intake import audience, audit
from intake.changes import Refused
from intake.models import Lead, Outbox

Kind = Outbox.Kind
GivenUp = Outbox.GivenUp
logger = logging.getLogger(__name__)

# How long one worker may take over one mail before another may try it.
LEASE = timedelta(minutes=2)
# A notification that waits longer than this is shown to staff as late.
LATE_AFTER = timedelta(minutes=5)
LONGEST_BACKOFF = timedelta(hours=1)
# After so many tries, about seven hours, it waits for somebody who looks into it.
TRIES = 12


# --- Writing ---


def new_request(lead: Lead, *, at: datetime) -> Outbox:
    """Return the unsaved notification that a request waits."""
    return _row(lead, Kind.NEW_REQUEST, at=at)


def danger(lead: Lead, *, at: datetime) -> Outbox:
    """Return the unsaved notification that a request must come first."""
    return _row(lead, Kind.DANGER, at=at)


def promise_at_risk(lead: Lead, *, at: datetime) -> Outbox:
    """Return the unsaved warning for who has the lead, or for the desk."""
    return _row(lead, Kind.PROMISE_AT_RISK, at=at)


def promise_breaking(lead: Lead, *, at: datetime) -> Outbox:
    """Return the unsaved alarm for the managers."""
    return _row(lead, Kind.PROMISE_BREAKING, at=at)


def promise_broken(lead: Lead, *, at: datetime) -> Outbox:
    """Return the unsaved notification for the managers that a promise was broken."""
    return _row(lead, Kind.PROMISE_BROKEN, at=at)


def handed_over(lead: Lead, *, to, at: datetime) -> Outbox:
    """Return the unsaved notification for whom a colleague handed the lead to."""
    return _row(lead, Kind.HANDED_OVER, at=at, recipient=to)


def changed_by_person(lead: Lead, *, at: datetime) -> Outbox:
    """Return the unsaved notification that somebody did something on their receipt."""
    return _row(lead, Kind.CHANGED, at=at)


def _row(lead: Lead, kind: Kind, *, at: datetime, recipient=None) -> Outbox:
    return Outbox(lead=lead, kind=kind, recipient=recipient, created_at=at, next_try_at=at)


# --- How it stands ---


def late(*, at: datetime) -> QuerySet:
    """Return the notifications that should have gone out by now, and those that failed."""
    is_late = Q(created_at__lte=at - LATE_AFTER) | Q(failed_at__isnull=False)
    return Outbox.objects.filter(is_late, sent_at=None, given_up_at=None)


# --- Sending ---


def deliver_next(*, at: datetime) -> bool:
    """Try to send what has been due the longest; say whether anything was."""
    row = _claim(at=at)
    if row and not row.is_settled:
        _deliver(row)
    return row is not None


@transaction.atomic
def _claim(*, at: datetime) -> Outbox | None:
    row = (
        Outbox.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(sent_at=None, failed_at=None, given_up_at=None, next_try_at__lte=at)
        .select_related("lead__owner", "lead__routed_to", "recipient")
        .order_by("next_try_at", "id")
        .first()
    )
    if row:
        row.attempts += 1
        row.next_try_at = at + max(LEASE, backoff(row.attempts))
        _address(row, at=at)
        row.save()
    return row


def _address(row: Outbox, *, at: datetime) -> None:
    """Say whom the row is for, with a row of its own for each other person."""
    if row.recipient and audience.can_be_told(row.recipient, row.kind):
        return
    if row.kind == Kind.HANDED_OVER:
        row.given_up_at, row.given_up_because = at, GivenUp.UNWANTED
        return
    row.recipient, *others = audience.of(row.kind, row.lead, at=at) or [None]
    Outbox.objects.bulk_create(
        Outbox(
            lead=row.lead,
            kind=row.kind,
            recipient=user,
            created_at=row.created_at,
            next_try_at=at,
        )
        for user in others
    )


def backoff(attempts: int) -> timedelta:
    """Return how long to wait after so many tries: 1, 2, 4… minutes, at most an hour."""
    return min(timedelta(minutes=2 ** min(attempts - 1, 10)), LONGEST_BACKOFF)


def _deliver(row: Outbox) -> None:
    try:
        mail = _mail(row.kind, row.lead)
        mail.to = _addresses(row)
        mail.send()
    except Exception as error:
        # Any fault of a mail server, whatever its class, only means: try again later.
        # Its text may quote addresses, so only the class is kept.
        row.last_error = type(error).__name__
        if row.attempts >= TRIES or _is_refused_for_good(error):
            row.failed_at = timezone.now()
        row.save(update_fields=["last_error", "failed_at"])
        logger.warning(
            "notification not sent reference=%s attempt=%s error=%s",
            row.lead.reference,
            row.attempts,
            row.last_error,
        )
    else:
        row.sent_at, row.last_error = timezone.now(), ""
        row.save(update_fields=["sent_at", "last_error"])


def _is_refused_for_good(error: Exception) -> bool:
    """Say whether the mail server will never take mail for this address (RFC 5321, 5yz)."""
    if not isinstance(error, SMTPRecipientsRefused):
        return False
    return all(code >= 500 for code, _words in error.recipients.values())


def _addresses(row: Outbox) -> list[str]:
    if row.recipient:
        return [row.recipient.email]
    if not settings.ADMISSIONS_EMAILS:
        # Django counts mail to nobody as sent; here it stays waiting, and staff see it is late.
        raise ImproperlyConfigured("Set ADMISSIONS_EMAILS to the addresses of the desk.")
    return settings.ADMISSIONS_EMAILS


# What each kind of mail says: its subject, and what it begins with.
WORDS = {
    Kind.NEW_REQUEST: (
        _lazy("A new request waits: %(reference)s"),
        _lazy("A new request waits in the queue."),
    ),
    Kind.DANGER: (
        _lazy("A request that comes first: %(reference)s"),
        _lazy("This request comes before all others. Please open it now."),
    ),
    Kind.PROMISE_AT_RISK: (
        _lazy("A promised call is due soon: %(reference)s"),
        _lazy("Nobody has tried this promised call yet, and its time is running out."),
    ),
    Kind.PROMISE_BREAKING: (
        _lazy("A promised call is about to be missed: %(reference)s"),
        _lazy("For the managers: the desk was told before, and nobody has tried yet."),
    ),
    Kind.PROMISE_BROKEN: (
        _lazy("A promised call was missed: %(reference)s"),
        _lazy("For the managers: nobody tried this call in the promised time."),
    ),
    Kind.HANDED_OVER: (
        _lazy("A request was handed over to you: %(reference)s"),
        _lazy("A colleague handed this request over to you. Their note stands on its page."),
    ),
    Kind.CHANGED: (
        _lazy("Somebody changed their request: %(reference)s"),
        _lazy("Somebody changed or added something on their receipt. Please look what it is."),
    ),
}


def _mail(kind: str, lead: Lead) -> EmailMessage:
    """Return the mail: a reference and a link, nothing about a person or a program."""
    link = settings.PUBLIC_URL + reverse("admin:intake_lead_change", args=[lead.pk])
    subject, begins = WORDS[Kind(kind)]
    says = _("Reference %(reference)s") % {"reference": lead.reference}
    return EmailMessage(
        subject=subject % {"reference": lead.reference},
        body=f"{begins}\n\n{says}\n{link}\n",
    )


# --- What nobody could be told ---


@transaction.atomic
def try_again(row: Outbox, *, by, at: datetime) -> None:
    """Try a notification anew that was not sent, as if it had just been written."""
    audit.record(row.lead, audit.Action.MAIL_RETRIED, by=by, at=at)
    held = _held(row)
    held.attempts, held.next_try_at, held.failed_at = 0, at, None
    held.save()


@transaction.atomic
def give_up(row: Outbox, *, by, at: datetime, reason: GivenUp) -> None:
    """Send it no more, with the reason: staff were told another way, or need not be."""
    audit.record(row.lead, audit.Action.MAIL_GIVEN_UP, by=by, at=at, reason=reason)
    held = _held(row)
    held.given_up_at, held.given_up_by, held.given_up_because = at, by, reason
    held.save()


def _held(row: Outbox) -> Outbox:
    """Lock a row that is still unsent. The lead is locked before it, as everywhere."""
    held = Outbox.objects.select_for_update().filter(pk=row.pk).first()
    if held is None:
        raise Refused(_("It is not there any more: the lead was erased."))
    if held.sent_at:
        raise Refused(_("It has gone out meanwhile."))
    if held.given_up_at:
        raise Refused(_("Somebody gave it up already."))
    return held
