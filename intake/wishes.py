"""What people do themselves with their request, from the receipt; nobody is signed in.

Each wish is one transaction with the lead held: done once however often it is sent,
audited as the person's own, told to staff by mail. None is refused for what staff do at
that moment: it is the person's request.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from intake import (
    abuse,
    agreements,
    audit,
    merging,
    outbox,
    priorities,
    privacy_requests,
    promise_clock,
    seats,
    throttle,
    workflow,
)
from intake.appointments import Diary
from intake.changes import Refused, change
from intake.choices import ConsentKind, PrivacyWish, Told, Window, WishKind
from intake.models import Lead, Wish
from intake.promises import Clock, Promise
from intake.submissions import Forgotten

Action = audit.Action

# More than anybody changes their mind in an hour; staff could not follow.
MOST_AN_HOUR, HOUR = 20, timedelta(hours=1)


@dataclass(frozen=True)
class Sent:
    """Which sending of which page it was, and when."""

    nonce: str
    at: datetime


def can_choose_time(lead: Lead) -> bool:
    """Say whether the person still waits for the call."""
    return lead.is_open and lead.reached_at is None and lead.call_ok


def allowed(lead: Lead) -> list[ConsentKind]:
    """Return what the person allows now, and can take back.

    Where staff merged the lead, the person is called on another one: both count.
    """
    found = {kind for one in _leads_of(lead) for kind in _allowed_on(one)}
    return [kind for kind in ConsentKind if kind in found]


def _allowed_on(lead: Lead) -> list[ConsentKind]:
    channels = [kind for kind, flag in agreements.FLAGS.items() if getattr(lead, flag)]
    shares = lead.consents.filter(text__kind=ConsentKind.SHARE, withdrawal=None).exists()
    return [*channels, ConsentKind.SHARE] if shares else channels


def _leads_of(lead: Lead) -> list[Lead]:
    root = merging.root(lead)
    return [lead] if root == lead else [lead, root]


def choose_time(
    lead: Lead,
    sent: Sent,
    *,
    window: Window,
    zone: str,
    promise: Promise,
    is_appointment: bool,
    diary: Diary,
) -> None:
    """Call at another time: a part of the day, or an appointment. Raises seats.Taken."""

    def carry_out(held: Lead) -> None:
        with _changing(held, sent) as lead:
            if not can_choose_time(lead):
                raise Refused(_("We have spoken with you in the meantime. Please call us."))
            mine = seats.of(lead)
            start = mine.starts_at if mine else None
            wanted = promise.start if is_appointment else None
            is_over = lead.promised_by <= sent.at
            if (lead.window, lead.timezone, start) == (window, zone, wanted) and not is_over:
                return
            lead.window, lead.timezone = window, zone
            if is_appointment:
                seats.take(lead, promise, diary)
            else:
                seats.give_back(lead)
            promise_clock.begin(lead, promise, at=sent.at)

    content = [window, zone, promise.start if is_appointment else None]
    _fulfil(lead, WishKind.TIME, sent, carry_out, content=content)


def add_note(lead: Lead, sent: Sent, text: str, *, clock: Clock) -> None:
    """Keep a note for staff, who look at it soon, also where they had planned a later step."""

    def carry_out(held: Lead) -> None:
        with _changing(held, sent, "note") as lead:
            _must_be_open(lead)
            priorities.heed(lead, text)
            soon = clock.promise(Window.ANY, ZoneInfo(lead.timezone))
            if lead.reached_at and soon:
                lead.due_at = min(lead.due_at, soon.end)

    _fulfil(lead, WishKind.NOTE, sent, carry_out, text=text)


def take_back(lead: Lead, sent: Sent, kinds: Iterable[ConsentKind], *, today: date) -> None:
    """Take permissions back; each closes at once, in whatever state the request is."""
    kinds = sorted(kinds)

    def carry_out(held: Lead) -> None:
        told = {"told": Told.RECEIPT, "at": sent.at, "today": today}
        for one in _leads_of(held):
            if fresh := [kind for kind in kinds if kind in _allowed_on(one)]:
                agreements.withdraw(one, by=None, kinds=fresh, **told)

    _fulfil(lead, WishKind.PERMISSIONS, sent, carry_out, content=kinds)


def cancel(lead: Lead, sent: Sent) -> None:
    """End the request; nobody is called about it any more."""

    def carry_out(held: Lead) -> None:
        if held.is_open:
            workflow.withdraw(held, by=None, at=sent.at)

    _fulfil(lead, WishKind.CANCEL, sent, carry_out)


def ask_privacy(lead: Lead, sent: Sent, kind: PrivacyWish, *, today: date) -> None:
    """Ask for a copy or an erasure, which somebody answers by a certain day."""

    def carry_out(held: Lead) -> None:
        with _changing(held, sent, kind) as lead:
            privacy_requests.ask(lead, kind, at=sent.at, today=today)

    _fulfil(lead, WishKind.PRIVACY, sent, carry_out, content=[kind])


def _changing(held: Lead, sent: Sent, *fields: str):
    return change(held, Action.WISHED, version=None, by=None, at=sent.at, fields=fields)


def _must_be_open(lead: Lead) -> None:
    if not lead.is_open:
        raise Refused(_("This request is closed. Please call us, or send a new one."))


@transaction.atomic
def _fulfil(
    lead: Lead,
    kind: WishKind,
    sent: Sent,
    carry_out: Callable[[Lead], None],
    *,
    content: Iterable = (),
    text: str = "",
) -> None:
    """Do what was wished for, unless this sending did it already.

    Raises Forgotten, changes.Refused, abuse.TooMany; then nothing was done or counted.
    """
    held = Lead.objects.select_for_update().with_caller().filter(pk=lead.pk).first()
    if held is None:
        raise Forgotten
    wish = Wish(lead=held, what=kind, text=text, received_at=sent.at, form_nonce=sent.nonce)
    wish.content_digest = _digest(held, kind, content, text)
    if Wish.objects.filter(form_nonce=sent.nonce, content_digest=wish.content_digest).exists():
        return
    if throttle.count("wishes", str(held.pk), per=HOUR, at=sent.at) > MOST_AN_HOUR:
        raise abuse.TooMany(
            _("You have changed this request many times in the last hour. Please wait an hour "
              "before you change it again, or call us.")
        )  # fmt: skip
    carry_out(held)
    Lead.objects.filter(pk=held.pk).update(active_at=sent.at)
    wish.save(force_insert=True)
    outbox.changed_by_person(held, at=sent.at).save(force_insert=True)


def _digest(lead: Lead, kind: WishKind, content: Iterable, text: str) -> str:
    said = json.dumps([str(lead.pk), kind, text, *map(str, content)])
    return salted_hmac("intake.wishes", said).hexdigest()[:32]
