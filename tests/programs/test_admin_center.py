"""The center, its places and its questions in the admin, as a content editor edits them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from programs import languages
from programs.models import Center, Location, OpeningHours, Program, Question
from tests.programs.rows import (
    center_form,
    form_rows,
    make_article,
    make_center,
    make_location,
    make_program,
)


def translate(*rows) -> None:
    """Give every text of the rows a Spanish one."""
    for row in rows:
        for name in languages.missing(row, "es"):
            setattr(row, f"{name}_es", f"{getattr(row, name)} (es)")
        row.save()


def test_the_center_opens_at_once_and_says_what_is_missing(editor):
    center = make_center()
    location = make_location(name="Midtown")
    make_program(name="Day care")
    response = editor.get("/admin/programs/center/")
    assert response.url == "/admin/programs/center/1/change/"
    page = editor.get(response.url).content.decode()
    for fact in (
        "Nobody has confirmed the opening hours.",
        "Midtown has no street address.",
        "Midtown has no license yet.",
        "No clinician is named as reviewer of the page “Day care”.",
        "Not everything is translated into Español: Willow House, Midtown, Day care.",
    ):
        assert fact in page

    Center.objects.update(
        hours_confirmed_on=timezone.localdate(),
        legal_name="Willow LLC",
        answered_by="Our own staff",
        complaints_to="Patient advocate",
    )
    center.language_notices.create(language="Español", tag="es", text="…", checked_by="A. B.")
    Location.objects.update(street="12 Oak Street")
    location.licences.create(number="340001AP", kind="Residential", issuer="DHCS")
    Program.objects.update(reviewed_by="A. Clinician, LMFT", reviewed_on=timezone.localdate())
    translate(*Center.objects.all(), *Location.objects.all(), *Program.objects.all())
    unreviewed = (
        "No qualified translator has reviewed the Español of: Willow House, Midtown, Day care."
    )
    assert unreviewed in editor.get(response.url).content.decode()
    for model in (Center, Location, Program):
        model.objects.update(translation_reviewed_by_es="A. Translator, ATA")
    assert "Still missing" not in editor.get(response.url).content.decode()


def test_an_editor_changes_the_phone_and_the_hours_everywhere_at_once(editor):
    make_center()
    form = center_form(
        **form_rows("opening_hours", {"weekday": "0", "opens": "09:15", "closes": "17:00"}),
        **form_rows("closed_days", {"day": "2026-12-25", "reason": "Christmas"}),
    )
    response = editor.post("/admin/programs/center/1/change/", form)
    assert response.status_code == 302
    assert str(OpeningHours.objects.get().opens) == "09:15:00"
    page = editor.get("/").content.decode()
    assert 'href="tel:+19165550188"' in page
    assert "9:15" in page


def test_an_editor_says_how_many_are_called_at_once_and_how_long(editor):
    make_center()
    address = "/admin/programs/center/1/change/"
    form = center_form(slot_minutes="15", calls_per_slot="3")
    assert editor.post(address, form).status_code == 302
    assert Center.objects.values_list("slot_minutes", "calls_per_slot").get() == (15, 3)
    for wrong in ({"slot_minutes": "25"}, {"calls_per_slot": "-1"}, {"calls_per_slot": "51"}):
        response = editor.post(address, center_form(**wrong))
        assert response.status_code == 200
        assert "errorlist" in response.content.decode()
    assert Center.objects.values_list("slot_minutes", "calls_per_slot").get() == (15, 3)


def test_there_is_one_center_and_it_stays(editor):
    assert editor.get("/admin/programs/center/add/").status_code == 200
    make_center()
    assert editor.get("/admin/programs/center/add/").status_code == 403
    assert editor.get("/admin/programs/center/1/delete/").status_code == 403


def test_an_editor_enters_an_address_and_a_license(editor):
    make_center()
    form = {
        "name": "Midtown",
        "slug": "midtown",
        "street": "12 Oak Street",
        "city": "Sacramento",
        "region": "California",
        "order": "0",
        **form_rows("licences", {"number": "340001AP", "kind": "Residential", "issuer": "DHCS"}),
    }
    editor.post("/admin/programs/location/add/", form)
    page = editor.get("/locations/midtown/").content.decode()
    assert "12 Oak Street" in page
    assert "340001AP" in page


def test_questions_of_the_center_stand_apart_from_those_of_programs(editor):
    make_center()
    make_program().questions.create(question="Can I work?", answer="Often.")
    form = {"question": "Is it confidential?", "answer": "Yes, by law.", "order": "10"}
    editor.post("/admin/programs/question/add/", form)
    listed = editor.get("/admin/programs/question/").content.decode()
    assert "Is it confidential?" in listed
    assert "Can I work?" not in listed
    assert "Yes, by law." in editor.get("/").content.decode()
    assert editor.get("/search/?q=confidential").context["hits"]
    editor.post(
        f"/admin/programs/question/{Question.objects.get(program=None).pk}/delete/", {"post": "yes"}
    )
    assert not editor.get("/search/?q=confidential").context["hits"]


@pytest.mark.parametrize("model", ["program", "article", "location", "question"])
def test_a_list_costs_the_same_with_many_rows_as_with_few(editor, model):
    def add(number: int) -> None:
        program = make_program(f"program-{number}")
        make_article(f"article-{number}").programs.add(program)
        make_location(f"location-{number}").licences.create(number="1", kind="x", issuer="y")
        Question.objects.create(question=f"Why {number}?", answer="Because.")

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert editor.get(f"/admin/programs/{model}/").status_code == 200
        return len(captured)

    add(0)
    few = statements()
    for number in range(1, 8):
        add(number)
    assert statements() == few
