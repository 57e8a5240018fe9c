"""A start with a missing or weak setting is refused, with a sentence that names it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from rehab_site.env import fresh_development_env
from tests.plugin import ENVIRONMENT

pytestmark = pytest.mark.once

ROOT = Path(__file__).parent.parent
ZERO_KEY = "A" * 43
GOOD_KEY = ENVIRONMENT["FIELD_ENCRYPTION_KEYS"].partition(":")[2]
PRODUCTION = {
    **ENVIRONMENT,
    "DEBUG": "False",
    "PUBLIC_URL": "https://center.example",
    "ALLOWED_HOSTS": "center.example",
}


def check(*arguments, **settings) -> subprocess.CompletedProcess:
    """Run `manage.py check` as production would, with these settings changed."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")}
    return subprocess.run(
        [sys.executable, "manage.py", "check", *arguments],
        cwd=ROOT,
        env={**outside, **PRODUCTION, **settings},
        capture_output=True,
        text=True,
    )


def test_good_production_settings_start_without_a_warning():
    checked = check("--deploy", "--fail-level", "WARNING")
    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout


# An empty value stands for a missing one: `.env` fills in only what is not set at all.
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "too-short-to-be-a-secret"),
        ("SECRET_KEY", "ab" * 40),
        ("SECRET_KEY", "django-insecure-0123456789-0123456789-0123456789-0123456789"),
        ("FIELD_ENCRYPTION_KEYS", ""),
        ("FIELD_ENCRYPTION_KEYS", GOOD_KEY),
        ("FIELD_ENCRYPTION_KEYS", "k1:not-base64!"),
        ("FIELD_ENCRYPTION_KEYS", "k1:c2hvcnQ="),
        ("FIELD_ENCRYPTION_KEYS", f"k1:{ZERO_KEY}"),
        ("FIELD_ENCRYPTION_KEYS", f"k1:{GOOD_KEY},k1:{GOOD_KEY}"),
        ("FIELD_ENCRYPTION_KEYS", f"k1:{GOOD_KEY},k2:c2hvcnQ="),
        ("SECRET_KEY_FALLBACKS", "too-short-to-be-a-secret"),
        ("SECRET_KEY_FALLBACKS", f"{PRODUCTION['SECRET_KEY'].replace(',', '')},short"),
        ("AUDIT_RETENTION_DAYS", "365"),
        ("AUDIT_RETENTION_DAYS", "six years"),
        ("AUDIT_RETENTION_DAYS", "99999999999"),
        ("STAFF_SECOND_FACTOR", "maybe"),
        ("STAFF_IDLE_MINUTES", "0"),
        ("STAFF_IDLE_MINUTES", "1440"),
        ("STAFF_IDLE_MINUTES", "a while"),
        ("LEASE_MINUTES", "4"),
        ("LEASE_MINUTES", "1440"),
        ("LEASE_MINUTES", "a while"),
        ("PUBLIC_URL", ""),
        ("PUBLIC_URL", "center.example"),
        ("PUBLIC_URL", "http://center.example"),
        ("PUBLIC_URL", "https://center.example/path"),
        ("RECORDS_DIR", "var/records"),
        ("RECORDS_DIR", __file__),
        ("RETAIN_SPAM_DAYS", "0"),
        ("RETAIN_UNREACHED_DAYS", "-1"),
        ("RETAIN_ENDED_DAYS", "two years"),
        ("RETAIN_CARDS_DAYS", "1000000"),
        ("CACHE_URL", "memcached://cache:11211"),
        ("CACHE_URL", "redis"),
    ],
)
def test_a_missing_or_weak_setting_is_refused(name, value):
    refused = check(**{name: value})
    assert refused.returncode != 0
    sentence = refused.stderr.strip().splitlines()[-1]
    assert f"Set {name} to " in sentence
    if "SECRET" in name or "KEYS" in name:
        assert not value or value not in refused.stderr


def test_a_secret_may_come_from_a_file(tmp_path):
    secret = tmp_path / "secret_key"
    secret.write_text(PRODUCTION["SECRET_KEY"])
    checked = check(SECRET_KEY="", SECRET_KEY_FILE=str(secret))
    assert checked.returncode == 0, checked.stderr


def test_a_fresh_development_env_starts():
    fresh = dict(re.findall(r"^(\w+)=(.*)$", fresh_development_env(), re.MULTILINE))
    assert fresh["SECRET_KEY"] != ENVIRONMENT["SECRET_KEY"]
    checked = check(**fresh, PUBLIC_URL="http://127.0.0.1:8000")
    assert checked.returncode == 0, checked.stderr


def read_names() -> set[str]:
    """Return every name that the settings read from the environment."""
    sources = "".join(path.read_text() for path in (ROOT / "rehab_site").glob("*.py"))
    return set(re.findall(r"""\benv\.\w+\(\s*["'](\w+)["']""", sources))


def test_the_example_lists_exactly_the_settings_there_are():
    example = (ROOT / ".env.example").read_text()
    assert set(re.findall(r"^(?:# )?([A-Z_]+)=", example, re.MULTILINE)) == read_names()


def test_the_tests_leave_no_setting_to_the_developers_own():
    assert read_names() <= {*ENVIRONMENT, "DATABASE_URL", "RECORDS_DIR"}
