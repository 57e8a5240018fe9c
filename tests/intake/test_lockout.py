"""Guessing stops early, costs its owner little, and nobody is locked out for good."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from intake import lockout
from intake.models import SecondFactor, Throttle
from tests import builders, page
from tests.intake import door

pytestmark = pytest.mark.django_db
HOME = "198.51.100.7"


def guess(name="ada", password="wrong", address="192.0.2.1"):
    return door.type_password(Client(), name, password, REMOTE_ADDR=address)


def time_passes(**how_much) -> None:
    for row in Throttle.objects.all():
        row.until -= timedelta(**how_much)
        row.save()


@pytest.fixture
def ada():
    return builders.staff("ada", "Admissions")


def test_after_five_wrong_passwords_even_the_right_one_waits(ada):
    assert [guess().status_code for _ in range(5)] == [422] * 5
    refused = guess(password=door.PASSWORD)
    assert refused.status_code == 429
    said = page.text_of(refused)
    assert "Too many tries, so we pause for safety. Please try again at" in said
    assert "an administrator can unlock your account" in said
    time_passes(minutes=15)
    assert guess(password=door.PASSWORD).status_code == 302
    assert [action for action, *_ in door.recorded()] == ["failed"] * 5 + [
        "locked_out",
        "signed_in",
    ]
    assert door.recorded()[5] == ("locked_out", "ada", "name and address")


def test_refused_tries_make_the_pause_no_longer_and_fill_no_audit(ada):
    for _ in range(12):
        guess()
    assert len(door.recorded()) == 6
    time_passes(minutes=15)
    assert guess(password=door.PASSWORD).status_code == 302


def test_four_slips_and_the_right_password_begin_a_new_count(ada):
    for _ in range(4):
        guess()
    assert guess(password=door.PASSWORD).status_code == 302
    assert [guess().status_code for _ in range(5)] == [422] * 5


def test_a_thousand_passwords_from_many_addresses_never_get_a_thousand_tries(ada):
    answers = [
        guess(address=f"10.0.{number // 250}.{number % 250}").status_code for number in range(1000)
    ]
    assert answers.count(422) == lockout.TRIES_FOR_NAME
    assert answers.count(429) == 1000 - lockout.TRIES_FOR_NAME
    assert guess(password=door.PASSWORD, address="203.0.113.9").status_code == 429
    assert door.recorded()[-1] == ("locked_out", "ada", "name")


def test_a_stranger_cannot_keep_somebody_from_the_desk_they_know(ada):
    assert guess(password=door.PASSWORD, address=HOME).status_code == 302
    for number in range(lockout.TRIES_FOR_NAME + 5):
        guess(address=f"10.0.0.{number}")
    assert guess(password=door.PASSWORD, address="203.0.113.9").status_code == 429
    assert guess(password=door.PASSWORD, address=HOME).status_code == 302
    # Elsewhere the wait ends by itself.
    time_passes(hours=1)
    assert guess(password=door.PASSWORD, address="203.0.113.9").status_code == 302


def test_one_address_cannot_try_many_names(ada):
    answers = [guess(f"name{number}").status_code for number in range(lockout.TRIES_OF_PLACE)]
    assert set(answers) == {422}
    assert guess(password=door.PASSWORD).status_code == 429
    assert guess(password=door.PASSWORD, address=HOME).status_code == 302


def test_an_ipv6_network_counts_as_one_place(ada):
    answers = [guess(address=f"2001:db8:1:2::{number}").status_code for number in range(1, 7)]
    assert answers == [422] * 5 + [429]
    assert guess(password=door.PASSWORD, address="2001:db8:1:3::1").status_code == 302


def test_a_name_that_nobody_has_is_locked_like_any_other_and_written_nowhere(ada):
    known, unknown = ([guess(name) for _ in range(6)] for name in ("ada", "Zora Sentinel"))
    assert [answer.status_code for answer in unknown] == [answer.status_code for answer in known]
    for one, other in zip(known, unknown, strict=True):
        assert page.text_of(one) == page.text_of(other)
    assert door.recorded()[6:] == [("failed", None, "password")] * 5 + [
        ("locked_out", None, "name and address")
    ]
    assert "Zora" not in str(list(Throttle.objects.values()))


def test_five_wrong_codes_make_the_right_one_wait(client):
    with door.required:
        ada, codes = door.enrolled()
        door.type_password(client)
        for _ in range(5):
            assert door.type_code(client, door.wrong_code(ada)).status_code == 422
        for right in (door.phone_shows(ada), codes[0]):
            refused = door.type_code(client, right)
            assert refused.status_code == 429
            assert "Please try again at" in page.text_of(refused)
        assert ("locked_out", "ada", "code") in door.recorded()
        # Also from a sign-in of its own.
        other = Client()
        door.type_password(other)
        assert door.type_code(other, door.phone_shows(ada)).status_code == 429
        time_passes(minutes=15)
        assert door.type_code(other, door.phone_shows(ada)).status_code == 302


@pytest.fixture
def locked(ada):
    for number in range(lockout.TRIES_FOR_NAME + 1):
        guess(address=f"10.0.0.{number}")
    for _ in range(6):
        guess(address="10.0.0.1")
    assert guess(password=door.PASSWORD).status_code == 429
    return ada


def test_an_administrator_unlocks_from_everywhere_at_once(client, locked):
    root = builders.staff("root", is_superuser=True)
    client.force_login(root)
    data = {"action": "unlock", "_selected_action": [locked.pk]}
    response = client.post("/admin/auth/user/", data, follow=True)
    assert "Done for 1 person." in page.text_of(response)
    assert guess(password=door.PASSWORD).status_code == 302
    assert guess(password=door.PASSWORD, address="10.0.0.1").status_code == 302
    events = [event for event in door.recorded() if event[0] == "unlocked"]
    assert events == [("unlocked", "root", "")]


def test_the_command_unlocks_where_no_administrator_can(locked):
    with door.required:
        out = StringIO()
        call_command("unlock_staff", "ada", stdout=out)
        assert "they can try again now" in out.getvalue()
        assert guess(password=door.PASSWORD).status_code == 302
        assert ("unlocked", None, "") in door.recorded()


def test_the_command_takes_a_lost_phone_away(client):
    with door.required:
        ada, _codes = door.enrolled()
        door.type_password(client)
        door.type_code(client, door.phone_shows(ada))
        call_command("unlock_staff", "ada", "--reset-second-factor", stdout=StringIO())
        assert not door.is_in(client)
        assert not SecondFactor.objects.exists()
        assert door.type_password(client).url == door.SET_UP


def test_the_command_knows_who_is_meant(ada):
    with pytest.raises(CommandError, match="There is no such login"):
        call_command("unlock_staff", "Ada")


@pytest.mark.parametrize("action", ["unlock", "reset_second_factor", "sign_out_everywhere"])
def test_only_an_administrator_has_these_ways_back(client, ada, action):
    client.force_login(builders.staff("boss", "Admissions managers"))
    data = {"action": action, "_selected_action": [ada.pk]}
    assert client.post("/admin/auth/user/", data).status_code == 403
    assert door.recorded() == [("refused", "boss", "")]


def test_counting_says_when_it_ends(ada):
    at = timezone.now()
    for _ in range(5):
        lockout.count_password("ada", HOME, at=at)
    with pytest.raises(lockout.LockedOut) as locked:
        lockout.count_password("ada", HOME, at=at + timedelta(minutes=14))
    assert locked.value.until == at + timedelta(minutes=15)
    lockout.count_password("ada", HOME, at=at + timedelta(minutes=15))
