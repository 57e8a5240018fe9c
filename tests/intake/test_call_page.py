"""The lead's page in the order of a call: facts at hand, who may know, and all that happened."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from intake import agreements, workflow
from intake.audit import Action
from intake.models import AuditEvent
from programs.models import Program
from tests import builders, page
from tests.intake import desk

NOT_ASKED_FOR = "Residential treatment"


@pytest.fixture
def ada(client, db):
    builders.center()
    return desk.sign_in(client)


def shown(client, lead) -> str:
    return page.text_of(client.get(desk.page_of(lead)))


# The order of a call


def test_the_page_follows_the_order_of_a_call(client, ada):
    lead = builders.lead(
        message="She wants to die", program=builders.program(), for_whom="loved_one"
    )
    html = client.get(desk.page_of(lead)).content.decode()
    order = [
        "Possible danger.",
        "Before you call",
        "Who may know",
        'href="tel:+19165550123"',
        "Who and what about",
        "She wants to die",
        "Program facts at hand",
        "What came of it?",
        "What has happened",
    ]
    places = [html.index(words) for words in order]
    assert places == sorted(places)


# Facts at hand


def test_the_facts_are_those_of_the_public_page(client, ada):
    opening = timezone.localdate() + timedelta(days=9)
    program = builders.program(
        usual_hours_min=9,
        usual_hours_max=12,
        days_min=3,
        days_max=4,
        length_min=2,
        length_max=12,
        length_unit=Program.Unit.MONTHS,
        next_opening=opening,
    )
    lead = builders.lead(program=program)
    said = shown(client, lead)
    public = page.text_of(client.get(program.get_absolute_url()))
    for words in ("9 to 12", "3 to 4", "2 to 12 months", "2.1", "ASAM Criteria, 4th edition"):
        assert words in said, words
        assert words in public, words
    assert f"{opening:%b} {opening.day}" in said
    program.usual_hours_max = 15
    program.save()
    assert "usually 9 to 15 here" in shown(client, lead)


def test_other_programs_are_at_hand_too_but_no_draft_and_no_past_opening(client, ada):
    builders.program("php", name="Day treatment", next_opening=date(2020, 1, 1))
    builders.program("residential", name=NOT_ASKED_FOR, is_published=False)
    said = shown(client, builders.lead())
    assert "Day treatment" in said
    assert "not entered: ask before you promise a day" in said
    assert NOT_ASKED_FOR not in said
    assert "they asked about it" not in said


def test_a_carrier_is_named_in_network_only_with_a_recent_check(client, ada):
    today = timezone.localdate()
    builders.carrier("Aetna", network="in", checked_on=today)
    builders.carrier("Cigna", network="in", checked_on=today - timedelta(days=200))
    builders.carrier("Humana", network="out", checked_on=today)
    said = shown(client, builders.lead())
    assert f"Aetna (as of {today:%b} {today.day}, {today.year})" in said.replace("\n", " ")
    assert "Checked too long ago to say: Cigna." in said.replace("\n", " ")
    assert "Humana" not in said


# Who may know


def test_who_may_know_is_written_down_and_stands_beside_the_number(client, ada):
    lead = builders.lead(for_whom="loved_one", patient_name="Tomás")
    before = shown(client, lead)
    assert "Only the person who wrote to us." in before
    assert "These are two people." in before
    response = desk.press(client, lead, "may-know", may_know="Her sister Ana: that she called.")
    assert response.status_code == 302
    said = shown(client, lead)
    assert said.index("Her sister Ana: that she called.") < said.index("Who and what about")
    assert "To nobody else: not that this person asked, nor who we are." in said
    event = lead.audit_events.get(action=Action.CONTACT_EDITED)
    assert (event.by, event.fields) == (ada, "may_know")
    with connection.cursor() as cursor:
        cursor.execute("SELECT may_know FROM intake_lead")
        assert "Ana" not in str(cursor.fetchall())


def test_who_may_know_is_not_overwritten_from_an_old_page(client, ada):
    lead = builders.lead()
    desk.press(client, lead, "may-know", may_know="Ana")
    refused = desk.press(client, lead, "may-know", version=1, may_know="Ben")
    assert refused.status_code == 409
    assert page.form_on(refused)["may-know-may_know"] == "Ben"
    lead.refresh_from_db()
    assert lead.may_know == "Ana"
    desk.press(client, lead, "may-know", may_know="")
    lead.refresh_from_db()
    assert lead.may_know == ""


def test_one_person_is_not_called_two(client, ada):
    said = shown(client, builders.lead(for_whom="self"))
    assert "Caller, who needs help" in said
    assert "These are two people." not in said


# What has happened


def test_everything_is_told_in_one_list_the_newest_first(client, ada):
    start = timezone.now() - timedelta(hours=5)
    lead = builders.lead(at=start, nonce="same", timezone=builders.zone_where_it_is(14))
    lead.refresh_from_db()
    workflow.claim(lead, version=lead.version, by=ada, at=start + timedelta(hours=1))
    attempt = {"channel": "call", "outcome": "no_answer", "hours_reason": "asked"}
    lead.refresh_from_db()
    workflow.log_attempt(
        lead, version=2, by=ada, at=start + timedelta(hours=2), note="Rang twice.", **attempt
    )
    told = {"kinds": ["text"], "told": "phone", "today": timezone.localdate()}
    agreements.withdraw(lead, by=ada, at=start + timedelta(hours=3), **told)
    desk.press(client, lead, "lift", reason="sounded")
    said = shown(client, lead)
    said = said[said.index("What has happened") :]
    order = [
        "Priority changed: They sounded in danger",
        "Took back: Text messages",
        "No answer (Phone call)",
        "Rang twice.",
        "Claimed",
        "Asked for a call",
    ]
    places = [said.index(words) for words in order]
    assert places == sorted(places)
    assert said.count("Contact attempt logged") <= 1


def test_many_looks_push_no_change_out_of_the_list(client, ada):
    lead = builders.lead()
    desk.press(client, lead, "claim")
    for _look in range(45):
        client.get(desk.page_of(lead))
    said = shown(client, lead)
    happened = said[said.index("What has happened") : said.index("Permissions")]
    assert "Claimed" in happened
    assert "Opened" not in happened
    assert AuditEvent.objects.filter(action=Action.VIEWED).count() >= 45


# What it costs


def test_the_page_costs_the_same_however_much_there_is(client, ada):
    for slug in ("iop", "php", "residential"):
        builders.program(slug)
        builders.carrier(slug, network="in", checked_on=timezone.localdate())
    lead = builders.lead(message="She wants to die", program=Program.objects.first())
    client.get(desk.page_of(lead))

    def cost() -> int:
        with CaptureQueriesContext(connection) as statements:
            client.get(desk.page_of(lead))
        return len([one for one in statements if not one["sql"].startswith(("SAVE", "RELEASE"))])

    desk.press(client, lead, "claim")
    few = cost()
    for number in range(6):
        lead.refresh_from_db()
        workflow.log_attempt(
            lead,
            version=lead.version,
            by=ada,
            at=timezone.now(),
            channel="in_person",
            outcome="no_answer",
        )
        builders.lead(phone="+19165550123")
        builders.program(f"more-{number}")
    assert cost() <= few
    assert cost() <= 25
