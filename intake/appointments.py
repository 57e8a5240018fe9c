"""Exact times for a call: which ones the desk has to offer, and which of them are free.

A time lies whole inside the desk's opening hours and between 8 and 21 where the person is.
It begins on the clock of the desk (on the hour, the half hour …) whatever the hour of
opening is, so that times of two days, or of two versions of the hours, fit together.
Nothing here touches the database; `seats` gives the times out.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from intake.choices import Window
from intake.promises import Clock, Promise
from programs.models import Center

# Somebody must have seen the appointment before it begins. Who has been offered a time may
# take a while to fill in the form.
SOONEST = timedelta(minutes=30)
LAST_MOMENT = timedelta(minutes=10)
# The next days with a free time are offered; nothing further away than this.
DAYS_OFFERED = 5
FURTHEST = timedelta(days=14)


@dataclass(frozen=True)
class Diary:
    """What the desk can offer: its hours, how long a call takes, how many at once."""

    clock: Clock
    length: timedelta
    seats: int

    @classmethod
    def of(cls, center: Center, clock: Clock) -> "Diary":
        # Hours that nobody has entered are good enough for a promise, not for an appointment.
        seats = 0 if clock.is_assumed else center.calls_per_slot
        return cls(clock, timedelta(minutes=center.slot_minutes), seats)

    def slot(self, start: datetime) -> Promise:
        """Return the slot that begins then, which need not be one of ours."""
        return Promise(start, start + self.length)

    def slots(self, zone: ZoneInfo, *, notice: timedelta = SOONEST) -> Iterator[Promise]:
        """Yield every slot for a person in that zone, free or not, in order."""
        soonest, furthest = self.clock.at + notice, self.clock.at + FURTHEST
        for usable in self.clock.usable(Window.ANY, zone) if self.seats else ():
            slot = self.slot(self._on_the_clock(max(usable.start, soonest)))
            while slot.end <= min(usable.end, furthest):
                yield slot
                slot = self.slot(slot.end)

    def days(self, zone: ZoneInfo, taken: Iterable[Promise]) -> dict[date, list[Promise]]:
        """Return what is free on the next days, by the day it is where the person is."""
        days: dict[date, list[Promise]] = {}
        for slot in self._free(self.slots(zone), taken):
            day = slot.start.astimezone(zone).date()
            if day not in days and len(days) == DAYS_OFFERED:
                break
            days.setdefault(day, []).append(slot)
        return days

    def is_free(self, slot: Promise, zone: ZoneInfo, taken: Iterable[Promise]) -> bool:
        """Say whether somebody in that zone can still be given that slot."""
        return slot in self._free(self.slots(zone, notice=LAST_MOMENT), taken)

    def _free(self, slots: Iterator[Promise], taken: Iterable[Promise]) -> Iterator[Promise]:
        """Yield the slots in which the desk has a call left, beside those that are taken.

        Whatever overlaps counts: the length of the slots may have changed since.
        """
        starts = sorted(one.start for one in taken)
        ends = sorted(one.end for one in taken)
        for slot in slots:
            if bisect_left(starts, slot.end) - bisect_right(ends, slot.start) < self.seats:
                yield slot

    def _on_the_clock(self, earliest: datetime) -> datetime:
        """Return the next time, in UTC, at which a slot may begin on the desk's clock."""
        wall = earliest.astimezone(self.clock.desk.zone)
        into_the_hour = timedelta(
            minutes=wall.minute, seconds=wall.second, microseconds=wall.microsecond
        )
        return earliest + -into_the_hour % self.length
