"""How the center answers the people who reach out, counted for its managers.

Everything is counted by the database, in as many statements for a million leads as for
ten, and no encrypted field is opened. A lead belongs to the period in which it came, a
promise to that in which it was due. Referrals are counted; what they are worth is not.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, DurationField, ExpressionWrapper, F, Min, Q, QuerySet, Window
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay, RowNumber, TruncDate

from intake import promise_clock
from intake.choices import Arrival, Disposition, PromiseBroken, PromiseOutcome, Status
from intake.models import Lead, PromiseRecord
from intake.periods import Period
from intake.promise_clock import Risk

# Who stands before us or is on the phone has not waited for the first try.
AT_ONCE = (Arrival.PHONE, Arrival.WALK_IN)
HAD_ASSESSMENT = Q(assessment_at__isnull=False) | Q(
    status__in=(Status.ASSESSMENT_SCHEDULED, Status.ASSESSED)
)
STEPS = {
    "received": Count("pk"),
    "tried": Count("pk", filter=Q(first_attempt_at__isnull=False)),
    "reached": Count("pk", filter=Q(reached_at__isnull=False)),
    "assessments": Count("pk", filter=HAD_ASSESSMENT),
    "admitted": Count("pk", filter=Q(status=Status.ADMITTED)),
    "referred": Count("pk", filter=Q(disposition=Disposition.REFERRED_OUT)),
}


@dataclass(frozen=True)
class Promises:
    """What became of the promises that were due in the period."""

    kept: int
    broken: int
    moved: int
    reasons: dict[str, int]
    by_day: dict[date, tuple[int, int]]

    @property
    def kept_share(self) -> int | None:
        """Percent of those that were not moved, rounded down: all means all."""
        settled = self.kept + self.broken
        return 100 * self.kept // settled if settled else None

    @property
    def unexplained(self) -> int:
        return self.reasons.get("", 0)

    @property
    def explained(self) -> list[tuple[str, int]]:
        """Return (reason, how often), the most frequent first; the missing ones last."""
        labels = dict(PromiseBroken.choices)
        known = [(labels[code], n) for code, n in self.reasons.items() if code]
        return sorted(known, key=lambda reason: -reason[1])


@dataclass(frozen=True)
class Waits:
    """How long people waited for the first try, over the leads where there was one."""

    count: int
    median: timedelta | None
    ninetieth: timedelta | None


@dataclass(frozen=True)
class Report:
    waiting: dict
    steps: dict[str, int]
    promises: Promises
    waits: Waits
    endings: list[tuple[str, int]]
    # To whom, and how many of the leads of the period.
    referred_to: list[tuple[str, int]]
    programs: list[dict]
    # (weekday from 1 for Monday, hour) → (came, of these with the promise kept)
    times: dict[tuple[int, int], tuple[int, int]]

    def by_weekday(self) -> list[tuple[int, int]]:
        return [_added(self.times, lambda key, day=day: key[0] == day) for day in range(1, 8)]

    def by_hour(self) -> list[tuple[int, int]]:
        return [_added(self.times, lambda key, hour=hour: key[1] == hour) for hour in range(24)]


def _added(times: dict, which) -> tuple[int, int]:
    found = [counts for key, counts in times.items() if which(key)]
    return sum(came for came, _kept in found), sum(kept for _came, kept in found)


def of(period: Period, *, risk: Risk) -> Report:
    leads = leads_of(period)
    return Report(
        waiting=waiting(risk),
        steps=leads.aggregate(**STEPS),
        promises=_promises(period),
        waits=_waits(leads),
        endings=_endings(leads),
        referred_to=_referred_to(leads),
        programs=_programs(leads),
        times=_times(leads, period),
    )


def leads_of(period: Period) -> QuerySet[Lead]:
    """Return the leads that came in the period, merged ones among them."""
    return Lead.objects.filter(received_at__gte=period.start, received_at__lt=period.end).order_by()


def waiting(risk: Risk) -> dict:
    """Return who waits at this moment, whenever they came."""
    untried, runs = Q(first_attempt_at=None), promise_clock.running()
    return (
        Lead.objects.open()
        .order_by()
        .aggregate(
            untried=Count("pk", filter=untried),
            unclaimed=Count("pk", filter=untried & Q(owner=None)),
            at_risk=Count(
                "pk",
                filter=runs & Q(promised_by__gte=risk.at, promised_by__lte=risk.at_risk_until),
            ),
            broken=Count("pk", filter=untried & Q(promised_by__lt=risk.at, call_ok=True)),
            late=Count("pk", filter=~untried & Q(due_at__lt=risk.at)),
            since=Min("received_at", filter=untried),
        )
    )


def _promises(period: Period) -> Promises:
    due = PromiseRecord.objects.filter(promised_by__gte=period.start, promised_by__lt=period.end)
    rows = (
        due.order_by()
        .annotate(day=TruncDate("promised_by", tzinfo=period.zone))
        .values_list("day", "outcome", "because")
        .annotate(n=Count("pk"))
    )
    outcomes, reasons, days = Counter(), Counter(), {}
    for day, outcome, because, n in rows:
        outcomes[outcome] += n
        if outcome == PromiseOutcome.BROKEN:
            reasons[because] += n
        kept, broken = days.get(day, (0, 0))
        is_kept, is_broken = outcome == PromiseOutcome.KEPT, outcome == PromiseOutcome.BROKEN
        days[day] = kept + n * is_kept, broken + n * is_broken
    return Promises(
        kept=outcomes[PromiseOutcome.KEPT],
        broken=outcomes[PromiseOutcome.BROKEN],
        moved=outcomes[PromiseOutcome.MOVED],
        reasons=dict(reasons),
        by_day=days,
    )


def _waits(leads: QuerySet[Lead]) -> Waits:
    """Return the nearest ranks, so that both are waits that somebody really had."""
    waited = ExpressionWrapper(
        F("first_attempt_at") - F("received_at"), output_field=DurationField()
    )
    tried = leads.filter(first_attempt_at__isnull=False).exclude(arrival__in=AT_ONCE)
    count = tried.count()
    if not count:
        return Waits(0, None, None)
    ranks = {name: -(-count * percent // 100) for name, percent in (("median", 50), ("ninth", 90))}
    ranked = tried.annotate(waited=waited, rank=Window(RowNumber(), order_by=[waited, "pk"]))
    found = dict(ranked.filter(rank__in=ranks.values()).values_list("rank", "waited"))
    return Waits(count, found[ranks["median"]], found[ranks["ninth"]])


def _endings(leads: QuerySet[Lead]) -> list[tuple[str, int]]:
    """Return how the leads of the period ended that were not admitted."""
    rows = leads.exclude(disposition="").values_list("disposition").annotate(n=Count("pk"))
    labels = dict(Disposition.choices)
    return sorted(((labels[code], n) for code, n in rows), key=lambda ending: -ending[1])


def _referred_to(leads: QuerySet[Lead]) -> list[tuple[str, int]]:
    """Return the receiving providers by name: nobody is ranked by what they receive."""
    rows = leads.filter(referrals__isnull=False).values_list("referrals__provider__name")
    return list(rows.annotate(n=Count("pk")).order_by("referrals__provider__name"))


def _programs(leads: QuerySet[Lead]) -> list[dict]:
    rows = leads.values("program__short_name").annotate(
        **STEPS, promise_kept_count=Count("pk", filter=Q(promise_kept=True)),
        promise_broken_count=Count("pk", filter=Q(promise_kept=False)),
    )  # fmt: skip
    return sorted(rows, key=lambda row: (row["program__short_name"] is None, -row["received"]))


def _times(leads: QuerySet[Lead], period: Period) -> dict:
    rows: Iterable = (
        leads.annotate(
            weekday=ExtractIsoWeekDay("received_at", tzinfo=period.zone),
            hour=ExtractHour("received_at", tzinfo=period.zone),
        )
        .values_list("weekday", "hour")
        .annotate(came=Count("pk"), kept=Count("pk", filter=Q(promise_kept=True)))
    )
    return {(weekday, hour): (came, kept) for weekday, hour, came, kept in rows}


# --- The list that managers take away ---

# No name, number or anything of the patient: who needs more opens the lead by its reference.
COLUMNS = (
    "reference", "received_at", "arrival", "program__short_name", "location__name", "language",
    "priority", "suspicion", "status", "disposition", "promised_from", "promised_by",
    "promise_kept", "promise_broken_because", "first_attempt_at", "reached_at", "assessment_at",
    "closed_at", "owner__username",
)  # fmt: skip


def listed(period: Period) -> QuerySet:
    """Return the rows of that list, the oldest first; read them with an iterator."""
    return leads_of(period).order_by("received_at", "pk").values_list(*COLUMNS)


def is_moment(value) -> bool:
    return isinstance(value, datetime)
