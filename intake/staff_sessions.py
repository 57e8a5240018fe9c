"""Staff's sessions (the project's SESSION_ENGINE) and the clock that ends them.

A sign-in ends after STAFF_IDLE_MINUTES without activity, and after twelve hours in any
case. Activity is a request that a person made; polling and autosave are none. The time of
the last one is written at most once a minute, so the end comes up to a minute early, never
late, and costs a request at most one statement.

While a call that one started runs, the idle clock stands still: until its outcome is
logged, but for ninety minutes at most, so that a forgotten call does not keep a desk open.
The twelve hours go on.
"""

import math
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.utils import timezone

from intake.models import StaffSession

LONGEST_CALL = timedelta(minutes=90)
WARNING = timedelta(minutes=2)

# What a browser calls itself contains the others' names too: the first match is meant.
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "FxiOS": "Firefox",
            "Chrome": "Chrome", "CriOS": "Chrome", "Safari": "Safari"}  # fmt: skip
SYSTEMS = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows",
           "Mac OS": "Mac", "CrOS": "Chromebook", "Linux": "Linux"}  # fmt: skip


class SessionStore(db.SessionStore):
    """Keeps the row it read, which says how old the session is and whose."""

    row: StaffSession | None = None

    @classmethod
    def get_model_class(cls):
        return StaffSession

    def _get_session_from_db(self):
        self.row = super()._get_session_from_db()
        return self.row

    def create_model_instance(self, data):
        row = super().create_model_instance(data)
        row.user_id = data.get(SESSION_KEY)
        if self.row and self.row.user_id:
            # Also under a new key (a changed password) the twelve hours and the call go on.
            row.began_at, row.calling_since = self.row.began_at, self.row.calling_since
        row.expire_date = row.began_at + timedelta(seconds=settings.SESSION_COOKIE_AGE)
        self.row = row
        return row

    def flush(self):
        super().flush()
        self.row = None


def seconds_left(session: SessionStore, *, at: datetime) -> int:
    """Return how long the sign-in still lasts if nothing happens; 0 when it is over."""
    row, idle = session.row, timedelta(minutes=settings.STAFF_IDLE_MINUTES)
    if row is None:
        return 0
    seen_at = row.seen_at
    if row.calling_since:
        seen_at = max(seen_at, min(at, row.calling_since + LONGEST_CALL))
    left = min(seen_at + idle, row.expire_date) - at
    return max(0, math.ceil(left.total_seconds()))


def touch(session: SessionStore, *, at: datetime) -> None:
    """Note that its owner did something, unless that is noted of this minute already."""
    granularity = timedelta(minutes=settings.STAFF_IDLE_MINUTES) / 15
    if at - session.row.seen_at >= min(granularity, timedelta(minutes=1)):
        StaffSession.objects.filter(pk=session.session_key).update(seen_at=at)
        session.row.seen_at = at


def begin_call(request, *, at: datetime) -> None:
    """Let the idle clock stand still, as the rule above says: the user starts a call."""
    _set_call(request, StaffSession.objects.filter(pk=request.session.session_key), at)


def end_call(request) -> None:
    """Let the idle clock go on: the outcome is logged, from whichever device."""
    _set_call(request, StaffSession.objects.filter(user=request.user), None)


def _set_call(request, rows, since: datetime | None) -> None:
    rows.update(calling_since=since)
    if request.session.row:
        request.session.row.calling_since = since


def of(user) -> list[StaffSession]:
    """Return the user's sessions that can still be used, the latest first."""
    now = timezone.now()
    idle = timedelta(minutes=settings.STAFF_IDLE_MINUTES)
    rows = StaffSession.objects.filter(user=user, expire_date__gt=now).order_by("-seen_at")
    return [row for row in rows if row.calling_since or row.seen_at + idle > now]


def end_all(user, *, but: str | None = None) -> int:
    """Sign the user out everywhere, or everywhere but in one session; return from how many."""
    return StaffSession.objects.filter(user=user).exclude(session_key=but).delete()[0]


def sweep(*, at: datetime) -> int:
    """Delete the rows of sessions that are over."""
    return StaffSession.objects.filter(expire_date__lte=at).delete()[0]


def device(user_agent: str) -> str:
    """Return a browser and system as a person would name them, or an empty text."""
    known = (
        next((said for sign, said in names.items() if sign in user_agent), "")
        for names in (BROWSERS, SYSTEMS)
    )
    return ", ".join(filter(None, known))
