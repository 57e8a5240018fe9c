"""Pages come on and off the site at the time that was set, with nobody there."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from programs.models import Article, Program
from programs.search import find
from tests import page
from tests.programs.rows import make_article, make_center, make_program
from tests.programs.test_admin_pages import program_form

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_an_editor_sets_when_a_program_comes_and_goes_on_the_centers_clock(editor):
    make_center()
    dates = {
        "published_from_0": "2026-01-05", "published_from_1": "08:00:00",
        "published_until_0": "2199-01-05", "published_until_1": "17:00:00",
    }  # fmt: skip
    editor.post("/admin/programs/program/add/", program_form(is_published="on", **dates))
    # Eight in the morning in Sacramento.
    assert Program.objects.get().published_from == datetime(2026, 1, 5, 16, tzinfo=UTC)
    assert editor.get("/programs/iop/").status_code == 200


@pytest.mark.parametrize(
    ("start", "end", "is_visible"),
    [
        (None, None, True),
        (NOON, None, True),
        (NOON + HOUR, None, False),
        (None, NOON, False),
        (None, NOON + HOUR, True),
        (NOON - HOUR, NOON + HOUR, True),
    ],
)
def test_a_program_is_visible_from_its_first_moment_up_to_its_last(db, start, end, is_visible):
    program = make_program(published_from=start, published_until=end)
    assert Program.objects.published(NOON).exists() is is_visible
    assert program.is_visible(NOON) is is_visible
    article = make_article(published_at=start or NOON - HOUR, published_until=end)
    assert Article.objects.published(NOON).exists() is is_visible
    assert article.is_visible(NOON) is is_visible


def test_a_program_outside_its_time_is_nowhere_on_the_site(client, db):
    make_center()
    make_program(name="Gone", published_until=timezone.now() - HOUR).sections.create(
        heading="Gone words", body="Vanished."
    )
    make_article(title="Gone text", published_until=timezone.now() - HOUR)
    assert client.get("/programs/iop/").status_code == 404
    assert client.get("/articles/first-steps/").status_code == 404
    for address in ("/", "/programs/", "/programs/compare/", "/articles/", "/sitemap.xml"):
        assert "Gone" not in client.get(address).content.decode()
    assert not find("vanished gone", at=timezone.now()).hits


def test_an_end_before_the_beginning_is_refused(editor):
    dates = {
        "published_from_0": "2026-01-06", "published_from_1": "08:00:00",
        "published_until_0": "2026-01-05", "published_until_1": "17:00:00",
    }  # fmt: skip
    refused = editor.post("/admin/programs/program/add/", program_form(**dates))
    assert "A page comes off the site after it came on." in page.text_of(refused)
    assert not Program.objects.exists()


def test_a_program_that_is_still_to_come_has_a_preview_and_no_public_link(editor):
    make_center()
    program = make_program(published_from=timezone.now() + HOUR)
    change = f"/admin/programs/program/{program.pk}"
    assert 'href="/programs/iop/"' not in editor.get(f"{change}/change/").content.decode()
    assert "Preview." in page.text_of(editor.get(f"{change}/preview/"))
