"""Default content comes from files, once or often, and never over an editor's work."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from programs.models import Article, Center, LoadedContent, Location, Program, Question
from tests.programs.rows import make_center

CENTER = """
name = "Willow House"
phone = "916-555-0123"
time_zone = "America/Los_Angeles"
crisis_wording = "Call [911](tel:911)."

[[opening_hours]]
days = ["monday", "tuesday"]
opens = "08:00"
closes = "20:00"

[[locations]]
name = "Sacramento"
slug = "sacramento"
city = "Sacramento"
region = "California"
latitude = 38.58
programs = ["iop"]
"""
QUESTIONS = """
[[questions]]
question = "Is it confidential?"
answer = "Yes."
"""
PROGRAM = """+++
name = "Intensive outpatient program"
short_name = "IOP"
summary = "Care by day."
level_code = "2.1"
level_edition = "ASAM Criteria, 3rd edition"
sleeps = "home"
supervision = "During sessions."
usual_hours_min = 9
usual_hours_max = 12

[[services]]
kind = "therapy"
name = "Group counseling"
note = "With peers."

[[criteria]]
text = "You have a safe place to sleep."
is_fit = true

[[questions]]
question = "Can I work?"
answer = "Often, yes."
+++
## What it is

Care by day.

### A detail

More of it.

## How a week looks

Three evenings.
"""
ARTICLE = """+++
title = "First steps"
summary = "Where to begin."
programs = ["iop"]
published = 2026-11-01
+++
## Breathe

Then call.
"""


@pytest.fixture
def files(db, tmp_path, monkeypatch):
    """A folder of content that the programs app takes for its own."""
    folder = tmp_path / "content" / "en"
    for name in ("programs", "articles", "legal"):
        (folder / name).mkdir(parents=True)
    (folder / "center.toml").write_text(CENTER)
    (folder / "questions.toml").write_text(QUESTIONS)
    (folder / "programs" / "iop.md").write_text(PROGRAM)
    (folder / "articles" / "first-steps.md").write_text(ARTICLE)
    (folder / "legal" / "privacy.md").write_text(ARTICLE)
    monkeypatch.setattr(apps.get_app_config("programs"), "path", str(tmp_path))
    return folder


@pytest.fixture
def spanish(files):
    """The same files in Spanish, of which an article and the questions are not there yet."""
    folder = files.parent / "es"
    (folder / "programs").mkdir(parents=True)
    (folder / "center.toml").write_text(CENTER.replace("Call [911]", "Llame al [911]"))
    program = PROGRAM
    for english, said in (
        ("Care by day.", "Atención de día."),
        ("What it is", "Qué es"),
        ("Three evenings.", "Tres tardes."),
        ("Group counseling", "Consejería de grupo"),
        ("Can I work?", "¿Puedo trabajar?"),
    ):
        program = program.replace(english, said)
    (folder / "programs" / "iop.md").write_text(program)
    return folder


def load() -> dict[str, int]:
    return dict(apps.get_app_config("programs").load_content())


def change(path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_files_become_pages(files, client):
    call_command("load_content", stdout=StringIO())
    center = Center.objects.get()
    assert [str(row) for row in center.opening_hours.all()] == [
        "Monday 08:00\N{EN DASH}20:00",
        "Tuesday 08:00\N{EN DASH}20:00",
    ]
    program = Program.objects.get(slug="iop")
    assert program.is_published
    assert [section.heading for section in program.sections.all()] == [
        "What it is",
        "How a week looks",
    ]
    assert "### A detail" in program.sections.all()[0].body
    assert program.services.get().name == "Group counseling"
    assert program.criteria.get().is_fit
    assert program.questions.get().question == "Can I work?"
    assert Question.objects.get(program=None).question == "Is it confidential?"
    assert [one.slug for one in Location.objects.get().programs.all()] == ["iop"]
    article = Article.objects.get(kind="article")
    # Midnight of November 1 in Sacramento, still in daylight-saving time.
    assert article.published_at == datetime(2026, 11, 1, 7, tzinfo=UTC)
    assert [one.slug for one in article.programs.all()] == ["iop"]
    assert "Three evenings." in client.get("/programs/iop/").content.decode()
    assert client.get("/privacy/").status_code == 200


def test_the_default_content_loads_and_the_second_time_changes_nothing(db):
    app = apps.get_app_config("programs")
    first = app.load_content()
    changed = list(Program.objects.values_list("updated_at", flat=True))
    second = app.load_content()
    assert set(first) == {"created"}
    assert second == {"unchanged": first["created"]}
    assert list(Program.objects.values_list("updated_at", flat=True)) == changed


def test_the_command_prints_only_counts(files):
    out = StringIO()
    call_command("load_content", stdout=out)
    assert all(line.split()[0].isdigit() for line in out.getvalue().splitlines())
    assert "Willow" not in out.getvalue()


def test_a_changed_file_updates_rows_that_nobody_edited(files):
    load()
    program = Program.objects.get()
    change(files / "programs" / "iop.md", "Three evenings.", "Four evenings.")
    change(
        files / "programs" / "iop.md", "[[criteria]]\ntext =", "[[criteria]]\nis_fit = true\ntext ="
    )
    change(files / "programs" / "iop.md", 'sleep."\nis_fit = true', 'sleep."')
    assert load() == {"updated": 1, "unchanged": 5}
    assert Program.objects.get().pk == program.pk
    assert program.sections.last().body == "Four evenings."
    assert load() == {"unchanged": 6}


def test_an_edited_page_is_left_alone_as_a_whole(files):
    load()
    section = Program.objects.get().sections.first()
    section.body = "Our own words."
    section.save()
    change(files / "programs" / "iop.md", "Three evenings.", "Four evenings.")
    assert load() == {"kept": 1, "unchanged": 5}
    bodies = [row.body for row in Program.objects.get().sections.all()]
    assert bodies == ["Our own words.", "Three evenings."]


@pytest.mark.parametrize(
    "edit",
    [
        lambda: Program.objects.update(is_published=False),
        lambda: Program.objects.update(slug="intensive-outpatient"),
        lambda: Program.objects.get().services.create(kind="holistic", name="Yoga"),
        lambda: Program.objects.get().questions.all().delete(),
        lambda: Program.objects.get().criteria.update(is_fit=False),
        lambda: Program.objects.get().sections.filter(order=10).update(order=99),
    ],
)
def test_any_edit_of_a_page_keeps_it_from_its_file(files, edit):
    load()
    edit()
    change(files / "programs" / "iop.md", "Three evenings.", "Four evenings.")
    assert load()["kept"] >= 1
    assert not Program.objects.filter(sections__body="Four evenings.").exists()


def test_a_deleted_page_stays_deleted(files):
    load()
    Article.objects.filter(kind="article").delete()
    Question.objects.filter(program=None).delete()
    assert load() == {"kept": 2, "unchanged": 4}
    assert not Article.objects.filter(kind="article").exists()
    assert not Question.objects.filter(program=None).exists()


def test_the_phone_number_that_staff_entered_stays(files):
    load()
    Center.objects.update(phone="916-555-0199")
    change(files / "center.toml", "916-555-0123", "916-555-0150")
    assert load() == {"kept": 1, "unchanged": 5}
    assert Center.objects.get().phone == "916-555-0199"


def test_closed_days_do_not_keep_the_center_from_its_file(files):
    load()
    Center.objects.get().closed_days.create(day="2026-12-25")
    change(files / "center.toml", "916-555-0123", "916-555-0150")
    assert load()["updated"] == 1
    assert Center.objects.get().phone == "916-555-0150"
    assert Center.objects.get().closed_days.count() == 1


def test_rows_that_no_file_made_are_left_alone(files):
    make_center(name="Already here")
    assert load() == {"kept": 1, "created": 5}
    assert Center.objects.get().name == "Already here"


def test_a_page_that_left_the_files_stays_on_the_site(files):
    load()
    (files / "articles" / "first-steps.md").unlink()
    assert load() == {"unchanged": 5}
    assert Article.objects.filter(slug="first-steps").exists()


@pytest.mark.parametrize(
    ("name", "old", "new", "complaint"),
    [
        ("programs/iop.md", 'sleeps = "home"', 'sleeps = "moon"', "en/programs/iop.md: sleeps:"),
        ("programs/iop.md", 'summary = "Care by day."', "", "en/programs/iop.md: summary:"),
        ("programs/iop.md", 'summary = "', 'sumary = "', "en/programs/iop.md: unknown key sumary"),
        ("programs/iop.md", "usual_hours_max = 12", "usual_hours_max = 3", "larger one"),
        ("programs/iop.md", 'kind = "therapy"', 'kind = "magic"', "services 1: kind:"),
        ("programs/iop.md", "[[services]]", "[services]", "[[services]] tables"),
        ("programs/iop.md", "## What it is", "What it is", "before the first ## heading"),
        ("programs/iop.md", 'name = "Intensive', "name = Intensive", "en/programs/iop.md: "),
        ("programs/iop.md", "+++", "---", "two lines of +++"),
        ("articles/first-steps.md", '["iop"]', '["iop", "nope"]', "there is no program 'nope'"),
        ("articles/first-steps.md", "2026-11-01", '"soon"', "published is a date"),
        ("center.toml", '"tuesday"', '"dienstag"', "'dienstag' is not a day"),
        ("center.toml", "days =", "day =", "None is not a day"),
        ("center.toml", 'opens = "08:00"', 'opens = "21:00"', "Closing comes after opening"),
        ("center.toml", "America/Los_Angeles", "Mars/Olympus", "en/center.toml: time_zone:"),
        ("questions.toml", "[[questions]]", "[[question]]", "unknown key question"),
    ],
)
def test_a_wrong_file_is_named_and_nothing_is_loaded(files, name, old, new, complaint):
    change(files / name, old, new)
    with pytest.raises(CommandError) as refusal:
        call_command("load_content")
    assert complaint in str(refusal.value)
    assert not Center.objects.exists()
    assert not LoadedContent.objects.exists()


def test_two_files_for_one_address_are_refused(files):
    second = ARTICLE.replace("+++\n", '+++\nslug = "first-steps"\n', 1)
    (files / "articles" / "other.md").write_text(second)
    with pytest.raises(CommandError, match="first-steps"):
        call_command("load_content")


def test_a_missing_file_and_a_file_that_is_no_text_are_refused(files):
    (files / "articles" / "first-steps.md").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CommandError, match=r"en/articles/first-steps\.md: the file is not UTF-8"):
        call_command("load_content")
    (files / "center.toml").unlink()
    with pytest.raises(CommandError, match=r"en/center\.toml: the file is missing"):
        call_command("load_content")


GUIDE = """
[[questions]]
slug = "home"
text = "Is there a safe place to sleep?"

[[questions.answers]]
slug = "home-safe"
text = "Yes"

[[questions.answers]]
slug = "home-unsafe"
text = "No"
leads_to = "person"
"""
UNTIED = 'sleep."\nis_fit = true'
TIED = 'sleep."\nanswer = "home-safe"\nis_fit = true'


def tie() -> str:
    """Return the answer that the reason of the program hangs on."""
    answer = Program.objects.get().criteria.get().guide_answer
    return answer.slug if answer else ""


@pytest.fixture
def guide(files):
    """The same content with a guide that one reason hangs on."""
    (files / "guide.toml").write_text(GUIDE)
    change(files / "programs" / "iop.md", UNTIED, TIED)
    return files


def test_reasons_hang_on_the_answers_of_the_guide(guide):
    load()
    assert tie() == "home-safe"
    assert load() == {"unchanged": 7}


def test_a_page_loaded_before_there_was_a_guide_follows_its_file(files):
    load()
    (files / "guide.toml").write_text(GUIDE)
    change(files / "programs" / "iop.md", UNTIED, TIED)
    assert load() == {"created": 1, "updated": 1, "unchanged": 5}
    assert tie() == "home-safe"


def test_an_answer_that_is_reworded_keeps_its_reasons(guide):
    load()
    change(guide / "guide.toml", 'text = "Yes"', 'text = "Yes, a safe one"')
    assert load() == {"updated": 1, "unchanged": 6}
    assert tie() == "home-safe"
    assert load() == {"unchanged": 7}


def test_a_reason_that_an_editor_tied_elsewhere_is_left_alone(guide):
    load()
    criterion = Program.objects.get().criteria.get()
    criterion.guide_answer = None
    criterion.save()
    change(guide / "programs" / "iop.md", "Three evenings.", "Four evenings.")
    assert load() == {"kept": 1, "unchanged": 6}
    assert tie() == ""


@pytest.mark.parametrize(
    ("name", "old", "new", "complaint"),
    [
        ("programs/iop.md", "home-safe", "nope", "the guide has no answer 'nope'"),
        ("guide.toml", '"person"', '"moon"', "answers 2: leads_to:"),
        ("guide.toml", '"home-unsafe"', '"home-safe"', "has the address 'home-safe' already"),
        ("guide.toml", "[[questions]]", "[[question]]", "[[questions]] tables"),
    ],
)
def test_a_guide_that_is_wrong_is_named(guide, name, old, new, complaint):
    change(guide / name, old, new)
    with pytest.raises(CommandError) as refusal:
        load()
    assert complaint in str(refusal.value)


# Other languages


def test_a_translation_lands_on_the_same_rows(spanish, client):
    assert load() == {"created": 6}
    program = Program.objects.get()
    assert (program.summary, program.summary_es) == ("Care by day.", "Atención de día.")
    assert [one.heading_es for one in program.sections.all()] == ["Qué es", "How a week looks"]
    assert program.services.get().name_es == "Consejería de grupo"
    assert program.questions.get().question_es == "¿Puedo trabajar?"
    assert Center.objects.get().crisis_wording_es == "Llame al [911](tel:911)."
    # What has no file yet waits in English.
    assert Article.objects.get(kind="article").title_es is None
    assert "Tres tardes." in client.get("/es/programs/iop/").content.decode()
    assert load() == {"unchanged": 6}


def test_a_changed_translation_is_loaded_and_an_edited_one_left_alone(spanish):
    load()
    change(spanish / "programs" / "iop.md", "Tres tardes.", "Cuatro tardes.")
    assert load() == {"updated": 1, "unchanged": 5}
    assert Program.objects.get().sections.last().body_es == "Cuatro tardes."
    Program.objects.update(summary_es="Nuestras palabras.")
    change(spanish / "programs" / "iop.md", "Cuatro tardes.", "Cinco tardes.")
    assert load() == {"kept": 1, "unchanged": 5}
    assert Program.objects.get().summary_es == "Nuestras palabras."


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("programs/iop.md", "[[services]]", "[[services]]\nkind='therapy'\nname='x'\n[[services]]",
         "es/programs/iop.md: services are not the same, one by one, as in en/programs/iop.md"),
        ("programs/iop.md", "Tres tardes.", "Garantizamos tres tardes.", "es/programs/iop.md"),
        ("center.toml", "sacramento", "elsewhere", "es/center.toml#elsewhere: there is nothing"),
    ],
)  # fmt: skip
def test_a_translation_of_something_else_is_refused(spanish, name, old, new, said):
    change(spanish / name, old, new)
    with pytest.raises(CommandError, match=said):
        load()
    assert not Program.objects.exists()


def test_a_new_language_comes_to_pages_that_staff_have_edited_but_not_over_their_words(spanish):
    there = spanish.rename(spanish.parent / "later")
    load()
    section = Program.objects.get().sections.last()
    section.body = "Our own words."
    section.save()
    Center.objects.update(phone="916-555-0199")
    there.rename(spanish)
    assert load() == {"updated": 3, "unchanged": 3}
    program = Program.objects.get()
    assert program.summary_es == "Atención de día."
    assert program.sections.first().heading_es == "Qué es"
    # Its English is not the one that was translated.
    assert program.sections.last().body_es is None
    assert Center.objects.get().phone == "916-555-0199"
    assert Center.objects.get().crisis_wording_es == "Llame al [911](tel:911)."
    # Once: what staff take out afterwards stays out.
    Program.objects.update(summary_es="")
    assert load() == {"kept": 2, "unchanged": 4}
    assert Program.objects.get().summary_es == ""
