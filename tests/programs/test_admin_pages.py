"""Programs and articles in the admin, with a content editor's permissions and no more."""

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from programs.models import Article, Program
from tests.programs.rows import form_rows, make_article, make_center, make_program

PROGRAM_FIELDS = {
    "name": "Intensive outpatient program",
    "short_name": "IOP",
    "slug": "iop",
    "summary": "Care by day.",
    "level_code": "2.1",
    "level_edition": "ASAM Criteria, 3rd edition",
    "sleeps": "home",
    "supervision": "During sessions.",
    "length_unit": "weeks",
    "order": "10",
}


def program_form(**changes) -> dict[str, str]:
    inlines = {}
    for prefix in ("services", "sections", "criteria", "questions"):
        inlines |= form_rows(prefix)
    return PROGRAM_FIELDS | inlines | changes


def test_an_editor_writes_a_program_looks_at_it_and_publishes_it(editor):
    make_center()
    sections = form_rows(
        "sections",
        {"order": "20", "heading": "How a week looks", "body": "Three *evenings*."},
        {"order": "10", "heading": "What it is", "body": "Care by day."},
    )
    response = editor.post("/admin/programs/program/add/", program_form(**sections), follow=True)
    program = Program.objects.get()
    assert response.status_code == 200
    assert not program.is_published
    assert [one.heading for one in program.sections.all()] == ["What it is", "How a week looks"]

    change = f"/admin/programs/program/{program.pk}/change/"
    preview = f"/admin/programs/program/{program.pk}/preview/"
    assert f'href="{preview}"' in editor.get(change).content.decode()
    page = editor.get(preview).content.decode()
    assert "Three <em>evenings</em>." in page
    assert "Preview" in page
    assert editor.get("/programs/iop/").status_code == 404

    kept = form_rows(
        "sections",
        *(
            {
                "id": one.pk,
                "program": program.pk,
                "order": one.order,
                "heading": one.heading,
                "body": one.body,
            }
            for one in program.sections.all()
        ),
        initial=2,
    )
    editor.post(change, program_form(is_published="on", **kept))
    page = editor.get("/programs/iop/").content.decode()
    assert "Three <em>evenings</em>." in page
    assert "Preview" not in page
    hits = editor.get("/search/?q=evening").context["hits"]
    assert [hit.title for hit in hits] == ["How a week looks"]
    assert 'href="/programs/iop/"' in editor.get(change).content.decode()


def test_unpublishing_and_deleting_take_a_program_out_of_the_search(editor):
    make_center()
    program = make_program()
    change = f"/admin/programs/program/{program.pk}/change/"
    editor.post(change, program_form(name="Evening care", is_published="on"))
    assert editor.get("/search/?q=evening").context["hits"]
    editor.post(change, program_form(name="Evening care"))
    assert not editor.get("/search/?q=evening").context["hits"]
    editor.post(change, program_form(name="Evening care", is_published="on"))
    editor.post(f"/admin/programs/program/{program.pk}/delete/", {"post": "yes"})
    assert not Program.objects.exists()
    assert not editor.get("/search/?q=evening").context["hits"]


def test_a_new_row_of_a_list_is_offered_its_end(editor):
    program = make_program()
    program.sections.create(heading="What it is", body="Care.", order=30)
    page = editor.get(f"/admin/programs/program/{program.pk}/change/").content.decode()
    assert 'name="sections-__prefix__-order" value="40"' in page


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"slug": "compare"}, "Another page of the site has this address."),
        ({"usual_hours_min": "12", "usual_hours_max": "9"}, "the larger one"),
        ({"summary": ""}, "This field is required."),
        ({"slug": "no spaces please"}, "Enter a valid"),
    ],
)
def test_a_program_that_cannot_be_shown_is_refused_with_a_reason(editor, changes, complaint):
    response = editor.post("/admin/programs/program/add/", program_form(**changes))
    assert complaint in response.content.decode()
    assert not Program.objects.exists()


ARTICLE_FORM = {
    "kind": "article",
    "title": "First steps",
    "slug": "first-steps",
    "summary": "Where to begin.",
    "body": "Breathe, *then* call.",
}


def test_an_editor_writes_an_article_and_publishes_it_from_the_list(editor):
    make_center()
    editor.post("/admin/programs/article/add/", ARTICLE_FORM)
    article = Article.objects.get()
    assert editor.get("/articles/first-steps/").status_code == 404
    preview = editor.get(f"/admin/programs/article/{article.pk}/preview/").content.decode()
    assert "Breathe, <em>then</em> call." in preview

    selected = {"_selected_action": article.pk, "action": "publish"}
    page = editor.post("/admin/programs/article/", selected, follow=True).content.decode()
    assert "1 text was changed." in page
    assert editor.get("/articles/first-steps/").status_code == 200
    assert editor.get("/search/?q=breathe").context["hits"]

    editor.post("/admin/programs/article/", selected | {"action": "unpublish"})
    assert editor.get("/articles/first-steps/").status_code == 404
    assert not editor.get("/search/?q=breathe").context["hits"]


def test_publishing_again_keeps_the_date_of_a_text_that_is_out(editor):
    article = make_article()
    selected = {"_selected_action": article.pk, "action": "publish"}
    editor.post("/admin/programs/article/", selected)
    assert Article.objects.get().published_at == article.published_at


def test_deleting_articles_from_the_list_takes_them_out_of_the_search(editor):
    make_center()
    editor.post("/admin/programs/article/add/", ARTICLE_FORM)
    Article.objects.update(published_at=timezone.now())
    assert editor.get("/search/?q=breathe").context["hits"]
    selected = {"_selected_action": Article.objects.get().pk, "action": "delete_selected"}
    editor.post("/admin/programs/article/", selected | {"post": "yes"})
    assert not Article.objects.exists()
    assert not editor.get("/search/?q=breathe").context["hits"]


@pytest.mark.parametrize("slug", ["search", "callback", "admin", "programs"])
def test_a_legal_text_cannot_hide_behind_another_page(editor, slug):
    form = ARTICLE_FORM | {"kind": "legal", "slug": slug}
    page = editor.post("/admin/programs/article/add/", form).content.decode()
    assert "Another page of the site has this address." in page
    assert not Article.objects.exists()


@pytest.mark.parametrize(
    "address", ["program/{program}/preview/", "article/{article}/preview/", "center/1/change/"]
)
def test_drafts_are_for_those_who_may_see_them(client, db, address):
    make_center()
    draft = make_program(is_published=False)
    text = make_article(published_at=None)
    path = "/admin/programs/" + address.format(program=draft.pk, article=text.pk)
    assert client.get(path).url.startswith("/admin/login/")
    client.force_login(User.objects.create_user("desk", is_staff=True))
    assert client.get(path).status_code == 403


def test_a_preview_of_nothing_is_not_found(editor):
    assert editor.get("/admin/programs/program/999/preview/").status_code == 404
