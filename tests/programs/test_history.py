"""Who changed what on the public pages; and two editors on one page."""

from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from programs import history
from programs.models import Article, Center, Program
from tests import page
from tests.programs.rows import center_form, form_rows, make_article, make_center, make_program
from tests.programs.test_admin_pages import ARTICLE_FORM, program_form

CHANGE = "/admin/programs/program/{pk}/change/"


def test_the_history_of_a_page_says_who_changed_which_words(editor):
    make_center()
    sections = form_rows("sections", {"order": "1", "heading": "A week", "body": "Three evenings."})
    editor.post("/admin/programs/program/add/", program_form(**sections))
    program = Program.objects.get()
    section = program.sections.get()
    kept = {"id": section.pk, "program": program.pk, "order": "1", "heading": "A week"}
    changed = form_rows("sections", kept | {"body": "Four evenings."}, initial=1)
    editor.post(CHANGE.format(pk=program.pk), program_form(summary="Care at night.", **changed))
    gone = form_rows("sections", kept | {"body": "Four evenings.", "DELETE": "on"}, initial=1)
    editor.post(CHANGE.format(pk=program.pk), program_form(summary="Care at night.", **gone))

    assert [(one.what, one.kind, one.who) for one in history.changes(program)] == [
        ("section: A week", "Deleted", "editor"),
        ("section: A week", "Changed", "editor"),
        ("program: Intensive outpatient program", "Changed", "editor"),
        ("section: A week", "Created", "editor"),
        ("program: Intensive outpatient program", "Created", "editor"),
    ]
    shown = editor.get(f"/admin/programs/program/{program.pk}/history/")
    for said in ("Care by day.", "Care at night.", "Three evenings.", "Four evenings."):
        assert said in page.text_of(shown)
    assert "style=" not in shown.content.decode().partition('id="content-main"')[2]


def test_the_opening_hours_and_the_lists_leave_a_name_too(editor):
    center = make_center()
    form = center_form(
        **form_rows("opening_hours", {"weekday": "0", "opens": "09:15", "closes": "17:00"})
    )
    editor.post("/admin/programs/center/1/change/", form)
    assert center.opening_hours.get().history.get().history_user.username == "editor"
    article = make_article(published_at=None)
    for action in ("publish", "unpublish"):
        selected = {"_selected_action": article.pk, "action": action}
        editor.post("/admin/programs/article/", selected)
        assert history.who(history.latest(article)) == "editor"
    selected = {"_selected_action": article.pk, "action": "delete_selected", "post": "yes"}
    editor.post("/admin/programs/article/", selected)
    assert not Article.objects.exists()
    assert history.who(Article.history.first()) == "editor"


def test_what_the_files_brought_is_in_the_history_without_a_name(content, editor):
    call_command("load_content", verbosity=0)
    iop = Program.objects.get(slug="iop")
    assert {one.who for one in history.changes(iop)} == {""}
    shown = page.text_of(editor.get(f"/admin/programs/program/{iop.pk}/history/"))
    assert "by the software, from its files" in shown


def test_the_history_is_for_those_who_may_see_the_page(client, db):
    program = make_program()
    client.force_login(User.objects.create_user("desk", is_staff=True))
    assert client.get(f"/admin/programs/program/{program.pk}/history/").status_code == 403
    client.force_login(User.objects.create_superuser("chief"))
    assert client.get(f"/admin/programs/program/{program.pk}/history/").status_code == 200
    assert client.get("/admin/programs/program/999/history/").status_code == 404


# Two editors on one page


def second_editor() -> Client:
    other = Client()
    other.force_login(User.objects.create_superuser("grace"))
    return other


def opened(editor, pk: int) -> dict[str, str]:
    return page.form_on(editor.get(CHANGE.format(pk=pk))) | {"is_published": "on"}


def test_a_save_from_a_stale_page_is_refused_and_shown_and_saved_when_pressed_again(editor):
    make_center()
    program = make_program()
    mine, theirs = opened(editor, program.pk), opened(second_editor(), program.pk)
    second_editor_again = Client()
    second_editor_again.force_login(User.objects.get(username="grace"))
    second_editor_again.post(CHANGE.format(pk=program.pk), theirs | {"summary": "Hers."})

    refused = editor.post(CHANGE.format(pk=program.pk), mine | {"summary": "Mine."})
    assert "grace saved this page at" in page.text_of(refused)
    assert page.form_on(refused)["summary"] == "Mine."
    assert Program.objects.get().summary == "Hers."

    again = page.form_on(refused) | {"is_published": "on"}
    assert editor.post(CHANGE.format(pk=program.pk), again).status_code == 302
    assert Program.objects.get().summary == "Mine."
    assert "Hers." in [old for one in history.changes(program) for _, old, _ in one.values]


def test_saving_twice_from_fresh_pages_is_no_conflict(editor):
    make_center()
    program = make_program()
    for summary in ("Once.", "Twice."):
        form = opened(editor, program.pk) | {"summary": summary}
        assert editor.post(CHANGE.format(pk=program.pk), form).status_code == 302
    assert Program.objects.get().summary == "Twice."


def test_the_center_and_a_text_are_guarded_alike(editor):
    make_center()
    article = make_article()
    for path, field in (
        ("/admin/programs/center/1/change/", "tagline"),
        (f"/admin/programs/article/{article.pk}/change/", "summary"),
    ):
        form = page.form_on(editor.get(path))
        assert editor.post(path, form | {field: "First."}).status_code == 302
        assert "saved this page at" in page.text_of(editor.post(path, form | {field: "Second."}))
    assert Center.objects.get().tagline == Article.objects.get().summary == "First."
    assert ARTICLE_FORM["summary"] != "First."
