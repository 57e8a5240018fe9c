"""What a page tells about itself to search engines and to whoever it is shared with."""

import re

import pytest
from django.contrib.staticfiles import finders

from tests.programs.rows import make_center, make_program

PAGES = [
    "/",
    "/programs/",
    "/programs/compare/",
    "/programs/iop/",
    "/find-your-level/",
    "/articles/",
    "/articles/how-an-intensive-outpatient-program-works/",
    "/locations/sacramento/",
    "/privacy/",
    "/search/",
    "/callback/",
    "/insurance/",
]


def head_of(client, address: str) -> dict[str, str]:
    """Return the title and what the meta elements say, by name and by property."""
    html = client.get(address).content.decode()
    said = {"title": re.search(r"<title>(.*?)</title>", html)[1]}
    for tag in re.findall(r"<meta [^>]+>", html):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        for kind in ("name", "property"):
            if kind in attributes:
                said[attributes[kind]] = attributes["content"]
    return said


@pytest.mark.parametrize("address", PAGES)
def test_a_page_has_a_title_a_description_and_a_picture(client, content, address):
    head = head_of(client, address)
    assert head["title"] == f"{head['og:title']} · Restoration Recovery Center"
    assert head["og:site_name"] == "Restoration Recovery Center"
    assert 20 < len(head["description"]) < 400
    assert head["description"] == head["og:description"]
    assert head["og:url"] == f"http://testserver{address}"
    picture = head["og:image"].removeprefix("http://testserver/static/")
    assert finders.find(picture)


def test_no_two_pages_have_the_same_title_or_description(client, content):
    heads = [head_of(client, address) for address in PAGES]
    assert len({head["title"] for head in heads}) == len(PAGES)


def test_a_quote_in_a_title_does_not_break_the_head(client, db):
    make_center()
    make_program(name='The "big" <b> & only', short_name="B")
    head = head_of(client, "/programs/iop/")
    assert head["og:title"] == "The &quot;big&quot; &lt;b&gt; &amp; only (B)"


def test_a_page_that_is_not_there_claims_no_address(client, content):
    html = client.get("/no-such-page/").content.decode()
    assert "canonical" not in html
    assert "og:url" not in html


def test_results_of_a_search_are_not_for_search_engines_nor_for_caches(client, content):
    assert head_of(client, "/search/?q=family")["robots"] == "noindex"
    assert "no-store" in client.get("/search/?q=family")["Cache-Control"]
    assert "robots" not in head_of(client, "/search/")


@pytest.mark.parametrize(
    ("address", "trail"),
    [
        ("/programs/iop/", ["/", "/programs/"]),
        ("/articles/which-level-of-care/", ["/", "/articles/"]),
        ("/locations/sacramento/", ["/"]),
        ("/privacy/", ["/"]),
    ],
)
def test_a_page_shows_the_way_back(client, content, address, trail):
    html = client.get(address).content.decode()
    crumbs = html.partition('<nav class="crumbs"')[2].partition("</nav>")[0]
    assert re.findall(r'href="([^"]+)"', crumbs) == trail
    assert 'aria-current="page"' in crumbs
