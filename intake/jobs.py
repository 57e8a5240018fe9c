"""What the worker does now and then: at most once in each stretch, however many workers run."""

from datetime import datetime, timedelta

from intake import throttle


def due(name: str, *, every: timedelta, at: datetime) -> bool:
    """Say whether it is time for the job, and take it, so that nobody else does."""
    return throttle.count(f"job:{name}", name, per=every, at=at) == 1
