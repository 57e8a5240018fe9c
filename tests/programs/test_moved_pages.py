"""A page that moves leaves a way behind: old links lead straight to where it is now."""

import pytest
from django.db import IntegrityError, transaction

from programs.models import Article, Location, OldSlug, Program
from tests.programs.rows import form_rows, make_article, make_center, make_location, make_program
from tests.programs.test_admin_pages import ARTICLE_FORM, program_form


def rename(editor, program: Program, slug: str) -> None:
    """Change a program's address as an editor does."""
    form = program_form(slug=slug, is_published="on" if program.is_published else "")
    if not program.is_published:
        del form["is_published"]
    response = editor.post(f"/admin/programs/program/{program.pk}/change/", form)
    assert response.status_code == 302
    program.refresh_from_db()
    assert program.slug == slug


def leads_to(client, address: str) -> str:
    """Return where an address leads in one step."""
    response = client.get(address)
    assert response.status_code == 301
    return response.headers["Location"]


@pytest.fixture
def iop(editor):
    make_center()
    return make_program("iop")


def test_a_program_that_was_renamed_is_found_under_its_old_address(editor, iop):
    rename(editor, iop, "evening")
    assert leads_to(editor, "/programs/iop/") == "/programs/evening/"
    assert editor.get("/programs/evening/").status_code == 200


def test_renamed_twice_both_old_addresses_lead_straight_to_the_newest(editor, iop):
    rename(editor, iop, "evening")
    rename(editor, iop, "night")
    assert leads_to(editor, "/programs/iop/") == "/programs/night/"
    assert leads_to(editor, "/programs/evening/") == "/programs/night/"


def test_a_name_that_returns_is_the_page_again(editor, iop):
    rename(editor, iop, "evening")
    rename(editor, iop, "iop")
    assert editor.get("/programs/iop/").status_code == 200
    assert leads_to(editor, "/programs/evening/") == "/programs/iop/"


def test_a_new_page_at_an_old_address_wins(editor, iop):
    rename(editor, iop, "evening")
    newcomer = make_program("iop", name="Newcomer")
    assert "Newcomer" in editor.get("/programs/iop/").content.decode()
    rename(editor, newcomer, "newest")
    assert leads_to(editor, "/programs/iop/") == "/programs/newest/"


def test_nothing_leads_to_a_page_that_is_not_public(editor, iop):
    rename(editor, iop, "evening")
    Program.objects.update(is_published=False)
    assert editor.get("/programs/iop/").status_code == 404
    article = make_article("old")
    OldSlug.objects.remember("older", of=article)
    assert leads_to(editor, "/articles/older/") == "/articles/old/"
    Article.objects.update(published_at=None)
    assert editor.get("/articles/older/").status_code == 404


def test_a_draft_at_an_old_address_does_not_hide_the_page_that_was_there(editor, iop):
    rename(editor, iop, "evening")
    make_program("iop", is_published=False)
    assert leads_to(editor, "/programs/iop/") == "/programs/evening/"


def test_articles_and_legal_texts_move_as_well(editor):
    make_center()
    article = make_article("first-steps")
    change = f"/admin/programs/article/{article.pk}/change/"
    date = {"published_at_0": "2026-01-05", "published_at_1": "10:00"}
    editor.post(change, ARTICLE_FORM | date | {"slug": "begin"})
    assert leads_to(editor, "/articles/first-steps/") == "/articles/begin/"
    editor.post(change, ARTICLE_FORM | date | {"slug": "rights", "kind": "legal"})
    assert leads_to(editor, "/articles/first-steps/") == "/rights/"
    assert leads_to(editor, "/begin/") == "/rights/"


def test_locations_move_as_well(editor):
    make_center()
    place = make_location("sacramento")
    form = {"name": "Sacramento", "slug": "downtown", "city": "S", "region": "CA", "order": "0"}
    editor.post(f"/admin/programs/location/{place.pk}/change/", form | form_rows("licences"))
    assert Location.objects.get().slug == "downtown"
    assert leads_to(editor, "/locations/sacramento/") == "/locations/downtown/"


def test_a_page_that_is_deleted_takes_its_old_addresses_along(editor, iop):
    rename(editor, iop, "evening")
    iop.delete()
    assert editor.get("/programs/iop/").status_code == 404
    assert not OldSlug.objects.exists()


def test_a_browser_asks_again_after_a_while(editor, iop):
    rename(editor, iop, "evening")
    assert editor.get("/programs/iop/").headers["Cache-Control"] == "max-age=3600"


def test_programs_and_articles_do_not_get_into_each_others_way(client, db):
    OldSlug.objects.remember("old", of=make_program("iop"))
    OldSlug.objects.remember("old", of=make_article("begin"))
    assert leads_to(client, "/programs/old/") == "/programs/iop/"
    assert leads_to(client, "/articles/old/") == "/articles/begin/"
    assert client.get("/locations/old/").status_code == 404


def test_an_old_slug_belongs_to_exactly_one_page(db):
    program, article = make_program(), make_article()
    for pages in ({}, {"program": program, "article": article}):
        with pytest.raises(IntegrityError), transaction.atomic():
            OldSlug.objects.create(slug="x", **pages)
