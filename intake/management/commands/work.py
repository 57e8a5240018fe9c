"""The worker: delivers notifications and does the small recurring jobs."""

import logging
import signal
import threading
from datetime import timedelta

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import Error, close_old_connections, transaction
from django.utils import timezone

from intake import (
    audit_anchor,
    audit_retention,
    canary,
    drafts,
    jobs,
    journal,
    outbox,
    parking,
    promise_keeping,
    pulse,
    retention,
    staff_sessions,
    throttle,
    workflow,
)

logger = logging.getLogger(__name__)

SWEEP_EVERY = timedelta(minutes=1)
DAY = timedelta(days=1)
PURGE_EVERY = timedelta(hours=1)
# Leads of one kind in one go; mail waits meanwhile, some seconds.
PURGE_LIMIT = 100


class Command(BaseCommand):
    help = "Deliver notifications and run due jobs, until told to stop. Any number may run."

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="do what is due, then stop")
        parser.add_argument(
            "--pause", type=float, default=2.0, help="seconds between looks (default: 2)"
        )

    def handle(self, *, once, pause, **options):
        try:
            canary.prove_keys()
        except ImproperlyConfigured as error:
            raise CommandError(error) from None
        beat = pulse.Beat()
        if once:
            beat(at=timezone.now())
            self.sweep()
            while outbox.deliver_next(at=timezone.now()):
                pass
            return
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        next_sweep = timezone.now()
        while not stop.is_set():
            try:
                beat(at=timezone.now())
                if timezone.now() >= next_sweep:
                    self.sweep()
                    next_sweep = timezone.now() + SWEEP_EVERY
                # One mail a round, so that a slow mail server delays neither stop nor sweep.
                is_busy = outbox.deliver_next(at=timezone.now())
            except Error as error:
                # The database is away; it may come back, and nothing is lost meanwhile.
                logger.error("worker waits for the database error=%s", type(error).__name__)
                is_busy = False
            except Exception:
                # Python's own last words would quote the message of the error.
                logger.critical("worker ends by a fault nobody foresaw", exc_info=True)
                raise SystemExit(1) from None
            close_old_connections()
            if not is_busy:
                stop.wait(pause)

    def sweep(self) -> None:
        at = timezone.now()
        workflow.end_leases(at=at)
        promise_keeping.sweep(at=at)
        parking.sweep(at=at)
        throttle.sweep(at=at)
        staff_sessions.sweep(at=at)
        drafts.sweep(at=at)
        pulse.sweep(at=at)
        if jobs.due("audit retention", every=DAY, at=at):
            audit_retention.purge(at=at)
        self.anchor_audit(at=at)
        if jobs.due("purge", every=PURGE_EVERY, at=at):
            try:
                retention.purge(at=at, limit=PURGE_LIMIT)
            except journal.Unwritable as error:
                # Mail must go on; the next hour tries again.
                logger.error("nothing is erased: RECORDS_DIR cannot be written error=%s", error)

    def anchor_audit(self, *, at) -> None:
        """Write the day's anchor; one that could not be written is due again in a minute."""
        try:
            with transaction.atomic():
                if jobs.due("audit anchor", every=DAY, at=at):
                    audit_anchor.write(at=at)
        except OSError as error:
            logger.error("audit anchor not written error=%s", type(error).__name__)
