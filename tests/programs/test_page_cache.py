"""Public pages are kept whole, and never longer than they are true.

Each test client keeps its own pages, as each process of the web server does.
"""

import gzip
import threading
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import brotli
import pytest
from django.contrib.auth.models import User
from django.core.cache.backends.locmem import LocMemCache
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client, RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from programs import generation, lifetime
from programs.context import current_desk
from programs.models import Article, Center, Program, Question
from rehab_site import page_cache as page_caching
from tests import page
from tests.intake import processes
from tests.programs.rows import (
    form_rows,
    make_article,
    make_center,
    make_location,
    make_program,
    open_every_day,
)
from tests.programs.test_admin_pages import program_form

KEPT = [
    "/",
    "/programs/",
    "/programs/compare/",
    "/programs/iop/",
    "/articles/",
    "/articles/first-steps/",
    "/locations/sacramento/",
    "/privacy/",
    "/sitemap.xml",
]
IOP = "/programs/iop/"


@pytest.fixture
def visitor(transactional_db, page_cache):
    """Somebody without a cookie, on a small site."""
    center = make_center()
    open_every_day(center, time(8), time(20))
    program = make_program()
    make_article().programs.add(program)
    make_article("privacy", kind="legal")
    make_location().programs.add(program)
    return Client()


def statements(visitor, address: str, **headers) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert visitor.get(address, **headers).status_code == 200
    return len(captured)


def signed_in(user: str = "editor") -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser(user))
    return client


@pytest.mark.parametrize("address", KEPT)
def test_a_warm_page_costs_no_statement_and_is_the_same_to_the_last_header(visitor, address):
    first = visitor.get(address)
    with CaptureQueriesContext(connection) as captured:
        second = visitor.get(address)
    assert not captured.captured_queries
    assert second.content == first.content
    assert dict(second.headers) == dict(first.headers)
    for name in ("Content-Security-Policy", "Permissions-Policy", "Referrer-Policy"):
        assert second[name]
    assert second["Vary"] == "Accept-Encoding"
    assert not second.cookies


def test_a_kept_page_has_every_header_of_one_that_was_never_kept(visitor):
    visitor.get(IOP)
    kept, asked = visitor.get(IOP), visitor.get(f"{IOP}?never=kept")
    own = {"ETag", "Cache-Control"}
    assert {n: v for n, v in kept.items() if n not in own} == dict(asked.items())
    assert kept.content == asked.content


def test_a_cold_page_costs_at_most_eight_statements(visitor):
    assert statements(visitor, IOP) <= 8


def test_each_browser_gets_the_encoding_it_takes(visitor):
    plain = visitor.get(IOP)
    assert "Content-Encoding" not in plain
    for accepted, encoding, decode in (
        ("gzip, deflate, br, zstd", "br", brotli.decompress),
        ("gzip, deflate", "gzip", gzip.decompress),
        ("br;q=0, gzip;q=0.5", "gzip", gzip.decompress),
    ):
        for _ in range(2):
            packed = visitor.get(IOP, HTTP_ACCEPT_ENCODING=accepted)
            assert packed["Content-Encoding"] == encoding
            assert packed["Content-Length"] == str(len(packed.content))
            assert decode(packed.content) == plain.content
    for accepted in ("identity", "br;q=0", "x-br", ""):
        assert visitor.get(IOP, HTTP_ACCEPT_ENCODING=accepted).content == plain.content


def test_the_first_one_to_ask_may_take_compressed_pages(visitor):
    packed = visitor.get(IOP, HTTP_ACCEPT_ENCODING="gzip")
    assert gzip.decompress(packed.content) == visitor.get(IOP).content


def test_a_copy_that_is_still_good_is_not_sent_again(visitor):
    etag = visitor.get(IOP)["ETag"]
    for named in (etag, f'"other", {etag}', etag.removeprefix("W/"), "*"):
        again = visitor.get(IOP, HTTP_IF_NONE_MATCH=named)
        assert (again.status_code, again.content) == (304, b"")
        assert again["ETag"] == etag
        assert again["Content-Security-Policy"]
    assert visitor.get(IOP, HTTP_IF_NONE_MATCH='W/"other"').status_code == 200
    assert visitor.get("/programs/", HTTP_IF_NONE_MATCH=etag).status_code == 200


def test_head_says_what_get_would_send(visitor):
    sent = visitor.get(IOP, HTTP_ACCEPT_ENCODING="br")
    head = visitor.head(IOP, HTTP_ACCEPT_ENCODING="br")
    assert head.content == b""
    assert dict(head.headers) == dict(sent.headers)


# What is never kept


@pytest.mark.parametrize(
    "address",
    ["/search/", f"{IOP}?from=ad", "/callback/", "/insurance/", "/receipt/", "/healthz", "/readyz"],
)
def test_forms_queries_and_health_pages_are_made_anew(visitor, address):
    visitor.get(address)
    answer = visitor.get(address)
    assert "ETag" not in answer
    if address in ("/callback/", "/insurance/"):
        other = Client()
        assert page.form_on(answer)["nonce"] != page.form_on(other.get(address))["nonce"]


def test_an_error_is_not_kept(visitor):
    assert visitor.get("/programs/php/").status_code == 404
    Program.objects.create(slug="php", order=1, **program_facts())
    assert visitor.get("/programs/php/").status_code == 200


def program_facts() -> dict:
    names = ("name", "summary", "level_code", "level_edition", "sleeps", "supervision")
    return Program.objects.values(*names, "is_published").get(slug="iop") | {"short_name": "PHP"}


def test_nothing_is_kept_of_a_request_that_brought_a_cookie(visitor):
    visitor.cookies["csrftoken"] = "mine" * 8
    visitor.get(IOP)
    assert statements(visitor, IOP) > 0
    # What somebody without one has seen may be given to all.
    visitor.cookies.clear()
    visitor.get(IOP)
    visitor.cookies["csrftoken"] = "mine" * 8
    assert statements(visitor, IOP) == 0


def test_a_preview_is_for_staff_alone(visitor):
    staff = signed_in()
    program = make_program("php", is_published=False)
    preview = reverse("admin:programs_program_preview", args=[program.pk])
    assert staff.get(preview).status_code == 200
    assert visitor.get(preview).status_code == 302
    assert "no-store" in staff.get(preview)["Cache-Control"]


def test_a_host_that_is_not_ours_gets_nothing_of_what_is_kept(visitor):
    visitor.get(IOP)
    assert visitor.get(IOP, HTTP_HOST="evil.example").status_code == 400


@override_settings(SECURE_SSL_REDIRECT=True, SECURE_HSTS_SECONDS=60)
def test_a_plain_request_is_led_to_https_though_the_page_is_kept(visitor):
    for _ in range(2):
        assert visitor.get(IOP, secure=True)["Strict-Transport-Security"].startswith("max-age=60")
        assert visitor.get(IOP).status_code == 301
    # Nobody but our own proxies may say that it was https.
    assert visitor.get(IOP, HTTP_X_FORWARDED_PROTO="https").status_code == 301


# What ends it: somebody saves something


def test_a_program_unpublished_while_it_is_kept_is_gone_everywhere_at_once(visitor):
    staff, program = signed_in(), Program.objects.get()
    for address in KEPT:
        visitor.get(address)
    staff.post(f"/admin/programs/program/{program.pk}/change/", program_form())
    assert visitor.get(IOP).status_code == 404
    for address in ("/", "/programs/", "/programs/compare/", "/locations/sacramento/"):
        assert "Program iop" not in visitor.get(address).content.decode()


def test_everything_an_editor_saves_in_the_admin_is_on_the_page_at_once(visitor):
    staff = signed_in()

    def shows(address: str, words: str) -> bool:
        visitor.get(address)
        return words in visitor.get(address).content.decode()

    assert not shows("/", "Calm help")
    form = page.form_on(staff.get("/admin/programs/center/1/change/"))
    staff.post("/admin/programs/center/1/change/", form | {"tagline": "Calm help"})
    assert shows("/", "Calm help")

    article = Article.objects.get(slug="first-steps")
    change = f"/admin/programs/article/{article.pk}/change/"
    assert shows("/articles/first-steps/", "Program iop")
    form = page.form_on(staff.get(change))
    del form["programs"]
    staff.post(change, form)
    assert not shows("/articles/first-steps/", "Program iop")

    questions = {"question": "Is it quiet?", "answer": "Very.", "order": "1"}
    staff.post("/admin/programs/question/add/", questions)
    assert shows("/", "Is it quiet?")
    staff.post(f"/admin/programs/question/{Question.objects.get().pk}/delete/", {"post": "yes"})
    assert not shows("/", "Is it quiet?")

    place = make_location("midtown", name="Midtown")
    change = f"/admin/programs/location/{place.pk}/change/"
    licence = {"number": "34-77", "kind": "SUD", "issuer": "DHCS"}
    form = page.form_on(staff.get(change)) | form_rows("licences", licence)
    assert not shows(IOP, "34-77")
    staff.post(change, form)
    assert shows(IOP, "34-77")

    selected = {"_selected_action": article.pk, "action": "unpublish"}
    staff.post("/admin/programs/article/", selected)
    assert visitor.get("/articles/first-steps/").status_code == 404


def test_a_change_that_is_rolled_back_is_no_change(visitor):
    before = generation.current()
    with transaction.atomic():
        make_program("php")
        transaction.set_rollback(True)
    assert generation.current() == before
    make_program("php")
    assert generation.current() != before


def test_a_page_made_while_somebody_saves_is_not_kept_beyond(visitor, monkeypatch):
    """The save is committed after the page was read, and before it is kept."""

    class Overtaken(page_caching.Page):
        def __init__(self, *args):
            super().__init__(*args)
            thread = threading.Thread(target=rename)
            thread.start()
            thread.join()

    def rename():
        program = Program.objects.get(slug="iop")
        program.name = "Renamed"
        program.save()
        connection.close()

    with monkeypatch.context() as patch:
        patch.setattr(page_caching, "Page", Overtaken)
        assert "Renamed" not in visitor.get(IOP).content.decode()
    assert "Renamed" in visitor.get(IOP).content.decode()


def test_another_process_that_loads_content_is_heard(visitor, settings):
    visitor.get("/programs/")
    assert statements(visitor, "/programs/") == 0
    script = (
        "import django; django.setup(); from django.conf import settings;"
        "from pathlib import Path; import sys; settings.GENERATION_FILE = Path(sys.argv[1]);"
        "from django.core.management import call_command; call_command('load_content')"
    )
    done = processes.run(
        "-c", script, str(settings.GENERATION_FILE), DJANGO_SETTINGS_MODULE="rehab_site.settings"
    )
    assert done.returncode == 0, done.stderr
    assert "Residential" in visitor.get("/programs/").content.decode()


# What ends it: the clock


def ends(at: datetime, *, uses_desk: bool = False) -> datetime:
    request = RequestFactory().get("/")
    request.center = lifetime._with_next_dates(Center.objects.all(), at).first()
    if uses_desk:
        current_desk(request)
    return lifetime._ends(request, at)


NOON = datetime(2026, 11, 20, 20, tzinfo=UTC)  # in Sacramento
SOON = timedelta(minutes=3)


def test_a_quiet_page_lasts_ten_minutes(db):
    make_center()
    assert ends(NOON) == NOON + timedelta(minutes=10)


@pytest.mark.parametrize(
    "change",
    [
        lambda: make_program(published_from=NOON + SOON),
        lambda: make_program(published_until=NOON + SOON),
        lambda: make_article(published_at=NOON + SOON),
        lambda: make_article(published_until=NOON + SOON),
    ],
)
def test_a_page_ends_with_the_next_change_that_is_scheduled(db, change):
    make_center()
    make_article("long-past", published_at=NOON - SOON)
    change()
    assert ends(NOON) == NOON + SOON


def test_a_page_ends_at_midnight_where_the_center_is(db):
    make_center(time_zone="America/New_York")
    late = datetime(2026, 11, 20, 23, 55, tzinfo=ZoneInfo("America/New_York"))
    midnight = datetime(2026, 11, 21, 5, tzinfo=UTC)
    assert ends(late) == midnight
    # A license that ends today is gone from what is made after it.
    make_location().licences.create(number="34-77", kind="x", issuer="y", expires_on="2026-11-20")
    assert midnight.astimezone(late.tzinfo).date() > late.date()


def test_a_page_that_looks_at_the_desk_ends_when_it_opens_or_closes(db):
    open_every_day(make_center(), time(8), time(20))
    for opens_or_closes in (time(8), time(20)):
        at = datetime.combine(NOON.date(), opens_or_closes, ZoneInfo("America/Los_Angeles"))
        assert ends(at - SOON, uses_desk=True) == at
        assert ends(at - SOON) == at - SOON + timedelta(minutes=10)


def test_a_scheduled_change_shows_on_time_with_nobody_there(visitor):
    Program.objects.update(published_until=timezone.now() + timedelta(seconds=0.7))
    generation.renew()
    assert visitor.get(IOP).status_code == 200
    assert statements(visitor, IOP) == 0
    processes.wait_until(lambda: visitor.get(IOP).status_code == 404, seconds=5)
    assert timezone.now() >= Program.objects.get().published_until


# When the cache server is away


class Unsteady(LocMemCache):
    """A cache server between nodes, which can be away."""

    is_away = False

    def get(self, *args, **kwargs):
        return self._answer(super().get, *args, **kwargs)

    def set(self, *args, **kwargs):
        return self._answer(super().set, *args, **kwargs)

    def add(self, *args, **kwargs):
        return self._answer(super().add, *args, **kwargs)

    def _answer(self, ask, *args, **kwargs):
        if Unsteady.is_away:
            raise ConnectionError("no route to redis://:a-password@cache")
        return ask(*args, **kwargs)


@pytest.fixture
def nodes(visitor, settings, monkeypatch):
    """Several nodes with a cache server between them."""
    settings.CACHES = {"default": {"BACKEND": f"{__name__}.Unsteady", "LOCATION": "nodes"}}
    settings.GENERATION_FILE = None
    monkeypatch.setattr(generation, "AWAY", 0)
    monkeypatch.setattr(Unsteady, "is_away", False)
    generation.renew()
    return visitor


def test_nodes_agree_through_their_cache_server(nodes):
    another = Client()
    assert statements(nodes, IOP) > 0
    assert statements(nodes, IOP) == 0
    for node in (nodes, another):
        node.get("/programs/")
        assert statements(node, "/programs/") == 0
    make_program("php", name="New here", order=5)
    for node in (nodes, another):
        assert "New here" in node.get("/programs/").content.decode()
        assert statements(node, "/programs/") == 0


def test_pages_are_served_while_the_cache_server_is_away_and_nothing_old_afterwards(nodes, caplog):
    nodes.get(IOP)
    Unsteady.is_away = True
    assert statements(nodes, IOP) > 0
    # An editor saves all the same; the change is told as soon as the server answers.
    staff = signed_in()
    saved = staff.post(
        f"/admin/programs/program/{Program.objects.get().pk}/change/",
        program_form(name="Renamed", is_published="on"),
    )
    assert saved.status_code == 302
    assert "Renamed" in nodes.get(IOP).content.decode()
    Unsteady.is_away = False
    assert "Renamed" in nodes.get(IOP).content.decode()
    assert statements(nodes, IOP) == 0
    assert "the cache server is away: ConnectionError" in caplog.text
    assert "a-password" not in caplog.text


def test_another_node_hears_of_a_change_that_could_not_be_told(nodes):
    another = Client()
    another.get(IOP)
    Unsteady.is_away = True
    Program.objects.get().delete()
    Unsteady.is_away = False
    # Only the node that owes it knows; its next visitor pays.
    nodes.get("/")
    assert another.get(IOP).status_code == 404


def test_a_node_that_missed_its_server_keeps_nothing_from_before(nodes, monkeypatch):
    nodes.get(IOP)
    Unsteady.is_away = True
    Program.objects.get().delete()
    nodes.get("/")
    # The process that owed the change was ended before it could pay.
    monkeypatch.setattr(generation, "_is_owed", False)
    Unsteady.is_away = False
    assert nodes.get(IOP).status_code == 404


def test_a_folder_that_cannot_be_written_is_said_and_pages_are_served(visitor, settings, tmp_path):
    (tmp_path / "a-file").write_text("")
    settings.GENERATION_FILE = tmp_path / "a-file" / "generation"
    assert statements(visitor, IOP) > 0
    assert statements(visitor, IOP) > 0
    make_program("php", order=5)
    assert [one.id for one in generation.check_generation(None)] == ["programs.W001"]


def test_the_default_content_keeps_within_its_statements(visitor):
    Program.objects.all().delete()
    call_command("load_content", verbosity=0)
    assert statements(visitor, "/programs/php/") <= 8
    assert statements(visitor, "/programs/php/") == 0
