"""Pages for when something is wrong: they still say whom to call."""

import pytest
from django.db import OperationalError
from django.test import RequestFactory

from programs import views
from programs.models import Center, Program
from tests.programs.rows import make_center


@pytest.fixture
def broken_home(monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("a fault that nobody foresaw")

    monkeypatch.setattr(Program.objects, "published", fail)


def test_a_page_that_is_not_there_says_whom_to_call(client, db):
    make_center()
    response = client.get("/no-such-page/")
    page = response.content.decode()
    assert response.status_code == 404
    for link in ("tel:+19165550123", "tel:911", "tel:988"):
        assert f'href="{link}"' in page
    assert not response.cookies


@pytest.mark.parametrize("path", ["/", "/es/callback/", "/search/", "/admin/login/"])
def test_more_in_an_address_than_anybody_asks_is_refused_kindly(client, db, settings, path):
    make_center()
    many = "&".join(f"z{number}=1" for number in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1))
    client.raise_request_exception = False
    response = client.get(f"{path}?{many}")
    assert response.status_code == 400
    assert 'href="tel:988"' in response.content.decode()


def test_a_fault_says_whom_to_call(client, db, broken_home):
    make_center()
    client.raise_request_exception = False
    response = client.get("/")
    page = response.content.decode()
    assert response.status_code == 500
    for link in ("tel:+19165550123", "tel:911", "tel:988"):
        assert f'href="{link}"' in page
    assert "nobody foresaw" not in page


def test_a_fault_of_the_database_still_names_the_crisis_lines(monkeypatch):
    def unreachable():
        raise OperationalError("the database is away")

    monkeypatch.setattr(Center.objects, "first", unreachable)
    response = views.server_error(RequestFactory().get("/"))
    page = response.content.decode()
    assert response.status_code == 500
    assert 'href="tel:911"' in page
    assert 'href="tel:988"' in page
