"""What is written down when a person allows something, or takes a permission back:
channels, sharing, and who else may know.

A withdrawal is never refused for an old page, a colleague's claim or a closed lead: it
counts from the moment it was told (47 CFR 64.1200(a)(10), 42 CFR 2.31(a)(6)).
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from intake import audit, changes, consent, seats
from intake.changes import Refused
from intake.choices import ConsentKind, Given, Told
from intake.models import Consent, Lead, ReceivingProvider, SharingTerms, Withdrawal

Action = audit.Action

# The column of the lead by which a channel is open.
FLAGS = {
    ConsentKind.CALL: "call_ok",
    ConsentKind.VOICEMAIL: "voicemail_ok",
    ConsentKind.TEXT: "text_ok",
    ConsentKind.EMAIL: "email_ok",
}
# How somebody may allow a channel; and sharing, which has to be signed (42 CFR 2.31).
SPOKEN = (Given.PHONE, Given.IN_PERSON, Given.PAPER)
SIGNED = (Given.PAPER, Given.SIGNED)
# How somebody may tell staff that they take a permission back; the receipt tells by itself.
TOLD_STAFF = [told for told in Told if told != Told.RECEIPT]
# Business days in which a withdrawal has to be carried out everywhere.
HONOUR_WITHIN = 10


def permit(
    lead: Lead, *, version: int, by, at: datetime, kind: ConsentKind, given: Given
) -> Consent:
    """Record that a person, after hearing the wording, allowed one of the channels."""
    text = _wording(lead, kind, at=at)
    details = {"version": version, "by": by, "at": at}
    with changes.change(lead, Action.CONSENT_RECORDED, **details) as held:
        setattr(held, FLAGS[kind], True)
        return Consent.objects.create(
            lead=held, text=text, given_at=at, given=given, recorded_by=by
        )


def record_sharing(
    lead: Lead,
    *,
    version: int,
    by,
    at: datetime,
    today: date,
    given: Given,
    signed_on: date,
    expires_on: date,
    provider: ReceivingProvider | None = None,
    **terms: str,
) -> Consent:
    """Record the patient's signed consent to share with the insurer, or with that provider.

    `terms` are the elements of 42 CFR 2.31.
    """
    text = _wording(lead, ConsentKind.SHARE, at=at)
    details = {"version": version, "by": by, "at": at, "fields": ["share", *terms]}
    with changes.change(lead, Action.CONSENT_RECORDED, **details) as held:
        if given not in SIGNED:
            raise Refused(_("This consent has to be signed, on paper or electronically."))
        if signed_on > today:
            raise Refused(_("The day of signing lies in the future. Please check it."))
        if expires_on < today:
            raise Refused(_("This consent has expired already. Please ask for a new one."))
        signed = Consent.objects.create(
            lead=held,
            text=text,
            given_at=at,
            given=given,
            from_patient=True,
            expires_on=expires_on,
            provider=provider,
            recorded_by=by,
        )
        SharingTerms(consent=signed, signed_on=signed_on, **terms).save(force_insert=True)
    return signed


def set_may_know(lead: Lead, *, version: int, by, at: datetime, may_know: str) -> None:
    """Write down who else may know about the request; empty means nobody."""
    with changes.change(lead, Action.CONTACT_EDITED, version=version, by=by, at=at) as held:
        held.may_know = may_know


def withdraw(
    lead: Lead,
    *,
    by,
    at: datetime,
    today: date,
    kinds: Iterable[ConsentKind],
    told: Told,
    told_on: date | None = None,
) -> list[Withdrawal]:
    """Close channels, take back consents, and start the counter of ten business days."""
    told_on = told_on or today
    if told_on > today:
        raise Refused(_("The day on which it was told lies in the future. Please check it."))
    fresh: list[str] = []
    details = {"version": None, "by": by, "at": at, "fields": fresh}
    with changes.change(lead, Action.CONSENT_WITHDRAWN, **details) as held:
        known = set(held.withdrawals.filter(done_at=None).values_list("kind", flat=True))
        # What was allowed again in the meantime can be taken back again.
        fresh += [kind for kind in kinds if kind not in known or _is_allowed(held, kind)]
        if not fresh:
            raise Refused(_("This is recorded already, and the counter runs."))
        return [_take_back(held, kind, told, told_on, by=by, at=at) for kind in fresh]


def _take_back(held: Lead, kind: str, told: Told, told_on: date, *, by, at: datetime) -> Withdrawal:
    row = Withdrawal.objects.create(
        lead=held,
        kind=kind,
        told=told,
        told_on=told_on,
        honour_by=business_days_after(told_on, HONOUR_WITHIN),
        recorded_at=at,
        recorded_by=by,
    )
    held.consents.filter(text__kind=kind, withdrawal=None).update(withdrawal=row)
    if kind in FLAGS:
        setattr(held, FLAGS[kind], False)
    if kind == ConsentKind.CALL:
        seats.give_back(held)
    return row


def carry_out(withdrawal: Withdrawal, *, by, at: datetime) -> None:
    """Mark that nobody uses the permission any more, here or in any other list."""
    details = {"version": None, "by": by, "at": at, "fields": [withdrawal.kind]}
    with changes.change(withdrawal.lead, Action.WITHDRAWAL_DONE, **details) as held:
        left = held.withdrawals.filter(pk=withdrawal.pk, done_at=None)
        if not left.update(done_at=at, done_by=by):
            raise Refused(_("This was carried out already."))


def business_days_after(day: date, count: int) -> date:
    """Return the day so many business days later.

    Monday to Friday all count, also where our own desk is closed: a holiday of ours is no
    reason to go on calling, and counting this way is never later than the law allows.
    """
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day


def _is_allowed(held: Lead, kind: str) -> bool:
    if kind in FLAGS:
        return getattr(held, FLAGS[kind])
    return held.consents.filter(text__kind=kind, withdrawal=None).exists()


def _wording(lead: Lead, kind: ConsentKind, *, at: datetime):
    text = consent.current_texts(language=lead.language, at=at).get(kind)
    if text is None:
        raise Refused(_("There is no wording for this permission yet. Ask a privacy officer."))
    return text
