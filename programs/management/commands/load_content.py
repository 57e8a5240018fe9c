"""Loads every app's default content from its files, once or as often as one likes.

An app takes part by a `load_content()` on its AppConfig, which returns counts.
"""

from collections import Counter

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import transaction

OUTCOMES = {
    "created": "created",
    "updated": "updated",
    "unchanged": "unchanged",
    "kept": "left alone because staff edited, deleted or wrote them",
}


class Command(BaseCommand):
    help = "Load the default content. What staff have edited or deleted is left alone."

    @transaction.atomic
    def handle(self, **options):
        counts = Counter()
        for app in apps.get_app_configs():
            if hasattr(app, "load_content"):
                counts += app.load_content()
        for outcome, said in OUTCOMES.items():
            self.stdout.write(f"{counts[outcome]} {said}")
