"""Who saw and changed what, as managers and privacy officers read it."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from intake import audit, crypto, spreadsheet
from intake.models import AuditEvent, Lead
from tests import builders, page
from tests.intake import desk, raw

Action = audit.Action
LIST = "/admin/intake/auditevent/"
EXPORT = f"{LIST}export/"
PACIFIC = ZoneInfo("America/Los_Angeles")
# Half past eleven in the evening of the 17th at the center, the 18th already in UTC.
LATE_ON_17TH = datetime(2026, 11, 18, 7, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def pia(client, db):
    builders.center()
    return desk.sign_in(client, "pia", "Privacy officers")


@pytest.fixture
def ada(db):
    return builders.staff("ada", "Admissions")


def look(lead: Lead, user, *, at=None, fields=("name", "phone"), reason="") -> None:
    with transaction.atomic():
        audit.record(
            lead, Action.VIEWED, by=user, at=at or timezone.now(), fields=fields, reason=reason
        )


def search(user, *, at=None) -> None:
    with transaction.atomic():
        audit.record_apart(Action.SEARCHED, by=user, at=at or timezone.now(), fields=["name"])


def rows(response) -> list[list[str]]:
    """Return what the list says, cell by cell."""
    html = response.content.decode()
    body = html[html.index("<tbody>") : html.index("</tbody>")] if "<tbody>" in html else ""
    lines = body.split("<tr>")[1:]
    cells = [re.findall(r"<t[dh] class=\"field-[^>]*>(.*?)</t[dh]>", line) for line in lines]
    return [[re.sub(r"<[^>]+>", "", cell) for cell in line] for line in cells]


def whats(response) -> list[str]:
    return [what for _when, _who, what, *_ in rows(response)]


def test_the_newest_comes_first_with_who_what_of_whom_and_why(client, pia, ada):
    lead = builders.lead(at=LATE_ON_17TH)
    look(lead, ada, at=LATE_ON_17TH + HOUR, reason="call_back")
    search(ada, at=LATE_ON_17TH + 2 * HOUR)
    response = client.get(LIST)
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    (searched, viewed, received) = rows(response)
    assert searched[1:] == ["ada", "Searched", "–", "name", "–"]
    assert viewed[1:] == ["ada", "Opened", lead.reference, "name, phone", "call_back"]
    assert received[1:4] == ["the person or the system", "Received", lead.reference]
    assert "Nov. 17, 2026, 11:30 p.m." in received[0]
    assert desk.page_of(lead) in desk.links_on(response)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["Searched", "Opened", "Received"]),
        ({"action__exact": "viewed"}, ["Opened"]),
        ({"by__id__exact": "ada"}, ["Searched", "Opened"]),
        ({"by__isnull": "True"}, ["Received"]),
        ({"lead": "lead"}, ["Opened", "Received"]),
        ({"from": "2026-11-18"}, ["Searched", "Opened"]),
        ({"until": "2026-11-17"}, ["Received"]),
        ({"from": "2026-11-17", "until": "2026-11-18"}, ["Searched", "Opened", "Received"]),
        ({"from": "2026-11-19"}, []),
        ({"from": "2026-11-18", "by__id__exact": "ada", "action__exact": "searched"}, ["Searched"]),
        ({"lead": "garbage"}, []),
        ({"from": "garbage", "until": "9999-12-31"}, ["Searched", "Opened", "Received"]),
        ({"from": "0001-01-01", "until": "2026-13-40"}, ["Searched", "Opened", "Received"]),
    ],
)
def test_the_filters_narrow_the_list_down(client, pia, ada, query, expected):
    lead = builders.lead(at=LATE_ON_17TH)
    look(lead, ada, at=LATE_ON_17TH + HOUR)
    search(ada, at=LATE_ON_17TH + 2 * HOUR)
    known = {"ada": str(ada.pk), "lead": str(lead.pk)}
    response = client.get(LIST, {name: known.get(value, value) for name, value in query.items()})
    assert response.status_code == 200
    assert whats(response) == expected


def test_the_days_filter_keeps_the_others_and_the_other_way_round(client, pia, ada):
    search(ada)
    today = timezone.localdate(timezone=PACIFIC).isoformat()
    response = client.get(LIST, {"by__id__exact": str(ada.pk), "from": today})
    html = response.content.decode()
    assert f'<input type="hidden" name="by__id__exact" value="{ada.pk}">' in html
    assert f'name="from" value="{today}"' in html
    links = [link for link in desk.links_on(response) if link.startswith("?")]
    assert f"?by__id__exact={ada.pk}" in links
    assert any("action__exact=searched" in link and f"from={today}" in link for link in links)
    assert re.search(r'<li class="selected"><a href="[^"]+">Today</a>', html)


@pytest.mark.parametrize(
    "query",
    [
        {"digest__startswith": "a"},
        {"by__password__startswith": "a"},
        {"lead__name": "x"},
        {"action__exact": "viewed\0"},
        {"by__id__exact": "x"},
    ],
)
def test_nothing_else_can_be_asked_by_typing_an_address(client, pia, ada, query):
    search(ada)
    response = client.get(LIST, query)
    assert response.status_code in (302, 400)


def test_the_list_opens_no_value_of_a_lead(client, pia, monkeypatch):
    builders.lead(name="Sentinella", message="Messagia")
    monkeypatch.setattr(crypto, "unseal", lambda *args, **kwargs: pytest.fail("opened a value"))
    html = client.get(LIST).content.decode()
    for word in ("Sentinella", "Messagia", "555-0123"):
        assert word not in html


def test_a_long_list_costs_few_statements_and_counts_no_further_than_anybody_reads(
    client, pia, ada
):
    lead = builders.lead()
    for _ in range(60):
        look(lead, ada)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(LIST, {"by__id__exact": str(ada.pk), "lead": str(lead.pk)})
    assert len(rows(response)) == 50
    assert len(captured) <= 12
    counts = [query["sql"] for query in captured if "COUNT(" in query["sql"]]
    assert all("LIMIT 1000" in sql for sql in counts)
    assert len(rows(client.get(LIST, {"p": "2"}))) == 11


@pytest.mark.parametrize("query", [{}, {"by": 1}, {"action": "viewed"}])
def test_each_filter_ends_in_the_order_of_the_list(db, query):
    events = AuditEvent.objects.filter(**query).order_by("-at", "-id")[:50]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
    plan = events.explain()
    assert "audit_event_" in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


@pytest.mark.parametrize("groups", [["Admissions"], ["Content editors"]])
def test_who_may_not_read_it_is_refused(client, db, groups):
    builders.center()
    desk.sign_in(client, "eve", *groups)
    assert client.get(LIST).status_code == 403
    assert client.post(EXPORT).status_code == 403
    assert AuditEvent.objects.filter(action=Action.EXPORTED).count() == 0


# The file


def file_of(response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode())))


def test_the_filtered_list_can_be_taken_along_and_that_is_written_down(client, pia, ada):
    lead = builders.lead(at=LATE_ON_17TH)
    look(lead, ada, at=LATE_ON_17TH + HOUR)
    search(ada, at=LATE_ON_17TH)
    response = client.post(f"{EXPORT}?lead={lead.pk}&action__exact=viewed")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="audit-events.csv"'
    assert file_of(response) == [
        ["when", "who", "what", "lead", "fields", "reason"],
        ["2026-11-18T00:30:00-08:00", "ada", "Opened", lead.reference, "name phone", ""],
    ]
    event = AuditEvent.objects.get(action=Action.EXPORTED)
    assert (event.by, event.lead, event.fields) == (pia, None, "audit_events")


def test_no_cell_of_the_file_is_a_formula(client, pia):
    search(builders.staff("=1+2"))
    search(builders.staff("@SUM(A1)"))
    cells = [line[1] for line in file_of(client.post(EXPORT))[1:]]
    assert {"'=1+2", "'@SUM(A1)"} <= set(cells)
    assert not any(cell.startswith(spreadsheet.FORMULA) for cell in cells)


def test_the_button_sends_the_filters_along(client, pia, ada):
    search(ada)
    response = client.get(LIST, {"action__exact": "searched"})
    assert f"{EXPORT}?action__exact=searched" in desk.links_on(response)


# From a lead's page


def test_the_page_of_a_lead_leads_to_all_of_its_events(client, pia, ada):
    lead = builders.lead()
    for _ in range(45):
        look(lead, ada)
    response = client.get(desk.page_of(lead))
    assert "All 47, with names of fields" in page.text_of(response)
    assert f"{LIST}?lead={lead.pk}" in desk.links_on(response)
    listed = client.get(f"{LIST}?lead={lead.pk}")
    assert "47" in page.text_of(listed)
    assert lead.reference in page.text_of(listed)


def test_admissions_see_the_latest_on_the_page_and_no_link(client, db):
    builders.center()
    desk.sign_in(client)
    response = client.get(desk.page_of(builders.lead()))
    assert "Who has seen or changed this" in page.text_of(response)
    assert LIST not in response.content.decode()


def test_the_trail_costs_three_statements_when_a_lead_is_read(client, pia):
    lead = builders.lead()
    client.get(desk.page_of(lead))
    with CaptureQueriesContext(connection) as captured:
        assert client.get(desk.page_of(lead)).status_code == 200
    of_the_trail = [
        query["sql"]
        for query in captured
        if "intake_auditevent" in query["sql"] or query["sql"].startswith("UPDATE")
    ]
    verbs = [sql.split()[0] for sql in of_the_trail]
    assert verbs == ["UPDATE", "INSERT", "SELECT"]
    assert not any("FOR UPDATE" in query["sql"] for query in captured)


# What is written down where it happens


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        ("Zora", "name"),
        ("0142", "last_four"),
        ("(916) 555-0142", "phone"),
        ("zora@mail.example", "email"),
        ("7K2M-9QXT", "name reference"),
        ("MICHELLE", "name reference"),
        ("Zora Neale Hurston", "name"),
    ],
)
def test_a_search_is_written_down_by_kind_and_never_by_word(client, pia, words, kinds):
    client.post(desk.SEARCH, {"words": words})
    event = AuditEvent.objects.get()
    assert (event.action, event.by, event.lead, event.reason) == (Action.SEARCHED, pia, None, "")
    assert event.fields == kinds


def test_a_search_for_nothing_leaves_nothing(client, pia):
    client.post(desk.SEARCH, {"words": "ab"})
    assert not AuditEvent.objects.exists()


def test_who_was_refused_a_page_is_written_down_without_its_ids(client, db):
    builders.center()
    lead = builders.lead()
    eve = desk.sign_in(client, "eve", "Content editors")
    assert client.get(desk.page_of(lead)).status_code == 403
    assert client.get(f"{desk.page_of(lead)}?name=Zora").status_code == 403
    refused = AuditEvent.objects.filter(action=Action.REFUSED).order_by("seq")
    assert [(event.by, event.fields) for event in refused] == [(eve, "intake_lead_change")] * 2
    for row in AuditEvent.objects.filter(lead=None).values_list("fields", "reason"):
        assert str(lead.pk) not in "".join(row)
        assert "Zora" not in "".join(row)


def test_a_stranger_and_a_missing_page_are_no_refusals(client, db):
    builders.center()
    assert client.get(desk.QUEUE).status_code == 302
    desk.sign_in(client, "ada")
    assert client.get("/admin/intake/lead/00000000-0000-0000-0000-000000000000/change/")
    assert not AuditEvent.objects.filter(action=Action.REFUSED).exists()


def test_a_value_that_was_moved_is_refused_on_the_page_too(client, pia):
    """The trail is no use if a row could be read under another's name."""
    lead, other = builders.lead(name="Zora"), builders.lead(name="Nella")
    raw.put(other, "name", raw.column(lead, "name"))
    client.raise_request_exception = False
    response = client.get(desk.page_of(other))
    assert "Zora" not in response.content.decode()
