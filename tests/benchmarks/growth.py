"""Times what staff and families ask for, inside the server, with the leads there are.

`python -m tests.benchmarks.growth` prints the names of what it can ask for, then answers
each name it reads with what it measured; every answer is one line of JSON.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from statistics import median

import django
from django.conf import settings

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402  (needs the apps)
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402

from intake import lookup, sign_in  # noqa: E402
from intake.models import Lead  # noqa: E402
from tests.benchmarks import load  # noqa: E402

TIMES = 5
QUEUE = reverse("admin:intake_lead_changelist")
CHECKS = reverse("admin:intake_benefitscheck_changelist")
TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
# Leads, and every table with rows for each of them.
GROWING = {Lead._meta.db_table} | {
    relation.related_model._meta.db_table for relation in Lead._meta.related_objects
}


@dataclass
class Measured:
    """`scanned` are growing tables that PostgreSQL read from end to end."""

    milliseconds: float
    statements: int
    scanned: list[str]


class Staff(Client):
    """A member of staff at the browser."""

    def __init__(self):
        super().__init__(SERVER_NAME=settings.ALLOWED_HOSTS[0])
        self.force_login(get_user_model().objects.get())
        # With the second factor, as staff have it in production.
        session = self.session
        session[sign_in.HAS_SECOND_FACTOR] = True
        session.save()

    def asks(self, path: str, data: dict | None = None) -> None:
        """Get the page, or post the data and follow where that leads."""
        ask = self.get if data is None else self.post
        response = ask(path, data, secure=True, follow=data is not None)
        if response.status_code != 200:
            raise SystemExit(f"{path} answered {response.status_code}.")

    def sends(self, form: dict) -> None:
        response = self.post(reverse("intake:callback"), form, secure=True)
        if response.status_code != 303:
            raise SystemExit(f"The callback form answered {response.status_code}.")


def things_asked() -> dict[str, Callable[[], None]]:
    staff, search = Staff(), reverse("admin:intake_lead_search")
    known = Lead.objects.open().exclude(name="")[20]
    return {
        "program page": lambda: staff.asks(reverse("programs:program", args=["iop"])),
        "queue": lambda: staff.asks(QUEUE),
        **{
            f"queue, {show}": lambda show=show: staff.asks(f"{QUEUE}?show={show}")
            for show in ("unclaimed", "mine", "late", "suspected", "closed")
        },
        "benefits checks": lambda: staff.asks(CHECKS),
        "search by phone": lambda: staff.asks(search, {"words": known.phone_typed}),
        "search by name": lambda: staff.asks(search, {"words": lookup.words(known.name)[0]}),
        "lead page": lambda: staff.asks(reverse("admin:intake_lead_change", args=[known.pk])),
        "callback": lambda: staff.sends(load.callback_form()),
    }


def measure(ask: Callable[[], None]) -> Measured:
    # The first time also warms up.
    with CaptureQueriesContext(connection) as captured:
        ask()
    statements = [query["sql"] for query in captured if not query["sql"].startswith(TRANSACTION)]
    milliseconds = median(_milliseconds(ask) for _ in range(TIMES))
    scanned = set().union(*map(_scanned, statements)) & GROWING
    return Measured(milliseconds, len(statements), sorted(scanned))


def _milliseconds(ask: Callable[[], None]) -> float:
    started = time.perf_counter()
    ask()
    return (time.perf_counter() - started) * 1000


def _scanned(statement: str) -> set[str]:
    """Return the tables that PostgreSQL reads from end to end for a statement."""
    if connection.vendor != "postgresql" or statement.startswith("INSERT"):
        return set()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}")
        plans = [cursor.fetchone()[0][0]["Plan"]]
    # A list that grows while it is walked: every plan is followed by those below it.
    for plan in plans:
        plans += plan.get("Plans", [])
    return {plan["Relation Name"] for plan in plans if plan["Node Type"] == "Seq Scan"}


if __name__ == "__main__":
    things = things_asked()
    print(json.dumps(list(things)), flush=True)
    for line in sys.stdin:
        print(json.dumps(asdict(measure(things[line.strip()]))), flush=True)
