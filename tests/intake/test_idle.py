"""Who is away is signed out; who is there, or on a call, is not; and it costs one statement."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from intake import staff_sessions
from intake.models import StaffSession
from tests import builders, page
from tests.intake import desk, door

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client):
    user = builders.staff("ada", "Admissions")
    client.force_login(user)
    return user


def session_of(client) -> StaffSession:
    return StaffSession.objects.get(pk=client.cookies["sessionid"].value)


def left(client) -> int:
    """Ask the server, passively, how many seconds are left."""
    return client.get("/admin/clock/").json()["left"]


def test_after_fifteen_quiet_minutes_one_is_signed_out_and_told_why(client, ada):
    door.go_away(client, minutes=15)
    response = client.get(desk.QUEUE)
    assert response.url == "/admin/login/?why=away&next=%2Fadmin%2Fintake%2Flead%2F"
    shown = client.get(response.url)
    assert "You were signed out because you were away." in page.text_of(shown)
    assert not StaffSession.objects.filter(user=ada).exists()
    assert door.recorded() == [("signed_out", "ada", "away")]
    assert door.type_password(client, next=page.form_on(shown)["next"]).url == desk.QUEUE


def test_a_request_in_time_begins_the_fifteen_minutes_anew(client, ada):
    for _ in range(3):
        door.go_away(client, minutes=14)
        assert door.is_in(client)
    assert left(client) > 14 * 60


def test_asking_how_long_and_keeping_drafts_are_no_activity(client, ada):
    lead = builders.lead()
    door.go_away(client, minutes=14)
    for _ in range(3):
        assert 0 < left(client) <= 60
        client.post(f"/admin/draft/{lead.pk}/attempt/", {"attempt-note": "half a word"})
        client.get(desk.QUEUE, headers={"X-Passive": "1"})
    door.go_away(client, minutes=1)
    assert client.get("/admin/clock/").status_code == 302
    assert not door.is_in(client)


def test_stay_signed_in_is_activity(client, ada):
    door.go_away(client, minutes=14)
    assert client.post("/admin/stay/").json()["left"] == 15 * 60
    assert left(client) > 14 * 60


def test_after_twelve_hours_one_signs_in_again_however_busy(client, ada):
    session = session_of(client)
    session.began_at -= timedelta(hours=11, minutes=59)
    session.expire_date = session.began_at + timedelta(hours=12)
    session.save()
    assert door.is_in(client)
    assert client.post("/admin/stay/").json()["left"] <= 60
    session = session_of(client)
    session.expire_date -= timedelta(minutes=1)
    session.save()
    assert not door.is_in(client)


def test_a_changed_password_prolongs_no_sign_in(client, ada):
    began = session_of(client).began_at
    new = "a quite different phrase"
    data = {"old_password": door.PASSWORD, "new_password1": new, "new_password2": new}
    assert client.post("/admin/password_change/", data).url == door.ACCOUNT
    session = session_of(client)
    assert session.began_at == began
    assert session.expire_date == began + timedelta(hours=12)


def request_of(client, user):
    request = RequestFactory().post("/")
    request.session = staff_sessions.SessionStore(client.cookies["sessionid"].value)
    request.session.load()
    request.user = user
    return request


def test_while_a_call_runs_the_clock_stands_still_for_ninety_minutes_at_most(client, ada):
    request, now = request_of(client, ada), timezone.now()
    staff_sessions.begin_call(request, at=now)
    for minutes, seconds in ((0, 900), (16, 900), (90, 900), (100, 300), (105, 0)):
        at = now + timedelta(minutes=minutes)
        assert staff_sessions.seconds_left(request.session, at=at) == seconds, minutes
    door.go_away(client, minutes=80)
    assert door.is_in(client)


def test_with_the_outcome_the_clock_goes_on(client, ada):
    staff_sessions.begin_call(request_of(client, ada), at=timezone.now())
    staff_sessions.end_call(request_of(client, ada))
    door.go_away(client, minutes=15)
    assert not door.is_in(client)


def test_the_page_carries_what_the_warning_needs(client, ada):
    html = client.get(desk.QUEUE).content.decode()
    assert 'data-left="900" data-warning="120" data-clock="/admin/clock/"' in html
    assert 'data-leave="/admin/login/?why=away&amp;next=%2Fadmin%2Fintake%2Flead%2F"' in html
    client.post("/admin/logout/")
    assert 'id="idle"' not in client.get(door.LOGIN).content.decode()


@pytest.mark.parametrize("is_quiet", [False, True])
def test_second_factor_and_clock_cost_a_request_one_statement_at_most(client, settings, is_quiet):
    """The baseline: Django's own statement for the session, one for the user."""
    settings.STAFF_SECOND_FACTOR = True
    ada, _codes = door.enrolled()
    door.type_password(client)
    door.type_code(client, door.phone_shows(ada))
    if is_quiet:
        door.go_away(client, minutes=5)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        # A page without a statement of its own.
        assert client.get("/admin/jsi18n/").status_code == 200
    said = [query["sql"] for query in queries]
    statements = [sql for sql in said if sql.startswith(("SELECT", "UPDATE", "INSERT", "DELETE"))]
    center = [sql for sql in statements if "programs_center" in sql]
    assert len(statements) - len(center) == 2 + is_quiet, "\n".join(said)


def test_busy_minutes_are_written_once(client, ada):
    door.go_away(client, minutes=2)
    seen = []
    for _ in range(3):
        client.get("/admin/")
        seen.append(session_of(client).seen_at)
    assert len(set(seen)) == 1
    assert timezone.now() - seen[0] < timedelta(minutes=1)


def test_the_worker_deletes_sessions_that_are_over(client, ada):
    assert staff_sessions.sweep(at=timezone.now()) == 0
    assert staff_sessions.sweep(at=timezone.now() + timedelta(hours=13)) == 1


def test_nobody_shows_a_session_by_its_key(client, ada):
    assert str(session_of(client)) == f"session of {ada.pk}"
