"""Seals everything under the newest key of FIELD_ENCRYPTION_KEYS. Prints only counts."""

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from intake import crypto, rotation


class Command(BaseCommand):
    help = (
        "Seal all personal data, and its search digests, under the first key of "
        "FIELD_ENCRYPTION_KEYS. Restart everything that runs with the new key first: an "
        "older process still writes under the older key. Can be stopped and run again."
    )

    def handle(self, **options):
        try:
            moved = rotation.rotate()
        except ImproperlyConfigured as error:
            raise CommandError(error) from None
        for kind, count in moved.items():
            self.stdout.write(f"{kind}: {count}")
        self.stdout.write(
            f"Everything is sealed under “{crypto.primary_key_id()}”; older keys can be removed."
        )
