"""Forgets leads whose time is over. Prints only counts."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from intake import journal, retention
from intake.choices import Expired


class Command(BaseCommand):
    help = (
        "Forget leads whose time is over (RETAIN_…_DAYS), and their card photos. The worker "
        "does this every hour. Can be stopped and run again; prints only counts."
    )

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="count, and erase nothing")

    def handle(self, *, dry_run, **options):
        at = timezone.now()
        if dry_run:
            counts = {kind: leads.count() for kind, leads in retention.expired(at=at).items()}
        else:
            try:
                counts = retention.purge(at=at)
            except journal.Unwritable as error:
                raise CommandError(
                    f"RECORDS_DIR cannot be written ({error}), and without its line in the "
                    "journal nothing may be erased."
                ) from None
        for kind in Expired:
            self.stdout.write(f"{kind.label}: {counts[kind]}")
