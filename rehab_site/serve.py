"""Runs the web server and the worker side by side until one ends or we are told to stop.

`make run` calls it; in production a supervisor runs the two apart (see `deploy/`).
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys

# Seconds each may take to finish what it is doing.
GRACE = 10


def refuse_busy_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SystemExit(
                f"Port {port} on {host} cannot be used ({error.strerror}). "
                f"Choose another one: make run PORT={port + 1}"
            ) from None


def commands(host: str, port: int) -> dict[str, list[str]]:
    web = ["granian", "--interface", "wsgi", "--no-ws", "--host", host, "--port", str(port)]
    # Without a bound on its threads each slow client would hold a database connection.
    web += ["--workers", "1", "--blocking-threads", "8"]
    web += ["--workers-kill-timeout", str(GRACE), "--log-level", "error", "--no-access-log"]
    web += ["rehab_site.wsgi:application"]
    return {
        "web server": [sys.executable, "-m", *web],
        "worker": [sys.executable, "manage.py", "work"],
    }


def stop(processes: dict[str, subprocess.Popen]) -> None:
    """End both in good order; then whatever is left of them at once."""
    for process in processes.values():
        process.terminate()
    for process in processes.values():
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE + 2)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def serve(host: str, port: int) -> None:
    """Return when told to stop; exit with an error when one of the two ends by itself."""

    def told_to_stop(number, frame):
        for each in stop_signals:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    refuse_busy_port(host, port)
    stop_signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for each in stop_signals:
        signal.signal(each, told_to_stop)
    processes = {}
    try:
        for name, command in commands(host, port).items():
            # A session each: Ctrl-C reaches only us, and we end whatever they have started.
            processes[name] = subprocess.Popen(  # noqa: S603  (the two commands above)
                command, stdin=subprocess.DEVNULL, start_new_session=True
            )
        ended, _ = os.wait()
        name = next(name for name, process in processes.items() if process.pid == ended)
        raise SystemExit(f"The {name} has ended by itself; the lines above may say why.")
    except KeyboardInterrupt:
        print("Stopping.")
    finally:
        stop(processes)


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
