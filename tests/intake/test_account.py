"""One's own account: what protects it, where one is signed in, and out again everywhere."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from intake.models import RecoveryCode, SecondFactor, StaffSession
from tests import builders, page
from tests.intake import desk, door

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0 Safari/537.36 Edg/140.0"
)


@pytest.fixture
def ada(client):
    """Ada is signed in with both factors; her recovery codes are on `ada.codes`."""
    with door.required:
        user, codes = door.enrolled()
        user.codes = codes
        client.defaults["HTTP_USER_AGENT"] = FIREFOX
        door.type_password(client)
        door.type_code(client, door.phone_shows(user))
        yield user


def do(client, action: str, proof: str = "", **more):
    return client.post(f"{door.ACCOUNT}{action}/", {f"{action}-proof": proof}, **more)


def test_the_account_says_what_protects_it_and_where_one_is_signed_in(client, ada):
    other = Client(headers={"User-Agent": EDGE})
    door.type_password(other)
    door.type_code(other, ada.codes[0])
    said = page.text_of(client.get(door.ACCOUNT))
    assert "On since" in said
    assert "9 recovery codes are left." in said
    assert "Firefox, Linux" in said
    assert "Edge, Windows" in said
    assert said.count("(this one)") == 1


@pytest.mark.parametrize("kind", ["password", "code", "recovery"])
def test_new_recovery_codes_need_a_proof_and_end_the_old_ones(client, ada, kind):
    proof = {
        "password": door.PASSWORD,
        "code": door.phone_shows(ada, steps=1),
        "recovery": ada.codes[1],
    }[kind]
    response = do(client, "codes", proof)
    fresh = door.recovery_codes_on(response)
    assert len(fresh) == 10
    assert not set(fresh) & set(ada.codes)
    assert door.recorded()[-1] == ("enrolled", "ada", "recovery codes")
    other = Client()
    door.type_password(other)
    assert door.type_code(other, ada.codes[2]).status_code == 422
    assert door.type_code(other, fresh[0]).status_code == 302


@pytest.mark.parametrize("proof", ["", "wrong", "000000", "0" * 12, "\0"])
@pytest.mark.parametrize("action", ["codes", "reset"])
def test_without_a_proof_nothing_happens(client, ada, action, proof):
    before = set(RecoveryCode.objects.values_list("digest", flat=True))
    refused = do(client, action, proof)
    assert refused.status_code == 422
    assert set(RecoveryCode.objects.values_list("digest", flat=True)) == before
    assert SecondFactor.objects.filter(confirmed_at__isnull=False).exists()


def test_guessing_the_proof_is_slowed_down(client, ada):
    assert [do(client, "codes", "wrong").status_code for _ in range(6)] == [422] * 5 + [429]
    assert do(client, "codes", door.PASSWORD).status_code == 429


def test_guessing_the_old_password_is_slowed_down(client, ada):
    new = "a quite different phrase"
    data = {"old_password": "wrong", "new_password1": new, "new_password2": new}
    for _ in range(5):
        client.post("/admin/password_change/", data)
    refused = client.post("/admin/password_change/", data | {"old_password": door.PASSWORD})
    assert "Too many tries" in page.text_of(refused)
    ada.refresh_from_db()
    assert ada.check_password(door.PASSWORD)


def test_another_phone_is_set_up_and_the_old_one_is_out_at_once(client, ada):
    other = Client()
    door.type_password(other)
    door.type_code(other, ada.codes[0])
    old = SecondFactor.objects.get().key
    assert do(client, "reset", door.PASSWORD).url == door.SET_UP
    assert not door.is_in(other)
    assert not door.is_in(client)
    assert door.key_on(client.get(door.SET_UP)).replace(" ", "") != old
    response = door.type_code(client, door.phone_shows(ada), page=door.SET_UP)
    assert len(door.recovery_codes_on(response)) == 10
    assert door.is_in(client)
    assert [row[0] for row in door.recorded()[-3:]] == ["factor_reset", "enrolled", "signed_in"]


def test_whoever_wants_one_sets_it_up_where_it_is_not_required(client, settings):
    settings.STAFF_SECOND_FACTOR = False
    ben = desk.sign_in(client, "ben")
    assert "Off." in page.text_of(client.get(door.ACCOUNT))
    assert do(client, "begin").url == door.SET_UP
    response = door.type_code(client, door.phone_shows(ben), page=door.SET_UP)
    assert len(door.recovery_codes_on(response)) == 10
    assert "On since" in page.text_of(client.get(door.ACCOUNT))


def test_signed_out_everywhere_means_here_too(client, ada):
    other = Client()
    door.type_password(other)
    door.type_code(other, ada.codes[0])
    response = do(client, "everywhere")
    assert "You are signed out everywhere." in page.text_of(client.get(response.url))
    assert not door.is_in(client)
    assert not door.is_in(other)
    assert not StaffSession.objects.filter(user=ada).exists()
    assert door.recorded()[-1] == ("signed_out", "ada", "everywhere")


def test_a_new_password_signs_out_all_other_devices(client, ada):
    other = Client()
    door.type_password(other)
    door.type_code(other, ada.codes[0])
    new = "a quite different phrase"
    data = {"old_password": door.PASSWORD, "new_password1": new, "new_password2": new}
    assert client.post("/admin/password_change/", data).url == door.ACCOUNT
    assert door.is_in(client)
    assert not door.is_in(other)
    assert StaffSession.objects.filter(user=ada).count() == 1


@pytest.mark.parametrize(
    ("new", "complaint"),
    [
        ("short phrase", "too short"),
        ("basketballbasketball", None),
        ("Password1234567890", None),
        ("ada.lovelace.1815", "too similar"),
        ("1q2w3e4r5t6y7u8i9o0p", "too common"),
        ("no rules of composition at all", None),
    ],
)
def test_a_password_is_judged_by_length_commonness_and_nearness_alone(client, new, complaint):
    ada = desk.sign_in(client, "ada.lovelace.1815")
    data = {"old_password": door.PASSWORD, "new_password1": new, "new_password2": new}
    response = client.post("/admin/password_change/", data)
    ada.refresh_from_db()
    if complaint:
        assert re.search(complaint, page.text_of(response))
    assert ada.check_password(new) == (complaint is None)


def test_an_administrator_resets_a_lost_phone_and_is_recorded(client, ada):
    root = Client()
    boss, codes = door.enrolled("root", is_superuser=True)
    door.type_password(root, "root")
    door.type_code(root, codes[0])
    users = "/admin/auth/user/"
    assert 'alt="True"' in root.get(users).content.decode()
    data = {"action": "reset_second_factor", "_selected_action": [ada.pk, boss.pk]}
    said = page.text_of(root.post(users, data, follow=True))
    assert "Done for 1 person." in said
    assert "Reset your own on your account page" in said
    assert not door.is_in(client)
    assert door.type_password(client).url == door.SET_UP
    assert door.recorded()[-1] == ("factor_reset", "root", "")
    assert SecondFactor.objects.filter(user=boss).exists()


def test_an_administrator_signs_somebody_out_everywhere(client, ada, settings):
    root = Client()
    settings.STAFF_SECOND_FACTOR = False
    root.force_login(builders.staff("root", is_superuser=True))
    data = {"action": "sign_out_everywhere", "_selected_action": [ada.pk]}
    root.post("/admin/auth/user/", data)
    assert not door.is_in(client)


def test_no_account_is_deleted_so_that_the_trail_keeps_its_name(client, ada, settings):
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(builders.staff("root", is_superuser=True))
    assert client.post(f"/admin/auth/user/{ada.pk}/delete/", {"post": "yes"}).status_code == 403
    data = {"action": "delete_selected", "_selected_action": [ada.pk], "post": "yes"}
    client.post("/admin/auth/user/", data)
    ada.refresh_from_db()
    assert not LogEntry.objects.exists()
