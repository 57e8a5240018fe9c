"""Runs our commands as real processes, on the database of the running test.

The test must use `transactional_db`: another process sees only what is committed.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from django.db import connection

ROOT = Path(__file__).parent.parent.parent


def run(*command: str, **settings: str) -> subprocess.CompletedProcess:
    """Run `python COMMAND…` to its end, with these settings changed."""
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=_environment(settings),
        capture_output=True,
        text=True,
        timeout=60,
    )


def start(*command: str, **settings: str) -> subprocess.Popen:
    """Start `python COMMAND…`; the test ends it."""
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env=_environment(settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def wait_until(is_so, *, seconds: float = 20) -> None:
    """Return as soon as `is_so()`; fail after so many seconds."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def database_url() -> str:
    """Return the DATABASE_URL of the running test's own database."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def _environment(settings: dict[str, str]) -> dict[str, str]:
    return {**os.environ, "DATABASE_URL": database_url(), **settings}
