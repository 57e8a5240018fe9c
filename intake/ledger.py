"""The morning ledger: every lead of a day is in exactly one state, or it is named.

Each state is a condition of its own, so that a lead which none of them knows, or two,
shows. What came is counted a second time from the audit trail, whose rows nobody can
remove unseen: a lead that vanished would be missing there.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Case, Count, IntegerField, Q, Value, When
from django.db.models.functions import TruncDate
from django.utils.translation import gettext_lazy as _

from intake import audit
from intake.choices import Disposition, Status
from intake.models import AuditEvent, Lead
from intake.periods import midnight

# At most so many are named; one is already too many.
NAMED = 20

_MERGED = Q(merged_into__isnull=False)
_ERASED = Q(erased_at__isnull=False)
_HERE = ~_ERASED & ~_MERGED
_OPEN = _HERE & Q(closed_at=None)
_WORKED_ON = _OPEN & Q(status__in=(Status.NEW, Status.CONTACTING))
_UNTRIED = _WORKED_ON & Q(first_attempt_at=None)
_ENDED = _HERE & Q(closed_at__isnull=False)

STATES = {
    "promised": (_("Waits, promise running"), _UNTRIED & Q(promise_kept=None, call_ok=True)),
    "broken": (_("Waits, promise broken"), _UNTRIED & Q(promise_kept=False)),
    "no_calls": (_("Not to be called"), _UNTRIED & Q(promise_kept=None, call_ok=False)),
    "tried": (_("Tried, not reached yet"), _WORKED_ON & Q(first_attempt_at__isnull=False)),
    "reached": (_("Reached"), _OPEN & Q(status=Status.REACHED)),
    "scheduled": (_("Assessment scheduled"), _OPEN & Q(status=Status.ASSESSMENT_SCHEDULED)),
    "assessed": (_("Assessed"), _OPEN & Q(status=Status.ASSESSED)),
    "admitted": (_("Admitted"), _ENDED & Q(status=Status.ADMITTED)),
    **{
        f"ended_{value}": (label, _ENDED & Q(status=Status.CLOSED, disposition=value))
        for value, label in Disposition.choices
    },
    "merged": (_("Merged into another request"), _MERGED & ~_ERASED),
    "erased": (_("Erased"), _ERASED),
}  # fmt: skip


@dataclass(frozen=True)
class Day:
    """What became of the leads of one day, as things stand now."""

    day: date
    received: int
    # The same, counted by the audit trail.
    written_down: int
    states: dict[str, int]
    # References of leads in no state, or in more than one.
    lost: list[str]

    @property
    def adds_up(self) -> bool:
        return self.received == self.written_down == sum(self.states.values()) and not self.lost

    @property
    def lines(self) -> list[tuple[str, int]]:
        return [(STATES[name][0], n) for name, n in self.states.items() if n]


def of(first: date, last: date, *, zone: ZoneInfo) -> list[Day]:
    """Return the ledger of these days, in three statements, the latest day first."""
    span = {"gte": midnight(first, zone), "lt": midnight(last + timedelta(days=1), zone)}
    leads = Lead.objects.filter(**{f"received_at__{end}": at for end, at in span.items()})
    counted = {
        row["day"]: row
        for row in leads.order_by()
        .annotate(day=TruncDate("received_at", tzinfo=zone))
        .values("day")
        .annotate(
            received=Count("pk"),
            **{name: Count("pk", filter=where) for name, (_label, where) in STATES.items()},
        )
    }
    written = dict(
        AuditEvent.objects.filter(
            action=audit.Action.RECEIVED, seq=1, **{f"at__{end}": at for end, at in span.items()}
        )
        .order_by()
        .annotate(day=TruncDate("at", tzinfo=zone))
        .values_list("day")
        .annotate(n=Count("pk"))
    )
    lost: dict[date, list[str]] = {}
    for day, reference in (
        leads.annotate(day=TruncDate("received_at", tzinfo=zone), in_states=_in_states())
        .exclude(in_states=1)
        .order_by("received_at")
        .values_list("day", "reference")[:NAMED]
    ):
        lost.setdefault(day, []).append(reference)
    days = [last - timedelta(days=n) for n in range((last - first).days + 1)]
    return [
        Day(
            day=day,
            received=counted.get(day, {}).get("received", 0),
            written_down=written.get(day, 0),
            states={name: counted.get(day, {}).get(name, 0) for name in STATES},
            lost=lost.get(day, []),
        )
        for day in days
    ]


def _in_states():
    """Return the number of states a lead is in; it should be one."""
    numbers = [
        Case(When(where, then=Value(1)), default=Value(0), output_field=IntegerField())
        for _label, where in STATES.values()
    ]
    return sum(numbers[1:], start=numbers[0])
