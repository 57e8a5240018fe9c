"""Whether a worker is there, and whether mail goes out. Each worker says that it lives."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Value

from intake import outbox
from intake.models import WorkerPulse

EVERY = timedelta(seconds=20)
# A worker that was quiet for so long is not there.
QUIET = timedelta(minutes=2)
FORGOTTEN = timedelta(days=1)
# Stands for a worker among counts of notifications.
ALIVE = -1


class Beat:
    """One worker's pulse: called as often as one likes, it writes now and then."""

    def __init__(self):
        self.worker = secrets.token_hex(8)
        self.written_at = None

    def __call__(self, *, at: datetime) -> None:
        if self.written_at and at < self.written_at + EVERY:
            return
        WorkerPulse.objects.update_or_create(
            worker=self.worker,
            defaults={"seen_at": at},
            create_defaults={"seen_at": at, "began_at": at},
        )
        self.written_at = at


@dataclass(frozen=True)
class Standing:
    """How mail stands: how many notifications are late or failed, and is a worker there."""

    late: int
    has_worker: bool

    @property
    def is_fine(self) -> bool:
        return self.has_worker and not self.late


def standing(*, at: datetime) -> Standing:
    """Return how mail stands, in one statement: it is asked above every page of the desk."""
    late = outbox.late(at=at).order_by().annotate(one=Value(1)).values("one")
    late = late.annotate(n=Count("pk")).values_list("n")
    alive = WorkerPulse.objects.filter(seen_at__gt=at - QUIET).annotate(n=Value(ALIVE))
    found = {n for (n,) in alive.values_list("n").union(late)}
    return Standing(late=max(found - {ALIVE}, default=0), has_worker=ALIVE in found)


def sweep(*, at: datetime) -> None:
    """Forget workers that ended long ago."""
    WorkerPulse.objects.filter(seen_at__lte=at - FORGOTTEN).delete()
