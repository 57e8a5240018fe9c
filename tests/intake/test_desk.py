"""The desk: what the first page shows to whom, what Take next does, and what refreshing is not."""

from datetime import time, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from intake import crypto, workflow
from intake import desk as rules
from intake.choices import Priority
from intake.models import (
    AuditEvent,
    DeskLook,
    Lead,
    Outbox,
    ReceivingProvider,
    Referral,
    StaffProfile,
)
from tests import builders, page
from tests.intake import checking, desk, door

DESK, NOW, NEXT = "/admin/", "/admin/desk/now/", "/admin/desk/next/"


@pytest.fixture
def ada(client, db):
    # Open day and night: what is at risk is reckoned in the hours of the desk.
    builders.center(opens=time(0), closes=time(23, 59))
    return desk.sign_in(client)


@pytest.fixture
def ben(db):
    return builders.staff("ben", "Admissions", first_name="Ben", last_name="Ito")


def waits(*, minutes: float = 120, **columns) -> Lead:
    """Return a lead that is due in so many minutes."""
    contact = {name: columns.pop(name) for name in ("language", "name") if name in columns}
    lead = builders.lead(timezone=builders.zone_where_it_is(14), **contact)
    due = timezone.now() + timedelta(minutes=minutes)
    Lead.objects.filter(pk=lead.pk).update(due_at=due, **columns)
    lead.refresh_from_db()
    return lead


def claim(lead, user):
    workflow.claim(lead, version=lead.version, by=user, at=timezone.now())


def reach(lead, user):
    details = {"channel": "call", "outcome": "reached"}
    workflow.log_attempt(lead, version=lead.version, by=user, at=timezone.now(), **details)


def lists(response) -> dict[str, list[str]]:
    """Return the references on the desk, by list."""
    return {
        name: [row.lead.reference for row in getattr(response.context["desk"], name).rows]
        for name in ("due", "later", "at_risk", "waiting", "new")
    }


def references(*leads) -> list[str]:
    return [lead.reference for lead in leads]


def looked(user, *, ago: timedelta) -> None:
    at = timezone.now() - ago
    DeskLook.objects.update_or_create(user=user, defaults={"looked_at": at, "new_since": at})


def test_the_first_page_shows_what_is_mine_and_what_waits(client, ada, ben):
    mine, mine_later, bens, free, pressing = (
        waits(minutes=10),
        waits(minutes=200),
        waits(minutes=20),
        waits(minutes=90),
        waits(minutes=-5),
    )
    claim(mine, ada)
    claim(mine_later, ada)
    claim(bens, ben)
    response = client.get(DESK)
    assert response.status_code == 200
    assert lists(response) == {
        "due": references(mine),
        "later": references(mine_later),
        "at_risk": references(pressing, bens),
        "waiting": references(pressing, free),
        "new": references(pressing, free, bens, mine_later, mine),
    }
    assert "<title>(2) Desk |" in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    said = page.text_of(response)
    assert "Ben Ito, until" in said
    for lead in (mine, mine_later, bens, free, pressing):
        assert desk.page_of(lead) in desk.links_on(response)


def test_danger_stands_first_and_says_so(client, ada):
    waits(minutes=-20)
    danger = waits(minutes=300, priority=Priority.DANGER)
    response = client.get(DESK)
    assert lists(response)["waiting"][0] == danger.reference
    assert "possible danger" in page.text_of(response)


def test_a_next_step_that_is_due_is_no_promise_at_risk(client, ada, ben):
    reached = waits()
    reach(reached, ben)
    Lead.objects.filter(pk=reached.pk).update(due_at=timezone.now())
    assert lists(client.get(DESK))["at_risk"] == []
    claimed = waits(minutes=300)
    reach(claimed, ada)
    Lead.objects.filter(pk=claimed.pk).update(due_at=timezone.now())
    assert lists(client.get(DESK))["due"] == references(claimed)


def test_an_ended_lead_is_nowhere(client, ada):
    lead = waits(minutes=-5)
    workflow.close(lead, version=1, by=ada, at=timezone.now(), disposition="spam")
    assert lists(client.get(DESK)) == {
        name: [] for name in ("due", "later", "at_risk", "waiting", "new")
    }


def test_the_desk_shows_no_personal_value_and_opens_none(client, ada, monkeypatch):
    waits(name="Sentinella", minutes=-1)
    monkeypatch.setattr(crypto, "unseal", lambda *args, **kwargs: pytest.fail("opened a value"))
    for address in (DESK, NOW):
        html = client.get(address).content.decode()
        assert "Sentinella" not in html
        assert "555-0123" not in html


def test_a_late_notification_is_told_on_the_desk(client, ada):
    waits()
    assert "notification is late" not in page.text_of(client.get(DESK))
    Outbox.objects.update(created_at=timezone.now() - timedelta(hours=1))
    assert "1 notification is late or failed." in page.text_of(client.get(DESK))


def test_whom_to_ask_about_is_told_on_the_desk(client, ada):
    provider = ReceivingProvider.objects.create(name="North House", kind="withdrawal")
    today = checking.today()
    for days, checked_at in ((-1, None), (0, None), (1, None), (-1, timezone.now())):
        facts = {"checked_at": checked_at, "came_of_it": "arrived" if checked_at else ""}
        Referral.objects.create(
            lead=waits(),
            provider=provider,
            reason="medical",
            by=ada,
            referred_at=timezone.now(),
            check_back_on=today + timedelta(days=days),
            **facts,
        )
    response = client.get(DESK)
    assert "Check back on 2 referrals" in page.text_of(response)
    assert "/admin/intake/referral/" in desk.links_on(response)
    Referral.objects.update(check_back_on=None)
    assert "Check back" not in page.text_of(client.get(DESK))


def test_a_row_says_whom_it_is_offered_to_and_when_nobody_calls_yet(client, ada, ben):
    until = timezone.now() + timedelta(minutes=10)
    later = timezone.now() + timedelta(days=2)
    mine = waits(minutes=60, routed_to=ada, offered_until=until)
    bens = waits(minutes=70, routed_to=ben, offered_until=until)
    over = waits(minutes=80, routed_to=ben, offered_until=timezone.now(), promised_from=later)
    html = client.get(DESK).content.decode()
    rows = {
        lead: html.split(f'id="waiting-{lead.reference}"')[1].split("</li>")[0]
        for lead in (mine, bens, over)
    }
    assert "offered to you first" in rows[mine]
    assert "offered to Ben Ito first" in rows[bens]
    assert "offered to" not in rows[over]
    assert "not before" in rows[over]
    assert "not before" not in rows[mine]


# What is new


def test_new_is_what_came_since_i_last_opened_the_desk(client, ada):
    old, recent = waits(), waits()
    Lead.objects.filter(pk=old.pk).update(received_at=timezone.now() - timedelta(hours=2))
    looked(ada, ago=timedelta(hours=1))
    assert lists(client.get(DESK))["new"] == references(recent)
    # Opening it twice at once is looking once; the next time nothing of it is new.
    assert lists(client.get(DESK))["new"] == references(recent)
    look = DeskLook.objects.get(user=ada)
    look.looked_at = timezone.now() - rules.GLANCE
    Lead.objects.update(received_at=look.looked_at - timedelta(minutes=1))
    look.save()
    assert lists(client.get(DESK))["new"] == []


def test_who_never_looked_is_shown_what_came_in_a_shift(client, ada):
    recent, old = waits(), waits()
    Lead.objects.filter(pk=old.pk).update(received_at=timezone.now() - rules.SHIFT)
    assert lists(client.get(DESK))["new"] == references(recent)


def test_refreshing_is_not_looking(client, ada):
    looked(ada, ago=timedelta(hours=1))
    before = DeskLook.objects.values_list("looked_at", "new_since").get()
    lead = waits()
    for _ in range(2):
        assert lists(client.get(NOW))["new"] == references(lead)
    assert DeskLook.objects.values_list("looked_at", "new_since").get() == before


# Refreshing


def test_refreshing_is_no_activity_and_ends_with_the_sign_in(client, ada):
    door.go_away(client, minutes=14)
    for _ in range(3):
        assert client.get(NOW).status_code == 200
    door.go_away(client, minutes=1)
    response = client.get(NOW)
    assert response.status_code == 302
    assert response.url == "/admin/login/?why=away"


def test_the_refreshed_lists_are_those_of_the_page(client, ada, ben):
    claim(waits(minutes=5), ada)
    claim(waits(minutes=5), ben)
    waits(minutes=-5)
    whole, part = client.get(DESK), client.get(NOW)
    assert lists(whole) == lists(part)
    assert part.content.decode().strip().startswith('<div class="desk-lists" data-waiting="1"')
    assert "<html" not in part.content.decode()


def test_so_many_wait_that_nobody_counts_them(client, ada, monkeypatch):
    monkeypatch.setattr(rules, "COUNTED", 3)
    monkeypatch.setattr(rules, "WAITING", 2)
    for _ in range(4):
        waits()
    response = client.get(DESK)
    assert "<title>(3+) Desk |" in response.content.decode()
    assert len(lists(response)["waiting"]) == 2
    assert f"{desk.QUEUE}?show=unclaimed" in desk.links_on(response)


# Take next


def test_take_next_leads_to_the_most_urgent_lead(client, ada):
    waits(minutes=60)
    first = waits(minutes=5)
    response = client.post(NEXT, page.form_on(client.get(DESK)))
    assert response.url == desk.page_of(first)
    assert "It is yours. After 15 quiet minutes" in page.text_of(client.get(response.url))
    first.refresh_from_db()
    assert first.owner == ada


def test_take_next_on_an_empty_desk_says_so(client, ada):
    response = client.post(NEXT, follow=True)
    assert response.redirect_chain == [(DESK, 302)]
    assert "Nobody waits." in page.text_of(response)


def test_take_next_says_when_those_who_wait_are_for_others(client, ada):
    StaffProfile.objects.create(user=ada, languages=["es"])
    lead = waits()
    response = client.post(NEXT, follow=True)
    assert "Nobody waits who fits the languages" in page.text_of(response)
    assert lists(response)["waiting"] == references(lead)


def test_a_row_is_claimed_from_the_desk(client, ada):
    lead = waits()
    form = page.form_on(client.get(DESK))
    assert form["claim-version"] == "1"
    response = client.post(f"{desk.page_of(lead)[: -len('change/')]}do/claim/", form)
    assert response.url == desk.page_of(lead)
    lead.refresh_from_db()
    assert lead.owner == ada


def test_only_admissions_take_next_or_refresh(client, ada):
    lead = waits()
    for name, group in (("eve", "Content editors"), ("olga", "Privacy officers")):
        desk.sign_in(client, name, group)
        assert client.post(NEXT).status_code == 403
        assert client.get(NOW).status_code == 403
    client.logout()
    assert client.post(NEXT).url.startswith("/admin/login/")
    lead.refresh_from_db()
    assert lead.owner is None


@pytest.mark.parametrize("group", ["Content editors", "Privacy officers"])
def test_others_find_the_list_of_what_they_may_open(client, db, group):
    desk.sign_in(client, "eve", group)
    response = client.get(DESK)
    assert "What would you like to do?" in page.text_of(response)
    assert NEXT not in desk.links_on(response)


def test_staff_reach_all_other_lists_from_the_desk(client, ada):
    assert "/admin/lists/" in desk.links_on(client.get(DESK))
    response = client.get("/admin/lists/")
    assert "What would you like to do?" in page.text_of(response)
    assert "/admin/intake/carrier/" in desk.links_on(response)


# What it costs


def statements_for(client, address: str) -> int:
    with CaptureQueriesContext(connection) as statements:
        assert client.get(address).status_code == 200
    return len(statements)


def test_the_desk_costs_the_same_for_ten_leads_and_for_a_hundred(client, ada, ben):
    program = builders.program()
    owners = [ada, ben, None]

    def add(number):
        for index in range(number):
            columns = {"owner": owners[index % 3], "program": program}
            if index % 2 and columns["owner"]:
                columns["reached_at"] = timezone.now()
            waits(minutes=(index - 5) * 10, **columns)

    add(10)
    looked(ada, ago=timedelta(hours=1))
    few = statements_for(client, DESK), statements_for(client, NOW)
    add(90)
    looked(ada, ago=timedelta(hours=1))
    assert few == (statements_for(client, DESK), statements_for(client, NOW))
    assert few[0] <= 15
    assert few[1] <= 13


def test_before_anything_is_loaded_the_desk_is_empty_and_does_not_fail(client, db):
    desk.sign_in(client)
    response = client.get(DESK)
    assert response.status_code == 200
    assert "Nobody waits unclaimed." in unescape(page.text_of(response))


def test_looking_at_the_desk_opens_no_lead(client, ada):
    lead = waits()
    client.get(DESK)
    client.get(NOW)
    assert not AuditEvent.objects.filter(lead=lead, action="viewed").exists()
