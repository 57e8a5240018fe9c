"""What is false cannot be published; what is missing or old is said to editors."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from programs import levels, missing
from programs.models import Article, Center, Location, Program, Question
from tests import page
from tests.programs.rows import form_rows, make_article, make_center, make_location, make_program
from tests.programs.test_admin_pages import ARTICLE_FORM, program_form
from tests.programs.test_load_content import change, files  # noqa: F401  (a fixture)

ADD = "/admin/programs/program/add/"
YESTERDAY, TOMORROW = (date.today() + timedelta(days=days) for days in (-2, 2))


def test_a_page_is_published_when_nothing_on_it_is_false(editor):
    make_center()
    sections = form_rows("sections", {"order": "1", "heading": "Hope", "body": "No cure is sold."})
    form = program_form(is_published="on", usual_hours_min="9", usual_hours_max="19", **sections)
    assert editor.post(ADD, form).status_code == 302
    assert editor.get("/programs/iop/").status_code == 200


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"usual_hours_min": "20", "usual_hours_max": "25"}, "defined as 9 to 19 hours a week"),
        ({"usual_hours_min": "6"}, "defined as 9 to 19 hours a week"),
        ({"defined_hours_max": "25"}, "defined as 9 to 19 hours a week"),
        ({"level_code": "2.5", "usual_hours_min": "12"}, "defined as 20 or more hours a week"),
        ({"level_code": "1", "usual_hours_max": "9"}, "defined as up to 8 hours a week"),
        ({"sleeps": "on_site"}, "At level 2.1 one sleeps elsewhere: At home"),
        ({"level_code": "3.1–3.5"}, "At level 3.1–3.5 one sleeps elsewhere: Here, on site"),
        ({"name": "Guaranteed recovery"}, "“Guaranteed” is a claim that needs a source"),
        ({"summary": "The #1 program."}, "“#1” is a claim that needs a source"),
        (
            form_rows("sections", {"order": "1", "heading": "Why", "body": "We cure addiction."}),
            "“cure” is a claim that needs a source",
        ),
        (
            form_rows("questions", {"order": "1", "question": "Why?", "answer": "100 % sure."}),
            "“100 %” is a claim that needs a source",
        ),
        (
            form_rows("services", {"order": "1", "kind": "therapy", "name": "Cures"}),
            "“Cures” is a claim that needs a source",
        ),
    ],
)
def test_what_is_false_is_refused_beside_its_field_and_nothing_typed_is_lost(editor, changes, said):
    make_center()
    form = program_form(is_published="on", supervision="Kept words.", **changes)
    refused = editor.post(ADD, form)
    assert said in page.text_of(refused)
    assert page.form_on(refused)["supervision"] == "Kept words."
    for name, typed in changes.items():
        assert page.form_on(refused)[name] == str(typed)
    assert not Program.objects.exists()
    # The same words may wait as a draft.
    del form["is_published"]
    assert editor.post(ADD, form).status_code == 302
    assert not Program.objects.get().is_published


def test_a_claim_with_its_source_is_published(editor):
    make_center()
    form = program_form(is_published="on", summary="A success rate of 40 % (Source: DHCS, 2025).")
    assert editor.post(ADD, form).status_code == 302


def test_an_article_with_a_claim_is_refused_from_its_page_and_from_the_list(editor):
    make_center()
    form = ARTICLE_FORM | {"body": "We cure."}
    dated = {"published_at_0": "2026-01-05", "published_at_1": "10:00:00"}
    assert "“cure” is a claim" in page.text_of(
        editor.post("/admin/programs/article/add/", form | dated)
    )
    editor.post("/admin/programs/article/add/", form)
    selected = {"_selected_action": Article.objects.get().pk, "action": "publish"}
    listed = editor.post("/admin/programs/article/", selected, follow=True)
    assert "“cure” is a claim" in page.text_of(listed)
    assert "0 texts were changed." in page.text_of(listed)
    assert Article.objects.get().published_at is None


@pytest.mark.parametrize("field", ["tagline", "introduction"])
def test_the_center_claims_nothing_either(editor, field):
    center = make_center()
    form = {
        "name": center.name,
        "phone": center.phone,
        "country": "US",
        "time_zone": center.time_zone,
        "crisis_wording": center.crisis_wording,
        "call_within_minutes": "60",
        "slot_minutes": "30",
        "calls_per_slot": "1",
        field: "Guaranteed.",
        **form_rows("opening_hours"),
        **form_rows("closed_days"),
    }
    refused = editor.post("/admin/programs/center/1/change/", form)
    assert "“Guaranteed” is a claim" in page.text_of(refused)
    assert getattr(Center.objects.get(), field) == ""


def test_a_question_that_was_false_before_can_be_seen_in_the_list_without_failing(editor):
    question = Question.objects.create(question="Why?", answer="We cure.", order=1)
    rows = form_rows("form", {"id": question.pk, "order": "5"}, initial=1)
    answer = editor.post("/admin/programs/question/", rows | {"_save": "Save"})
    assert "“cure” is a claim" in page.text_of(answer)


# Licenses


def licensed(program: Program, *expiries: date | None, slug="sacramento") -> Location:
    """Return a place that offers the program, with a license for each of these days."""
    place = make_location(slug)
    place.programs.add(program)
    for number, day in enumerate(expiries):
        place.licences.create(number=f"34-{number}", kind="SUD", issuer="DHCS", expires_on=day)
    return place


def publish(editor, program: Program):
    form = program_form(is_published="on")
    return editor.post(f"/admin/programs/program/{program.pk}/change/", form)


def test_a_program_that_only_an_expired_license_stands_behind_is_refused(editor):
    make_center()
    program = make_program(is_published=False)
    licensed(program, YESTERDAY)
    refused = publish(editor, program)
    assert "The license behind this program has expired (34-0)." in page.text_of(refused)
    assert not Program.objects.get().is_published


@pytest.mark.parametrize("expiries", [(), (TOMORROW,), (None,), (YESTERDAY, TOMORROW)])
def test_a_current_license_or_none_on_record_does_not_refuse(editor, expiries):
    make_center()
    program = make_program(is_published=False)
    licensed(program, *expiries)
    assert publish(editor, program).status_code == 302


def test_one_place_with_a_current_license_suffices(editor):
    make_center()
    program = make_program(is_published=False)
    licensed(program, YESTERDAY)
    licensed(program, TOMORROW, slug="midtown")
    assert publish(editor, program).status_code == 302


def test_a_license_for_another_program_does_not_stand_in(editor):
    make_center()
    program = make_program(is_published=False)
    place = licensed(program, YESTERDAY, TOMORROW)
    place.licences.get(number="34-1").programs.add(make_program("residential"))
    assert "(34-0)" in page.text_of(publish(editor, program))


# Files


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("programs/iop.md", "Three evenings.", "We cure.", "section 2: body: “cure” is a claim"),
        ("programs/iop.md", 'summary = "', 'summary = "#1. ', "iop.md: summary: “#1” is a claim"),
        ("programs/iop.md", "hours_max = 12", "hours_max = 25", "usual_hours_max: Level 2.1 is"),
        ("articles/first-steps.md", "Then call.", "Be cured.", "body: “cured” is a claim"),
        ("questions.toml", '"Yes."', '"Guaranteed."', "questions 1: answer: “Guaranteed”"),
    ],
)
def test_a_file_that_says_something_false_is_named_and_nothing_is_loaded(
    files,  # noqa: F811
    name,
    old,
    new,
    said,
):
    change(files / name, old, new)
    with pytest.raises(CommandError) as refusal:
        call_command("load_content", stdout=StringIO())
    assert said in str(refusal.value)
    assert not Center.objects.exists()


def test_nothing_in_the_default_content_is_false(content):
    assert not [fact for fact in missing.facts(on=timezone.localdate()) if "claim" in fact]
    assert not [fact for fact in missing.facts(on=timezone.localdate()) if "defined" in fact]


def test_a_range_of_levels_means_what_they_all_mean():
    assert levels.defined("3.1–3.5") == levels.Level(None, None, "on_site")
    assert levels.defined("2.1 to 2.5") == levels.Level(9, None, "home")
    assert levels.defined("2.5-3.1") is None
    assert levels.defined("9.9") is None
    assert levels.defined("") is None


# Alerts


def facts(on: date = date(2026, 11, 20)) -> str:
    return "\n".join(missing.facts(on=on))


def test_old_reviews_and_old_confirmations_are_said(db):
    make_center(hours_confirmed_on=date(2026, 1, 5))
    make_program(reviewed_by="A. Clinician", reviewed_on=date(2025, 1, 5))
    make_article(reviewed_by="A. Clinician")
    assert "The opening hours were last confirmed on Jan. 5, 2026." in facts()
    assert "The page “Program iop” was last reviewed on Jan. 5, 2025." in facts()
    assert "Nobody has said when the page “First steps” was reviewed." in facts()
    assert "last" not in facts(on=date(2025, 12, 1))


def test_a_license_about_to_end_and_one_that_ended_are_said(db):
    make_center()
    licensed(make_program(), date(2026, 12, 24))
    assert "34-0 of Sacramento expires on Dec. 24, 2026." in facts()
    assert "34-0" not in facts(on=date(2026, 9, 1))
    assert "34-0 of Sacramento expired on Dec. 24, 2026 and is not shown." in facts(
        on=date(2026, 12, 25)
    )


def test_what_became_false_after_it_was_published_is_said_on_its_page_too(editor):
    make_center()
    program = make_program(usual_hours_min=25)
    program.sections.create(heading="Why us", body="We cure.")
    licensed(program, YESTERDAY)
    changed = page.text_of(editor.get(f"/admin/programs/program/{program.pk}/change/"))
    for said in (
        "Level 2.1 is defined as 9 to 19 hours",
        "“Why us”: “cure” is a claim",
        "The license behind this program has expired (34-0)",
    ):
        assert said in facts()
        assert said in changed


def test_a_level_that_nobody_can_check_is_said_and_not_refused(editor):
    make_center()
    assert editor.post(ADD, program_form(is_published="on", level_code="IX")).status_code == 302
    assert "level “IX” is not in our table" in facts()
