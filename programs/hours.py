"""When the admissions desk answers: opening hours as stretches of real time.

Wall times are in the center's zone; every datetime that leaves here is aware, in UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import CharField, IntegerField, Value
from django.db.models.functions import Cast

from programs import generation
from programs.models import Center, OpeningHours

# How far ahead an opening is looked for before the desk counts as never open.
HORIZON_DAYS = 60


@dataclass(frozen=True)
class Interval:
    """A stretch of real time, from `start` up to but not including `end`."""

    start: datetime
    end: datetime

    def overlap(self, other: Interval) -> Interval | None:
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Interval(start, end) if start < end else None

    @property
    def length(self) -> timedelta:
        return self.end - self.start


def wall_interval(day: date, opens: time, closes: time, zone: ZoneInfo) -> Interval:
    """Return the real time between two wall times of one day; midnight closes at its end.

    Subtraction happens in UTC, so a day with a clock change has its true length.
    """
    last_day = day + timedelta(days=1) if closes == time(0) else day
    return Interval(
        datetime.combine(day, opens, zone).astimezone(UTC),
        datetime.combine(last_day, closes, zone).astimezone(UTC),
    )


@dataclass(frozen=True)
class Desk:
    """The weekly hours and closed days of the admissions desk."""

    zone: ZoneInfo
    weekly: dict[int, list[tuple[time, time]]]
    closed: frozenset[date] = field(default_factory=frozenset)

    @classmethod
    def load(cls, center: Center) -> Desk:
        """Return the desk of the center, as it is in this generation of the content."""
        name = "desk", center.pk, center.time_zone
        return generation.kept(name, lambda: cls._read(center))

    @classmethod
    def _read(cls, center: Center) -> Desk:
        """Read hours and closed days, in one statement."""
        weekly: dict[int, list[tuple[time, time]]] = {}
        closed = set()
        open_hours = center.opening_hours.order_by().values_list(
            "weekday", Cast("opens", CharField()), Cast("closes", CharField())
        )
        closed_days = center.closed_days.order_by().values_list(
            Value(None, IntegerField()), Cast("day", CharField()), Value("")
        )
        for weekday, first, second in open_hours.union(closed_days, all=True):
            if weekday is None:
                closed.add(date.fromisoformat(first))
            else:
                hours = time.fromisoformat(first), time.fromisoformat(second)
                weekly.setdefault(weekday, []).append(hours)
        return cls(ZoneInfo(center.time_zone), weekly, frozenset(closed))

    def intervals(self, after: datetime) -> Iterator[Interval]:
        """Yield the open stretches that end after that time, in order."""
        first_day = after.astimezone(self.zone).date()
        for offset in range(HORIZON_DAYS):
            day = first_day + timedelta(days=offset)
            if day in self.closed:
                continue
            for opens, closes in sorted(self.weekly.get(day.weekday(), [])):
                interval = wall_interval(day, opens, closes, self.zone)
                if interval.start < interval.end and interval.end > after:
                    yield interval

    def is_open(self, at: datetime) -> bool:
        interval = next(self.intervals(at), None)
        return interval is not None and interval.start <= at

    def next_opening(self, at: datetime) -> datetime | None:
        """Return when the desk next opens; None when it is open now or never opens."""
        interval = next(self.intervals(at), None)
        return interval.start if interval and interval.start > at else None

    def next_change(self, at: datetime) -> datetime | None:
        """Return when the desk next opens or closes; None when it never opens."""
        interval = next(self.intervals(at), None)
        if interval is None:
            return None
        return interval.start if interval.start > at else interval.end

    def week(self) -> list[tuple[str, list[tuple[time, time]]]]:
        """Return (day name, stretches) from Monday to Sunday, for a table of hours."""
        return [
            (label, sorted(self.weekly.get(day, []))) for day, label in OpeningHours.Weekday.choices
        ]
