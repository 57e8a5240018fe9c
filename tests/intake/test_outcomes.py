"""What came of a call, in two clicks: an outcome with its next step, then “Log it”."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from intake import cadence, spoken
from intake.cadence import Cadence
from intake.choices import Outcome
from intake.promises import Clock
from tests import builders, page
from tests.intake import desk


@pytest.fixture
def ada(client, db):
    builders.center()
    return desk.sign_in(client)


def lead_here(**facts):
    return builders.lead(timezone=builders.zone_where_it_is(14), **facts)


def offered(response) -> list[str]:
    return [radio["value"] for radio in page.controls_on(response)["attempt-outcome"]]


def test_an_outcome_and_a_press_log_the_call_and_its_next_step(client, ada):
    lead = lead_here()
    before = timezone.now()
    shown = client.get(desk.page_of(lead))
    form, said = page.form_on(shown), page.text_of(shown)
    assert {next_try(lead, before), next_try(lead, timezone.now())} & set(said.splitlines())
    channel = form["attempt-channel"]
    assert channel == "call"
    response = desk.press(client, lead, "attempt", outcome="no_answer", channel=channel)
    assert response.status_code == 302
    lead.refresh_from_db()
    attempt = lead.attempts.get()
    assert (attempt.outcome, attempt.by) == (Outcome.NO_ANSWER, ada)
    clock = Clock.of(builders.center(), at=attempt.at)
    first = cadence.next_step(lead, Outcome.NO_ANSWER, clock, Cadence(), at=attempt.at)
    assert lead.due_at == first


def next_try(lead, at) -> str:
    center = builders.center()
    clock = Clock.of(center, at=at)
    due = cadence.next_step(lead, Outcome.NO_ANSWER, clock, Cadence(), at=at)
    day = spoken.short_day(due, center.time_zone, now=at)
    return f"next try {day}, {spoken.time_of_day(due, center.time_zone)}"


def test_nothing_is_chosen_beforehand(client, ada):
    radios = page.controls_on(client.get(desk.page_of(lead_here())))["attempt-outcome"]
    assert radios
    assert not any("checked" in radio for radio in radios)


def test_leaving_a_message_is_offered_only_where_a_message_is_allowed(client, ada):
    assert "left_message" not in offered(client.get(desk.page_of(lead_here())))
    for allowed in ("voicemail_ok", "text_ok", "email_ok"):
        shown = client.get(desk.page_of(lead_here(**{allowed: True})))
        assert offered(shown) == [outcome.value for outcome in Outcome]


def test_who_asked_to_be_called_at_another_time_is_asked_when(client, ada):
    lead = lead_here()
    refused = desk.press(client, lead, "attempt", outcome="call_back", channel="call", note="Thu")
    assert refused.status_code == 422
    assert "Enter when they want to be called." in page.text_of(refused)
    assert page.form_on(refused)["attempt-outcome"] == "call_back"
    assert page.form_on(refused)["attempt-note"] == "Thu"
    when = (timezone.now() + timedelta(days=2)).strftime("%Y-%m-%dT15:30")
    response = desk.press(
        client,
        lead,
        "attempt",
        outcome="call_back",
        channel="call",
        next_step_at=when,
    )
    assert response.status_code == 302
    lead.refresh_from_db()
    there = lead.due_at.astimezone(ZoneInfo(builders.center().time_zone))
    assert there.strftime("%Y-%m-%dT%H:%M") == when
