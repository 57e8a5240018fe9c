"""Receives what families send: everything about one sending in one transaction.

Slow work (reading photos) is done before; mail goes out later, from the outbox. The
same nonce with the same content is one request; with changed content it is another
request of the same lead. Nothing is dropped and nothing is doubled; what looks like abuse
is marked (see `abuse`, which alone refuses a flood).
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac

from intake import (
    abuse,
    audit,
    consent,
    lookup,
    offers,
    outbox,
    priorities,
    promise_clock,
    receipts,
    seats,
)
from intake.abuse import Sending
from intake.appointments import Diary
from intake.cards import CardPage
from intake.choices import Arrival, ConsentKind, Given, Status, Suspicion
from intake.models import (
    AuditEvent,
    CallbackRequest,
    CardImage,
    Consent,
    ConsentText,
    InsuranceVerification,
    Lead,
    SearchToken,
)
from intake.models.requests import Request
from intake.promises import Promise
from intake.routing import Rule

# Fields of the forms that describe the person who called; they live on the lead.
CONTACT = (
    "phone_typed", "phone", "phone_extension", "name", "email", "language",
    "needs_interpreter", "for_whom", "relationship", "is_adult", "patient_name",
    "heard_from", "program", "window", "timezone", "voicemail_ok", "text_ok", "email_ok",
    "ask_for", "if_someone_else",
)  # fmt: skip
INSURANCE = (
    "birth_date", "carrier", "carrier_other", "carrier_phone", "member_id", "group_number",
    "plan_type", "holder_relationship", "holder_name", "holder_birth_date", "message",
)  # fmt: skip
TICKS = {
    "voicemail_ok": ConsentKind.VOICEMAIL,
    "text_ok": ConsentKind.TEXT,
    "email_ok": ConsentKind.EMAIL,
    "share_ok": ConsentKind.SHARE,
}

Texts = Mapping[str, ConsentText]


class Forgotten(Exception):
    """The lead that details were sent for was erased meanwhile."""


@dataclass(frozen=True)
class Typed:
    """How a lead came that staff typed in, and who did; it is theirs."""

    arrival: Arrival
    given: Given
    by: Any


def receive_callback(
    data: Mapping[str, Any],
    *,
    texts: Texts,
    nonce: str,
    promise: Promise,
    at: datetime,
    sending: Sending | None = None,
    diary: Diary | None = None,
    typed: Typed | None = None,
) -> Lead:
    """Store a callback request and return its lead.

    With an appointment, the promise is its time; raises seats.Taken where it is not free.
    """
    request = CallbackRequest(
        phone_typed=data["phone_typed"],
        window=data["window"],
        timezone=data["timezone"],
        message=data["message"],
    )
    return _receive(
        request,
        data,
        texts=texts,
        nonce=nonce,
        promise=promise,
        at=at,
        sending=sending,
        diary=diary,
        typed=typed,
    )


def receive_insurance(
    data: Mapping[str, Any],
    cards: Mapping[str, list[CardPage]],
    *,
    texts: Texts,
    nonce: str,
    promise: Promise,
    at: datetime,
    sending: Sending | None = None,
    onto: Lead | None = None,
) -> Lead:
    """Store an insurance form with its photos, on a lead of its own or onto a known one."""
    request = InsuranceVerification(**{name: data[name] for name in INSURANCE if name in data})
    return _receive(
        request,
        data,
        cards,
        texts=texts,
        nonce=nonce,
        promise=promise,
        at=at,
        sending=sending,
        onto=onto,
    )


def _receive(request: Request, data, cards=None, *, nonce: str, **context) -> Lead:
    request.form_nonce = nonce
    request.content_digest = _digest(data, cards or {})
    context["rules"] = offers.in_use()
    try:
        return _store(request, data, cards or {}, is_known=False, **context)
    except IntegrityError:
        # The form was sent before, or twice at the same moment: now that one is stored.
        # (Or a reference repeated, once in 2**40: the second draw differs.)
        return _store(request, data, cards or {}, is_known=True, **context)


@transaction.atomic
def _store(
    request: Request,
    data,
    cards,
    *,
    is_known: bool,
    texts: Texts,
    promise: Promise,
    at: datetime,
    sending: Sending | None,
    rules: list[Rule],
    onto: Lead | None = None,
    diary: Diary | None = None,
    typed: Typed | None = None,
) -> Lead:
    nonce = request.form_nonce
    lead = _lead_of(request, onto) if is_known or onto else None
    if lead and _was_stored(request):
        return lead
    looks_like = abuse.suspicions(sending, phone=data.get("phone", ""), at=at) if sending else []
    contact = {name: data[name] for name in CONTACT if name in data}
    is_returning = waits_anew = True
    if lead is None:
        lead = Lead(form_nonce=nonce, received_at=at, arrival=_arrival(request), **contact)
        promise_clock.begin(lead, promise, at=at)
        lead.reference = _reference()
        lead.pin_digest = receipts.pin_digest(lead.pk, receipts.pin_for(nonce))
        lead.possibly_same_id, colleague = lookup.earlier(lead)
        is_returning = lead.possibly_same_id is not None
        if typed:
            lead.arrival, lead.owner = typed.arrival, typed.by
        _suspect(lead, looks_like)
    else:
        if lead.reached_at is None:
            _suspect(lead, looks_like)
        for name, value in contact.items():
            setattr(lead, name, value)
        if onto is None:
            # Who asks for a call again may be called again.
            lead.call_ok = True
        # Who only adds details waits for the call they were promised, if it is still to come.
        colleague, waits_anew = lead.owner_id, not (onto and lead.is_open and lead.promised_by > at)
        if waits_anew:
            _wait_again(lead, promise, at=at)
        lead.version += 1
    lead.active_at = at
    names = _filled(data, cards)
    is_danger = priorities.heed(lead, data.get("message", ""))
    if is_danger:
        names.append("priority")
    by = typed and typed.by
    events = [audit.link(lead, audit.Action.RECEIVED, by=by, at=at, fields=names)]
    if waits_anew and lead.owner_id is None:
        known = {"is_returning": is_returning, "earlier": colleague}
        if offers.offer(lead, rules, **known, at=at):
            routed = {"by": None, "at": at, "fields": offers.FIELDS}
            events.append(audit.link(lead, audit.Action.ROUTED, **routed))
    lead.save(force_insert=lead._state.adding)
    if diary:
        _appoint(lead, promise if data.get("appointment") else None, diary, sending, at=at)

    request.lead, request.received_at = lead, at
    if isinstance(request, InsuranceVerification):
        request.due_at = lead.promised_by
    request.save(force_insert=True)
    CardImage.objects.bulk_create(
        CardImage(
            verification=request,
            side=side,
            page=number,
            jpeg=page.jpeg,
            width=page.width,
            height=page.height,
        )
        for side, pages in cards.items()
        for number, page in enumerate(pages, start=1)
    )
    if events[0].seq == 1:
        names = [data.get("holder_name", "")]
        SearchToken.objects.bulk_create(lookup.tokens(lead, more_names=names))
    else:
        lookup.refresh(lead)
    # Who only adds details has asked for the call before, and for no second one.
    asked = [] if onto else [ConsentKind.CALL]
    kinds = asked + [kind for name, kind in TICKS.items() if data.get(name)]
    said = {"given": typed.given, "by": typed.by} if typed else {}
    Consent.objects.bulk_create(consent.given_on_form(lead, kinds, texts, at=at, **said))
    AuditEvent.objects.bulk_create(events)
    if typed is None:
        tell = outbox.danger if is_danger else outbox.new_request
        tell(lead, at=at).save(force_insert=True)
    return lead


def _lead_of(request: Request, onto: Lead | None) -> Lead | None:
    # The weaker lock: another sending that only points here (as possibly the same person) and
    # holds the counter we are about to wait for does not wait for us.
    held = Lead.objects.select_for_update(no_key=True)
    if onto is None:
        return held.filter(form_nonce=request.form_nonce).first()
    lead = held.with_caller().filter(pk=onto.pk).first()
    if lead is None:
        raise Forgotten
    return lead


def _was_stored(request: Request) -> bool:
    return (
        type(request)
        .objects.filter(form_nonce=request.form_nonce, content_digest=request.content_digest)
        .exists()
    )


def _arrival(request: Request) -> Arrival:
    return Arrival.CALLBACK if isinstance(request, CallbackRequest) else Arrival.INSURANCE


def _suspect(lead: Lead, looks_like: list[Suspicion]) -> None:
    """Add to what is suspected of a lead whom nobody has spoken with yet."""
    known = dict.fromkeys([*lead.suspicions, *looks_like])
    lead.suspicion = " ".join(known)


def _wait_again(lead: Lead, promise: Promise, *, at: datetime) -> None:
    """The person asked again: they wait anew, even where the lead was already ended."""
    promise_clock.begin(lead, promise, at=at)
    if not lead.is_open:
        # Who asks again is not done with; whether it is the same person, staff decide anew.
        lead.possibly_same_id = lead.merged_into_id or lead.possibly_same_id
        lead.merged_into = None
        lead.status, lead.disposition, lead.closed_at = Status.NEW, "", None
        lead.verifications.update(lead_is_open=True)
        lead.owner = lead.lease_until = lead.first_attempt_at = lead.reached_at = None


def _appoint(
    lead: Lead, slot: Promise | None, diary: Diary, sending: Sending | None, *, at: datetime
) -> None:
    """Give the lead the time its newest form asks for, and free the one it had before."""
    if slot is None:
        if lead.version > 1:
            seats.give_back(lead)
        return
    if sending:
        abuse.count_appointment(sending.address, at=at)
    seats.take(lead, slot, diary)


def _reference() -> str:
    drawn = "".join(secrets.choice(lookup.REFERENCE_ALPHABET) for _ in range(8))
    return f"{drawn[:4]}-{drawn[4:]}"


def _filled(data: Mapping[str, Any], cards: Mapping[str, list]) -> list[str]:
    return [name for name, value in data.items() if value] + [f"card_{side}" for side in cards]


def _digest(data: Mapping[str, Any], cards: Mapping[str, list[CardPage]]) -> str:
    """Return a keyed digest of all that was sent, to tell a repetition from a change.

    Its key is the one that signs the nonce, not one of those that are rotated.
    """
    content = {name: str(value) for name, value in data.items()}
    for side, pages in cards.items():
        content[f"card_{side}"] = [hashlib.sha256(page.jpeg).hexdigest() for page in pages]
    digest = salted_hmac("intake.submissions", json.dumps(content, sort_keys=True))
    return digest.hexdigest()[:32]
