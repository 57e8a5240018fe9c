"""Who is on duty at the desk, and what each of them can take on.

Shifts are wall time of the center; they may cross midnight, and on a closed day those of
the week don't count. Who is away is away, whatever else was entered. Only active staff who
may change leads are ever on duty.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model
from django.db.models import Q

from intake.models import Duty, DutyChange, StaffProfile
from programs.hours import Interval
from programs.models import Center

PERMISSION = "intake.change_lead"
# How far ahead the end of somebody's duty is looked for.
HORIZON = timedelta(hours=36)


def who_may(permission: str = PERMISSION):
    """Return active staff with that permission; who may change leads may be on duty."""
    return get_user_model().objects.with_perm(permission).filter(is_staff=True)


def on_duty(*, at: datetime) -> list:
    """Return the people who are on duty then, by name."""
    return list(until_when(at=at))


def is_on_duty(user, *, at: datetime) -> bool:
    """Say whether that person is on duty then."""
    return bool(until_when(at=at, among=[user.pk]))


def until_when(*, at: datetime, among: Iterable[int] | None = None) -> dict:
    """Return who is on duty then, by name, and when each one's duty ends on the center's clock.

    Asks three statements, however many people there are; `among` are ids of users.
    """
    zone, closed = _calendar(at)
    today = at.astimezone(zone).date()
    days = [today + timedelta(days=offset) for offset in (-1, 0, 1)]
    is_open = [day for day in days if day not in closed]
    people = who_may() if among is None else who_may().filter(pk__in=among)
    shifts, away, users = defaultdict(list), defaultdict(list), {}
    weekly = Duty.objects.filter(weekday__in={day.weekday() for day in is_open})
    for row in _of(weekly, people):
        user = users.setdefault(row.profile.user_id, row.profile.user)
        for day in is_open:
            if day.weekday() == row.weekday:
                shifts[user.pk].append(shift(day, row, zone))
    changes = DutyChange.objects.filter(starts_at__lt=at + HORIZON, ends_at__gt=at)
    for row in _of(changes, people):
        user = users.setdefault(row.profile.user_id, row.profile.user)
        is_away = row.kind == DutyChange.Kind.AWAY
        (away if is_away else shifts)[user.pk].append(Interval(row.starts_at, row.ends_at))
    ends = {
        user: end.astimezone(zone)
        for pk, user in users.items()
        if (end := end_of_duty(shifts[pk], away[pk], at=at)) is not None
    }
    return dict(sorted(ends.items(), key=lambda found: found[0].get_username()))


def _of(rows, people):
    return rows.filter(profile__user__in=people).select_related("profile__user")


def _calendar(at: datetime) -> tuple[ZoneInfo, set[date]]:
    """Return the center's zone and its closed days, in one statement."""
    rows = list(Center.objects.values_list("time_zone", "closed_days__day"))
    return ZoneInfo(rows[0][0] if rows else "UTC"), {day for _zone, day in rows}


def shift(day: date, row: Duty, zone: ZoneInfo) -> Interval:
    """Return the real time of a weekly shift that begins on that day.

    Subtraction happens in UTC, so a night with a clock change has its true length.
    """
    last_day = day + timedelta(days=1) if row.ends <= row.starts else day
    return Interval(
        datetime.combine(day, row.starts, zone).astimezone(UTC),
        datetime.combine(last_day, row.ends, zone).astimezone(UTC),
    )


def end_of_duty(
    shifts: Iterable[Interval], away: Iterable[Interval], *, at: datetime
) -> datetime | None:
    """Return when the duty that runs at that moment ends; None when none does.

    Shifts that touch are one; the next absence ends it before its time.
    """
    if any(one.start <= at < one.end for one in away):
        return None
    end = at
    for one in sorted(shifts, key=lambda one: one.start):
        if one.start <= end < one.end:
            end = one.end
    if end == at:
        return None
    return min([end, *(one.start for one in away if one.start > at)])


@dataclass(frozen=True)
class Fit:
    """What somebody can take on; an empty set is no limit."""

    languages: frozenset[str] = frozenset()
    programs: frozenset[int] = frozenset()
    locations: frozenset[int] = frozenset()

    def takes(self, *, language: str, program: int | None, location: int | None) -> bool:
        """Say whether a lead like that is for this person. What a lead leaves open fits all."""
        return all(
            wish in (None, "") or not limit or wish in limit
            for wish, limit in (
                (language, self.languages),
                (program, self.programs),
                (location, self.locations),
            )
        )

    def leads(self) -> Q:
        """Return the same as a condition on leads."""
        condition = Q(language__in=self.languages) if self.languages else Q()
        for name, limit in (("program", self.programs), ("location", self.locations)):
            if limit:
                condition &= Q(**{f"{name}__in": limit}) | Q(**{name: None})
        return condition


def fits(users: Iterable[int]) -> dict[int, Fit]:
    """Return what each of these people (ids) can take on, in one statement."""
    found = {user: (set(), set(), set()) for user in users}
    for user, *limits in _limits(found):
        for known, new in zip(found[user], limits, strict=True):
            known.update(new)
    return {user: Fit(*map(frozenset, limits)) for user, limits in found.items()}


def _limits(users: Iterable[int]) -> Iterator[tuple]:
    rows = StaffProfile.objects.filter(user__in=users)
    for user, languages, program, location in rows.order_by().values_list(
        "user", "languages", "programs", "locations"
    ):
        yield user, languages, {program} - {None}, {location} - {None}


def fit_of(user) -> Fit:
    """Return what that person can take on."""
    return fits([user.pk])[user.pk]
