"""The list of who waits, as admissions staff see it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from intake import crypto, spoken, workflow
from intake.admin.lists import CappedPaginator
from intake.choices import Disposition
from intake.models import Lead, Outbox
from programs.models import Location
from tests import builders, page
from tests.intake import desk

ZONE = "America/Los_Angeles"


@pytest.fixture
def ada(client, db):
    builders.center()
    return desk.sign_in(client, "ada", first_name="Ada", last_name="Byron")


def wait(name: str, *, minutes: float = 120, **columns) -> Lead:
    """Return a lead that is due in so many minutes."""
    lead = builders.lead(nonce=name, name=name)
    due = timezone.now() + timedelta(minutes=minutes)
    Lead.objects.filter(pk=lead.pk).update(due_at=due, **columns)
    lead.refresh_from_db()
    return lead


def claim(lead, user, *, ago=timedelta(0)):
    workflow.claim(lead, version=lead.version, by=user, at=timezone.now() - ago)


def end(lead, user, *, ago=timedelta(0)):
    at = timezone.now() - ago
    spam = Disposition.SPAM
    workflow.close(lead, version=lead.version, by=user, at=at, disposition=spam)


def references(*leads) -> list[str]:
    return [lead.reference for lead in leads]


def test_open_leads_are_listed_with_the_soonest_due_first(client, ada):
    last, first, middle, ended = (
        wait("last", minutes=300),
        wait("first", minutes=-5),
        wait("middle", minutes=20),
        wait("ended", minutes=1),
    )
    end(ended, ada)
    response = client.get(desk.QUEUE)
    assert response.status_code == 200
    assert desk.listed(response) == references(first, middle, last)
    assert "no-store" in response["Cache-Control"]


def test_the_list_shows_no_personal_value_and_opens_none(client, ada, monkeypatch):
    person = {
        "name": "Sentinella",
        "patient_name": "Patientia",
        "email": "sentinel@example.org",
        "ask_for": "Askforia",
        "if_someone_else": "Elsewhere",
    }
    builders.lead(**person, message="Messagia")
    monkeypatch.setattr(crypto, "unseal", lambda *args, **kwargs: pytest.fail("opened a value"))
    html = client.get(desk.QUEUE).content.decode()
    for value in (*person.values(), "Messagia", "5550123", "555-0123"):
        assert value not in html


def test_a_row_says_when_it_is_due_and_how_pressing_that_is(client, ada):
    tried = {"promise_kept": True}
    leads = [
        wait("late", minutes=-10, **tried),
        wait("soon", minutes=20, **tried),
        wait("later", minutes=90, **tried),
    ]
    html = client.get(desk.QUEUE).content.decode()
    rows = html.split('class="field-due')[1:]
    kinds = [("late", "late"), ("risk", "due soon"), ("ok", "in time")]
    for row, lead, (kind, word) in zip(rows, leads, kinds, strict=True):
        assert f'badge badge-{kind}">{word}<' in row
        assert spoken.time_of_day(lead.due_at, ZONE) in row


def test_a_row_says_who_has_the_lead_and_until_when(client, ada):
    claimed, quiet, free = wait("a", minutes=1), wait("b", minutes=2), wait("c", minutes=3)
    claim(claimed, ada)
    claim(quiet, ada, ago=timedelta(hours=1))
    html = client.get(desk.QUEUE).content.decode()
    rows = html.split('class="field-holder')[1:]
    claimed.refresh_from_db()
    assert f"Ada Byron, until {spoken.time_of_day(claimed.lease_until, ZONE)}" in rows[0]
    assert "Ada Byron<" in rows[1]
    assert "nobody yet" in rows[2]
    assert desk.listed(client.get(desk.QUEUE)) == references(claimed, quiet, free)


def test_a_row_of_an_ended_lead_says_how_it_ended(client, ada):
    end(wait("ended"), ada)
    assert "Spam" in client.get(desk.QUEUE, {"show": "closed"}).content.decode()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["mine", "late", "other"]),
        ({"show": "unclaimed"}, ["late", "other"]),
        ({"show": "mine"}, ["mine"]),
        ({"show": "late"}, ["mine", "late"]),
        ({"show": "closed"}, ["ended later", "ended"]),
        ({"show": "garbage"}, ["mine", "late", "other"]),
        ({"status__exact": "new"}, ["late", "other"]),
        ({"status__exact": "contacting"}, ["mine"]),
        ({"arrival__exact": "insurance"}, ["other"]),
        ({"language__exact": "es"}, ["late"]),
        ({"program__isnull": "True"}, ["mine", "late"]),
        ({"program__id__exact": "PROGRAM"}, ["other"]),
        ({"location__id__exact": "LOCATION"}, ["late"]),
        ({"show": "late", "language__exact": "es"}, ["late"]),
        ({"status__exact": "garbage"}, []),
        ({"language__exact": "x" * 500}, []),
    ],
)
def test_a_filter_keeps_what_it_says(client, ada, query, expected):
    place = Location.objects.create(name="Oak Park", slug="oak-park", city="X", region="CA")
    program = builders.program()
    leads = {
        "mine": wait("mine", minutes=-20),
        "late": wait("late", minutes=-10, language="es", location=place),
        "other": wait("other", minutes=60, arrival="insurance", program=program),
        "ended": wait("ended"),
        "ended later": wait("ended later"),
    }
    claim(leads["mine"], ada)
    end(leads["ended"], ada, ago=timedelta(hours=1))
    end(leads["ended later"], ada)
    ids = {"PROGRAM": program.pk, "LOCATION": place.pk}
    response = client.get(desk.QUEUE, {key: ids.get(value, value) for key, value in query.items()})
    assert response.status_code == 200
    assert desk.listed(response) == references(*(leads[name] for name in expected))


@pytest.mark.parametrize(
    "query",
    [
        "program__id__exact=garbage",
        "program__id__exact=99999999999999999999999",
        "location__id__exact=%00",
        "program__isnull=perhaps",
        "status__exact=%00",
        "p=99",
        "p=garbage",
        "p=-1",
        "all=",
        "o=garbage",
        "o=1.2.-3.99",
        "e=1",
        "q=anna",
        "found=",
        "found=garbage",
        "found=v1.tests.",
        "found=v1.tests.AAAA",
        "found=v1.nobody.AAAA",
        "found=%00%ff.%c3%a9.%f0%9f%98%80",
        "show=%00",
    ],
)
def test_garbage_in_the_address_is_answered_calmly(client, ada, query):
    wait("anna")
    response = client.get(f"{desk.QUEUE}?{query}", follow=True)
    assert response.status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "phone__startswith=v1",
        "phone=9165550123",
        "name__isnull=False",
        "pin_digest__startswith=a",
        "form_nonce__startswith=a",
        "audit_head__contains=a",
        "search_tokens__digest=a",
        "owner__password__startswith=a",
        "callbacks__message__contains=a",
    ],
)
def test_nothing_but_the_filters_can_be_asked_about_by_address(client, ada, query):
    wait("anna")
    response = client.get(f"{desk.QUEUE}?{query}")
    assert response.status_code == 400
    assert not desk.listed(response)


def test_no_column_can_be_sorted_by_and_no_date_be_drilled_into(client, ada):
    first, last = wait("first", minutes=1), wait("last", minutes=2)
    plain = client.get(desk.QUEUE)
    assert "sortable" not in plain.content.decode()
    assert not [link for link in desk.links_on(plain) if "o=" in link]
    for order in ("1", "-1", "2", "-9", "1.2.3"):
        response = client.get(desk.QUEUE, {"o": order})
        assert desk.listed(response) == references(first, last)
    assert plain.context["cl"].date_hierarchy is None


def test_a_stock_action_cannot_be_smuggled_in(client, ada):
    lead = wait("anna")
    data = {"action": "delete_selected", "_selected_action": str(lead.pk), "post": "yes"}
    client.post(desk.QUEUE, data)
    assert Lead.objects.filter(pk=lead.pk).exists()


def many(number: int, owner, program) -> None:
    for index in range(number):
        wait(f"{number} {index}", minutes=index, owner=owner, program=program)


def statements_for(client) -> int:
    with CaptureQueriesContext(connection) as statements:
        response = client.get(desk.QUEUE)
    assert response.status_code == 200
    return len(statements)


def test_the_list_costs_the_same_for_ten_leads_and_for_sixty(client, ada):
    program = builders.program()
    many(10, ada, program)
    for_ten = statements_for(client)
    many(50, ada, program)
    for_sixty = statements_for(client)
    assert len(desk.listed(client.get(desk.QUEUE))) == 25
    assert for_ten == for_sixty <= 12


def test_further_leads_are_on_the_next_page(client, ada):
    many(27, ada, None)
    first, second = client.get(desk.QUEUE), client.get(desk.QUEUE, {"p": 2})
    assert len(desk.listed(first)) == 25
    assert len(desk.listed(second)) == 2
    assert not set(desk.listed(first)) & set(desk.listed(second))


def test_leads_are_counted_no_further_than_anybody_reads(client, ada, monkeypatch):
    monkeypatch.setattr(CappedPaginator, "LIMIT", 3)
    for number in range(5):
        wait(f"lead {number}")
    with CaptureQueriesContext(connection) as statements:
        response = client.get(desk.QUEUE)
    assert response.context["cl"].result_count == 3
    counts = [query["sql"] for query in statements if "COUNT(" in query["sql"]]
    of_leads = [sql for sql in counts if "intake_lead" in sql]
    assert of_leads
    assert all("LIMIT 3" in sql for sql in of_leads)


def test_a_late_notification_is_told_above_the_list(client, ada):
    wait("anna")
    assert "notification is late" not in page.text_of(client.get(desk.QUEUE))
    Outbox.objects.update(created_at=timezone.now() - timedelta(hours=1))
    response = client.get(desk.QUEUE)
    assert "1 notification is late or failed." in page.text_of(response)
    late = "/admin/intake/outbox/?delivery=late"
    assert late in desk.links_on(response)
    assert Lead.objects.get().reference in page.text_of(client.get(late))
    Outbox.objects.update(sent_at=timezone.now())
    assert "notification is late" not in page.text_of(client.get(desk.QUEUE))


def test_a_notification_shows_its_times_on_the_clock_of_the_center(client, ada):
    wait("anna")
    Outbox.objects.update(created_at="2026-07-01T15:30:00Z")
    assert "July 1, 2026, 8:30 a.m." in page.text_of(client.get("/admin/intake/outbox/"))


def test_before_anything_is_loaded_the_list_is_empty_and_does_not_fail(client, db):
    desk.sign_in(client)
    assert client.get(desk.QUEUE).status_code == 200
