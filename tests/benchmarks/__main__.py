"""`make bench`: the site and a bare Django, side by side in one run; prints ratios.

LEADS (100000), ROUNDS (5) and BENCH_DB (pg or sqlite) choose how much, how often and on
which database. Everything made for it is in temporary folders, and gone at the end.
"""

import base64
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from functools import partial
from statistics import median

from tests import private_database
from tests.benchmarks import first_visit, server

LEADS = int(os.environ.get("LEADS", "100000"))
FEW_LEADS = 1000
ROUNDS = int(os.environ.get("ROUNDS", "5"))
ROUND_SECONDS = WORKER_SECONDS = 2
DATABASE = os.environ.get("BENCH_DB", "pg")
DATABASES = {
    "pg": partial(private_database.postgresql, is_durable=True),
    "sqlite": private_database.sqlite,
}
PROGRAM, CALLBACK = "/programs/iop/", "/callback/"

# As in production, behind a proxy on this machine.
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "rehab_site.settings",
    "DEBUG": "False",
    "PUBLIC_URL": "https://center.example",
    "ALLOWED_HOSTS": "center.example",
    "TRUSTED_PROXIES": "127.0.0.1",
    "SECRET_KEY": secrets.token_urlsafe(50),
    "FIELD_ENCRYPTION_KEYS": f"bench:{base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()}",
    "EMAIL_URL": "dummymail://",
    "ADMISSIONS_EMAILS": "desk@center.example",
}
# What is asked of the things timed inside the server; the others are to stay within 50 ms.
TARGETS = {
    "program page": "≤ 8 SQL",
    "desk": "≤ 50 ms, ≤ 15 SQL",
    "queue": "≤ 50 ms, ≤ 12 SQL",
    "lead page": "≤ 50 ms, ≤ 25 SQL",
    "callback": "flat, ≤ 20 SQL",
}


def main() -> None:
    os.environ.update(ENVIRONMENT)
    for name in (*ENVIRONMENT, "DATABASE_URL"):
        # A secret in a file would win over the value above; an empty path does not.
        os.environ[f"{name}_FILE"] = ""
    few, many = prepared(FEW_LEADS), prepared(LEADS)
    title("milliseconds inside the server", f"{LEADS:,}", f"{FEW_LEADS:,}")
    compare_growth(few, many)
    title("milliseconds inside the server", "ours", "stock")
    compare_with_stock_admin(many)
    title(f"with {LEADS:,} leads", "ours", "yardstick")
    compare_with_bare_django(many)


def prepared(leads: int) -> str:
    """Return the DATABASE_URL of a new database that holds so many leads."""
    print(f"Preparing a database with {leads:,} leads.", flush=True)
    url = DATABASES[DATABASE](f"leads-{leads}")
    run("-m", "tests.benchmarks.preparation", str(leads), DATABASE_URL=url)
    return url


def compare_growth(few: str, many: str) -> None:
    """Time the same things where there are few leads and where there are many, by turns."""
    scanned = []
    with asking(few) as few_leads, asking(many) as many_leads:
        names = answer_of(many_leads)
        answer_of(few_leads)
        for name in names:
            of_many, of_few = by_turns(
                lambda name=name: answer_of(many_leads, name),
                lambda name=name: answer_of(few_leads, name),
            )
            say(
                name,
                [measured["milliseconds"] for measured in of_many],
                [measured["milliseconds"] for measured in of_few],
                sql=of_many[-1]["statements"],
                target=TARGETS.get(name, "≤ 50 ms"),
            )
            scanned += [f"{name} ({table})" for table in of_many[-1]["scanned"]]
    if DATABASE == "pg":
        print(f"seq scan of leads, or of what hangs on them: {'; '.join(scanned) or 'none'}")


def compare_with_stock_admin(database: str) -> None:
    """Time our queue and Django's own admin over as many plain rows, by turns."""
    plain = DATABASES[DATABASE]("plain-rows")
    with asking(database) as ours, asking(plain, "stock", str(LEADS)) as stock:
        answer_of(ours)
        for name in answer_of(stock):
            of_ours, of_stock = by_turns(
                lambda name=name: answer_of(ours, name),
                lambda name=name: answer_of(stock, name),
            )
            say(
                name,
                [measured["milliseconds"] for measured in of_ours],
                [measured["milliseconds"] for measured in of_stock],
                sql=of_ours[-1]["statements"],
                target=f"stock: {of_stock[-1]['statements']} SQL",
            )


def asking(database: str, module: str = "growth", *arguments: str):
    """Start what answers, line by line, how long the things it knows of take."""
    asked = ("-m", f"tests.benchmarks.{module}", *arguments)
    pipe = subprocess.PIPE
    return server.process(*asked, stdin=pipe, stdout=pipe, DATABASE_URL=database)


def answer_of(asked: subprocess.Popen, name: str = ""):
    if name:
        print(name, file=asked.stdin, flush=True)
    line = asked.stdout.readline()
    if not line:
        raise SystemExit("The measuring ended early; the lines above say why.")
    return json.loads(line)


def compare_with_bare_django(database: str) -> None:
    """Put the site and the bare views under the same load, by turns."""
    with (
        tempfile.NamedTemporaryFile(prefix="rrc-bench-") as page,
        server.running("rehab_site.wsgi:application", DATABASE_URL=database) as site,
        server.running(
            "tests.benchmarks.yardsticks:application",
            DATABASE_URL=database,
            YARDSTICK_PAGE=page.name,
        ) as bare,
    ):
        page.write(first_visit.fetch(site, PROGRAM))
        page.flush()
        kept, fixed, anew = by_turns(
            lambda: rate("page", site, PROGRAM),
            lambda: rate("page", bare, "/page/"),
            # No page with a query is kept.
            lambda: rate("page", site, f"{PROGRAM}?anew"),
        )
        say("program page, answers/s", kept, fixed, target="≥ 0.9")
        say("same, against made anew", kept, anew)
        callbacks = by_turns(
            lambda: rate("submission", site, CALLBACK),
            lambda: rate("submission", bare, "/insert/"),
        )
        say("callback, submissions/s", *callbacks, target="≥ 0.3")
        size = first_visit.size(site, PROGRAM)
        say("first visit, bytes", [size], [first_visit.BYTES_AT_ONCE], target="≤ 1")
        say("web server, peak MB", [site.peak_megabytes()], [bare.peak_megabytes()])
    quiet = {"stderr": subprocess.DEVNULL}
    with server.process("manage.py", "work", **quiet, DATABASE_URL=database) as worker:
        time.sleep(WORKER_SECONDS)
        say("notification worker, peak MB", [server.peak_megabytes(worker.pid)])


def by_turns(*measures) -> tuple[list, ...]:
    """Measure all in each round, so that whatever slows the machine down slows all."""
    rounds = [tuple(measure() for measure in measures) for _ in range(ROUNDS)]
    return tuple(zip(*rounds, strict=True))


def rate(kind: str, site: server.Server, path: str) -> float:
    arguments = (kind, str(site.port), path, str(ROUND_SECONDS))
    return float(run("-m", "tests.benchmarks.load", *arguments))


def title(what: str, ours: str, yardstick: str) -> None:
    print(f"\n{what:32}{ours:>10}{yardstick:>11}{'ratio':>8}{'SQL':>5}  target", flush=True)


def say(what, ours, yardsticks=(), *, sql="", target="") -> None:
    """Print a line of the table: the medians, and the median of the rounds' ratios."""
    ratios = [mine / theirs for mine, theirs in zip(ours, yardsticks, strict=False)]
    numbers = [readable(median(each)) if each else "" for each in (ours, yardsticks)]
    ratio = f"{median(ratios):.2f}" if ratios else ""
    print(f"{what:32}{numbers[0]:>10}{numbers[1]:>11}{ratio:>8}{sql:>5}  {target}", flush=True)


def readable(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}"


def run(*arguments: str, **environment: str) -> str:
    """Run Python and return what it prints; an error ends the benchmark with its words."""
    # A session of its own: Ctrl-C reaches only us, and we end it.
    done = subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        start_new_session=True,
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def told_to_stop(*_) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, told_to_stop)
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
