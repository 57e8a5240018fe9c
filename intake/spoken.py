"""Times as a person would say them, in that person's own zone."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from intake.windows import zone_label


def hour(moment: datetime, zone: str) -> str:
    """Return a time like `6 p.m.`, `noon` or `8:15 a.m.`, as it stands in a list."""
    return formats.date_format(moment.astimezone(ZoneInfo(zone)), "P")


def time_of_day(moment: datetime, zone: str) -> str:
    """Return the same as it stands in a sentence.

    In Spanish that is with its article: `la 1 p.m.`, `las 6 p.m.`, but `mediodía`.
    """
    local = moment.astimezone(ZoneInfo(zone))
    said, number = hour(moment, zone), local.hour % 12
    if number == 0 and local.minute == 0:
        return said
    return ngettext("%(hour)s", "%(hour)s", number or 12) % {"hour": said}


def day(moment: datetime, zone: str, *, now: datetime) -> str:
    """Return a day like `today, Sunday, November 22`."""
    local = moment.astimezone(ZoneInfo(zone))
    name = formats.date_format(local, _("l, F j"))
    distance = (local.date() - now.astimezone(ZoneInfo(zone)).date()).days
    if distance == 0:
        return _("today, %(day)s") % {"day": name}
    if distance == 1:
        return _("tomorrow, %(day)s") % {"day": name}
    return name


def calendar_day(day: date) -> str:
    """Return a day like `Wednesday, December 9`, for something to be done by then."""
    return formats.date_format(day, _("l, F j"))


def short_day(moment: datetime, zone: str, *, now: datetime) -> str:
    """Return a day like `today`, `tomorrow` or `Nov 22`, for lists."""
    local = moment.astimezone(ZoneInfo(zone))
    distance = (local.date() - now.astimezone(ZoneInfo(zone)).date()).days
    near = {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}
    return near.get(distance) or formats.date_format(local, _("M j"))


def duration(time: timedelta) -> str:
    """Return a stretch of time like `25 min`, `3 h` or `2 days`, rounded down, for lists."""
    minutes = int(time / timedelta(minutes=1))
    if minutes < 60:
        return _("%(n)d min") % {"n": minutes}
    hours = minutes // 60
    if hours < 48:
        return _("%(n)d h") % {"n": hours}
    return _("%(n)d days") % {"n": hours // 24}


def between(start: datetime, end: datetime, zone: str, *, now: datetime) -> str:
    """Return when a call comes: day and both times, with the name of the zone."""
    same_day = start.astimezone(ZoneInfo(zone)).date() == end.astimezone(ZoneInfo(zone)).date()
    said = {
        "day": day(start, zone, now=now),
        "start": time_of_day(start, zone),
        "end": time_of_day(end, zone),
        "end_day": day(end, zone, now=now),
        "zone": zone_label(zone),
    }
    if start <= now and same_day:
        return _("%(day)s, before %(end)s (%(zone)s)") % said
    if same_day:
        return _("%(day)s, between %(start)s and %(end)s (%(zone)s)") % said
    return _("between %(day)s, %(start)s and %(end_day)s, %(end)s (%(zone)s)") % said
