"""The second step: set up at the first sign-in, asked ever after, each code good once."""

import base64
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.test import Client, override_settings
from django.utils import timezone

from intake import rotation, second_factor, sign_in
from intake.models import RecoveryCode, SecondFactor, StaffSession
from tests import builders, page
from tests.intake import desk, door, raw
from tests.intake.test_rotation import both, keys

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def required():
    with door.required:
        yield


@pytest.fixture
def ada():
    return builders.staff("ada", "Admissions")


def app_with(key: str):
    """Return an authenticator app that was told the key."""
    return TOTP(base64.b32decode(key.replace(" ", "")), 6, SHA1(), 30)


def now_on(app) -> str:
    return app.generate(int(timezone.now().timestamp())).decode()


def test_the_first_sign_in_sets_up_the_phone_and_gives_recovery_codes(client, ada):
    response = door.type_password(client, next=desk.QUEUE)
    assert response.url == door.SET_UP
    assert not door.is_in(client)

    shown = client.get(door.SET_UP)
    html = shown.content.decode()
    assert "<svg" in html
    assert "style=" not in html[html.index('class="qr-box"') : html.index('class="key"')]
    uri = next(link for link in desk.links_on(shown) if link.startswith("otpauth:"))
    asked = parse_qs(urlsplit(uri).query)
    assert asked["secret"] == [door.key_on(shown).replace(" ", "")]
    assert (asked["digits"], asked["period"], asked["algorithm"]) == (["6"], ["30"], ["SHA1"])

    app = app_with(door.key_on(shown))
    response = door.type_code(client, now_on(app), page=door.SET_UP)
    codes = door.recovery_codes_on(response)
    assert len(set(codes)) == 10
    assert desk.QUEUE in desk.links_on(response)
    assert response["Cache-Control"] == "no-store, private"
    assert door.is_in(client)
    assert door.recorded() == [("enrolled", "ada", ""), ("signed_in", "ada", "code")]
    # Neither is ever shown again.
    assert client.get(door.SET_UP).status_code == 302
    assert not any(code in client.get(door.ACCOUNT).content.decode() for code in codes)


def test_ever_after_the_code_is_asked_for(client):
    ada, _codes = door.enrolled()
    response = door.type_password(client, next=desk.QUEUE)
    assert response.url == door.CODE
    assert not door.is_in(client)
    asked = page.controls_on(client.get(door.CODE))["code"][0]
    assert (asked["autocomplete"], asked["inputmode"]) == ("one-time-code", "numeric")
    response = door.type_code(client, f" {door.phone_shows(ada)[:3]} {door.phone_shows(ada)[3:]}")
    assert response.url == desk.QUEUE
    assert door.is_in(client)
    assert door.recorded() == [("signed_in", "ada", "code")]


def test_nobody_is_in_before_both_steps_whatever_they_open(client):
    door.enrolled()
    lead = builders.lead()
    door.type_password(client)
    for address in ("/admin/", desk.QUEUE, desk.page_of(lead), door.ACCOUNT, "/admin/clock/"):
        assert client.get(address).url.startswith(door.LOGIN), address
    assert not StaffSession.objects.exclude(user=None).exists()


def test_a_session_without_the_second_factor_may_not_enter(client, ada):
    client.force_login(ada)
    assert client.get(desk.QUEUE).url.startswith(door.LOGIN)
    assert client.get(door.LOGIN).status_code == 200
    assert client.get(door.SET_UP).url == door.LOGIN
    with override_settings(STAFF_SECOND_FACTOR=False):
        assert door.is_in(client)


@pytest.mark.parametrize(("steps", "is_right"), [(-2, 0), (-1, 1), (0, 1), (1, 1), (2, 0)])
def test_a_phone_may_be_half_a_minute_off_and_no_more(steps, is_right):
    door.enrolled()
    # The middle of a half minute, so that the test does not step over its edge.
    at = timezone.now().replace(second=15, microsecond=0)
    factor = SecondFactor.objects.get()
    code = second_factor.code_at(factor, at + timedelta(seconds=30 * steps))
    assert second_factor.accept(factor, code, at=at) == bool(is_right)


def test_a_code_that_was_used_is_refused_inside_its_window(client):
    ada, _codes = door.enrolled()
    code = door.phone_shows(ada)
    door.type_password(client)
    assert door.type_code(client, code).status_code == 302
    other = Client()
    door.type_password(other)
    refused = door.type_code(other, code)
    assert refused.status_code == 422
    assert "not right, or was used before" in page.text_of(refused)
    assert not door.is_in(other)
    # Nor is one from before it.
    assert door.type_code(other, door.phone_shows(ada, steps=-1)).status_code == 422
    assert door.type_code(other, door.phone_shows(ada, steps=1)).status_code == 302


def test_the_key_of_the_cookie_changes_with_each_step(client):
    ada, _codes = door.enrolled()
    keys_seen = []
    for step in (
        lambda: client.get(door.LOGIN),
        lambda: door.type_password(client),
        lambda: door.type_code(client, door.phone_shows(ada)),
    ):
        step()
        keys_seen.append(
            client.cookies["sessionid"].value if client.cookies.get("sessionid") else ""
        )
    assert len(set(keys_seen)) == 3
    assert list(StaffSession.objects.values_list("pk", flat=True)) == [keys_seen[-1]]


def test_a_recovery_code_opens_the_door_once(client):
    _ada, codes = door.enrolled()
    door.type_password(client)
    response = door.type_code(client, codes[0])
    assert "9 are left" in page.text_of(client.get(response.url))
    assert door.recorded() == [("recovery", "ada", ""), ("signed_in", "ada", "recovery")]
    other = Client()
    door.type_password(other)
    assert door.type_code(other, codes[0]).status_code == 422
    assert not door.is_in(other)
    assert door.recorded()[-1] == ("failed", "ada", "recovery")
    assert door.type_code(other, codes[1].replace(" ", "-")).status_code == 302


def test_nobody_elses_codes_are_right(client):
    door.enrolled()
    ben, codes = door.enrolled("ben")
    door.type_password(client, "ada")
    assert door.type_code(client, codes[0]).status_code == 422
    assert door.type_code(client, door.phone_shows(ben)).status_code == 422


@pytest.mark.parametrize(
    "code", ["", "abcdef", "12345", "1234567", "9" * 5000, "😀", "١٢٣٤٥٦", "\0"]
)
def test_whatever_is_typed_as_a_code_gets_a_kind_answer(client, code):
    door.enrolled()
    door.type_password(client)
    refused = door.type_code(client, code)
    assert refused.status_code == 422
    assert not code or f'value="{code}"' not in refused.content.decode()


def test_a_wrong_first_code_sets_nothing_up(client, ada):
    door.type_password(client)
    key = door.key_on(client.get(door.SET_UP))
    second = SecondFactor.objects.get()
    refused = door.type_code(client, door.wrong_code(ada), page=door.SET_UP)
    assert refused.status_code == 422
    assert "This code is not right." in page.text_of(refused)
    assert door.recorded() == [("failed", "ada", "set-up")]
    # The key the phone has already stays the one to confirm, also tomorrow.
    assert door.key_on(refused) == key
    assert not RecoveryCode.objects.exists()
    door.type_password(Client())
    second.refresh_from_db()
    assert second.key == key.replace(" ", "")
    assert second.confirmed_at is None


def test_between_the_steps_only_ten_minutes_may_pass(client, monkeypatch):
    ada, _codes = door.enrolled()
    monkeypatch.setattr(sign_in, "PENDING_LIFETIME", timedelta(seconds=-1))
    door.type_password(client)
    response = door.type_code(client, door.phone_shows(ada))
    assert "Please begin again." in page.text_of(client.get(response.url))
    assert not door.is_in(client)


def test_a_password_changed_between_the_steps_ends_them(client):
    ada, _codes = door.enrolled()
    door.type_password(client)
    ada.set_password("another password altogether")
    ada.save()
    door.type_code(client, door.phone_shows(ada))
    assert not door.is_in(client)


def test_where_it_is_not_required_who_has_one_is_asked_all_the_same(client, settings):
    settings.STAFF_SECOND_FACTOR = False
    ada, _codes = door.enrolled()
    assert door.type_password(client).url == door.CODE
    assert not door.is_in(client)
    door.type_code(client, door.phone_shows(ada))
    assert door.is_in(client)


def test_the_database_shows_neither_key_nor_codes():
    _ada, codes = door.enrolled()
    factor = SecondFactor.objects.get()
    assert factor.key not in raw.column(factor, "key")
    stored = " ".join(RecoveryCode.objects.values_list("digest", flat=True))
    assert not any(code.replace(" ", "") in stored for code in codes)


def test_key_and_codes_outlive_a_rotation_of_the_encryption_keys(client):
    ada, codes = door.enrolled()
    with both():
        rotation.rotate()
    with keys(new=bytes(range(32, 64))):
        door.type_password(client)
        assert door.type_code(client, codes[3]).status_code == 302
        other = Client()
        door.type_password(other)
        assert door.type_code(other, door.phone_shows(ada)).status_code == 302
