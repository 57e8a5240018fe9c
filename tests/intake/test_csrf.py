"""Forms from browsers without our cookie, and from pages that are not ours."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from intake import nonces, receipts
from intake.models import CallbackRequest, CardImage, Lead, ParkedCard
from tests import builders, page

pytestmark = pytest.mark.usefixtures("front_door")

URL = "/callback/"
OURS, THEIRS = "http://testserver", "https://elsewhere.example"
FOREIGN = [{}, {"Origin": THEIRS}, {"Origin": "null"}, {"Origin": f"{OURS}.elsewhere.example"}]


@pytest.fixture
def browser():
    """A client whose forms are checked as a real browser's are."""
    return Client(enforce_csrf_checks=True)


def without_cookies(browser) -> Client:
    browser.cookies.clear()
    return browser


def test_a_form_with_its_cookie_is_accepted(browser):
    assert browser.post(URL, builders.callback_form(browser)).status_code == 303
    assert Lead.objects.count() == 1


def test_a_browser_that_keeps_no_cookies_still_gets_through(browser):
    data = builders.callback_form(browser, **builders.CONTACT)
    answer = without_cookies(browser).post(URL, data, headers={"Origin": OURS})
    lead = Lead.objects.get()
    assert (lead.name, answer.status_code) == (builders.CONTACT["name"], 200)
    # It could not open the receipt by a cookie, so the receipt is the answer.
    said = page.text_of(answer)
    assert lead.reference in said
    assert receipts.shown_pin(lead) in said
    assert "no-store" in answer.headers["Cache-Control"]
    assert "Close this receipt" not in said
    assert "Add insurance" not in said
    # A reload sends it again and shows the same.
    answer = without_cookies(browser).post(URL, data, headers={"Origin": OURS})
    assert lead.reference in page.text_of(answer)
    assert CallbackRequest.objects.count() == 1


@pytest.mark.parametrize("headers", FOREIGN)
def test_a_form_that_may_not_be_ours_is_shown_again_and_can_be_sent(browser, headers):
    data = builders.callback_form(browser, **builders.CONTACT)
    answer = without_cookies(browser).post(URL, data, headers=headers)
    assert answer.status_code == 403
    said = page.text_of(answer)
    assert "We could not make sure that this came from our own page." in said
    assert "please call 916-555-0100" in said
    assert page.typed(page.form_on(answer)) == page.typed(data)
    assert "no-store" in answer.headers["Cache-Control"]
    assert not Lead.objects.exists()

    assert settings.CSRF_COOKIE_NAME in answer.cookies
    assert browser.post(URL, page.form_on(answer)).status_code == 303
    assert Lead.objects.get().name == builders.CONTACT["name"]


@pytest.mark.parametrize("token", [None, "", "x" * 64, "\0", "ü"])
def test_a_wrong_token_beside_the_cookie_is_shown_again_and_can_be_sent(browser, token):
    data = builders.callback_form(browser, message="Sentinel") | {"csrfmiddlewaretoken": token}
    if token is None:
        del data["csrfmiddlewaretoken"]
    answer = browser.post(URL, data)
    assert answer.status_code == 403
    assert page.form_on(answer)["message"] == "Sentinel"
    assert not Lead.objects.exists()
    assert browser.post(URL, page.form_on(answer)).status_code == 303


def test_our_own_origin_does_not_replace_the_nonce(browser):
    data = builders.callback_form(browser) | {"nonce": "made-up"}
    answer = without_cookies(browser).post(URL, data, headers={"Origin": OURS})
    assert answer.status_code == 403
    assert not Lead.objects.exists()


def test_a_wrong_answer_on_a_foreign_page_is_told_too(browser):
    data = builders.callback_form(browser, phone="call me")
    answer = without_cookies(browser).post(URL, data)
    assert answer.status_code == 403
    said = page.text_of(answer)
    assert "We could not make sure" in said
    assert "doesn’t look like a phone number" in said


def test_a_photo_survives_a_blocked_cookie(browser, photo):
    data = builders.insurance_form(browser, carrier="", card_front=photo())
    answer = without_cookies(browser).post("/insurance/", data)
    assert answer.status_code == 403
    assert "Front of the card received" in page.text_of(answer)
    assert browser.post("/insurance/", page.form_on(answer)).status_code == 303
    assert (CardImage.objects.count(), ParkedCard.objects.count()) == (1, 0)


def test_the_proxied_address_of_the_site_counts_as_ours(browser, settings):
    settings.PUBLIC_URL = "https://center.example"
    data = builders.callback_form(browser)
    headers = {"Origin": "https://center.example"}
    assert without_cookies(browser).post(URL, data, headers=headers).status_code == 200


def test_a_receipt_is_never_opened_without_the_check(browser):
    lead = builders.lead()
    data = {"reference": lead.reference, "pin": receipts.shown_pin(lead)}
    answer = browser.post("/receipt/", data, headers={"Origin": OURS})
    assert answer.status_code == 403
    assert receipts.COOKIE not in answer.cookies
    assert "your browser keeps no cookies" in page.text_of(answer)
    assert page.form_on(answer)["reference"] == lead.reference
    assert browser.post("/receipt/", page.form_on(answer)).status_code == 303


def test_other_pages_refuse_without_the_check(browser):
    answer = browser.post("/admin/login/", {"username": "ada", "password": "wrong"})
    assert answer.status_code == 403
    assert "You have done nothing wrong." in page.text_of(answer)


# Nonces


def old_nonce(form="callback"):
    return nonces.issue(form, at=timezone.now() - nonces.LIFETIME - timedelta(hours=1))


@pytest.mark.parametrize(
    "make",
    [
        lambda: "",
        lambda: "made-up",
        lambda: "\0",
        lambda: "x" * 100_000,
        lambda: "a:b:c:d",
        lambda: nonces.issue("callback", at=timezone.now())[:-1],
        lambda: nonces.issue("insurance", at=timezone.now()),
        lambda: nonces.issue("callback", at=timezone.now() + timedelta(hours=1)),
        old_nonce,
    ],
    ids=["none", "forged", "null", "long", "colons", "cut", "other form", "future", "25 hours"],
)
def test_a_nonce_that_does_not_count_is_renewed_and_nothing_lost(client, make):
    fresh = builders.callback_form(client, **builders.CONTACT | {"voicemail_ok": "on"})
    data = fresh | {"nonce": make()}
    answer = client.post(URL, data)
    assert answer.status_code == 403
    assert "Please press the button again." in page.text_of(answer)
    again = page.form_on(answer)
    assert page.typed(again) == page.typed(data)
    assert not Lead.objects.exists()

    assert client.post(URL, again).status_code == 303
    assert Lead.objects.get().form_nonce == again["nonce"].split(":")[0]


def test_a_page_left_open_over_night_still_sends(client):
    data = builders.callback_form(client)
    data["nonce"] = nonces.issue("callback", at=timezone.now() - timedelta(hours=23))
    assert client.post(URL, data).status_code == 303


def test_without_any_nonce_the_form_is_shown_again(client):
    answer = client.post(URL, {"phone": builders.PHONE})
    assert answer.status_code == 403
    assert client.post(URL, page.form_on(answer)).status_code == 303
