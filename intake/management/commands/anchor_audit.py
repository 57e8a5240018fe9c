"""Writes how far the audit trail has come into RECORDS_DIR; the worker does it once a day."""

from django.core.management.base import BaseCommand, CommandError
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
        try:
            anchor = audit_anchor.write(at=timezone.now(), is_restart=after_restore)
        except OSError as error:
            raise CommandError(f"RECORDS_DIR cannot be written ({type(error).__name__}).") from None
        self.stdout.write(f"Anchored up to event {anchor.upto}: {anchor.mac}")
