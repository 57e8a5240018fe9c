"""Find your level: a few questions, where they stop, what may fit, and no trace of the answers."""

import logging

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from programs.models import FitCriterion, GuideAnswer, GuideQuestion, Program
from tests import page

GUIDE = "/find-your-level/"
SAFE = {"q-danger": "danger-none", "q-withdrawal": "withdrawal-no", "q-age": "age-adult"}
DONE = {"done": "1"}

pytestmark = pytest.mark.usefixtures("content")


def answers(**chosen: str) -> dict[str, str]:
    """Return the form as it is sent after the last question."""
    return SAFE | {f"q-{name}": slug for name, slug in chosen.items()} | DONE


def named(response) -> list[str]:
    """Return the levels that the result says may fit."""
    return [level.program.slug for level in response.context["may_fit"]]


def test_a_person_answers_and_is_told_which_level_may_fit_and_why(client):
    first = client.get(GUIDE)
    assert set(page.controls_on(first)) == set(SAFE)

    second = client.post(GUIDE, SAFE)
    carried = page.form_on(second)
    assert carried == SAFE
    assert set(page.controls_on(second)) == {
        *SAFE, "q-home", "q-support", "q-time", "q-before", "q-health",
    }  # fmt: skip

    chosen = {"q-home": "home-unsafe", "q-support": "support-always", "q-time": "time-away"}
    result = client.post(GUIDE, carried | chosen | DONE)
    said = page.text_of(result)
    assert named(result) == ["residential"]
    assert "Residential treatment may fit" in " ".join(said.split("\n"))
    assert "Home is unsafe, or full of reminders that pull you back." in said
    assert "Your assessment decides" in said
    assert "not a diagnosis" in said
    # The neighbor, and what speaks against it.
    assert [level.program.slug for level in result.context["levels"]] == ["residential", "php"]
    assert "Nights or weekends at home are not safe for you." in said
    assert "Can you help with a safe place to live, such as sober living?" in said


@pytest.mark.parametrize(
    ("chosen", "slugs"),
    [
        ({"home": "home-safe", "time": "time-little", "support": "support-people"}, ["iop"]),
        ({"home": "home-safe", "time": "time-weekdays", "before": "before-stay"}, ["php"]),
        ({"before": "before-iop", "health": "health-stable"}, ["php"]),
        ({"before": "before-outpatient", "health": "health-mental"}, ["residential"]),
        # Work pulls one way and home the other: safety counts more.
        ({"home": "home-unsafe", "time": "time-little"}, ["residential"]),
        # A tie names both.
        ({"home": "home-safe", "health": "health-stable"}, ["php", "iop"]),
        # Hospital-type care is none of these, and nothing chosen points anywhere.
        ({"home": "home-safe", "health": "health-medical"}, []),
        ({"home": "home-unsure", "support": "support-unsure", "time": "time-unsure"}, []),
        ({}, []),
    ],
)
def test_the_reasons_of_the_programs_decide(client, chosen, slugs):
    result = client.post(GUIDE, answers(**chosen))
    assert result.status_code == 200
    assert named(result) == slugs
    if not slugs:
        assert "Your answers do not point to one level" in page.text_of(result)
        assert len(result.context["levels"]) == 3


def test_a_changed_reason_changes_the_result(client):
    chosen = answers(home="home-safe")
    assert named(client.post(GUIDE, chosen)) == ["iop"]
    FitCriterion.objects.filter(guide_answer__slug="home-safe").update(is_fit=False)
    assert named(client.post(GUIDE, chosen)) == []
    php = Program.objects.get(slug="php")
    php.criteria.create(
        text="You like days.", guide_answer=GuideAnswer.objects.get(slug="home-safe")
    )
    result = client.post(GUIDE, chosen)
    assert named(result) == ["php"]
    assert "You like days." in page.text_of(result)


def test_an_unpublished_program_is_never_named(client):
    Program.objects.filter(slug="iop").update(is_published=False)
    result = client.post(GUIDE, answers(home="home-safe"))
    assert "Intensive outpatient" not in result.content.decode()


@pytest.mark.parametrize(
    ("question", "slug", "words"),
    [
        ("q-danger", "danger-overdose", "Stay with the person"),
        ("q-danger", "danger-suicide", "You do not have to be alone"),
        ("q-danger", "danger-hallucinations", "medical emergency"),
        ("q-withdrawal", "withdrawal-yes", "do not stop suddenly on your own"),
        ("q-withdrawal", "withdrawal-before", "can threaten your life"),
    ],
)
@pytest.mark.parametrize("rest", [{}, answers(home="home-safe"), {"q-age": "age-minor"}])
def test_danger_stops_everything_at_911_988_and_the_phone(client, question, slug, words, rest):
    response = client.post(GUIDE, rest | {question: slug})
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]
    assert words in main
    for link in ("tel:911", "tel:988", "tel:+18882900925"):
        assert f'href="{link}"' in main
    assert "may fit" not in main
    assert "<form" not in main


def test_under_18_goes_to_a_person_and_nothing_more_is_asked(client):
    response = client.post(GUIDE, SAFE | {"q-age": "age-minor"})
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]
    assert "Our programs are for adults" in main
    assert "tel:+18882900925" in main
    assert 'href="/callback/"' in main
    assert "<form" not in main


def test_danger_is_asked_first_and_must_be_answered(client):
    assert next(iter(page.controls_on(client.get(GUIDE)))) == "q-danger"
    response = client.post(GUIDE, {"q-age": "age-adult"} | DONE)
    assert response.status_code == 422
    said = response.content.decode()
    # Beside each question and in the summary above, and what was chosen is still chosen.
    assert said.count("Please choose one of these answers.") == 4
    assert page.form_on(response)["q-age"] == "age-adult"
    assert 'href="#id_q-danger_0"' in said
    assert 'id="id_q-danger_0"' in said


@pytest.mark.parametrize(
    "bad", ["nope", "", "\0", "home-unsafe", "'; DROP TABLE--", "<script>", "x" * 10_000, "😀"]
)
def test_an_answer_that_is_not_ours_is_asked_again_kindly(client, bad):
    response = client.post(GUIDE, SAFE | {"q-danger": bad} | DONE)
    assert response.status_code == 422
    assert page.form_on(response)["q-age"] == "age-adult"
    assert "<script>" not in response.content.decode()
    chosen = answers(home="home-safe", time=bad)
    response = client.post(GUIDE, chosen)
    assert response.status_code == (422 if bad else 200)
    if bad:
        assert page.form_on(response) == SAFE | {"q-home": "home-safe"}


def test_fields_that_nobody_asked_for_are_ignored(client):
    extra = {"q-nope": "x", "q-": "y", "__proto__": "z", "q-danger.0": "danger-overdose"}
    assert named(client.post(GUIDE, answers(home="home-safe") | extra)) == ["iop"]


def test_answers_are_never_read_from_the_address(client):
    response = client.get(GUIDE, answers(home="home-unsafe") | {"q-danger": "danger-overdose"})
    assert set(page.controls_on(response)) == set(SAFE)
    assert page.form_on(response) == {}


def test_answers_leave_no_trace(client, caplog):
    caplog.set_level(logging.DEBUG)
    titles = set()
    with CaptureQueriesContext(connection) as statements:
        for data in (
            SAFE,
            SAFE | {"q-danger": "danger-suicide"},
            answers(home="home-unsafe"),
            {"q-home": "home-unsafe"},
        ):
            response = client.post(GUIDE, data)
            titles.add(response.content.decode().partition("<title>")[2].partition("</")[0])
            assert "no-store" in response.headers["Cache-Control"]
            assert "Location" not in response.headers
            assert "sessionid" not in response.cookies
    assert all(one["sql"].startswith("SELECT") for one in statements)
    logged = "\n".join(str(vars(record)) for record in caplog.records if "sql" not in vars(record))
    assert "home-unsafe" not in logged
    assert "danger-suicide" not in logged
    # A browser's history shows addresses and titles.
    assert {title.removeprefix("Please check: ") for title in titles} == {
        "Find your level · Restoration Recovery Center"
    }


def test_questions_come_without_a_cookie(client):
    assert not client.get(GUIDE).cookies
    assert not client.post(GUIDE, SAFE).cookies
    assert not client.post(GUIDE, SAFE | {"q-age": "age-minor"}).cookies


def test_the_result_costs_few_statements(client):
    with CaptureQueriesContext(connection) as statements:
        client.post(GUIDE, answers(home="home-safe", time="time-little"))
    assert len(statements) <= 8


def test_the_lines_for_a_call_are_shown_and_none_is_picked(client):
    result = client.post(GUIDE, answers(home="home-unsafe"))
    boxes = page.controls_on(result)["line"]
    assert [box["value"] for box in boxes] == [
        "Is any of this happening now? None of these",
        "Do you drink heavily every day, or take benzodiazepines such as Xanax, Valium, or "
        "Klonopin? No",
        "Is the person who needs help 18 or older? Yes",
        "Is there a safe place to sleep, without drugs or alcohol within reach? "
        "No, or it is full of reminders",
    ]
    assert not any("checked" in box for box in boxes)
    assert 'action="/callback/"' in result.content.decode()


def test_answers_can_be_changed(client):
    result = client.post(GUIDE, answers(home="home-unsafe"))
    sent = {name: value for name, value in page.form_on(result).items() if name.startswith("q-")}
    again = client.post(GUIDE, sent)
    assert page.form_on(again) == SAFE | {"q-home": "home-unsafe"}
    changed = page.form_on(again) | {"q-home": "home-safe"}
    assert named(client.post(GUIDE, changed | DONE)) == ["iop"]


def test_the_first_page_prints_as_a_worksheet_of_all_questions(client):
    said = page.text_of(client.get(GUIDE))
    for question in GuideQuestion.objects.all():
        assert question.text in said
        for answer in question.answers.all():
            assert answer.text in said
    filled = client.post(GUIDE, SAFE).content.decode()
    assert '<li class="chosen">None of these</li>' in filled


def test_a_guide_that_asks_nobody_about_danger_is_not_offered(client):
    GuideQuestion.objects.filter(slug__in=["danger", "withdrawal"]).update(is_published=False)
    for response in (client.get(GUIDE), client.post(GUIDE, answers(home="home-safe"))):
        assert response.status_code == 200
        assert "The guide is not ready yet" in page.text_of(response)
        assert "tel:+18882900925" in response.content.decode()


def test_the_guide_is_in_the_sitemap_and_reached_from_the_programs(client):
    assert f"http://testserver{GUIDE}" in client.get("/sitemap.xml").content.decode()
    assert f'href="{GUIDE}"' in client.get("/programs/iop/").content.decode()


# In the admin


def test_an_editor_tries_out_what_is_not_public_yet(editor):
    question = GuideQuestion.objects.create(text="New question?", slug="new", is_published=False)
    answer = question.answers.create(text="Yes, new", slug="new-yes")
    draft = Program.objects.get(slug="php")
    Program.objects.filter(pk=draft.pk).update(is_published=False)
    draft.criteria.create(text="A draft reason.", guide_answer=answer)

    trial = "/admin/programs/guidequestion/try/"
    assert f'href="{trial}"' in editor.get("/admin/programs/guidequestion/").content.decode()
    assert "New question?" in page.text_of(editor.get(trial))
    result = editor.post(trial, answers(new="new-yes"))
    assert named(result) == ["php"]
    assert "Preview" in page.text_of(result)

    assert "New question?" not in page.text_of(editor.get(GUIDE))
    assert named(editor.post(GUIDE, answers(new="new-yes"))) == []


def test_trying_out_is_for_those_who_may_see_the_questions(client, django_user_model):
    trial = "/admin/programs/guidequestion/try/"
    assert client.get(trial).url.startswith("/admin/login/")
    client.force_login(django_user_model.objects.create_user("desk", is_staff=True))
    assert client.get(trial).status_code == 403


def test_an_editor_writes_a_question_with_its_answers(editor):
    rows = {
        "answers-TOTAL_FORMS": "1",
        "answers-INITIAL_FORMS": "0",
        "answers-0-order": "10",
        "answers-0-text": "Yes",
        "answers-0-slug": "car-yes",
    }
    question = {"text": "Is there a car?", "slug": "car", "is_published": "on", "order": "90"}
    editor.post("/admin/programs/guidequestion/add/", question | rows)
    assert GuideQuestion.objects.get(slug="car").answers.get().text == "Yes"
    assert "Is there a car?" in page.text_of(editor.post(GUIDE, SAFE))


def test_the_program_page_in_the_admin_reads_the_answers_once(editor):
    program = Program.objects.get(slug="iop")
    with CaptureQueriesContext(connection) as statements:
        response = editor.get(f"/admin/programs/program/{program.pk}/change/")
    assert "No, or it is full of reminders" in response.content.decode()
    assert sum("programs_guideanswer" in one["sql"] for one in statements) <= 2


def test_staff_see_that_a_guide_without_danger_is_not_shown(editor):
    GuideAnswer.objects.filter(leads_to="danger").delete()
    center = editor.get("/admin/programs/center/1/change/").content.decode()
    assert "asks nobody about danger" in center
