"""Signing in by name and password alone, coming back to the wanted page, and signing out."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from intake.models import StaffSession
from tests import builders, page
from tests.intake import desk, door

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return builders.staff("ada", "Admissions")


def test_the_right_password_opens_the_admin_and_is_written_down(client, ada):
    response = door.type_password(client)
    assert (response.status_code, response.url) == (302, "/admin/")
    assert door.is_in(client)
    assert door.recorded() == [("signed_in", "ada", "password")]
    ada.refresh_from_db()
    assert ada.last_login is not None
    session = StaffSession.objects.get()
    assert (session.user, session.pk) == (ada, client.cookies["sessionid"].value)


def test_the_cookie_is_for_staff_pages_alone_and_ends_with_the_browser(client, ada):
    door.type_password(client)
    cookie = client.cookies["sessionid"]
    assert (cookie["path"], cookie["httponly"], cookie["max-age"]) == ("/admin/", True, "")


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("ada", "not her password"),
        ("ada", door.PASSWORD.upper()),
        ("ADA", door.PASSWORD),
        ("nobody", door.PASSWORD),
        ("left", door.PASSWORD),
        ("visitor", door.PASSWORD),
    ],
)
def test_whatever_is_wrong_gets_one_and_the_same_answer(client, ada, name, password):
    builders.staff("left", "Admissions", is_active=False)
    get_user_model().objects.create_user("visitor", password=door.PASSWORD)
    response = door.type_password(client, name, password)
    assert response.status_code == 422
    assert "Name and password don’t belong together." in page.text_of(response)
    assert page.form_on(response)["username"] == name
    assert password not in response.content.decode()
    assert not door.is_in(client)
    known = name if name in ("ada", "left", "visitor") else None
    assert door.recorded() == [("failed", known, "password")]


def test_a_name_that_nobody_has_costs_the_same_work(ada, monkeypatch):
    hashed, counted = [], []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher, "encode", lambda *args: hashed.append(name) or encode(*args)
    )
    # The very first event of all begins the chain.
    for name in ("first", "ada", "nobody"):
        with CaptureQueriesContext(connection) as queries:
            door.type_password(Client(REMOTE_ADDR=f"192.0.2.{len(name)}"), name, "wrong")
        counted.append(len(queries))
    assert hashed == ["first", "ada", "nobody"]
    assert counted[1] == counted[2]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"username": "ada"},
        {"username": "", "password": ""},
        {"username": "ada\0", "password": "x"},
        {"username": "ada", "password": "x\0"},
        {"username": "a" * 100_000, "password": "p" * 100_000},
        {"username": "😀", "password": "😀"},
    ],
)
def test_anything_may_be_typed(client, ada, data):
    assert client.post(door.LOGIN, data).status_code == 422
    assert not door.is_in(client)


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("/admin/intake/lead/?show=mine", "/admin/intake/lead/?show=mine"),
        ("/admin/password_change/", "/admin/password_change/"),
        ("/admin/account/", "/admin/account/"),
        ("/admin/logout/", "/admin/"),
        ("/admin/login/", "/admin/"),
        ("/admin/intake/lead/search/", "/admin/"),
        ("https://evil.example/admin/", "/admin/"),
        ("//evil.example/admin/", "/admin/"),
        ("/admin/\\evil.example", "/admin/%5Cevil.example"),
        ("javascript:alert(1)", "/admin/"),
        ("/callback/", "/admin/"),
        ("", "/admin/"),
    ],
)
def test_one_comes_to_the_page_one_wanted_and_never_elsewhere(client, ada, wanted, given):
    shown = client.get(door.LOGIN, {"next": wanted})
    response = door.type_password(client, next=page.form_on(shown)["next"])
    assert response.url == given


def test_a_page_that_needs_signing_in_is_what_one_comes_back_to(client, ada):
    lead = builders.lead()
    shown = client.get(client.get(desk.page_of(lead)).url)
    response = door.type_password(client, next=page.form_on(shown)["next"])
    assert response.url == desk.page_of(lead)


def test_who_is_signed_in_already_goes_on(client, ada):
    client.force_login(ada)
    assert client.get(door.LOGIN, {"next": desk.QUEUE}).url == desk.QUEUE


def test_signing_out_ends_the_session_so_that_its_old_cookie_opens_nothing(client, ada):
    door.type_password(client)
    cookie = client.cookies["sessionid"].value
    thief = Client()
    thief.cookies["sessionid"] = cookie
    assert door.is_in(thief)
    response = client.post("/admin/logout/")
    assert "You are signed out." in page.text_of(client.get(response.url))
    assert not door.is_in(client)
    thief = Client()
    thief.cookies["sessionid"] = cookie
    assert not door.is_in(thief)
    assert not StaffSession.objects.filter(user=ada).exists()
    assert door.recorded()[-1] == ("signed_out", "ada", "")


def test_a_link_signs_nobody_out(client, ada):
    client.force_login(ada)
    assert client.get("/admin/logout/").status_code == 405
    assert door.is_in(client)


def test_signing_in_leaves_no_earlier_session_behind(client, ada):
    client.get(door.LOGIN)
    door.type_password(client)
    first = client.cookies["sessionid"].value
    door.type_password(client)
    assert StaffSession.objects.filter(user=ada).count() == 1
    assert first


def test_of_two_tabs_one_signed_out_the_other_is_refused_kindly(client, ada):
    lead = builders.lead()
    door.type_password(client)
    client.get(desk.page_of(lead))
    client.post("/admin/logout/")
    response = desk.press(client, lead, "attempt", outcome="no_answer", channel="call", note="x")
    shown = client.get(response.url)
    assert "signed out before this was sent, so nothing was saved" in page.text_of(shown)
    assert not lead.attempts.exists()
    again = door.type_password(client, next=page.form_on(shown)["next"])
    assert again.url == desk.page_of(lead)


def test_a_form_from_before_a_new_sign_in_is_refused_and_what_was_typed_comes_back(ada):
    lead = builders.lead()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ada)
    browser.get(desk.page_of(lead))
    data = {"attempt-version": lead.version, "attempt-note": "She rings back at noon"}
    address = f"/admin/intake/lead/{lead.pk}/do/attempt/"
    stale = data | {"csrfmiddlewaretoken": "x" * 64}
    refused = browser.post(address, stale, HTTP_ORIGIN="http://testserver")
    assert refused.status_code == 403
    said = page.text_of(refused)
    assert "You have done nothing wrong." in said
    assert "What you typed is kept" in said
    assert desk.page_of(lead) in desk.links_on(refused)
    assert "She rings back at noon" in browser.get(desk.page_of(lead)).content.decode()


def test_another_site_leaves_nothing_in_our_forms(ada):
    lead = builders.lead()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ada)
    data = {"attempt-version": lead.version, "attempt-note": "Planted"}
    address = f"/admin/intake/lead/{lead.pk}/do/attempt/"
    refused = browser.post(address, data, HTTP_ORIGIN="https://evil.example")
    assert refused.status_code == 403
    assert "Planted" not in browser.get(desk.page_of(lead)).content.decode()


def test_who_is_made_inactive_is_out_with_the_next_request(client, ada):
    door.type_password(client)
    ada.is_active = False
    ada.save()
    assert not door.is_in(client)
