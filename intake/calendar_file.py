"""An appointment for somebody's calendar that says nothing of what it is for.

Others see a person's calendar, and it is copied to whoever runs it.
"""

from datetime import UTC, datetime, timedelta

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

FILE_NAME = "appointment.ics"
CONTENT_TYPE = "text/calendar; charset=utf-8"


def appointment(
    key: str, starts: datetime, lasts: timedelta, *, phone: str, sequence: int, at: datetime
) -> str:
    """Return the file. Times are in UTC, so that no clock change moves them.

    The same `key` gives the same entry, which a higher `sequence` replaces; the key itself
    cannot be read out of it.
    """
    uid = salted_hmac("intake.calendar_file", key, algorithm="sha256").hexdigest()[:32]
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Appointment//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"SEQUENCE:{sequence}",
        f"DTSTAMP:{_utc(at)}",
        f"DTSTART:{_utc(starts)}",
        f"DTEND:{_utc(starts + lasts)}",
        f"SUMMARY:{_text(_('Appointment'))}",
        f"DESCRIPTION:{_text(_('To change it, call %(phone)s.') % {'phone': phone})}",
        "CLASS:PRIVATE",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(value: str) -> str:
    """Return the value with what would end it or begin another line written out (RFC 5545)."""
    for char, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n"), ("\r", "")):
        value = value.replace(char, written)
    return value


def _folded(line: str) -> list[str]:
    """Return the line in pieces of at most 75 octets, as the format wants it."""
    pieces, piece = [], ""
    for char in line:
        if len(f"{piece}{char}".encode()) > 75:
            pieces.append(piece)
            piece = " "
        piece += char
    return [*pieces, piece]
