"""What a supervisor and a load balancer are told."""

from datetime import timedelta

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from rehab_site import health
from tests import builders


def test_a_process_that_lives_says_so_without_asking_the_database(
    client, db, django_assert_num_queries
):
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies


def test_a_site_that_can_serve_says_so_and_how_many_notifications_are_late(client, db):
    builders.lead()
    assert client.get("/readyz").content == b"ok\nlate notifications: 0\nworker: missing\n"
    builders.lead(at=timezone.now() - timedelta(hours=1))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (
        200,
        b"ok\nlate notifications: 1\nworker: missing\n",
    )
    assert "no-store" in answer["Cache-Control"]


def test_a_database_that_lacks_a_migration_is_not_ready(client, db):
    MigrationRecorder(connection).migration_qs.filter(app="intake").delete()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"migrations are missing\n")
    assert client.get("/healthz").status_code == 200


def test_a_site_without_content_is_not_ready(client, db):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"run load_content first\n")


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_database_that_is_away_is_not_ready(client, monkeypatch, error):
    def away(*args):
        raise error("could not connect to db.internal as user rehab")

    monkeypatch.setattr(health, "MigrationExecutor", away)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"the database is away\n")
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_they_are_only_for_reading(client, db, path):
    builders.center()
    assert client.head(path).status_code == 200
    assert client.post(path).status_code == 405


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_they_answer_over_plain_http_where_the_site_itself_does_not(client, db, settings, path):
    builders.center()
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(path).status_code == 200
    assert client.get("/callback/").status_code == 301
