"""Fills the queue with made-up leads, for development and for measuring."""

from random import Random

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError
from django.utils import timezone

from intake import seeding
from programs.models import Center


class Command(BaseCommand):
    help = "Write N made-up leads with everything that belongs to them. Prints only counts."

    def add_arguments(self, parser):
        parser.add_argument("count", type=int, metavar="N")
        parser.add_argument("--seed", type=int, help="the same number makes the same people")
        parser.add_argument("--yes", action="store_true", help="also where DEBUG is off")

    def handle(self, *, count, seed, yes, **options):
        if not settings.DEBUG and not yes:
            raise CommandError("DEBUG is off: this may be the real queue. Add --yes if it is not.")
        if not Center.objects.exists():
            raise CommandError("There is no center yet. Run `manage.py load_content` first.")
        try:
            made = seeding.seed(count, random=Random(seed), at=timezone.now())  # noqa: S311
        except IntegrityError:
            raise CommandError(
                "Some of these leads are there already: use another --seed."
            ) from None
        for model, rows in made.items():
            self.stdout.write(f"{model._meta.verbose_name_plural}: {rows}")
