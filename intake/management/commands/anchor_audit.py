"""Writes how far the audit trail has come into RECORDS_DIR; the worker does it once a day."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from intake import audit_anchor


class Command(BaseCommand):
    help = "Write an anchor of the audit trail outside the database, now."

    def add_arguments(self, parser):
        parser.add_argument(
            "--after-restore",
            action="store_true",
            help="the database was restored from a backup: begin anew from what is there now",
        )

    def handle(self, *, after_restore, **options):
        anchor = audit_anchor.write(at=timezone.now(), is_restart=after_restore)
        self.stdout.write(f"Anchored up to event {anchor.upto}: {anchor.mac}")
