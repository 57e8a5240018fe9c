"""Forgetting: the only module that erases, by request or when the time is over.

A forgotten lead leaves a tombstone of the fields in `parts.TOMBSTONE`. Everything else
goes by default, fields and rows. Each erasure is one transaction, with the lead held:
the last thing before the commit is a line in the journal outside the database, so that
no crash can lose an erasure. (The other way round, a commit that fails leaves a line
too many; `replay` applies it only if nothing happened on the lead since.)
"""

from collections import Counter
from datetime import datetime

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from intake import audit, journal, lookup, merging, parts, workflow
from intake.changes import Refused
from intake.choices import Disposition, Expired, Part, PrivacyWish
from intake.models import CardImage, Lead, ParkedCard, PrivacyRequest

Action = audit.Action


class OnHold(Refused):
    """A legal hold stops every erasure."""


# --- On request ---


@transaction.atomic
def erase(lead: Lead, *, part: Part, by, at: datetime, reason: str) -> None:
    """Forget that part of the lead for good. What is gone already stays gone.

    An open lead ends with its caller. The patient's part alone leaves it open: the caller
    asked to be called, and still may be.
    """
    # Who is forgotten is forgotten in all the leads that staff said are theirs.
    keys = merging.one_person(lead)
    held_ones = list(Lead.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
    if any(held.legal_hold for held in held_ones):
        raise OnHold(_("A legal hold lies on this lead: nothing of it may be erased."))
    done = []
    for key in [held.pk for held in held_ones]:
        # Read anew: forgetting one takes the pointers off the others.
        held = Lead.objects.get(pk=key)
        if not held.erased_at:
            reached = parts.reach(held, part)
            _erase(held, reached, by=by, at=at, reason=reason)
            done.append(journal.Entry(held.pk, reached, at))
    for entry in done:
        journal.append(entry)


def erase_again(held: Lead, erasures: list[Part], *, at: datetime, reason: str) -> None:
    """Forget what a restored backup brought back. The lead is locked; no new line is written."""
    for part in erasures:
        if not held.erased_at:
            _erase(held, parts.reach(held, part), by=None, at=at, reason=reason)


def _erase(held: Lead, part: Part, *, by, at: datetime, reason: str) -> None:
    if part == Part.CARDS:
        gone = _erase_cards(held)
    else:
        if held.is_open and part != Part.PATIENT:
            workflow.withdraw(held, by=by, at=at)
            held.refresh_from_db()
        gone = _erase_rows(held, part) + _erase_fields(held, part)
    if part == Part.BOTH:
        held.erased_at = at
    held.version += 1
    event = audit.link(held, Action.ERASED, by=by, at=at, fields=[part.value, *gone], reason=reason)
    held.save()
    event.save(force_insert=True)
    if part in (Part.CALLER, Part.PATIENT):
        lookup.refresh(held)


def _erase_fields(held: Lead, part: Part) -> list[str]:
    """Empty every field that does not stay; return the names of those that held something."""
    gone, staying = [], parts.staying_fields(part)
    for field in Lead._meta.concrete_fields:
        if field.name not in staying:
            # Not opened: what no key opens any more must go as well.
            if held.__dict__[field.attname]:
                gone.append(field.name)
            setattr(held, field.attname, _nothing(field))
    return gone


def _nothing(field: models.Field):
    """Return what such a field holds when it holds nothing."""
    if field.null:
        return None
    if isinstance(field, models.CharField | models.TextField):
        return ""
    return False if isinstance(field, models.BooleanField) else field.get_default()


def _erase_rows(held: Lead, part: Part) -> list[str]:
    """Delete every row around the lead that does not stay; return the names of their kinds."""
    _erase_parked(held)
    gone, staying = [], parts.STAYING[part]
    for name, relation in parts.relations():
        if name in parts.TRAIL:
            continue
        rows = relation.related_model._base_manager.filter(**{relation.field.name: held})
        if name in staying:
            _erase_words(name, rows, part)
        elif relation.related_model is Lead:
            rows.update(**{relation.field.name: None})
        elif rows.delete()[0]:
            gone.append(name)
    return gone


def _erase_words(name: str, rows: QuerySet, part: Part) -> None:
    """Take out of the rows that stay what speaks of the one who is forgotten."""
    if name == "consents":
        is_patients = Q(text__kind__in=parts.PATIENTS_CONSENTS)
        rows.filter(is_patients if part == Part.PATIENT else ~is_patients).delete()
        return
    for row in rows if name in parts.WORDS else ():
        empty = {parts.WORDS[name]: ""}
        if name == "verifications":
            # The nonce leads back to the caller's browser; each row needs one of its own.
            empty |= {"form_nonce": f"erased:{row.pk}", "content_digest": ""}
        rows.filter(pk=row.pk).update(**empty)


def _erase_cards(held: Lead) -> list[str]:
    _erase_parked(held)
    CardImage.objects.filter(verification__lead=held).delete()
    return ["card_images"]


def _erase_parked(held: Lead) -> None:
    """Delete the photos that still wait for a corrected form of the same person."""
    nonces = {held.form_nonce} - {None}
    for sent in (held.callbacks, held.verifications):
        nonces |= set(sent.values_list("form_nonce", flat=True))
    ParkedCard.objects.filter(form_nonce__in=nonces).delete()


# --- When the time is over ---


def expired(*, at: datetime) -> dict[Expired, QuerySet]:
    """Return the leads whose time is over, by kind. One that is open is never among them,
    except for the card photos of one that somebody has worked on."""
    quiet_since = {kind: at - settings.RETENTION[kind.value] for kind in Expired}
    special = {
        Expired.SPAM: [Disposition.SPAM],
        Expired.UNREACHED: [Disposition.COULD_NOT_REACH],
    }
    others = {*Disposition.values, ""} - {value for values in special.values() for value in values}
    # What was merged is kept as long as the lead it belongs to; whoever asked for a copy still
    # gets it.
    owed = PrivacyRequest.objects.filter(what=PrivacyWish.COPY, done_at=None).values("lead")
    ended = Lead.objects.filter(closed_at__isnull=False, erased_at=None, legal_hold=False)
    ended = ended.filter(merged_into=None).exclude(pk__in=owed)
    is_handled = Q(first_attempt_at__isnull=False) | Q(closed_at__isnull=False)
    return {
        kind: ended.filter(disposition__in=values, active_at__lte=quiet_since[kind])
        for kind, values in {**special, Expired.ENDED: sorted(others)}.items()
    } | {
        Expired.CARDS: Lead.objects.filter(
            is_handled,
            legal_hold=False,
            active_at__lte=quiet_since[Expired.CARDS],
            pk__in=CardImage.objects.values("verification__lead"),
        )
    }


def purge(*, at: datetime, limit: int | None = None) -> Counter:
    """Forget what has expired, at most so many leads of each kind; return how many it were.

    Each lead is a transaction of its own and is looked at again under its lock, so this
    can be stopped, run again, and run twice at once.
    """
    purged = Counter()
    for kind, leads in expired(at=at).items():
        for pk in list(leads.values_list("pk", flat=True)[:limit]):
            purged[kind] += _purge(leads.filter(pk=pk), kind, at=at)
    return purged


@transaction.atomic
def _purge(still_expired: QuerySet, kind: Expired, *, at: datetime) -> int:
    held = still_expired.select_for_update(skip_locked=True).first()
    if held is None:
        return 0
    part = Part.CARDS if kind == Expired.CARDS else Part.BOTH
    _erase(held, part, by=None, at=at, reason=kind.value)
    journal.append(journal.Entry(held.pk, part, at))
    return 1


# --- Not forgetting ---


def hold(lead: Lead, *, by, at: datetime, reason: str) -> None:
    """Stop every erasure of the lead until the hold is lifted."""
    _set_hold(lead, True, Action.HELD, by=by, at=at, reason=reason)


def lift_hold(lead: Lead, *, by, at: datetime, reason: str) -> None:
    """Let the lead be forgotten again."""
    _set_hold(lead, False, Action.HOLD_LIFTED, by=by, at=at, reason=reason)


@transaction.atomic
def _set_hold(lead: Lead, is_held: bool, action: Action, *, by, at: datetime, reason: str) -> None:
    held = Lead.objects.select_for_update().get(pk=lead.pk)
    if held.erased_at:
        raise Refused(_("Nothing is left of this lead."))
    if held.legal_hold == is_held:
        return
    held.legal_hold = is_held
    event = audit.link(held, action, by=by, at=at, fields=["legal_hold"], reason=reason)
    held.save(update_fields=["legal_hold", "audit_seq", "audit_head"])
    event.save(force_insert=True)
