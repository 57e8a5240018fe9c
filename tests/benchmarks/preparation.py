"""Fills an empty database: tables, content, one member of staff and so many leads.

`python -m tests.benchmarks.preparation LEADS`
"""

import sys

import django
from django.core.management import call_command
from django.db import connection


def prepare(leads: int) -> None:
    call_command("migrate", verbosity=0)
    call_command("load_content")
    call_command("create_staff", "bench", names=["Admissions"])
    call_command("seed_leads", leads, yes=True)
    if connection.vendor == "postgresql":
        # What autovacuum would do by itself within a minute, while we measure.
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    django.setup()
    prepare(int(sys.argv[1]))
