"""What every test gets: its own database file, plain static files, quick passwords.

Pages are made anew for every request; the fixture `page_cache` keeps them as the site does.
What else is kept of the content is never kept from one test to the next.

Mail goes to `django.core.mail.outbox`. Nothing freezes the clock: times are arguments.
"""

from pathlib import Path

import pytest
from django.conf import settings
from django.db.backends.base.operations import BaseDatabaseOperations
from django.test import override_settings

from programs import generation
from tests.unguarded import unguarded

PAGE_CACHE = "rehab_site.page_cache.page_cache"
AS_THE_SITE_HAS_THEM = settings.MIDDLEWARE


def pytest_collection_modifyitems(items):
    """What asks for no database is the same on each of them."""
    for item in items:
        asks = {"db", "transactional_db", "live_server"}.intersection(item.fixturenames)
        if not (asks or item.get_closest_marker("django_db")):
            item.add_marker("once")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(worker_id):
    """Keep SQLite's test database in the folder of this run, a file for each worker."""
    database = settings.DATABASES["default"]
    name = f"test_{worker_id}"
    if database["ENGINE"] == "django.db.backends.sqlite3":
        name = Path(database["NAME"]).with_name(f"{name}.sqlite3")
    database["TEST"] = {**database.get("TEST", {}), "NAME": name}


@pytest.fixture(autouse=True)
def records(settings, tmp_path):
    """Give each test a journal of its own; return its folder."""
    settings.RECORDS_DIR = tmp_path / "records"
    return settings.RECORDS_DIR


@pytest.fixture(scope="session", autouse=True)
def plain_static_files_and_quick_passwords(tmp_path_factory):
    """No test depends on files that somebody collected, and none waits for Argon2."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        STORAGES={**settings.STORAGES, "staticfiles": plain},
        STATIC_ROOT=tmp_path_factory.mktemp("static"),
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        MIDDLEWARE=[one for one in settings.MIDDLEWARE if one != PAGE_CACHE],
        GENERATION_FILE=tmp_path_factory.mktemp("var") / "generation",
    ):
        yield


@pytest.fixture(autouse=True)
def a_generation_of_its_own():
    """Tables are emptied and rolled back between tests, of which no signal tells."""
    generation.renew()


@pytest.fixture(scope="session", autouse=True)
def tables_can_be_emptied_between_tests():
    """Take the guard of the audit trail off while Django empties every table after a test."""
    empty = BaseDatabaseOperations.execute_sql_flush

    def execute_sql_flush(operations, statements):
        with unguarded(operations.connection):
            empty(operations, statements)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", execute_sql_flush)
        yield


@pytest.fixture
def page_cache(settings, tmp_path):
    """Keep whole pages, as the site does. Changes tell it only when they are committed."""
    settings.MIDDLEWARE = AS_THE_SITE_HAS_THEM
    settings.GENERATION_FILE = tmp_path / "generation"
