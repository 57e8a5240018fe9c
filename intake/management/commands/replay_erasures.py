"""Erases again what a restored backup brought back. Prints only counts."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from intake import journal, replay


class Command(BaseCommand):
    help = (
        "After restoring a backup, erase again what was erased since it was made, by the "
        "journal in RECORDS_DIR. Run it before the site and the worker start."
    )

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="count, and erase nothing")

    def handle(self, *, dry_run, **options):
        results = replay.replay(journal.entries(), at=timezone.now(), is_dry=dry_run)
        for result in replay.Result:
            self.stdout.write(f"{result.label}: {results[result]}")
