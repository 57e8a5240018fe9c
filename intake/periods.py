"""The stretches of days that managers look at: the last 7, 30 or 90, or a month."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import gettext as _

LENGTHS = (7, 30, 90)
USUAL = "30"
MONTHS = 12


@dataclass(frozen=True)
class Period:
    """Whole days of the center's calendar, both ends included."""

    code: str
    first: date
    last: date
    zone: ZoneInfo

    @property
    def label(self) -> str:
        if self.code.isdigit():
            return _("Last %(days)s days") % {"days": self.code}
        return formats.date_format(self.first, "YEAR_MONTH_FORMAT")

    @property
    def start(self) -> datetime:
        return midnight(self.first, self.zone)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return midnight(self.last + timedelta(days=1), self.zone)

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def choices(*, today: date, zone: ZoneInfo) -> list[Period]:
    """Return what can be chosen: the lengths, then this month and those before it."""
    lengths = [Period(str(days), today - timedelta(days=days - 1), today, zone) for days in LENGTHS]
    months, last = [], today
    for _month in range(MONTHS):
        first = last.replace(day=1)
        months.append(Period(f"{first:%Y-%m}", first, last, zone))
        last = first - timedelta(days=1)
    return lengths + months


def chosen(code: str, periods: list[Period]) -> Period:
    """Return the period of that code; the usual one where there is none such."""
    known = {period.code: period for period in periods}
    return known.get(code) or known[USUAL]
