"""Counts in the database, under keyed digests, that slow guessing down."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F

from intake import crypto
from intake.models import Throttle


def count(purpose: str, who: str, *, per: timedelta, at: datetime) -> int:
    """Count one more time and return how often it happened in the running stretch."""
    key = crypto.digest(f"throttle:{purpose}", who)
    running = Throttle.objects.filter(key=key, until__gt=at)
    with transaction.atomic():
        if not running.update(count=F("count") + 1):
            Throttle.objects.filter(key=key, until__lte=at).delete()
            try:
                with transaction.atomic():
                    Throttle.objects.create(key=key, count=1, until=at + per)
            except IntegrityError:
                running.update(count=F("count") + 1)
        return Throttle.objects.values_list("count", flat=True).get(key=key)


def forget(purpose: str, who: str) -> None:
    """Start counting from nothing again, after a right answer."""
    Throttle.objects.filter(key=crypto.digest(f"throttle:{purpose}", who)).delete()


def sweep(*, at: datetime) -> int:
    """Delete the counters of stretches that are over."""
    return Throttle.objects.filter(until__lte=at).delete()[0]
