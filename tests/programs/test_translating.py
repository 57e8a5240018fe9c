"""Editors write each text beside its translations; histories and refusals know both."""

import pytest

from programs.models import Article, Program
from tests import page
from tests.programs.rows import form_rows, make_article, make_center, make_program


def change_page(row) -> str:
    return f"/admin/programs/{row._meta.model_name}/{row.pk}/change/"


def test_a_text_and_its_translation_are_saved_side_by_side(editor, client):
    make_center()
    program = make_program()
    program.services.create(kind="therapy", name="Group", order=10)
    opened = editor.get(change_page(program))
    assert "Summary (Español)" in page.text_of(opened)
    controls = page.controls_on(opened)
    assert controls["summary_es"][0]["lang"] == "es"
    assert "required" not in controls["name_es"][0]
    # The English twin that the library keeps is never asked for.
    assert not [name for name in controls if name.endswith("_en")]

    filled = {
        "name_es": "Programa de la tarde",
        "services-0-name_es": "Grupo",
        "translation_reviewed_by_es": "Lidia Prueba, ATA",
        "translation_reviewed_on_es": "2026-11-03",
    }
    assert editor.post(change_page(program), page.form_on(opened) | filled).status_code == 302
    program.refresh_from_db()
    assert (program.name, program.name_es) == ("Program iop", "Programa de la tarde")
    spanish = page.text_of(client.get("/es/programs/iop/"))
    assert "Programa de la tarde" in spanish
    assert "Grupo" in spanish
    assert "Lidia Prueba, ATA" in spanish
    assert editor.get("/es/search/?q=tarde").context["hits"][0].url == "/es/programs/iop/"

    # What is taken out again is English again.
    opened = editor.get(change_page(program))
    editor.post(change_page(program), page.form_on(opened) | {"name_es": ""})
    assert '<h1 lang="en">Program iop' in client.get("/es/programs/iop/").content.decode()


def reviewed(row) -> str:
    row.refresh_from_db()
    return row.translation_reviewed_by_es


def test_a_review_ends_when_the_words_it_was_of_change(editor):
    make_center()
    program = make_program()
    program.services.create(kind="therapy", name="Group", name_es="Grupo", order=10)
    review = {"translation_reviewed_by_es": "Lidia Prueba, ATA"}

    def save(**filled):
        form = page.form_on(editor.get(change_page(program))) | filled
        response = editor.post(change_page(program), form, follow=True)
        return page.text_of(response)

    assert "reviewed them" not in save(name_es="Programa", **review)
    assert reviewed(program) == "Lidia Prueba, ATA"
    # Other words, or none, are no change of these.
    assert "reviewed them" not in save(summary="Another summary.", order="7")
    assert reviewed(program) == "Lidia Prueba, ATA"
    assert "words have changed since a translator reviewed them" in save(name_es="Programa nuevo")
    assert (reviewed(program), program.name_es) == ("", "Programa nuevo")

    # The words of a part are the page's too; and whoever enters the review anew has done so.
    save(**review)
    assert "reviewed them" in save(**{"services-0-name_es": "Grupos"})
    assert reviewed(program) == ""
    save(**{"services-0-name_es": "Grupo"}, **review)
    assert reviewed(program) == "Lidia Prueba, ATA"


def test_the_history_shows_each_language_once(editor):
    article = make_article()
    form = page.form_on(editor.get(change_page(article)))
    editor.post(change_page(article), form | {"title": "New", "title_es": "Nuevo"})
    said = editor.get(f"/admin/programs/article/{article.pk}/history/").content.decode()
    assert said.count("<ins>New</ins>") == 1
    assert said.count("<ins>Nuevo</ins>") == 1
    assert "<del>First steps</del>" in said
    record = article.history.first()
    assert (record.title, record.title_es) == ("New", "Nuevo")
    assert record.history_user.username == "editor"


def test_a_claim_in_spanish_is_refused_beside_its_field(editor):
    make_center()
    program = make_program()
    form = page.form_on(editor.get(change_page(program)))
    refused = editor.post(change_page(program), form | {"summary_es": "Garantizamos la cura."})
    assert refused.status_code == 200
    assert set(refused.context["adminform"].form.errors) == {"summary_es"}
    assert "“Garantizamos” is a claim" in page.text_of(refused)
    assert Program.objects.get().summary_es is None


def test_an_english_error_is_said_once(editor):
    program = make_program()
    form = page.form_on(editor.get(change_page(program)))
    refused = editor.post(change_page(program), form | {"summary": "We guarantee it."})
    assert page.text_of(refused).count("“guarantee” is a claim") == 1


def test_a_page_can_not_stand_where_a_language_does(editor):
    new = {"kind": "legal", "title": "Es", "slug": "es", "summary": "x", "body": "x"}
    refused = editor.post("/admin/programs/article/add/", new)
    assert "Another page of the site has this address." in page.text_of(refused)
    assert not Article.objects.exists()


def test_a_question_of_the_guide_is_translated_with_its_answers(editor, client):
    make_center()
    question = {"text": "Is it safe?", "text_es": "¿Es seguro?", "slug": "safe", "order": "1"}
    answers = [
        {
            "text": "No",
            "text_es": "No es seguro",
            "slug": "unsafe",
            "order": "1",
            "leads_to": "danger",
        },
        {"text": "Yes", "slug": "fine", "order": "2"},
    ]
    form = question | {"is_published": "on"} | form_rows("answers", *answers)
    assert editor.post("/admin/programs/guidequestion/add/", form).status_code == 302
    html = client.get("/es/find-your-level/").content.decode()
    assert "¿Es seguro?" in html
    assert "No es seguro" in html
    assert '<span lang="en">Yes</span>' in html


@pytest.mark.parametrize("path", ["/admin/", "/admin/programs/article/"])
def test_the_admin_speaks_english(editor, path):
    answer = editor.get(path, HTTP_ACCEPT_LANGUAGE="es")
    assert '<html lang="en"' in answer.content.decode()
    assert editor.get(f"/es{path}").status_code == 404
