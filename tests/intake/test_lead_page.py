"""The page of one lead: what it says, in which order, and what seeing it leaves behind."""

import uuid
from datetime import time
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from intake import spoken, workflow
from intake.audit import Action
from intake.choices import Channel, Outcome
from intake.models import AuditEvent, Lead
from tests import builders, page
from tests.intake import desk
from tests.intake.test_callback import statements

PACIFIC, EASTERN = "America/Los_Angeles", "America/New_York"
HOSTILE = """<script>alert(1)</script>"'></textarea>{{ 7|add:"7" }}{% debug %}"""


@pytest.fixture
def ada(client, db):
    builders.center()
    return desk.sign_in(client)


def try_to_reach(lead, user, *, note: str = "", outcome=Outcome.NO_ANSWER, at=None):
    lead.refresh_from_db()
    workflow.log_attempt(
        lead,
        version=lead.version,
        by=user,
        at=at or timezone.now(),
        channel=Channel.CALL,
        outcome=outcome,
        hours_reason="asked",
        note=note,
    )


def views_of(lead) -> list[AuditEvent]:
    return list(lead.audit_events.filter(action=Action.VIEWED).order_by("seq"))


# What it says


def test_the_page_tells_everything_that_was_sent(client, ada):
    lead = builders.lead(
        name="Maria Luz",
        email="maria@example.org",
        email_ok=True,
        ask_for="Mia",
        if_someone_else="Say the dentist called",
        patient_name="Tomás Luz",
        phone_extension="12",
        for_whom="loved_one",
        relationship="parent",
        is_adult="yes",
        language="es",
        needs_interpreter=True,
        heard_from="friend",
        program=builders.program(),
        message="He uses fentanyl.",
    )
    carrier = builders.carrier("Aetna")
    details = {"carrier": carrier, "member_id": "SYN123456", "group_number": "G-77"}
    desk.send_insurance(lead, images=2, **details, holder_name="Pilar Luz", message="Card is new.")
    try_to_reach(lead, ada, note="The mailbox was full.")
    said = page.text_of(client.get(desk.page_of(lead)))
    for words in (
        lead.reference,
        "Maria Luz",
        "maria@example.org",
        "Mia",
        "Say the dentist called",
        "Tomás Luz",
        "(916) 555-0123 ext. 12",
        "Someone the caller loves",
        "Their parent",
        "Yes, 18 or older",
        "Español",
        "with an interpreter",
        "A friend or family member",
        "Program IOP",
        "He uses fentanyl.",
        "Aetna",
        "Pilar Luz",
        "Card is new.",
        "The mailbox was full.",
        "No answer",
        "One call about this request",
    ):
        assert words in said, words


def test_what_to_say_stands_above_the_number(client, ada):
    lead = builders.lead(ask_for="Mia", if_someone_else="Say the dentist called")
    html = client.get(desk.page_of(lead)).content.decode()
    order = [
        "Before you call",
        "Their " if "Their " in html else "It is ",
        "Mia",
        "Say the dentist called",
        "Voicemail",
        "Do not confirm",
        'href="tel:+19165550123"',
        "Callback request",
    ]
    places = [html.index(words) for words in order]
    assert places == sorted(places)
    assert html.count("+19165550123") == 1


def test_both_clocks_are_shown_where_they_differ(client, ada):
    lead = builders.lead(timezone=EASTERN)
    before = timezone.now()
    said = page.text_of(client.get(desk.page_of(lead)))
    assert [
        moment
        for moment in (before, timezone.now())
        if f"Their {spoken.time_of_day(moment, EASTERN)} (Eastern Time) "
        f"is your {spoken.time_of_day(moment, PACIFIC)} (Pacific Time)." in said
    ]


def test_one_clock_is_enough_where_they_agree(client, ada):
    lead = builders.lead(timezone="America/Tijuana")
    said = page.text_of(client.get(desk.page_of(lead)))
    assert "where they are, the same as here." in said
    assert "is your" not in said


@pytest.mark.parametrize(
    ("window", "is_good_time"), [("any", True), ("afternoon", True), ("evening", False)]
)
def test_the_page_warns_outside_the_time_the_person_asked_for(client, ada, window, is_good_time):
    builders.center(opens=time(0), closes=time(0))
    zone = builders.zone_where_it_is(14)
    assert timezone.now().astimezone(ZoneInfo(zone)).hour == 14
    lead = builders.lead(window=window, timezone=zone)
    said = page.text_of(client.get(desk.page_of(lead)))
    assert ("Not inside the time" not in said) == is_good_time


@pytest.mark.parametrize(
    ("permissions", "expected"),
    [
        ({}, ["No. Hang up before the beep.", "Texts\nNo", "Email\nNo"]),
        (
            {"voicemail_ok": True, "text_ok": True, "email_ok": True},
            [
                "This is your first name. Please call me back at 916-555-0100. Thank you.",
                "Not our name, not why you call.",
                "Texts\nAllowed",
                "Email\nAllowed",
            ],
        ),
    ],
)
def test_the_page_says_what_was_allowed(client, ada, permissions, expected):
    said = page.text_of(client.get(desk.page_of(builders.lead(**permissions))))
    for words in expected:
        assert words in said


def test_mail_is_a_link_only_where_it_was_allowed(client, ada):
    for is_allowed in (False, True):
        lead = builders.lead(email="maria@example.org", email_ok=is_allowed)
        html = client.get(desk.page_of(lead)).content.decode()
        assert ("mailto:maria@example.org" in html) == is_allowed
        assert "maria@example.org" in html


def test_somebody_without_a_name_is_not_asked_for_by_name(client, ada):
    said = page.text_of(client.get(desk.page_of(builders.lead())))
    assert "nobody by name; say only your own first name" in said
    assert "Say nothing about us or why you call." in said


def test_the_page_says_who_has_the_lead_and_for_how_long(client, ada):
    ben = builders.staff("ben", "Admissions")
    lead = builders.lead()
    assert "Nobody has it yet" in page.text_of(client.get(desk.page_of(lead)))
    workflow.claim(lead, version=1, by=ben, at=timezone.now())
    lead.refresh_from_db()
    response = client.get(desk.page_of(lead))
    until = spoken.time_of_day(lead.lease_until, PACIFIC)
    assert f"Until {until}, ben is working on this lead." in page.text_of(response)
    offered = {name.rpartition("-")[0] for name in page.form_on(response)}
    assert offered == {"", "new-pin", "permit", "may-know", "withdraw", "lift", "print"}
    client.force_login(ben)
    response = client.get(desk.page_of(lead))
    assert f"Yours, until {until}" in page.text_of(response)
    assert {"release-version", "attempt-note", "close-disposition"} <= set(page.form_on(response))


def test_somebody_reached_stays_with_the_colleague_who_reached_them(client, ada):
    ben = builders.staff("ben", "Admissions")
    lead = builders.lead()
    try_to_reach(lead, ben, outcome=Outcome.REACHED)
    response = client.get(desk.page_of(lead))
    assert "ben reached this person and goes on with them" in page.text_of(response)
    assert "new-pin-version" in page.form_on(response)
    assert not {"claim-version", "attempt-note", "move-to"} & set(page.form_on(response))


def test_a_lead_that_may_be_the_same_person_is_linked_and_no_more(client, ada):
    first, second = builders.lead(name="Maria"), builders.lead(name="Pilar")
    response = client.get(desk.page_of(second))
    assert desk.page_of(first) in desk.links_on(response)
    assert "Possibly the same person" in page.text_of(response)
    assert "Maria" not in page.text_of(response)


def test_whatever_people_write_stays_text(client, ada):
    lead = builders.lead(
        **dict.fromkeys(
            ("name", "patient_name", "ask_for", "if_someone_else", "message", "phone_typed"),
            HOSTILE,
        ),
        email='"<script>alert(1)</script>"@example.org',
        email_ok=True,
    )
    typed = ("carrier_other", "carrier_phone", "member_id", "group_number", "holder_name")
    holder = {"holder_relationship": "parent"}
    desk.send_insurance(lead, **dict.fromkeys(typed, HOSTILE), **holder, message=HOSTILE)
    try_to_reach(lead, ada, note=HOSTILE)
    html = client.get(desk.page_of(lead)).content.decode()
    assert "<script>alert" not in html
    assert "</textarea>{{" not in html
    assert html.count("{{ 7|add:&quot;7&quot; }}{% debug %}") >= 10
    (verification,) = lead.verifications.all()
    html = desk.reveal(client, verification, reason="benefits").content.decode()
    assert "<script>alert" not in html
    assert html.count("{{ 7|add:&quot;7&quot; }}{% debug %}") >= 12


# What it costs


def test_a_full_page_costs_at_most_twenty_five_statements(client, ada):
    lead = builders.lead(nonce="same", program=builders.program(), name="Maria")
    builders.lead(nonce="same", message="I typed the wrong number before.")
    carrier = builders.carrier()
    desk.send_insurance(lead, images=2, nonce="one", carrier=carrier)
    desk.send_insurance(lead, images=2, nonce="two", carrier=carrier)
    for number in range(5):
        try_to_reach(lead, ada, note=f"Try {number}")
    Lead.objects.filter(pk=lead.pk).update(possibly_same=builders.lead(phone="+19165550199"))
    with CaptureQueriesContext(connection) as captured:
        response = client.get(desk.page_of(lead))
    sql = statements(captured)
    said = page.text_of(response)
    assert said.count("Callback request,") == 2
    assert said.count("Insurance form,") == 2
    assert said.count("Front of the card:\nmasked") == 2
    assert all(f"Try {number}" in said for number in range(5))
    assert len(sql) <= 25
    assert not [said for said in sql if '"intake_cardimage"."jpeg"' in said]


# What seeing it leaves behind


def test_each_look_writes_one_row_of_who_looked(client, ada):
    lead = builders.lead()
    for _look in range(3):
        client.get(desk.page_of(lead))
    ben = desk.sign_in(client, "ben")
    client.get(desk.page_of(lead))
    views = views_of(lead)
    assert [view.by for view in views] == [ada, ada, ada, ben]
    assert [view.seq for view in views] == [2, 3, 4, 5]
    assert not any(view.fields for view in views)
    lead.refresh_from_db()
    assert (lead.audit_seq, lead.version) == (5, 1)


def test_the_page_is_kept_by_no_cache(client, ada):
    response = client.get(desk.page_of(builders.lead()))
    assert "no-store" in response["Cache-Control"]
    assert "private" in response["Cache-Control"]


def test_a_lead_that_does_not_exist_is_not_found(client, ada):
    for address in (
        reverse("admin:intake_lead_change", args=[uuid.uuid4()]),
        "/admin/intake/lead/garbage/change/",
        "/admin/intake/lead/1/change/",
        "/admin/intake/lead/%00/change/",
        "/admin/intake/lead/..%2f..%2f/change/",
    ):
        response = client.get(address, follow=True)
        assert response.status_code == 404, address
    assert not AuditEvent.objects.filter(action=Action.VIEWED).exists()


# The stock pages of the admin


@pytest.mark.parametrize("name", ["ada", "root"])
def test_the_stock_pages_change_and_show_nothing(client, ada, name):
    if name == "root":
        client.force_login(builders.staff("root", is_superuser=True))
    lead = builders.lead(name="Maria Luz")
    before = Lead.objects.values_list("version", "status", "due_at", "audit_seq").get()
    forged = {"status": "closed", "name": "Changed", "_save": "Save", "post": "yes", "version": "9"}
    for address, expected in {
        desk.page_of(lead): 405,
        reverse("admin:intake_lead_add"): 403,
        reverse("admin:intake_lead_delete", args=[lead.pk]): 403,
    }.items():
        response = client.post(address, forged)
        assert response.status_code == expected, address
        assert "Maria" not in response.content.decode()
    for address in ("admin:intake_lead_add", "admin:intake_lead_delete"):
        arguments = [] if address.endswith("add") else [lead.pk]
        assert client.get(reverse(address, args=arguments)).status_code == 403
    history = client.get(reverse("admin:intake_lead_history", args=[lead.pk]))
    assert history.url == desk.page_of(lead)
    assert Lead.objects.values_list("version", "status", "due_at", "audit_seq").get() == before
    lead.refresh_from_db()
    assert lead.name == "Maria Luz"


def test_no_autocomplete_tells_of_leads(client, ada):
    builders.lead(name="Maria")
    for model, field in (
        ("outbox", "lead"),
        ("lead", "possibly_same"),
        ("callbackrequest", "lead"),
    ):
        query = {"app_label": "intake", "model_name": model, "field_name": field, "term": "a"}
        assert client.get("/admin/autocomplete/", query).status_code in (403, 404)
