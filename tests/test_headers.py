"""What every answer tells the browser to refuse, to keep to itself and to forget."""

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client
from django.urls import URLPattern, reverse

from intake import submissions
from intake.admin.reveal import card_address
from tests import builders, page, walk
from tests.intake import desk

POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
}
# The same on every answer, whatever it says.
EXACT = {
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), "
    "geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()",
}
PUBLIC = sorted(page.path for page in walk.public_pages())


@pytest.fixture
def front_door(db):
    builders.center()
    builders.consent_texts()
    builders.program("iop")


def assert_policies(answer) -> None:
    assert set(answer.headers["Content-Security-Policy"].split("; ")) == POLICY
    assert {name: answer.headers.get(name) for name in EXACT} == EXACT
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def directives(answer) -> set[str]:
    return set(answer.headers.get("Cache-Control", "").split(", "))


@pytest.mark.parametrize("path", PUBLIC)
def test_every_public_page_carries_every_policy(client, front_door, path):
    for answer in (client.get(path), client.head(path), client.post(path), client.put(path)):
        assert_policies(answer)


def admin_pages():
    """Yield every address of the admin that needs no argument."""

    def walk_down(patterns, before):
        for pattern in patterns:
            route = f"{before}{pattern.pattern}"
            if isinstance(pattern, URLPattern):
                if "<" not in route and "(?P" not in route:
                    yield f"/admin/{route}"
            else:
                yield from walk_down(pattern.url_patterns, route)

    yield from walk_down(admin.site.urls[0], "")


def test_every_admin_page_carries_every_policy_and_is_stored_nowhere(client, front_door):
    lead = builders.lead()
    desk.send_insurance(lead, images=1)
    root = desk.sign_in(client, "root", is_superuser=True)
    card = lead.verifications.get().card_images.get()
    image = reverse("admin:intake_lead_card", args=[lead.pk, card.pk])
    paths = [*admin_pages(), desk.page_of(lead), image, "/admin/programs/center/1/change/",
             "/admin/nowhere/"]  # fmt: skip
    assert len(paths) > 20
    statuses = set()
    for path in paths:
        for answer in (client.get(path), client.post(path), Client().get(path)):
            statuses.add(answer.status_code)
            assert_policies(answer)
            assert {"no-store", "private"} <= directives(answer), path
        client.force_login(root)
    assert statuses >= {200, 302, 403, 404, 405}


def test_what_goes_wrong_carries_every_policy(client, front_door, settings, monkeypatch):
    client.raise_request_exception = False
    refused = {400: client.get("/callback/", headers={"host": "elsewhere.example"})}
    refused[404] = client.get("/no/such/page/")
    refused[405] = client.post("/programs/")
    refused[403] = Client(enforce_csrf_checks=True).post("/admin/login/")
    with monkeypatch.context() as broken:
        broken.setattr("programs.views.pages.published_programs", fail)
        refused[500] = client.get("/programs/")
    with monkeypatch.context() as broken:
        broken.setattr(submissions, "receive_callback", fail)
        refused[503] = client.post("/callback/", builders.callback_form(client))
    settings.MAX_REQUEST_BYTES = 10
    refused[413] = client.post("/callback/", {"message": "more than ten bytes"})
    for status, answer in refused.items():
        assert answer.status_code == status
        assert_policies(answer)


def fail(*args, **kwargs):
    raise OperationalError


def test_no_answer_to_something_sent_is_stored(client, front_door):
    card = SimpleUploadedFile("card.jpg", b"no photo")
    answers = [
        client.post("/callback/", builders.callback_form(client)),
        client.post("/callback/", {"phone": "x"}),
        client.post("/insurance/", {"phone": builders.PHONE, "card_front": card}),
        client.post("/receipt/", {"reference": "x", "pin": "x"}),
        client.post("/receipt/insurance/", {"member_id": "x"}),
        client.post("/search/", {"q": "x"}),
        client.post("/nowhere/", {"q": "x"}),
        client.get("/receipt/"),
    ]
    assert [answer.status_code for answer in answers] == [303, 403, 403, 422, 403, 405, 405, 200]
    for answer in answers:
        assert {"no-store", "private"} <= directives(answer)


@pytest.mark.parametrize("path", ["/callback/", "/insurance/"])
def test_an_empty_form_may_stay_in_the_visitors_own_browser_alone(client, front_door, path):
    answer = client.get(path)
    assert directives(answer) == {"private", "no-cache"}
    assert "Cookie" not in answer.headers.get("Vary", "")
    # It holds nothing of anybody: a second visitor's differs in the nonce and the token only.
    own = ("csrfmiddlewaretoken", "nonce")
    one, other = page.form_on(answer), page.form_on(Client().get(path))
    assert {name for name in one if one[name] != other[name]} <= set(own)


def test_a_card_photo_is_shown_and_kept_by_nobody_else(client, front_door):
    lead = builders.lead()
    desk.send_insurance(lead, images=1)
    image = lead.verifications.get().card_images.get()
    user = desk.sign_in(client)
    answer = client.get(card_address(lead, image, user))
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert_policies(answer)
    assert {"no-store", "private"} <= directives(answer)
