"""A fault inside any public view tells nobody what came with the request.

The fault is planted in the innermost function of each view that the URL resolver knows, so
that its decorators do what they do in real life.
"""

import inspect
import io
import logging
import subprocess
import sys

import pytest
from django.conf import settings
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from intake.models import StaffSession
from tests import builders, walk

# What comes with the request, by the way in which it comes.
SENTINELS = {
    "body": "Zora-Bodysentinel",
    "query": "Zora-Querysentinel",
    "cookie": "Zora-Cookiesentinel",
    "header": "Zora-Headersentinel",
    "file name": "Zora-Filesentinel",
    "file": "Zora-Contentsentinel",
}
PAGES = list(walk.public_pages())
FAULTS = (
    "builtins.RuntimeError",
    "django.db.DatabaseError",
    "django.core.exceptions.SuspiciousOperation",
    "django.core.exceptions.DisallowedHost",
    "django.core.exceptions.BadRequest",
    "django.core.exceptions.PermissionDenied",
    "django.http.Http404",
    "django.http.UnreadablePostError",
)


def fail(request, *args, **kwargs):
    from django.utils.module_loading import import_string

    came = [request.POST, request.FILES, request.GET, request.COOKIES, request.headers]
    came += [upload.read() for upload in request.FILES.values()]
    raise import_string(request.META["fault"])(f"cannot take {came!r}")


def plant(monkeypatch, view) -> None:
    """Put the fault into the view, below all that is wrapped around it."""
    monkeypatch.setattr(inspect.unwrap(view), "__code__", fail.__code__)


@pytest.fixture
def log(monkeypatch):
    """Return what every handler of the project writes, Django's and the libraries' included."""
    written = io.StringIO()
    loggers = [logging.getLogger(), *map(logging.getLogger, settings.LOGGING["loggers"])]
    for logger in loggers:
        for handler in logger.handlers:
            if type(handler) is logging.StreamHandler:
                monkeypatch.setattr(handler, "stream", written)
    return written


def ask(method: str, path: str, fault: str):
    """Send the sentinels in every way a request has; an answer comes back whatever happens."""
    client = Client(raise_request_exception=False)
    client.cookies["receipt"] = client.cookies["other"] = SENTINELS["cookie"]
    more = {
        "query_params": {"q": SENTINELS["query"], "program": SENTINELS["query"]},
        "headers": {
            "Referer": f"http://testserver/?from={SENTINELS['header']}",
            "User-Agent": SENTINELS["header"],
            "Origin": f"http://{SENTINELS['header']}.example",
        },
        "fault": fault,
    }
    if method == "GET":
        return client.get(path, **more)
    upload = SimpleUploadedFile(f"{SENTINELS['file name']}.jpg", SENTINELS["file"].encode())
    typed = dict.fromkeys(("name", "message", "phone", "reference", "pin"), SENTINELS["body"])
    return client.post(path, typed | {"card_front": upload}, **more)


def assert_silent(text: str, *, but=()) -> None:
    found = [way for way, word in SENTINELS.items() if word.lower() in text.lower()]
    assert set(found) <= set(but), found


def test_the_walk_finds_every_view():
    paths = {page.path for page in PAGES}
    assert {"/", "/callback/", "/insurance/", "/receipt/", "/receipt/insurance/"} <= paths
    assert {"/search/", "/programs/iop/", "/healthz", "/readyz", "/robots.txt"} <= paths
    assert not any(path.startswith("/admin/") for path in paths)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_a_fault_in_any_view_leaks_nothing(db, monkeypatch, log, page, fault):
    builders.center()
    plant(monkeypatch, page.view)
    for method in ("GET", "POST"):
        answer = ask(method, page.path, fault)
        assert answer.status_code >= 400
        # Who typed it gets it back where the database was away, so that nothing is lost.
        gives_back = ["body"] if answer.status_code == 503 and method == "POST" else []
        assert_silent(answer.content.decode(), but=gives_back)
        assert_silent(f"{answer.headers} {answer.cookies.output()}")
        if method == "POST":
            assert "no-store" in answer.headers["Cache-Control"]
    assert page.path in log.getvalue() or "error=DatabaseError" in log.getvalue()
    assert_silent(log.getvalue())
    assert mail.outbox == []
    assert not StaffSession.objects.exists()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_on_a_developers_machine_only_the_screen_shows_it(db, monkeypatch, log, settings, page):
    settings.DEBUG = True
    builders.center()
    plant(monkeypatch, page.view)
    ask("POST", page.path, "builtins.RuntimeError")
    answer = ask("GET", page.path, "builtins.RuntimeError")
    assert answer.status_code == 500
    assert SENTINELS["query"] in answer.content.decode()
    assert "in fail" in log.getvalue()
    assert_silent(log.getvalue())
    assert mail.outbox == []


def test_a_wrong_host_is_refused_without_its_name(db, log):
    builders.center()
    for host in ("zora-headersentinel.example", "zora_headersentinel", "[zora-headersentinel]"):
        answer = Client(SERVER_NAME=host).get("/callback/", headers={"host": host})
        assert answer.status_code == 400
        assert_silent(answer.content.decode() + str(answer.headers))
    assert log.getvalue().count("django.security.DisallowedHost 400 /callback/") == 3
    assert_silent(log.getvalue())


def test_a_refused_post_leaves_no_origin_in_the_log(db, log):
    builders.center()
    browser = Client(enforce_csrf_checks=True)
    browser.get("/callback/")
    origin = f"https://{SENTINELS['header']}.example"
    for path in ("/admin/login/", "/callback/", "/insurance/", "/receipt/"):
        answer = browser.post(path, {"name": SENTINELS["body"]}, headers={"Origin": origin})
        assert answer.status_code == 403
    assert "django.security.csrf 403 /admin/login/" in log.getvalue()
    assert_silent(log.getvalue())


def test_an_address_cannot_write_a_line_of_its_own(db, log):
    builders.center()
    Client().get("/no/%0A2026-01-01 ERROR forged/")
    assert "404 /no/\\n2026-01-01 ERROR forged/" in log.getvalue()
    assert log.getvalue().count("\n") == 1


def test_a_library_is_quoted_without_its_values(log):
    logging.getLogger("PIL").error("cannot read %s", SENTINELS["file name"])
    logging.getLogger("some.library").error(ValueError(SENTINELS["body"]))
    assert "ERROR PIL cannot read %s" in log.getvalue()
    assert "ERROR some.library ValueError" in log.getvalue()
    assert_silent(log.getvalue())


@pytest.mark.once
def test_a_warning_says_where_and_of_which_kind_only():
    warn = f"import warnings; warnings.warn('odd {SENTINELS['body']}', RuntimeWarning)"
    shell = [sys.executable, "manage.py", "shell", "--no-imports", "--command", warn]
    ran = subprocess.run(shell, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True)
    assert "WARNING py.warnings <string>:1: RuntimeWarning" in ran.stderr
    assert_silent(ran.stdout + ran.stderr)


def test_the_development_server_writes_no_query_string(log):
    logging.getLogger("django.server").info(
        '"%s" %s %s', f"GET /search/?q={SENTINELS['query']} HTTP/1.1", "200", "1"
    )
    assert '"GET /search/?… HTTP/1.1" 200 1' in log.getvalue()
    assert_silent(log.getvalue())
