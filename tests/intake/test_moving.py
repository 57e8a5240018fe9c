"""A lead goes to a colleague: handed over with a line of note, or moved by a manager."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from intake import audit, moving, workflow
from intake.choices import Status
from intake.models import HandOver, Lead
from tests import builders, page
from tests.intake import desk, raw
from tests.intake.acting import (
    LATER,
    NO_ANSWER,
    NOON,
    REACHED,
    SPAM,
    act,
    assert_refused,
)

NOTE = "Her sister may know; she wants to visit on Tuesday."


@pytest.fixture
def lead(db):
    return builders.lead(at=NOON, timezone=builders.zone_where_it_is(14))


@pytest.fixture
def called_at_noon(lead):
    """Where the person is, NOON is noon."""
    lead.timezone = "America/Los_Angeles"
    lead.save(update_fields=["timezone"])


@pytest.fixture
def ada(db):
    return builders.staff("ada", "Admissions")


@pytest.fixture
def ben(db):
    return builders.staff("ben", "Admissions", first_name="Ben", last_name="Ito")


@pytest.fixture
def max_(db):
    return builders.staff("max", "Admissions managers")


def give_page(lead, action: str) -> str:
    return reverse("admin:intake_lead_give", args=[lead.pk, action])


# Handing over


def test_a_lead_is_handed_over_with_a_line_of_note(client, lead, ada, ben):
    client.force_login(ada)
    desk.press(client, lead, "claim")
    desk.press(client, lead, "attempt", channel="call", outcome="reached")
    assert give_page(lead, "hand-over") in desk.links_on(client.get(desk.page_of(lead)))
    shown = client.get(give_page(lead, "hand-over"))
    offered = re.findall(r'<option value="(\d+)"', shown.content.decode())
    assert str(ben.pk) in offered
    assert str(ada.pk) not in offered
    form = page.form_on(shown)
    form |= {"hand-over-to": ben.pk, "hand-over-note": NOTE}
    response = client.post(reverse("admin:intake_lead_act", args=[lead.pk, "hand-over"]), form)
    said = page.text_of(client.get(response.url))
    assert "It is Ben Ito’s now." in said
    assert "Given to Ben Ito" in said
    assert NOTE in said
    lead.refresh_from_db()
    assert (lead.owner, lead.lease_until, lead.status) == (ben, None, Status.REACHED)
    event = last_event_but_views(lead)
    assert (event.action, event.by, event.fields) == ("handed_over", ada, "owner_id")
    told = lead.notifications.get(kind="handed_over")
    assert NOTE not in str(told.__dict__)
    row = HandOver.objects.get()
    assert (row.by, row.to, row.note) == (ada, ben, NOTE)
    client.force_login(ben)
    shown = page.text_of(client.get(desk.page_of(lead)))
    assert "Yours" in shown
    assert NOTE in shown


def last_event_but_views(lead):
    return lead.audit_events.exclude(action="viewed").order_by("seq").last()


def test_before_anybody_is_reached_the_colleague_has_it_for_a_lease(lead, ada, ben):
    act(workflow.claim, lead, by=ada)
    act(moving.hand_over, lead, by=ada, at=LATER, to=ben, note=NOTE)
    assert (lead.owner, lead.lease_until) == (ben, LATER + settings.LEASE)
    assert workflow.end_leases(at=LATER + settings.LEASE) == 1
    lead.refresh_from_db()
    assert lead.owner is None


def test_handing_over_while_calling_ends_the_call(lead, ada, ben, called_at_noon):
    act(workflow.start_call, lead, by=ada)
    act(moving.hand_over, lead, by=ada, at=LATER, to=ben, note=NOTE)
    assert (lead.owner, lead.calling_since) == (ben, None)


def test_only_who_has_a_lead_hands_it_over(lead, ada, ben, max_):
    saying = "Only the person who has this lead"
    assert_refused(saying, moving.hand_over, lead, by=ada, to=ben, note=NOTE)
    act(workflow.claim, lead, by=ada)
    for user in (ben, max_):
        assert_refused(saying, moving.hand_over, lead, by=user, to=ben, note=NOTE)
    assert not HandOver.objects.exists()


def test_a_lead_goes_to_nobody_who_cannot_work_on_it(lead, ada):
    act(workflow.claim, lead, by=ada)
    left = builders.staff("left", "Admissions", is_active=False)
    editor = builders.staff("eve", "Content editors")
    for user in (left, editor):
        assert_refused(
            "does not work with leads", moving.hand_over, lead, by=ada, to=user, note="n"
        )
    assert_refused("yours already", moving.hand_over, lead, by=ada, to=ada, note="n")


def test_a_hand_over_without_a_line_is_sent_back_with_the_choice(client, lead, ada, ben):
    client.force_login(ada)
    desk.press(client, lead, "claim")
    response = desk.press(client, lead, "hand-over", to=ben.pk, note="")
    assert response.status_code == 422
    assert page.form_on(response)["hand-over-to"] == str(ben.pk)
    lead.refresh_from_db()
    assert lead.owner == ada


def test_only_colleagues_of_admissions_can_be_chosen(client, lead, ada, ben):
    outsider = builders.staff("eve", "Content editors")
    client.force_login(ada)
    desk.press(client, lead, "claim")
    html = client.get(give_page(lead, "hand-over")).content.decode()
    assert f'<option value="{ben.pk}">Ben Ito</option>' in html
    assert f'<option value="{outsider.pk}">' not in html
    for garbage in (outsider.pk, "garbage", "9" * 50, "\0"):
        response = desk.press(client, lead, "hand-over", to=garbage, note=NOTE)
        assert response.status_code == 422


def test_the_line_is_sealed_in_the_database(lead, ada, ben):
    act(workflow.claim, lead, by=ada)
    act(moving.hand_over, lead, by=ada, to=ben, note=NOTE)
    assert raw.column(HandOver.objects.get(), "note").startswith("v1.tests.")


def test_a_closed_lead_is_neither_handed_over_nor_moved(lead, ada, ben, max_):
    act(workflow.close, lead, by=ada, **SPAM)
    assert_refused("closed", moving.hand_over, lead, by=ada, to=ben, note=NOTE)
    assert_refused("closed", moving.move, lead, by=max_, to=ben)
    assert_refused("closed", moving.move, lead, by=max_, to=None)


# Moving, as a manager


@pytest.mark.parametrize("held_by_ada", [[], ["claim"], ["call"], ["reached"]])
def test_a_manager_moves_a_lead_whoever_has_it(client, lead, ada, ben, max_, held_by_ada):
    acts = {
        "claim": (workflow.claim, {}),
        "call": (workflow.start_call, {}),
        "reached": (workflow.log_attempt, REACHED),
    }
    for name in held_by_ada:
        function, more = acts[name]
        act(function, lead, by=ada, at=timezone.now(), **more)
    client.force_login(max_)
    assert give_page(lead, "move") in desk.links_on(client.get(desk.page_of(lead)))
    response = desk.press(client, lead, "move", to=ben.pk, note=NOTE)
    assert "It is Ben Ito’s now." in page.text_of(client.get(response.url))
    lead.refresh_from_db()
    assert (lead.owner, lead.calling_since) == (ben, None)
    assert (lead.lease_until is None) == ("reached" in held_by_ada)
    assert last_event_but_views(lead).action == audit.Action.MOVED


def test_a_manager_puts_a_lead_back_into_the_queue(client, lead, ada, max_):
    act(workflow.log_attempt, lead, by=ada, at=timezone.now(), **REACHED)
    client.force_login(max_)
    response = desk.press(client, lead, "move", to="", note="")
    said = page.text_of(client.get(response.url))
    assert "Given back to the queue." in said
    assert "Put back into the queue" in said
    lead.refresh_from_db()
    assert (lead.owner, lead.status) == (None, Status.REACHED)


def test_moving_nothing_is_refused(lead, ada, max_):
    assert_refused("in the queue already", moving.move, lead, by=max_, to=None)
    act(workflow.claim, lead, by=ada)
    assert_refused("has this lead already", moving.move, lead, by=max_, to=ada)


def test_only_managers_move_leads(client, lead, ada, ben):
    act(workflow.log_attempt, lead, by=ben, at=timezone.now(), **REACHED)
    client.force_login(ada)
    links = desk.links_on(client.get(desk.page_of(lead)))
    assert not {give_page(lead, "move"), give_page(lead, "hand-over")} & set(links)
    assert client.get(give_page(lead, "move")).status_code == 403
    assert "not possible any more" in page.text_of(client.get(give_page(lead, "hand-over")))
    assert desk.press(client, lead, "move", to=ada.pk).status_code == 403
    lead.refresh_from_db()
    assert lead.owner == ben


# Working on a lead keeps it


def claimed(user, *, ago: timedelta) -> Lead:
    lead = builders.lead(timezone=builders.zone_where_it_is(14))
    act(workflow.claim, lead, by=user, at=timezone.now() - ago)
    return lead


def minutes_left(lead) -> int:
    lead.refresh_from_db()
    return round((lead.lease_until - timezone.now()).total_seconds() / 60)


def test_opening_and_typing_prolong_ones_own_claim(client, ada):
    client.force_login(ada)
    lead = claimed(ada, ago=timedelta(minutes=14))
    version = lead.version
    client.get(desk.page_of(lead))
    assert minutes_left(lead) == 15
    lead = claimed(ada, ago=timedelta(minutes=14))
    client.post(f"/admin/draft/{lead.pk}/attempt/", {"attempt-note": "half a word"})
    assert minutes_left(lead) == 15
    # The page that is open stays good: nothing typed on it is refused.
    assert lead.version == version
    assert desk.press(client, lead, "attempt", version=version, **NO_ANSWER).status_code == 302
    event = lead.audit_events.get(action=audit.Action.LEASE_PROLONGED)
    assert (event.by, event.fields) == (ada, "lease_until")


def test_every_act_on_the_lead_prolongs_ones_own_claim(client, ada):
    client.force_login(ada)
    lead = claimed(ada, ago=timedelta(minutes=14))
    desk.press(client, lead, "permit", kind="text", given="phone")
    assert minutes_left(lead) == 15


def test_typing_is_written_down_at_most_every_five_minutes(client, ada):
    client.force_login(ada)
    lead = claimed(ada, ago=timedelta(minutes=4))
    for _ in range(3):
        client.post(f"/admin/draft/{lead.pk}/attempt/", {"attempt-note": "half a word"})
    assert minutes_left(lead) == 11
    assert not lead.audit_events.filter(action=audit.Action.LEASE_PROLONGED).exists()


def test_neither_a_colleague_nor_a_screen_left_on_prolongs_a_claim(client, ada, ben):
    lead = claimed(ada, ago=timedelta(minutes=10))
    client.force_login(ben)
    client.get(desk.page_of(lead))
    client.post(f"/admin/draft/{lead.pk}/permit/", {"permit-kind": "text"})
    client.force_login(ada)
    client.get("/admin/clock/")
    client.get("/admin/desk/now/")
    assert minutes_left(lead) == 5


def test_a_claim_that_is_over_or_a_call_is_not_prolonged(lead, ada, called_at_noon):
    act(workflow.claim, lead, by=ada)
    over = NOON + settings.LEASE
    workflow.prolong(lead, by=ada, at=over)
    lead.refresh_from_db()
    assert lead.lease_until == over
    act(workflow.start_call, lead, by=ada, at=over)
    until = lead.lease_until
    workflow.prolong(lead, by=ada, at=over + timedelta(minutes=40))
    lead.refresh_from_db()
    assert lead.lease_until == until


def test_after_the_laptop_closes_the_next_person_gets_the_lead(lead, ada, ben):
    act(workflow.claim, lead, by=ada)
    over = NOON + settings.LEASE
    assert workflow.end_leases(at=over - timedelta(seconds=1)) == 0
    assert workflow.end_leases(at=over) == 1
    act(workflow.claim, lead, by=ben, at=over)
    # The laptop opens again: what is typed there is refused, not lost, and Ben is told apart.
    assert_refused("ben is working", workflow.log_attempt, lead, by=ada, at=over, **NO_ANSWER)


def test_a_call_of_forty_minutes_is_nobody_elses(lead, ada, ben, called_at_noon):
    act(workflow.start_call, lead, by=ada)
    after_forty = NOON + timedelta(minutes=40)
    assert workflow.end_leases(at=after_forty) == 0
    assert_refused("on the phone", workflow.claim, lead, by=ben, at=after_forty)
    act(workflow.log_attempt, lead, by=ada, at=after_forty, **REACHED)
    assert (lead.owner, lead.lease_until) == (ada, None)
