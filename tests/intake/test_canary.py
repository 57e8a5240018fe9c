"""A start with a wrong or missing encryption key is refused, before anything becomes unreadable."""

import base64

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.test import override_settings

from intake import canary, rotation
from intake.models import KeyCanary
from tests import builders
from tests.intake import processes

RIGHT, WRONG, NEWER = bytes(range(32)), bytes(range(32, 64)), bytes(range(64, 96))


def keys(**ring: bytes):
    return override_settings(FIELD_ENCRYPTION_KEYS=ring)


def as_setting(**ring: bytes) -> str:
    return ",".join(f"{kid}:{base64.urlsafe_b64encode(key).decode()}" for kid, key in ring.items())


@pytest.fixture
def proven(transactional_db):
    canary.prove_keys()


def test_the_first_start_remembers_the_key_and_the_second_finds_it_right(db):
    canary.prove_keys()
    canary.prove_keys()
    assert [row.key_id for row in KeyCanary.objects.all()] == ["tests"]
    assert canary.SONG not in KeyCanary.objects.get().sealed


def test_another_key_under_the_same_id_is_refused(proven):
    with keys(tests=WRONG), pytest.raises(ImproperlyConfigured, match="is not the one"):
        canary.prove_keys()


def test_a_missing_key_is_refused_and_nothing_is_remembered_of_that_start(proven):
    with keys(newer=NEWER), pytest.raises(ImproperlyConfigured, match="lacks the key “tests”"):
        canary.prove_keys()
    assert KeyCanary.objects.count() == 1


def test_a_missing_key_is_refused_with_the_count_of_rows_that_need_it(proven):
    lead = builders.lead(name="Zora", message="please call")
    # The lead and its request, and a digest for each way to find it: phone, last four, two of name.
    needed = 2 + lead.search_tokens.count()
    assert lead.search_tokens.count() == 4
    with keys(newer=NEWER), pytest.raises(ImproperlyConfigured, match=f"which {needed} rows"):
        canary.prove_keys()
    with keys(newer=NEWER, tests=RIGHT):
        rotation.rotate()
    with keys(newer=NEWER):
        canary.prove_keys()


def test_a_new_key_in_front_of_the_old_one_is_welcome(proven):
    with keys(newer=NEWER, tests=RIGHT):
        canary.prove_keys()
    assert set(KeyCanary.objects.values_list("key_id", flat=True)) == {"newer", "tests"}
    with pytest.raises(ImproperlyConfigured, match="lacks the key “newer”"):
        canary.prove_keys()


def test_a_canary_that_somebody_changed_is_refused(proven):
    KeyCanary.objects.update(sealed="the keys fit")
    with pytest.raises(ImproperlyConfigured):
        canary.prove_keys()


@pytest.mark.parametrize("command", [["work", "--once"], ["rotate_keys"]])
def test_the_worker_and_the_rotation_refuse_with_a_sentence(proven, command):
    with keys(tests=WRONG), pytest.raises(CommandError, match="needs a new id"):
        call_command(*command)


@pytest.mark.parametrize(
    "command", [["manage.py", "work", "--once"], ["-c", "import rehab_site.wsgi"]]
)
@pytest.mark.parametrize(
    ("ring", "sentence"),
    [({"tests": WRONG}, "Set the original key; a new key needs a new id."),
     ({"newer": NEWER}, "Put it back after the newest key")],
)  # fmt: skip
def test_neither_worker_nor_web_starts_with_keys_that_do_not_fit(proven, command, ring, sentence):
    refused = processes.run(*command, FIELD_ENCRYPTION_KEYS=as_setting(**ring))
    assert refused.returncode != 0
    assert sentence in refused.stderr.splitlines()[-1]
    for key in ring.values():
        assert base64.urlsafe_b64encode(key).decode() not in refused.stderr


def test_worker_and_web_start_with_the_right_key(proven):
    assert processes.run("manage.py", "work", "--once").returncode == 0
    started = processes.run("-c", "import rehab_site.wsgi as w; print(w.connection.connection)")
    # What the proof was made with is closed again, so that no idle connection stays behind.
    assert (started.returncode, started.stdout.strip()) == (0, "None")


def test_the_web_server_ends_instead_of_trying_for_ever(proven):
    refused = processes.run(
        *("-m", "granian", "--interface", "wsgi", "--workers", "1", "--port", "0"),
        "rehab_site.wsgi:application",
        FIELD_ENCRYPTION_KEYS=as_setting(tests=WRONG),
    )
    assert refused.returncode != 0
    assert "a new key needs a new id" in refused.stdout + refused.stderr


def test_migrations_and_checks_ask_for_no_canary(proven):
    for command in ("check", "migrate"):
        ran = processes.run("manage.py", command, FIELD_ENCRYPTION_KEYS=as_setting(tests=WRONG))
        assert ran.returncode == 0, ran.stderr
