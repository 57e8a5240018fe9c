"""JSON-LD says what the page shows, and nothing that nobody has told us."""

import json
import re
from datetime import date, time

import pytest

from tests import page
from tests.programs.rows import (
    make_article,
    make_center,
    make_location,
    make_program,
    open_every_day,
)

SCRIPT = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
PAGES = [
    "/",
    "/programs/compare/",
    "/programs/iop/",
    "/programs/php/",
    "/programs/residential/",
    "/articles/how-an-intensive-outpatient-program-works/",
    "/locations/sacramento/",
    "/privacy/",
]
# What people read in other words: a date, a time, a country, the name of a kind.
CODED = {"datePublished", "lastReviewed", "opens", "closes", "addressCountry", "contactType"}


def nodes_on(response) -> dict[str, dict]:
    """Return the nodes of the page's JSON-LD by their type."""
    scripts = SCRIPT.findall(response.content.decode())
    assert len(scripts) == 1
    document = json.loads(scripts[0])
    assert document["@context"] == "https://schema.org"
    return {node["@type"]: node for node in document["@graph"]}


def leaves(node, name=""):
    """Yield every (name, value) that is not a node or a list."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, key)
    elif isinstance(node, list):
        for value in node:
            yield from leaves(value, name)
    else:
        yield name, node


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("address", PAGES)
def test_every_fact_stands_on_the_page_as_well(client, content, address):
    response = client.get(address)
    html, said = response.content.decode(), squeezed(page.text_of(response))
    facts = list(leaves(nodes_on(response)))
    assert facts
    for name, value in facts:
        assert value not in ("", None), f"{name} is empty"
        if name.startswith("@") or name in CODED or isinstance(value, int):
            continue
        if name in ("url", "item"):
            path = value.removeprefix("http://testserver")
            assert f'href="{path}"' in html or f'href="{value}"' in html
        elif name == "telephone":
            assert f'href="tel:{value}"' in html
        else:
            assert squeezed(str(value)) in said, f"{name}: {value}"


@pytest.mark.parametrize(
    ("address", "types"),
    [
        ("/", {"MedicalOrganization", "WebSite", "FAQPage"}),
        ("/programs/iop/", {"MedicalOrganization", "Service", "FAQPage", "BreadcrumbList"}),
        ("/articles/which-level-of-care/", {"MedicalOrganization", "Article", "BreadcrumbList"}),
        ("/locations/sacramento/", {"MedicalOrganization", "MedicalClinic", "BreadcrumbList"}),
        ("/privacy/", {"MedicalOrganization", "BreadcrumbList"}),
    ],
)
def test_each_page_says_what_it_is(client, content, address, types):
    assert set(nodes_on(client.get(address))) == types


def test_a_program_is_offered_by_the_center_and_answers_questions(client, content):
    nodes = nodes_on(client.get("/programs/iop/"))
    assert nodes["Service"]["name"] == "Intensive outpatient program"
    assert nodes["Service"]["provider"]["@id"] == nodes["MedicalOrganization"]["@id"]
    asked = nodes["FAQPage"]["mainEntity"]
    assert asked[0]["name"] == "Can I keep my job during IOP?"
    assert asked[0]["acceptedAnswer"]["text"].startswith("Many people do.")
    assert [step["name"] for step in nodes["BreadcrumbList"]["itemListElement"]] == [
        "Home",
        "Programs",
        "IOP",
    ]


def test_what_nobody_has_told_us_is_left_out(client, db):
    make_center()
    make_program()
    make_article()
    make_location()
    nodes = nodes_on(client.get("/locations/sacramento/"))
    assert nodes["MedicalClinic"]["address"] == {
        "@type": "PostalAddress",
        "addressLocality": "Sacramento",
        "addressRegion": "California",
        "addressCountry": "US",
    }
    assert "telephone" not in nodes["MedicalClinic"]
    assert "legalName" not in nodes["MedicalOrganization"]
    assert "MedicalWebPage" not in nodes_on(client.get("/programs/iop/"))
    assert "FAQPage" not in nodes_on(client.get("/programs/iop/"))
    assert "author" not in nodes_on(client.get("/articles/first-steps/"))["Article"]


def test_what_somebody_has_told_us_is_there(client, db):
    center = make_center(legal_name="Willow House LLC")
    open_every_day(center, time(8), time(0))
    reviewed = {"reviewed_by": "Dr. Ada Ames, MD", "reviewed_on": date(2026, 3, 4)}
    make_program(**reviewed)
    make_article(author="Ben Okoye", **reviewed)
    make_location(street="1 Elm Street", postal_code="95814", phone="916-555-0145")

    nodes = nodes_on(client.get("/locations/sacramento/"))
    assert nodes["MedicalClinic"]["address"]["streetAddress"] == "1 Elm Street"
    assert nodes["MedicalClinic"]["telephone"] == "+19165550145"
    organization = nodes["MedicalOrganization"]
    assert organization["legalName"] == "Willow House LLC"
    [hours] = organization["contactPoint"]["hoursAvailable"]
    assert hours["dayOfWeek"][0] == "Monday"
    assert len(hours["dayOfWeek"]) == 7
    assert (hours["opens"], hours["closes"]) == ("08:00", "23:59")

    for address in ("/programs/iop/", "/articles/first-steps/"):
        review = nodes_on(client.get(address))["MedicalWebPage"]
        assert review["reviewedBy"]["name"] == "Dr. Ada Ames, MD"
        assert review["lastReviewed"] == "2026-03-04"
    article = nodes_on(client.get("/articles/first-steps/"))["Article"]
    assert article["author"]["name"] == "Ben Okoye"
    assert article["datePublished"] == "2026-01-05"


def test_text_of_an_editor_cannot_leave_the_script(client, db):
    hostile = "</script><script>alert(1)</script><!-- & \u2028 \\u003c"
    make_center(name=hostile)
    make_program(name=hostile).questions.create(question=hostile, answer="x & y")
    response = client.get("/programs/iop/")
    assert "<script>alert" not in response.content.decode()
    nodes = nodes_on(response)
    assert nodes["Service"]["name"] == nodes["MedicalOrganization"]["name"] == hostile
    assert nodes["FAQPage"]["mainEntity"][0]["acceptedAnswer"]["text"] == "x & y"


def test_a_draft_in_preview_says_nothing_to_machines(editor):
    make_center()
    draft = make_program(is_published=False)
    page_of_draft = editor.get(f"/admin/programs/program/{draft.pk}/preview/").content.decode()
    assert "ld+json" not in page_of_draft
