"""A page of ours may begin the message of a request; the person decides what is sent."""

import pytest
from django.test import Client

from intake.models import CallbackRequest, Lead
from tests import builders, page

URL = "/callback/"
LINES = ["Is there a safe place to sleep? No", "Who is at home? Nobody"]
BEGUN = {"first_showing": "1", "line": LINES}

pytestmark = pytest.mark.usefixtures("front_door")


def test_picked_lines_stand_in_the_message_and_go_only_when_sent(client):
    shown = client.post(URL, BEGUN)
    assert shown.status_code == 200
    form = page.form_on(shown)
    assert form["message"] == "\n".join(LINES)
    assert not Lead.objects.exists()
    assert "no-store" in shown.headers["Cache-Control"]
    assert "error-summary" not in shown.content.decode()

    sent = form | {"phone": builders.PHONE, "message": "Is there a safe place to sleep? No."}
    assert client.post(URL, sent).status_code == 303
    assert CallbackRequest.objects.get().message == "Is there a safe place to sleep? No."


def test_without_a_picked_line_the_form_is_empty(client):
    shown = client.post(URL, {"first_showing": "1"})
    assert shown.status_code == 200
    assert page.form_on(shown)["message"] == ""


def test_lines_are_never_taken_from_the_address(client):
    shown = client.get(URL, BEGUN | {"message": "Sentinel"})
    assert page.form_on(shown)["message"] == ""


def test_lines_beside_a_whole_form_store_nothing(client):
    form = builders.callback_form(client)
    assert client.post(URL, form | BEGUN).status_code == 200
    assert not Lead.objects.exists()


@pytest.mark.parametrize(
    ("origin", "message"),
    [("http://testserver", "\n".join(LINES)), ("https://elsewhere.example", ""), (None, "")],
)
def test_without_a_cookie_only_our_own_pages_may_begin_a_message(db, origin, message):
    browser = Client(enforce_csrf_checks=True)
    shown = browser.post(URL, BEGUN, headers={"Origin": origin} if origin else {})
    assert shown.status_code == 200
    assert page.form_on(shown)["message"] == message


@pytest.mark.parametrize("line", ["</textarea><script>alert(1)</script>", "a\0b", "x" * 10_000])
def test_hostile_lines_are_text_like_any_other(client, line):
    shown = client.post(URL, {"first_showing": "1", "line": line})
    assert shown.status_code == 200
    assert "<script>alert" not in shown.content.decode()
