"""Starts granian on a free port of this machine, as production does, and ends it surely."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
# Those of `make run`.
SETTINGS = (
    *("--interface", "wsgi", "--no-ws", "--workers", "1", "--blocking-threads", "8"),
    *("--log-level", "error"),
)
# Seconds.
START, GRACE = 30, 5


@dataclass(frozen=True)
class Server:
    port: int
    process: subprocess.Popen

    def peak_megabytes(self) -> float:
        """Return the most memory that the server and its worker have held so far."""
        return peak_megabytes(self.process.pid)


@contextlib.contextmanager
def running(application: str, **environment: str) -> Iterator[Server]:
    """Serve a WSGI application, `module:name`, for the length of a with block."""
    port = _free_port()
    granian = ("-m", "granian", *SETTINGS, "--host", HOST, "--port", str(port))
    with (
        tempfile.TemporaryFile("w+") as log,
        process(*granian, application, stdout=log, stderr=log, **environment) as started,
    ):
        if not _answers(port, started):
            log.seek(0)
            raise SystemExit(f"{application} did not start:\n{log.read()}")
        yield Server(port, started)


@contextlib.contextmanager
def process(
    *arguments: str,
    stdin=subprocess.DEVNULL,
    stdout=subprocess.DEVNULL,
    stderr=None,
    **environment: str,
) -> Iterator[subprocess.Popen]:
    """Run Python with these arguments for the length of a with block, however that ends.

    In a session of its own: Ctrl-C reaches only us, and we end all that was started.
    """
    started = subprocess.Popen(
        [sys.executable, *arguments],
        env={**os.environ, **environment},
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        text=True,
        start_new_session=True,
    )
    try:
        yield started
    finally:
        started.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            started.wait(GRACE)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGKILL)
        started.wait()


def peak_megabytes(pid: int) -> float:
    """Return the peak resident memory of a process and its children, in MB (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text()
    kilobytes = int(status.partition("VmHWM:")[2].split()[0])
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return kilobytes / 1024 + sum(peak_megabytes(int(child)) for child in children)


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as probe:
        return probe.getsockname()[1]


def _answers(port: int, started: subprocess.Popen) -> bool:
    deadline = time.monotonic() + START
    while time.monotonic() < deadline and started.poll() is None:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return True
    return False
