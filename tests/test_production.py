"""The site as production runs it: granian behind a proxy on this machine, https in front.

Cookies, HSTS, hosts and what the server itself writes down are only true there.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse

from rehab_site.serve import commands
from tests import page
from tests.plugin import ENVIRONMENT

pytestmark = pytest.mark.once

ROOT = Path(__file__).parent.parent
HOST = "center.example"
SECRET = "zora-sentinel"
PATIENCE = 60  # Seconds.


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """Production's settings, with a database of its own."""
    folder = tmp_path_factory.mktemp("production")
    outside = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")}
    environment = {
        **outside,
        **ENVIRONMENT,
        "DEBUG": "False",
        "PUBLIC_URL": f"https://{HOST}",
        "ALLOWED_HOSTS": HOST,
        "TRUSTED_PROXIES": "127.0.0.1",
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
    }
    for command in ("migrate", "load_content"):
        manage = [sys.executable, "manage.py", command, "--verbosity", "0"]
        subprocess.run(manage, cwd=ROOT, env=environment, check=True)
    return environment


class Site:
    """Asks the running site as the proxy does, without following redirects."""

    def __init__(self, port: int, log: Path):
        self.port, self.log = port, log
        self.opener = urllib.request.OpenerDirector()
        self.opener.add_handler(urllib.request.HTTPHandler())

    def ask(self, path: str, data: dict | None = None, **headers) -> HttpResponse:
        body = None if data is None else urlencode(data).encode()
        usual = {
            "Host": HOST,
            "Origin": f"https://{HOST}",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "203.0.113.7",
        }
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        address = f"http://127.0.0.1:{self.port}{path}"
        request = urllib.request.Request(address, body, usual | named)
        with self.opener.open(request, timeout=PATIENCE) as answer:
            response = HttpResponse(answer.read(), status=answer.status)
            response.cookies = SimpleCookie("; ".join(answer.headers.get_all("Set-Cookie", [])))
            response.got = answer.headers
            response.set = answer.headers.get_all("Set-Cookie", [])
            return response


@pytest.fixture(scope="module")
def site(environment, tmp_path_factory):
    log = tmp_path_factory.mktemp("log") / "log"
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    web = commands("127.0.0.1", port)["web server"][:-1]
    with log.open("w") as written:
        process = subprocess.Popen(
            [*web, "tests.production_site:application"],
            cwd=ROOT,
            env=environment,
            stdout=written,
            stderr=written,
        )
    try:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert time.monotonic() < until, log.read_text()
                time.sleep(0.1)
        yield Site(port, log)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def assert_cookie(line: str, *words: str) -> None:
    parts = {part.strip().lower() for part in line.split(";")[1:]}
    assert {"secure", "httponly", *words} <= parts, line
    assert not any(part.startswith("domain") for part in parts), line


def test_every_answer_insists_on_https(site):
    for path in ("/", "/callback/", "/receipt/", "/admin/login/", "/nowhere/"):
        hsts = site.ask(path).got["Strict-Transport-Security"]
        assert hsts == "max-age=63072000; includeSubDomains; preload"


def test_plain_http_leads_to_https(site):
    answer = site.ask("/callback/", X_Forwarded_Proto="http")
    assert answer.status_code == 301
    assert answer.got["Location"] == f"https://{HOST}/callback/"


def test_reading_sets_no_cookie(site):
    for path in ("/", "/programs/iop/", "/search/?q=family", "/receipt/x"):
        assert site.ask(path).set == []


def test_every_cookie_is_kept_from_scripts_and_from_other_sites(site):
    shown = site.ask("/callback/")
    (token,) = shown.set
    assert_cookie(token, "samesite=lax", "path=/")
    form = page.form_on(shown) | {"phone": "916-555-0123"}
    cookie = token.split(";")[0]
    answer = site.ask("/callback/", form, Cookie=cookie)
    assert answer.status_code == 303
    receipts = [line for line in answer.set if line.startswith("receipt=")]
    assert len(receipts) == 1
    assert_cookie(receipts[0], "samesite=strict", "path=/receipt/", "max-age=1800")

    for line in site.ask("/admin/login/").set:
        assert_cookie(line, "path=/")


def test_a_wrong_host_is_told_nothing_and_leads_nowhere(site):
    for host in (f"{SECRET}.example", f"{HOST}.{SECRET}.example", SECRET, "127.0.0.1"):
        answer = site.ask("/callback/", Host=host)
        assert answer.status_code == 400
        html = answer.content.decode()
        assert SECRET not in html + str(answer.got)
        assert "tel:911" in html
        # Neither what it may be called instead, nor how it is set up.
        assert "ALLOWED_HOSTS" not in html
    # A forwarded host counts for nothing, from whomever.
    answer = site.ask("/callback/", X_Forwarded_Host=f"{SECRET}.example")
    assert answer.status_code == 200
    assert SECRET not in answer.content.decode()


def test_nothing_that_was_sent_is_written_down(site):
    everywhere = {
        "Cookie": f"receipt={SECRET}; csrftoken={SECRET}; other={SECRET}",
        "User_Agent": SECRET,
        "Referer": f"https://{SECRET}.example/?q={SECRET}",
    }
    typed = dict.fromkeys(("name", "phone", "message", "username", "password"), SECRET)
    for path in ("/callback/", "/insurance/", "/receipt/", "/receipt/insurance/", "/nowhere/",
                 "/admin/login/", "/admin/", "/search/", "/fault-of-the-server/"):  # fmt: skip
        for data in (None, typed):
            asked = f"{path}?q={SECRET}&next=/{SECRET}/"
            site.ask(asked, data, **everywhere)
            site.ask(asked, data, **everywhere, Origin=f"https://{SECRET}.example")
            site.ask(asked, data, **everywhere, Host=f"{SECRET}.example")
    site.ask("/callback/", typed, **everywhere, Content_Type=f"multipart/form-data; {SECRET}")
    site.ask("/callback/", typed, **everywhere, Content_Length=SECRET)

    log = site.log.read_text()
    assert SECRET not in log.lower()
    # It says all the same where something was refused, and where it failed.
    for line in (
        "django.security.DisallowedHost 400 /callback/",
        "django.security.csrf 403 /admin/login/",
        "django.request 404 /nowhere/",
        "Application callable raised an exception",
        'production_site.py", line ',
    ):
        assert line in log
