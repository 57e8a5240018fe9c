"""Times what a site answers, inside its process, whoever's site it is.

A process that calls `answer` prints the names of what it can be asked for, then answers
each name it reads with what it measured; every answer is one line of JSON.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from statistics import median

from django.db import connection
from django.test.utils import CaptureQueriesContext

TIMES = 5
TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


@dataclass
class Measured:
    """`scanned` are growing tables that PostgreSQL read from end to end."""

    milliseconds: float
    statements: int
    scanned: list[str]


def answer(things: dict[str, Callable[[], None]], *, growing: set[str]) -> None:
    """Measure what is asked for, by name, until nobody asks any more."""
    print(json.dumps(list(things)), flush=True)
    for line in sys.stdin:
        measured = _measure(things[line.strip()], growing)
        print(json.dumps(asdict(measured)), flush=True)


def _measure(ask: Callable[[], None], growing: set[str]) -> Measured:
    # The first time also warms up.
    with CaptureQueriesContext(connection) as captured:
        ask()
    statements = [query["sql"] for query in captured if not query["sql"].startswith(TRANSACTION)]
    milliseconds = median(_milliseconds(ask) for _ in range(TIMES))
    scanned = set().union(*map(_scanned, statements)) & growing
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
