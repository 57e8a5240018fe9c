"""What the desk shows somebody: theirs, promises at risk, who waits unclaimed, what is new.

Each list is one statement and ends after what fits on a screen; the queue has the rest.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from intake import leases, offers, promise_clock, spoken
from intake.choices import Language, Priority
from intake.models import BenefitsCheck, DeskLook, Lead
from intake.promise_clock import Risk
from intake.promises import AT_RISK
from programs import languages

# Rows of a list. Nobody holds more leads at once than fit into the first.
MINE, WAITING, BESIDE = 40, 15, 6
# Further than this nobody counts who waits.
COUNTED = 100
# Whoever opens the desk twice within so short a time looked once.
GLANCE = timedelta(minutes=2)
# To somebody who never looked, what came since so long is new.
SHIFT = timedelta(hours=12)

# What a row needs; nothing of a person.
COLUMNS = (
    "reference", "arrival", "priority", "status", "language", "needs_interpreter", "window",
    "call_ok", "suspicion", "received_at", "due_at", "lease_until", "calling_since",
    "first_attempt_at", "reached_at", "closed_at", "promised_from", "promised_by", "promise_kept",
    "offered_until", "version", "program__short_name",
    # A program has its name in each language, and shows that of the reader.
    *(f"program__short_name_{code}" for code in languages.codes()),
    *(f"{person}__{name}" for person in ("owner", "routed_to")
      for name in ("username", "first_name", "last_name")),
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A lead as the desk tells of it."""

    lead: Lead
    kind: str
    word: str
    when: str
    # Before then nobody calls: an appointment, or the part of the day that was asked for.
    not_before: str
    holder: str
    # Whom it is offered to first, while that lasts.
    offered_to: str
    is_new: bool

    @property
    def is_danger(self) -> bool:
        return self.lead.priority >= Priority.DANGER

    @property
    def language(self) -> str:
        return "" if self.lead.language == Language.ENGLISH else self.lead.get_language_display()


@dataclass(frozen=True)
class Listed:
    """A list of the desk, cut off after so many rows."""

    rows: list[Row]
    has_more: bool


def look(user, *, at: datetime) -> datetime:
    """Note that the user opens the desk now; return since when leads are new to them."""
    first = {"looked_at": at, "new_since": at - SHIFT}
    last, _is_first = DeskLook.objects.get_or_create(user=user, defaults=first)
    if at - last.looked_at >= GLANCE:
        last.new_since, last.looked_at = last.looked_at, at
        last.save(update_fields=["new_since", "looked_at"])
    return last.new_since


def new_since(user, *, at: datetime) -> datetime:
    """Return the same without looking: the page refreshes itself."""
    last = DeskLook.objects.filter(user=user).first()
    return last.new_since if last else at - SHIFT


@dataclass(frozen=True)
class Desk:
    """Everything on one person's desk at one moment."""

    due: Listed
    later: Listed
    at_risk: Listed
    waiting: Listed
    new: Listed
    waiting_count: int
    new_since: datetime

    @property
    def is_counted_out(self) -> bool:
        return self.waiting_count >= COUNTED


def of(user, *, new_since: datetime, risk: Risk, zone: str) -> Desk:
    """Return the user's desk as it is at the moment of `risk`."""
    soon = risk.at_risk_until
    leads = Lead.objects.open().select_related("owner", "program", "routed_to").only(*COLUMNS)
    unclaimed = Lead.objects.open().filter(owner=None)

    def rows(found) -> list[Row]:
        return [_row(lead, new_since=new_since, risk=risk, zone=zone) for lead in found]

    def listed(found, limit: int) -> Listed:
        shown = rows(found[: limit + 1])
        return Listed(shown[:limit], has_more=len(shown) > limit)

    mine = listed(leads.filter(owner=user), MINE)
    # By the clock on the wall: what is agreed for Monday is not due on a closed Saturday.
    is_due = [row.lead.due_at <= risk.at + AT_RISK or row.is_danger for row in mine.rows]
    promised = leads.filter(first_attempt_at=None, due_at__lte=soon).exclude(owner=user)
    return Desk(
        due=Listed([row for row, due in zip(mine.rows, is_due, strict=True) if due], False),
        later=Listed(
            [row for row, due in zip(mine.rows, is_due, strict=True) if not due], mine.has_more
        ),
        at_risk=listed(promised.order_by("due_at", "id"), BESIDE),
        waiting=listed(leads.filter(owner=None), WAITING),
        new=listed(leads.filter(received_at__gt=new_since).order_by("-received_at"), BESIDE),
        waiting_count=unclaimed.order_by()[:COUNTED].count(),
        new_since=new_since,
    )


def _row(lead: Lead, *, new_since: datetime, risk: Risk, zone: str) -> Row:
    kind, word = promise_clock.pressing(lead, risk=risk)
    waits = lead.first_attempt_at is None and lead.promised_from > risk.at
    is_offered = lead.routed_to is not None and offers.is_offered(lead, at=risk.at)
    return Row(
        lead,
        kind,
        word,
        when=briefly(lead.due_at, at=risk.at, zone=zone),
        not_before=briefly(lead.promised_from, at=risk.at, zone=zone) if waits else "",
        holder=leases.holder(lead, at=risk.at, zone=zone),
        offered_to=offers.name_of(lead.routed_to) if is_offered else "",
        is_new=lead.received_at > new_since,
    )


def pressing(check: BenefitsCheck, *, at: datetime) -> tuple[str, str]:
    """Return how pressing an open check is: the kind of badge, and its word."""
    left = check.due_at - at
    if left < timedelta(0):
        return "late", _("late")
    return ("risk", _("at risk")) if left < AT_RISK else ("ok", _("in time"))


def briefly(then: datetime, *, at: datetime, zone: str) -> str:
    """Return a time of today alone, any other with its day."""
    is_today = spoken.short_day(then, zone, now=at) == spoken.short_day(at, zone, now=at)
    return spoken.time_of_day(then, zone) if is_today else moment(then, at=at, zone=zone)


def moment(then: datetime, *, at: datetime, zone: str) -> str:
    return _("%(time)s, %(day)s") % {
        "time": spoken.time_of_day(then, zone),
        "day": spoken.short_day(then, zone, now=at),
    }
