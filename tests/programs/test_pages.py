"""The public pages, through the front door."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from programs.models import Program
from tests.programs.rows import make_article, make_center, make_location, make_program

PAGES = [
    "/",
    "/programs/",
    "/programs/compare/",
    "/programs/iop/",
    "/articles/",
    "/articles/how-an-intensive-outpatient-program-works/",
    "/locations/sacramento/",
    "/privacy/",
    "/search/",
    "/search/?q=family",
]


@pytest.mark.parametrize("slug", ["iop", "php", "residential"])
def test_a_program_page_tells_everything_we_know_of_it(client, content, slug):
    program = Program.objects.get(slug=slug)
    page = client.get(f"/programs/{slug}/").content.decode()
    assert program.name in page
    assert program.sections.count() >= 5
    for section in program.sections.all():
        assert f'id="section-{section.pk}"' in page
    assert program.questions.count() >= 6
    for question in program.questions.all():
        assert f'id="question-{question.pk}"' in page
    assert "888-290-0925" in page


def test_a_program_page_costs_at_most_eight_statements(client, content):
    with CaptureQueriesContext(connection) as statements:
        response = client.get("/programs/iop/")
    assert response.status_code == 200
    assert len(statements) <= 8


@pytest.mark.parametrize("address", PAGES)
def test_a_public_page_sets_no_cookie_and_is_the_same_for_everybody(client, content, address):
    response = client.get(address)
    assert response.status_code == 200
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")


@pytest.mark.parametrize("address", PAGES)
def test_every_page_carries_the_phone_the_crisis_lines_and_its_own_address(
    client, content, address
):
    page = client.get(address).content.decode()
    assert 'href="tel:+18882900925"' in page
    assert 'href="tel:911"' in page
    assert 'href="tel:988"' in page
    path = address.partition("?")[0]
    assert f'rel="canonical" href="http://testserver{path}"' in page


@pytest.mark.parametrize("address", PAGES)
def test_a_public_page_can_be_asked_for_but_not_posted_to(client, db, address):
    assert client.post(address).status_code == 405


def test_neighbors_follow_the_continuum(client, db):
    make_center()
    make_program("residential", order=1)
    make_program("detox", order=2, is_published=False)
    make_program("php", order=3)
    make_program("iop", order=4)
    context = client.get("/programs/php/").context
    assert context["more_intensive"].slug == "residential"
    assert context["less_intensive"].slug == "iop"
    assert client.get("/programs/residential/").context["more_intensive"] is None
    assert client.get("/programs/iop/").context["less_intensive"] is None


def test_services_are_grouped_and_holistic_ones_are_marked_as_additions(client, db):
    program = make_program()
    program.services.create(kind="holistic", name="Yoga")
    program.services.create(kind="therapy", name="Group counseling")
    groups = client.get("/programs/iop/").context["service_groups"]
    assert [
        (label, [one.name for one in services], extra) for label, services, extra in groups
    ] == [
        ("Therapy", ["Group counseling"], False),
        ("Holistic additions", ["Yoga"], True),
    ]


def test_an_unpublished_program_is_not_found(client, db):
    make_program(is_published=False)
    assert client.get("/programs/iop/").status_code == 404


def test_an_unpublished_program_shows_on_no_other_page(client, db):
    make_center()
    draft = make_program("draft", name="Secret draft", is_published=False)
    make_program("iop", name="Open to all")
    make_location().programs.add(draft)
    make_article().programs.add(draft)
    for address in ("/", "/programs/", "/programs/compare/", "/programs/iop/"):
        page = client.get(address).content.decode()
        assert "Open to all" in page
        assert "Secret draft" not in page
    for address in ("/locations/sacramento/", "/articles/first-steps/", "/sitemap.xml"):
        assert "draft" not in client.get(address).content.decode()


def test_a_draft_and_a_text_of_tomorrow_are_not_found(client, db):
    make_article("draft", published_at=None)
    make_article("tomorrow", published_at=timezone.now() + timedelta(days=1))
    for slug in ("draft", "tomorrow"):
        assert client.get(f"/articles/{slug}/").status_code == 404


def test_a_legal_text_stands_at_the_root_and_not_among_the_articles(client, db):
    make_article("privacy", kind="legal", title="What we keep")
    assert "What we keep" in client.get("/privacy/").content.decode()
    assert client.get("/articles/privacy/").status_code == 404
    assert "What we keep" not in [one.title for one in client.get("/articles/").context["articles"]]


def test_an_opening_that_has_passed_is_left_out(client, db):
    program = make_program(next_opening="2026-01-05")
    assert client.get("/programs/iop/").context["program"].next_opening is None
    Program.objects.filter(pk=program.pk).update(next_opening="2199-01-05")
    assert "January 5, 2199" in client.get("/programs/iop/").content.decode()


def test_only_current_licenses_are_shown(client, db):
    make_center()
    make_program()
    location = make_location()
    location.licences.create(number="340001AP", kind="Residential", issuer="DHCS")
    location.licences.create(
        number="340002AP", kind="Outpatient", issuer="DHCS", expires_on="2026-01-05"
    )
    for address in ("/programs/iop/", "/locations/sacramento/"):
        page = client.get(address).content.decode()
        assert "340001AP" in page
        assert "340002AP" not in page


@pytest.mark.parametrize(
    "address",
    [
        "/programs/%00/",
        "/programs/iop%00/",
        "/programs/" + "a" * 5000 + "/",
        "/programs/😀/",
        "/programs/<script>/",
        "/articles/'; DROP TABLE programs_article;--/",
        "/locations/../../etc/passwd/",
        "/%F0%9F%98%80/",
        "/no-such-page/",
    ],
)
def test_a_strange_address_is_simply_not_found(client, db, address):
    assert client.get(address).status_code == 404


def test_an_empty_database_still_answers(client, db):
    for address in ("/", "/programs/", "/programs/compare/", "/articles/", "/search/?q=help"):
        assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (9, 12, "9 to 12"),
        (20, None, "20 or more"),
        (None, 5, "up to 5"),
        (5, 5, "5"),
        (None, None, ""),
    ],
)
def test_a_range_of_hours_is_readable(low, high, said):
    assert Program(usual_hours_min=low, usual_hours_max=high).hours_here == said


@pytest.mark.parametrize(
    ("low", "high", "unit", "said"),
    [
        (2, 12, "months", "2 to 12 months"),
        (1, 1, "weeks", "1 week"),
        (30, None, "days", "30 or more days"),
        (None, None, "days", ""),
    ],
)
def test_a_length_is_readable_with_its_unit(low, high, unit, said):
    assert Program(length_min=low, length_max=high, length_unit=unit).length == said
