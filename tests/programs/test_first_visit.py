"""A first visit to a program page fits in what a fresh connection carries at once."""

import gzip

import pytest
from django.contrib.staticfiles import finders
from django.templatetags.static import static

from tests.benchmarks.first_visit import BYTES_AT_ONCE, LINKED


@pytest.mark.parametrize("slug", ["iop", "php", "residential"])
@pytest.mark.parametrize("language", ["", "/es"])
def test_a_program_page_and_its_styles_arrive_in_one_round_trip(client, content, language, slug):
    page = client.get(f"{language}/programs/{slug}/").content
    links = [style or script for style, script in LINKED.findall(page.decode())]
    assert links
    files = [finders.find(link.removeprefix(static(""))) for link in links]
    parts = [page]
    for name in files:
        with open(name, "rb") as file:
            parts.append(file.read())
    assert sum(len(gzip.compress(part)) for part in parts) <= BYTES_AT_ONCE
