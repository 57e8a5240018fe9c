"""Web server and worker live and die together."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).parent.parent
# Seconds until both must be up, or gone, on a busy machine.
PATIENCE = 60


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """Settings of a site on this machine, with a migrated database of its own."""
    database = tmp_path_factory.mktemp("served") / "db.sqlite3"
    own = {"DATABASE_URL": f"sqlite:///{database}", "ALLOWED_HOSTS": "127.0.0.1"}
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(migrate, cwd=ROOT, env={**os.environ, **own}, check=True)
    return {**os.environ, **own}


@pytest.fixture
def log(tmp_path):
    return tmp_path / "log"


@pytest.fixture
def served(port, environment, log):
    """A site that answers, started as `make run` starts it."""
    serve = [sys.executable, "-m", "rehab_site.serve", "127.0.0.1", str(port)]
    with log.open("w") as errors:
        process = subprocess.Popen(serve, cwd=ROOT, env=environment, stderr=errors)
    try:
        wait_until(lambda: answers(port))
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE)


def answers(port) -> bool:
    try:
        return urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).status == 200
    except OSError:
        return False


def wait_until(happened):
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, "It took too long."
        time.sleep(0.1)


def children(process) -> dict[str, int]:
    """Return the process ids of what this process has started, by their command lines."""
    table = subprocess.run(["ps", "-eo", "ppid=,pid=,args="], capture_output=True, text=True)
    rows = (line.split(maxsplit=2) for line in table.stdout.splitlines())
    return {arguments: int(pid) for parent, pid, arguments in rows if int(parent) == process.pid}


def is_alive(pid) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_both_stop_in_good_order_when_told_to(served, port, told):
    both = children(served)
    assert len(both) == 2
    served.send_signal(told)
    assert served.wait(PATIENCE) == 0
    assert not any(is_alive(pid) for pid in both.values())
    assert not answers(port)


@pytest.mark.parametrize(("victim", "name"), [("granian", "web server"), ("manage.py", "worker")])
def test_when_one_is_killed_the_other_ends_too(served, port, log, victim, name):
    both = children(served)
    os.kill(next(pid for arguments, pid in both.items() if victim in arguments), signal.SIGKILL)
    assert served.wait(PATIENCE) == 1
    assert f"The {name} has ended by itself" in log.read_text()
    wait_until(lambda: not answers(port))
    assert not any(is_alive(pid) for pid in both.values())


def test_a_busy_port_is_refused_with_a_sentence(port):
    with socket.create_server(("127.0.0.1", port)):
        serve = [sys.executable, "-m", "rehab_site.serve", "127.0.0.1", str(port)]
        refused = subprocess.run(serve, cwd=ROOT, capture_output=True, text=True)
    assert refused.returncode == 1
    assert f"Port {port} on 127.0.0.1 cannot be used" in refused.stderr
