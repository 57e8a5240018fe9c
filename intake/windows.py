"""The times of day a person may ask to be called in, and the zones they live in.

Nobody is called before 8 or after 21 o'clock in their own zone (the calling hours of
the TCPA rules, 47 CFR 64.1200(c)(1)).
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from intake.choices import Window
from programs.hours import HORIZON_DAYS, Interval, wall_interval

WALL_TIMES = {
    Window.ANY: (time(8), time(21)),
    Window.MORNING: (time(8), time(12)),
    Window.AFTERNOON: (time(12), time(17)),
    Window.EVENING: (time(17), time(21)),
}

ZONES = [
    (
        _("United States"),
        [
            ("America/Los_Angeles", _("Pacific Time")),
            ("America/Denver", _("Mountain Time")),
            ("America/Phoenix", _("Arizona")),
            ("America/Chicago", _("Central Time")),
            ("America/New_York", _("Eastern Time")),
            ("America/Anchorage", _("Alaska")),
            ("Pacific/Honolulu", _("Hawaii")),
            ("America/Puerto_Rico", _("Puerto Rico")),
            ("Pacific/Guam", _("Guam")),
        ],
    ),
    (
        _("Elsewhere"),
        [
            ("America/Halifax", _("Atlantic Canada")),
            ("America/Mexico_City", _("Mexico City")),
            ("America/Tijuana", _("Tijuana")),
            ("America/Bogota", _("Colombia, Peru")),
            ("America/Sao_Paulo", _("Brazil")),
            ("Europe/London", _("United Kingdom, Ireland")),
            ("Europe/Berlin", _("Central Europe")),
            ("Europe/Athens", _("Eastern Europe")),
            ("Asia/Dubai", _("Gulf States")),
            ("Asia/Kolkata", _("India")),
            ("Asia/Manila", _("Philippines, China")),
            ("Asia/Tokyo", _("Japan, Korea")),
            ("Australia/Sydney", _("Eastern Australia")),
            ("Pacific/Auckland", _("New Zealand")),
        ],
    ),
]
ZONE_NAMES = {name: label for _group, zones in ZONES for name, label in zones}


def zone_choices(home: str) -> list:
    """Return the zones to choose from; the center's own is always among them."""
    if home in ZONE_NAMES:
        return ZONES
    return [(home, zone_label(home)), *ZONES]


def zone_label(name: str) -> str:
    """Return the name people use for a zone."""
    return ZONE_NAMES.get(name) or name.rpartition("/")[2].replace("_", " ")


def safe_intervals(window: str, zone: ZoneInfo, *, after: datetime) -> Iterator[Interval]:
    """Yield the stretches of real time in which that person may be called, in order."""
    opens, closes = WALL_TIMES[Window(window)]
    first_day = after.astimezone(zone).date()
    for offset in range(HORIZON_DAYS):
        interval = wall_interval(first_day + timedelta(days=offset), opens, closes, zone)
        if interval.end > after:
            yield interval


def is_safe(window: str, zone: ZoneInfo, *, at: datetime) -> bool:
    """Say whether that person may be called at that moment."""
    return next(safe_intervals(window, zone, after=at)).start <= at
