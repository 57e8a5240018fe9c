"""Asks a server on this machine as fast as it answers, over connections that stay open.

`python -m tests.benchmarks.load KIND PORT PATH SECONDS` prints the answers per second. It
is a process of its own, so that the one who asks takes no time from the one who answers.
"""

import itertools
import random
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

from django.utils import timezone

from intake import nonces
from tests.benchmarks.server import HOST

CONNECTIONS = 8
WARM_UP_SECONDS = 0.5
# A browser behind a proxy on this machine; and one that has opened the form.
BROWSER = "Host: center.example\r\nX-Forwarded-Proto: https\r\nAccept-Encoding: gzip\r\n"
CSRF = "browser" * 4 + "csrf"
FORM = f"{BROWSER}Origin: https://center.example\r\nCookie: csrftoken={CSRF}\r\n"
# Area codes and the numbers 555-0100 to 555-0199, which belong to nobody, in random order.
PHONES = [f"({area}) 555-01{last:02}" for area in range(200, 1000) for last in range(100)]
random.shuffle(PHONES)
phones = itertools.cycle(PHONES)
# Who sends: one after the other of a network that is kept for benchmarks.
senders = itertools.cycle([f"198.18.{third}.{last}" for third in range(256) for last in range(256)])


def page(path: str) -> bytes:
    """Return the request for a page."""
    return f"GET {path} HTTP/1.1\r\n{BROWSER}\r\n".encode()


def submission(path: str) -> bytes:
    """Return a request that sends a callback form nobody has sent before."""
    body = urlencode(callback_form())
    return (
        f"POST {path} HTTP/1.1\r\n{FORM}X-Forwarded-For: {next(senders)}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def callback_form() -> dict[str, str]:
    """Return a callback form as somebody made up might fill it in."""
    return {
        "csrfmiddlewaretoken": CSRF,
        "nonce": nonces.issue("callback", at=timezone.now()),
        "phone": next(phones),
        "name": "Robin Example",
        "for_whom": "loved_one",
        "program": "iop",
        "window": "any",
        "timezone": "America/Los_Angeles",
        "message": "Please call when you can. The evenings are hard.",
    }


# Each kind of load: how a request is made, and the status of a good answer.
KINDS: dict[str, tuple[Callable[[str], bytes], int]] = {
    "page": (page, 200),
    "submission": (submission, 303),
}


def rate(kind: str, port: int, path: str, seconds: float) -> float:
    """Return answers per second, after a short warm-up; any other answer stops everything."""
    _answers(kind, port, path, WARM_UP_SECONDS)
    started = time.perf_counter()
    statuses = _answers(kind, port, path, seconds)
    elapsed = time.perf_counter() - started
    _, expected = KINDS[kind]
    if set(statuses) != {expected}:
        raise SystemExit(f"{path} answered {dict(statuses)} where {expected} was expected.")
    return statuses[expected] / elapsed


def _answers(kind: str, port: int, path: str, seconds: float) -> Counter[int]:
    make, _ = KINDS[kind]
    until = time.perf_counter() + seconds
    statuses: Counter[int] = Counter()

    def ask() -> None:
        with socket.create_connection((HOST, port)) as connection:
            answers = connection.makefile("rb")
            while time.perf_counter() < until:
                connection.sendall(make(path))
                statuses[_read(answers)] += 1

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        for asking in [pool.submit(ask) for _ in range(CONNECTIONS)]:
            # One that failed stops everything: fewer asking would look like slower answers.
            asking.result()
    return statuses


def _read(answers) -> int:
    """Read one answer to its end and return its status."""
    status, length = int(answers.readline().split()[1]), None
    while (line := answers.readline()) != b"\r\n":
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    if length is None:
        raise SystemExit("An answer did not say how long it is.")
    answers.read(length)
    return status


if __name__ == "__main__":
    kind, port, path, seconds = sys.argv[1:]
    print(rate(kind, int(port), path, float(seconds)))
