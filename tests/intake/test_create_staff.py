"""Every member of staff has a login of their own, with a password that is shown once."""

import re
from io import StringIO

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command

from intake import groups
from tests import builders


def create_staff(*arguments) -> str:
    out = StringIO()
    call_command("create_staff", *arguments, stdout=out)
    return out.getvalue()


def test_the_printed_login_works_and_may_do_what_its_group_may(db, client):
    said = create_staff("ruth", "--group", "Admissions", "--email", "ruth@center.example")
    username = re.search(r"Staff login: (\S+)", said)[1]
    password = re.search(r"Password:\s+(\S+)", said)[1]
    assert len(password) >= 16
    assert client.login(username=username, password=password)
    user = get_user_model().objects.get()
    assert (user.is_staff, user.is_superuser, user.email) == (True, False, "ruth@center.example")
    assert user.has_perm("intake.change_lead")
    assert not user.has_perm("intake.delete_lead")
    assert not user.has_perm("programs.change_program")
    assert client.get("/admin/").status_code == 200


def test_it_says_what_the_first_sign_in_will_ask_for(db, settings):
    assert "second factor" not in create_staff("ruth", "--superuser")
    settings.STAFF_SECOND_FACTOR = True
    said = create_staff("rosa", "--superuser")
    assert "belongs to one person alone" in said
    assert "sets up a second factor: have a phone" in said


def test_the_first_login_is_made_once_and_may_do_everything(db):
    said = create_staff("--first-login")
    user = get_user_model().objects.get()
    assert (user.get_username(), user.is_superuser) == ("admin", True)
    password = re.search(r"Password:\s+(\S+)", said)[1]
    assert create_staff("--first-login") == ""
    assert authenticate(username="admin", password=password) == user


def test_where_somebody_can_sign_in_there_is_no_first_login(db):
    builders.staff("ruth")
    assert create_staff("--first-login") == ""
    assert get_user_model().objects.count() == 1


def test_somebody_may_be_in_two_groups(db):
    create_staff("ruth", "--group", "Admissions", "--group", "Content editors")
    user = get_user_model().objects.get()
    assert user.has_perm("intake.view_lead")
    assert user.has_perm("programs.change_program")


def test_no_two_logins_have_the_same_password(db):
    first, second = (create_staff(name, "--superuser").split()[4] for name in ("ruth", "rosa"))
    assert first != second


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Say who it is for"),
        (["ada", "--superuser"], "that username already exists"),
        (["ruth"], "Say what they may do"),
        (["ruth", "--group", "Boss"], "invalid choice: 'Boss'"),
        (["ruth smith", "--superuser"], "Enter a valid username"),
        (["r" * 151, "--superuser"], "at most 150 characters"),
        (["ruth", "--superuser", "--email", "nonsense"], "Enter a valid email"),
    ],
)
def test_what_makes_no_sense_is_refused_and_creates_nobody(db, arguments, sentence):
    builders.staff("ada")
    with pytest.raises(CommandError, match=sentence):
        create_staff(*arguments)
    assert get_user_model().objects.count() == 1


def test_the_groups_may_do_exactly_what_their_table_says(db):
    stray = Permission.objects.get(codename="delete_lead")
    groups.ensure()
    Group.objects.get(name=groups.ADMISSIONS).permissions.add(stray)
    groups.ensure()
    for name, table in groups.GROUPS.items():
        wanted = {
            (model, f"{action}_{model.partition('.')[2]}")
            for model, actions in table.items()
            for action in actions
        }
        held = {
            (f"{held.content_type.app_label}.{held.content_type.model}", held.codename)
            for held in Group.objects.get(name=name).permissions.select_related("content_type")
        }
        assert held == wanted


def test_no_group_may_delete_a_person_or_edit_what_was_recorded():
    recorded = ("auditevent", "consent", "contactattempt", "handover", "searchtoken", "keycanary")
    for table in groups.GROUPS.values():
        assert "delete" not in table.get("intake.lead", [])
        assert not any(set(table.get(f"intake.{name}", [])) - {"view"} for name in recorded)
        # Staff try a notification again or give it up; nobody adds or removes one.
        assert not set(table.get("intake.outbox", [])) - {"view", "change"}
    assert not any(
        model.startswith("intake.") and model != "intake.carrier"
        for model in groups.GROUPS[groups.CONTENT_EDITORS]
    )
