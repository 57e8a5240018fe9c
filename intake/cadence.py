"""When to try again: after each try in vain the next one follows, as the managers set it.

The next try always lies where the person may be called and the desk is open.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from intake import spoken, windows
from intake.choices import UNREACHED, Outcome
from intake.models import CadenceStep, ContactAttempt, Lead
from intake.promises import Clock

# Where nobody has set another wait; and when to come back to somebody we spoke with.
USUAL_WAIT = timedelta(hours=3)
COME_BACK_AFTER = timedelta(days=1)
# Attempts so close together are one try: again at once, or by another channel.
ONE_TRY = timedelta(minutes=30)


@dataclass(frozen=True)
class Cadence:
    """The waits, as (try, wait) with the first try first; and what was tried already.

    `attempts` are the times of those in vain since the person was last spoken with, the
    newest first.
    """

    steps: tuple[tuple[int, timedelta], ...] = ()
    attempts: tuple[datetime, ...] = ()

    @classmethod
    def of(cls, lead: Lead) -> "Cadence":
        return cls.after(lead.attempts.only("outcome", "at").order_by("-at"))

    @classmethod
    def after(cls, attempts: Iterable[ContactAttempt]) -> "Cadence":
        """Return where one stands after these attempts, the newest first."""
        rows = CadenceStep.objects.order_by("attempt").values_list("attempt", "wait_hours")
        in_vain = takewhile(lambda one: one.outcome in UNREACHED, attempts)
        return cls(
            tuple((attempt, timedelta(hours=hours)) for attempt, hours in rows),
            tuple(one.at for one in in_vain),
        )

    @property
    def made(self) -> int:
        """How many tries there were."""
        return self._tries(before=None)

    def _tries(self, *, before: datetime | None) -> int:
        count, last = 0, before
        for attempt in self.attempts:
            if last is None or last - attempt >= ONE_TRY:
                count, last = count + 1, attempt
        return count

    @property
    def wanted(self) -> int:
        """How many tries are made before somebody may be given up."""
        return self.steps[-1][0] + 1 if self.steps else 1

    @property
    def is_over(self) -> bool:
        return self.made >= self.wanted

    def wait(self, outcome: Outcome, *, at: datetime) -> timedelta:
        """Return how long to wait after one more attempt then, with that outcome."""
        if outcome == Outcome.REACHED:
            return COME_BACK_AFTER
        if outcome not in UNREACHED or not self.steps:
            return USUAL_WAIT
        made = self._tries(before=at)
        later = [wait for attempt, wait in self.steps if attempt > made]
        return later[0] if later else self.steps[-1][1]


def next_step(
    lead: Lead, outcome: Outcome, clock: Clock, cadence: Cadence, *, at: datetime
) -> datetime:
    """Return when to try again after one more try now, where nothing else was agreed."""
    return fitting(lead, clock, after=at + cadence.wait(outcome, at=at))


def fitting(lead: Lead, clock: Clock, *, after: datetime) -> datetime:
    """Return the first time from then on at which the person may be called and we are there."""
    zone = ZoneInfo(lead.timezone)
    promise = replace(clock, at=after).promise(lead.window, zone)
    if promise:
        return promise.start
    # The desk's hours have changed since and never meet the person's; theirs come first.
    return max(next(windows.safe_intervals(lead.window, zone, after=after)).start, after)


def why_not_then(lead: Lead, outcome: Outcome, moment: datetime, clock: Clock) -> str:
    """Return why a try in vain may not be followed by one at that moment, or ""."""
    if outcome not in UNREACHED:
        return ""
    if replace(clock, at=moment).suits(lead.window, ZoneInfo(lead.timezone)):
        return ""
    better, zone = fitting(lead, clock, after=moment), clock.desk.zone.key
    return _(
        "That is not a time in which this person may be called and our desk is open. The next "
        "one is at %(time)s, %(day)s; left empty, it is chosen for you."
    ) % {
        "time": spoken.time_of_day(better, zone),
        "day": spoken.short_day(better, zone, now=moment),
    }


def why_not_give_up(cadence: Cadence) -> str:
    """Return why nobody may close the lead as not reached yet, or ""."""
    if cadence.is_over:
        return ""
    return _(
        "%(made)d of %(wanted)d tries so far. Please go on trying; only a manager gives up sooner."
    ) % {"made": cadence.made, "wanted": cadence.wanted}
