"""Slows the guessing of passwords and codes down, without locking anybody out for good.

The rule. Tries are counted, before anything is checked, in stretches that begin with the
first and end by themselves; refused tries prolong nothing:

- five for one name from one place in a quarter of an hour;
- fifty from one place in a quarter of an hour, whatever the names (a desk shares one place);
- twenty for one name in an hour, over all places from which its owner has not signed in
  lately. A thousand places together get no more than that.

The last limit never holds at a place the owner signed in from within thirty days: so a
stranger, with however many addresses, cannot keep somebody from their own desk. At any
other place the wait is an hour at most, and an administrator can end it at once. Five wrong
codes cost a quarter of an hour too, but nobody gets to be asked for a code without the
right password. Names and places are kept as keyed digests that end with the stretch; a name
that nobody has is treated like any other.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from intake import throttle

PAUSE = timedelta(minutes=15)
NAME_PAUSE = timedelta(hours=1)
TRIES_FROM_PLACE, TRIES_OF_PLACE, TRIES_FOR_NAME, TRIES_OF_CODES = 5, 50, 20, 5
KNOWN_FOR = timedelta(days=30)


@dataclass
class LockedOut(Exception):
    """Nothing is checked before `until`; `is_first` in the first refusal of a stretch."""

    why: str
    until: datetime
    is_first: bool


def count_password(username: str, address: str, *, at: datetime) -> None:
    """Count a try, or raise LockedOut."""
    place = _place(address)
    pair = _pair(username, place, at=at)
    _count("address", place, TRIES_OF_PLACE, per=PAUSE, at=at)
    _count("name and address", pair, TRIES_FROM_PLACE, per=PAUSE, at=at)
    if not throttle.running("sign-in.known", f"{username}\n{place}", at=at):
        _count("name", username, TRIES_FOR_NAME, per=NAME_PAUSE, at=at)


def password_was_right(username: str, address: str, *, at: datetime) -> None:
    throttle.forget("sign-in.name and address", _pair(username, _place(address), at=at))


def remember_place(username: str, address: str, *, at: datetime) -> None:
    """Note from where the owner of the name signed in."""
    throttle.forget("sign-in.known", f"{username}\n{_place(address)}")
    throttle.count("sign-in.known", f"{username}\n{_place(address)}", per=KNOWN_FOR, at=at)


def count_code(user, *, at: datetime) -> None:
    """Count a try of a code, or of a password that is asked for again; or raise LockedOut."""
    _count("code", str(user.pk), TRIES_OF_CODES, per=PAUSE, at=at)


def code_was_right(user) -> None:
    throttle.forget("sign-in.code", str(user.pk))


def unlock(user, *, at: datetime) -> None:
    """Let the user try again at once, from everywhere."""
    throttle.forget("sign-in.name", user.get_username())
    throttle.forget("sign-in.code", str(user.pk))
    # Which places it was tried from is written nowhere: all of them begin a new count.
    throttle.count("sign-in.unlocked", user.get_username(), per=timedelta(days=1), at=at)


def _count(why: str, who: str, limit: int, *, per: timedelta, at: datetime) -> None:
    times = throttle.count(f"sign-in.{why}", who, per=per, at=at)
    if times > limit:
        stretch = throttle.running(f"sign-in.{why}", who, at=at)
        raise LockedOut(why, stretch.until if stretch else at + per, times == limit + 1)


def _pair(username: str, place: str, *, at: datetime) -> str:
    unlocked = throttle.running("sign-in.unlocked", username, at=at)
    return f"{username}\n{place}\n{unlocked.count if unlocked else 0}"


def _place(address: str) -> str:
    """Return the address, or the network of an IPv6 one: a household has a whole /64."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, 64), strict=False))
    return str(parsed)
