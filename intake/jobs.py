"""Recurring jobs that several workers share: each time, one of them is told to do it."""

from datetime import datetime, timedelta

from intake.models import Job


def due(name: str, *, every: timedelta, at: datetime) -> bool:
    """Say whether the job is to be done now, by whoever asks; nobody else is told so.

    A worker that dies in the middle leaves the rest to the next time.
    """
    Job.objects.get_or_create(name=name, defaults={"next_run_at": at})
    waiting = Job.objects.filter(name=name, next_run_at__lte=at)
    return waiting.update(next_run_at=at + every) == 1
