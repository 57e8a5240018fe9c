"""Where "Leave this page" leads: chosen by the center, over https, and on each sensitive page."""

import pytest

from programs.models import Center
from tests.programs.rows import center_form, make_center

CHANGE = "/admin/programs/center/1/change/"


@pytest.mark.parametrize("address", ["/callback/", "/insurance/", "/receipt/"])
def test_a_sensitive_page_has_a_plain_link_out(client, db, address):
    make_center(leave_url="https://news.example/today")
    html = client.get(address).content.decode()
    assert 'href="https://news.example/today" rel="noreferrer"' in html
    assert "Leaving cannot erase this browser’s history" in html


def test_a_page_for_reading_has_none(client, db):
    make_center()
    assert "Leave this page" not in client.get("/").content.decode()


def test_a_new_center_leads_to_the_weather(db):
    assert make_center().leave_url == "https://www.weather.gov/"


def test_the_center_chooses_where_it_leads(editor):
    make_center()
    assert editor.post(CHANGE, center_form(leave_url="news.example")).status_code == 302
    assert Center.objects.get().leave_url == "https://news.example"


@pytest.mark.parametrize(
    "address",
    ["", "http://news.example/", "javascript:alert(1)", "ftp://news.example/", "https://", "/"],
)
def test_an_address_that_is_no_https_page_is_refused(editor, address):
    make_center()
    answer = editor.post(CHANGE, center_form(leave_url=address))
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors.keys() == {"leave_url"}
    assert Center.objects.get().leave_url == "https://www.weather.gov/"
