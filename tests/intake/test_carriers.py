"""Carriers in the admin: a network status is shown with the day it was checked, and ages."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import builders, page

LIST = "/admin/intake/carrier/"
AGAIN = "Check the network status again."


@pytest.fixture
def editor(client, db):
    client.force_login(builders.staff("eve", "Content editors"))
    return client


def test_a_status_that_was_just_checked_is_no_alert(editor):
    builders.carrier("Aetna", network="in", checked_on=timezone.localdate())
    assert AGAIN not in page.text_of(editor.get(LIST))


def test_a_status_nobody_checked_lately_is_an_alert(editor):
    today = timezone.localdate()
    builders.carrier("Aetna", network="in", checked_on=today - timedelta(days=100))
    builders.carrier("Cigna")
    assert page.text_of(editor.get(LIST)).count(AGAIN) == 2


def test_a_status_without_the_day_of_its_check_is_refused(editor):
    form = {"name": "Aetna", "network": "in", "is_listed": "on"}
    refused = editor.post(f"{LIST}add/", form)
    assert "Say when the network status was checked." in page.text_of(refused)
