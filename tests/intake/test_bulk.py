"""Monday morning: managers assign many leads at once, and close what somebody has looked at."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from intake import audit, bulk, workflow
from intake.choices import Disposition, Status
from intake.models import Lead
from intake.taking import take_next
from tests import builders, page
from tests.intake import desk
from tests.intake.acting import NOON, REACHED, act


@pytest.fixture
def max_(client, db):
    builders.center()
    return desk.sign_in(client, "max", "Admissions managers")


@pytest.fixture
def ben(db):
    return builders.staff("ben", "Admissions", first_name="Ben", last_name="Ito")


@pytest.fixture
def ada(db):
    return builders.staff("ada", "Admissions")


def waits(**columns) -> Lead:
    lead = builders.lead(timezone=builders.zone_where_it_is(14))
    due = timezone.now() + timedelta(hours=2)
    Lead.objects.filter(pk=lead.pk).update(due_at=due, promised_by=due, **columns)
    lead.refresh_from_db()
    return lead


def choose(client, action: str, *leads, **answers) -> str:
    """Tick the leads in the list, answer what is asked, and return what the page then says."""
    chosen = [str(lead.pk) for lead in leads]
    data = {"action": action, "index": "0", "_selected_action": chosen, "answered": "1"}
    return page.text_of(client.post(desk.QUEUE, data | answers, follow=True))


def test_leads_are_assigned_and_taken_by_the_colleague_first(client, max_, ada, ben):
    first, second, other = waits(), waits(), waits()
    said = choose(client, "assign", second, other, to=ben.pk)
    assert "2 leads: done." in said
    assert "offered to Ben Ito first" in said
    for lead in (second, other):
        lead.refresh_from_db()
        assert (lead.owner, lead.routed_to, lead.status) == (None, ben, Status.NEW)
        assert lead.routed_because == "Assigned by max"
        event = lead.audit_events.order_by("seq").last()
        assert (event.action, event.by) == (audit.Action.MOVED, max_)
    now = timezone.now()
    assert take_next(by=ben, at=now) == second
    assert take_next(by=ada, at=now) == first
    assert "Assigned by max" in page.text_of(client.get(desk.page_of(other)))


def test_what_a_colleague_who_left_reached_gets_a_new_owner(client, max_, ada, ben):
    lead = waits()
    act(workflow.log_attempt, lead, by=ada, at=timezone.now(), **REACHED)
    assert "is on the phone" not in choose(client, "assign", lead, to=ben.pk)
    lead.refresh_from_db()
    assert lead.owner == ada
    type(ada).objects.update(is_active=False)
    type(ada).objects.filter(pk__in=[max_.pk, ben.pk]).update(is_active=True)
    choose(client, "assign", lead, to=ben.pk)
    lead.refresh_from_db()
    assert (lead.owner, lead.lease_until, lead.status) == (ben, None, Status.REACHED)


def test_what_somebody_works_on_or_is_closed_is_left_as_it_is(client, max_, ada, ben):
    claimed, called, reached, closed, free = (waits() for _ in range(5))
    now = timezone.now()
    act(workflow.claim, claimed, by=ada, at=now)
    act(workflow.start_call, called, by=ada, at=now)
    act(workflow.log_attempt, reached, by=ada, at=now, **REACHED)
    act(workflow.close, closed, by=ada, at=now, disposition=Disposition.SPAM)
    said = choose(client, "assign", claimed, called, reached, free, to=ben.pk)
    said += choose(client, "assign", closed, to=ben.pk, show="closed")
    assert "1 lead: done." in said
    for lead, why in (
        (claimed, "ada is working on this lead."),
        (called, "ada is on the phone with this person."),
        (reached, "ada reached this person"),
    ):
        assert f"{lead.reference} was left as it is. {why}" in said
        lead.refresh_from_db()
        assert (lead.owner, lead.routed_to) == (ada, None)
    done = bulk.assign([closed], to=ben, by=max_, at=now)
    assert [(lead, why[:20]) for lead, why in done.refused] == [(closed, "This lead is closed.")]


def test_leads_nobody_has_opened_are_not_closed(client, max_):
    opened, unopened = waits(), waits()
    client.get(desk.page_of(opened))
    said = choose(client, "close_many", opened, unopened, disposition="spam")
    assert "1 lead: done." in said
    assert f"{unopened.reference} was left as it is. Nobody has opened this lead yet." in said
    opened.refresh_from_db()
    unopened.refresh_from_db()
    assert (opened.disposition, unopened.is_open) == (Disposition.SPAM, True)


def test_closing_many_keeps_every_guard_of_closing_one(client, max_, ada):
    claimed, untried = waits(), waits()
    for lead in (claimed, untried):
        client.get(desk.page_of(lead))
    act(workflow.claim, claimed, by=ada, at=timezone.now())
    said = choose(client, "close_many", claimed, untried, disposition="unreached")
    assert f"{claimed.reference} was left as it is. ada is working on this lead." in said
    assert f"{untried.reference} was left as it is. Nobody has tried to reach this person" in said
    assert Lead.objects.open().count() == 2


@pytest.mark.parametrize(
    ("action", "saying"),
    [
        ("assign", "Choose to whom the leads go"),
        ("close_many", "Choose why the leads end"),
    ],
)
def test_the_page_asks_how_and_half_an_answer_does_nothing(client, max_, action, saying):
    lead = waits()
    data = {"action": action, "index": "0", "_selected_action": [str(lead.pk)]}
    response = client.post(desk.QUEUE, data)
    assert (response.status_code, response.context["leads"]) == (200, [lead])
    assert lead.reference in page.text_of(response)
    response = client.post(desk.QUEUE, page.form_on(response))
    assert response.status_code == 422
    assert saying in page.text_of(response)
    lead.refresh_from_db()
    assert lead.version == 1


@pytest.mark.parametrize("to", ["garbage", "99999999999999999999", "\0"])
def test_garbage_in_the_choice_does_nothing(client, max_, to):
    lead = waits()
    choose(client, "assign", lead, to=to)
    lead.refresh_from_db()
    assert lead.version == 1


def test_more_than_fit_on_two_pages_are_a_slip_of_the_mouse(client, max_, ben, monkeypatch):
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    leads = [waits() for _ in range(3)]
    assert "choose at most 2 leads at once" in choose(client, "assign", *leads, to=ben.pk)
    assert not Lead.objects.exclude(version=1).exists()
    said = choose(client, "assign", *leads[:2], to=ben.pk, select_across="1")
    assert "choose at most 2" in said


def test_only_managers_choose_many(client, max_, ada, ben):
    lead = waits()
    client.force_login(ada)
    html = client.get(desk.QUEUE).content.decode()
    assert "_selected_action" not in html
    choose(client, "assign", lead, to=ben.pk)
    client.get(desk.page_of(lead))
    choose(client, "close_many", lead, disposition="spam")
    lead.refresh_from_db()
    assert (lead.routed_to, lead.is_open) == (None, True)


def test_the_list_of_a_manager_costs_what_is_promised(client, max_):
    for _ in range(12):
        waits()
    with CaptureQueriesContext(connection) as statements:
        assert client.get(desk.QUEUE).status_code == 200
    assert len(statements) <= 12, [one["sql"][:90] for one in statements]


def test_assigned_leads_keep_their_promise(max_, ada, ben):
    """Nothing keeps a lead for somebody once its promise is at risk."""
    lead = builders.lead(at=NOON - timedelta(hours=1))
    soon = NOON + timedelta(minutes=10)
    Lead.objects.filter(pk=lead.pk).update(due_at=soon, promised_by=soon)
    bulk.assign([lead], to=ben, by=max_, at=NOON)
    assert take_next(by=ada, at=NOON) == lead
    lead.refresh_from_db()
    assert lead.lease_until == NOON + settings.LEASE
