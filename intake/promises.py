"""When we promise to call: the desk's hours, the wanted window and 8 to 21, all at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from intake import windows
from intake.choices import Window
from programs.hours import Desk, Interval
from programs.models import Center

# Less than this left of a window is too short to promise; the next one is offered.
SHORTEST = timedelta(minutes=30)
# A promise with less time left than this is at risk.
AT_RISK = timedelta(minutes=30)


@dataclass(frozen=True)
class Promise:
    """The call comes between these two moments (aware, UTC)."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Clock:
    """What a promise depends on besides the person."""

    desk: Desk
    within: timedelta
    at: datetime
    # Nobody has entered hours yet: we promise plain office hours rather than nothing.
    is_assumed: bool = False

    @classmethod
    def of(cls, center: Center, *, at: datetime) -> "Clock":
        desk = Desk.load(center)
        is_assumed = not desk.weekly
        if is_assumed:
            desk = Desk(desk.zone, {day: [(time(9), time(17))] for day in range(5)}, desk.closed)
        return cls(desk, timedelta(minutes=center.call_within_minutes), at, is_assumed)

    def promise(self, window: str, zone: ZoneInfo) -> Promise | None:
        """Return the promise for that wish; None when desk and window never overlap.

        As soon as possible means within so many minutes of the time in which the desk is
        open and the person may be called. A part of the day means the next whole one.
        """
        if window == Window.ANY:
            return self._as_soon_as_possible(zone)
        for usable in self.usable(window, zone):
            if usable.length >= SHORTEST:
                return Promise(usable.start, usable.end)
        return None

    def next_offer(self, zone: ZoneInfo) -> tuple[Window, Promise] | None:
        """Return the part of the day in which we can call soonest."""
        offers = [
            (window, promise)
            for window in (Window.MORNING, Window.AFTERNOON, Window.EVENING)
            if (promise := self.promise(window, zone))
        ]
        return min(offers, key=lambda offer: offer[1].start, default=None)

    def suits(self, window: str, zone: ZoneInfo) -> bool:
        """Say whether the desk is open now and the person may be called."""
        usable = next(self.usable(window, zone), None)
        return usable is not None and usable.start <= self.at

    def after_working(self, time: timedelta) -> datetime:
        """Return when the desk will have been open for so long; while it is closed, in so long.

        A promise to call at five past eight is at risk when the desk closes the night before.
        """
        left = time
        for ours in self.desk.intervals(self.at):
            start = max(ours.start, self.at)
            if start > self.at and left == time:
                break
            if ours.end - start >= left:
                return start + left
            left -= ours.end - start
        return self.at + left

    def _as_soon_as_possible(self, zone: ZoneInfo) -> Promise | None:
        start, left = None, self.within
        for usable in self.usable(Window.ANY, zone):
            start = start or usable.start
            if usable.length >= left:
                return Promise(start, usable.start + left)
            left -= usable.length
        return None

    def usable(self, window: str, zone: ZoneInfo) -> Iterator[Interval]:
        """Yield, in order, when the desk is open and the person may be called."""
        desk = self.desk.intervals(self.at)
        safe = windows.safe_intervals(window, zone, after=self.at)
        ours, theirs = next(desk, None), next(safe, None)
        # Opening hours may have been entered twice; no minute counts twice.
        counted = self.at
        while ours and theirs:
            both = ours.overlap(theirs)
            if both and both.end > counted:
                yield Interval(max(both.start, counted), both.end)
                counted = both.end
            if ours.end <= theirs.end:
                ours = next(desk, None)
            else:
                theirs = next(safe, None)
