"""Counts in the database that slow guessing and flooding down.

Kept under keyed digests with an end, swept when it is over, and tied to no request: a
dump does not say who was counted.
"""

from datetime import datetime, timedelta
from ipaddress import IPv6Network, ip_address
from typing import NamedTuple

from django.db import connection

from intake import crypto
from intake.models import Throttle

# Bits by which an IPv6 connection is known: a home is given about so much of the address,
# and may change the rest with every request.
HOME_PREFIX = 56

# One statement counts several at once and loses nothing, however many count together.
COUNT = """
    INSERT INTO intake_throttle AS held (key, count, until) VALUES {rows}
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN held.until > %s THEN held.count + 1 ELSE 1 END,
        until = CASE WHEN held.until > %s THEN held.until ELSE excluded.until END
    RETURNING key, count
"""


class Counted(NamedTuple):
    """What is counted (a purpose), of whom, and how long a stretch of counting lasts."""

    purpose: str
    who: str
    per: timedelta

    @property
    def key(self) -> str:
        return crypto.digest(f"throttle:{self.purpose}", self.who)


def count(purpose: str, who: str, *, per: timedelta, at: datetime) -> int:
    """Count one more time and return how often it happened in the running stretch."""
    return count_each(Counted(purpose, who, per), at=at)[0]


def count_each(*counted: Counted, at: datetime) -> list[int]:
    """Count each of them, which differ, one more time; return how often each happened."""
    moment = connection.ops.adapt_datetimefield_value
    keys = [one.key for one in counted]
    # Whoever counts several takes their rows in one order, so that nobody waits in a circle.
    ends = sorted((key, moment(at + one.per)) for key, one in zip(keys, counted, strict=True))
    rows = ", ".join(["(%s, 1, %s)"] * len(ends))
    values = [value for row in ends for value in row]
    with connection.cursor() as cursor:
        cursor.execute(COUNT.format(rows=rows), [*values, moment(at), moment(at)])
        found = dict(cursor.fetchall())
    return [found[key] for key in keys]


def running(purpose: str, who: str, *, at: datetime) -> Throttle | None:
    """Return the running stretch, with its count and its end, without counting."""
    key = crypto.digest(f"throttle:{purpose}", who)
    return Throttle.objects.filter(key=key, until__gt=at).first()


def forget(purpose: str, who: str) -> None:
    """Start counting from nothing again, after a right answer."""
    Throttle.objects.filter(key=crypto.digest(f"throttle:{purpose}", who)).delete()


def household(address: str) -> str:
    """Return what of an address is counted: all of IPv4, of IPv6 what a home is given."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    # A socket for both kinds writes IPv4 as IPv6.
    known = getattr(known, "ipv4_mapped", None) or known
    if known.version == 4:
        return str(known)
    return str(IPv6Network((int(known), HOME_PREFIX), strict=False))


def sweep(*, at: datetime) -> int:
    """Delete the counters of stretches that are over."""
    return Throttle.objects.filter(until__lte=at).delete()[0]
