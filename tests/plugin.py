"""Sets the environment of a test run before Django reads it (a conftest would be too late).

Every setting is set here, so nothing of the developer's own environment or `.env` reaches
the tests. TEST_DB=sqlite (the default) or TEST_DB=pg chooses the database.
"""

import base64
import os
import tempfile

from tests import private_database

ENVIRONMENT = {
    # pytest-django switches DEBUG off again; here it only allows an http address.
    "DEBUG": "True",
    "PUBLIC_URL": "http://testserver",
    "SECRET_KEY": "for the tests alone, long enough and made of many characters",
    "FIELD_ENCRYPTION_KEYS": f"tests:{base64.urlsafe_b64encode(bytes(range(32))).decode()}",
    "ALLOWED_HOSTS": "testserver",
    "TRUSTED_PROXIES": "",
    "CACHE_URL": "",
    "EMAIL_URL": "memorymail://",
    "DEFAULT_FROM_EMAIL": "desk@center.example",
    "ADMISSIONS_EMAILS": "admissions@center.example",
    "SECRET_KEY_FALLBACKS": "",
    "AUDIT_RETENTION_DAYS": "2192",
    "RETAIN_SPAM_DAYS": "30",
    "RETAIN_UNREACHED_DAYS": "180",
    "RETAIN_ENDED_DAYS": "730",
    "RETAIN_CARDS_DAYS": "30",
    "STAFF_SECOND_FACTOR": "False",
    "STAFF_IDLE_MINUTES": "15",
    "LEASE_MINUTES": "15",
    "BENEFITS_SECOND_PERSON": "always",
}
DATABASES = {"sqlite": private_database.sqlite, "pg": private_database.postgresql}


def prepare() -> None:
    choice = os.environ.get("TEST_DB", "sqlite")
    if choice not in DATABASES:
        raise SystemExit(f"TEST_DB is {choice!r}; choose one of: {', '.join(DATABASES)}.")
    records = str(private_database.folder() / "records")
    os.environ.update(ENVIRONMENT, DATABASE_URL=DATABASES[choice](), RECORDS_DIR=records)
    # Two runs at once share nothing, and nothing stays behind.
    os.environ["TMPDIR"] = tempfile.tempdir = str(private_database.folder())
    for name in (*ENVIRONMENT, "DATABASE_URL", "RECORDS_DIR"):
        # A secret in a file would win over the value above; an empty path does not.
        os.environ[f"{name}_FILE"] = ""


# The workers of xdist inherit what the first process prepared.
if "PYTEST_XDIST_WORKER" not in os.environ:
    prepare()
