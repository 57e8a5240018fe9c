"""Asking for a call: from the form, as a browser sends it, to the rows it leaves."""

import re
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import DatabaseError, InterfaceError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.text import capfirst

from intake import lookup, outbox
from intake.choices import Arrival, Status
from intake.models import AuditEvent, CallbackRequest, Consent, Lead, Outbox, SearchToken
from programs.models import Center, Program
from tests import builders, page

pytestmark = pytest.mark.usefixtures("front_door")

URL = "/callback/"
# DESIGN.md, section 5.
FIELDS = {
    "phone", "name", "email", "for_whom", "relationship", "adult", "program", "window", "timezone",
    "appointment", "voicemail_ok", "text_ok", "email_ok", "ask_for", "if_someone_else", "language",
    "interpreter", "heard_from", "message",
}  # fmt: skip
HIDDEN = {"csrfmiddlewaretoken", "nonce", "website", "shown_in"}
TICKS = ["voicemail_ok", "text_ok", "email_ok", "interpreter"]


def statements(captured) -> list[str]:
    """Return the SQL that was run, without BEGIN, COMMIT and savepoints."""
    control = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
    return [query["sql"] for query in captured if not query["sql"].startswith(control)]


def test_a_phone_number_alone_gets_a_call(client):
    before = timezone.now()
    data = builders.callback_form(client, phone="(916) 555-0123 x12")
    answer = client.post(URL, data)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/receipt/")
    assert "no-store" in answer.headers["Cache-Control"]

    lead = Lead.objects.get()
    assert (lead.phone, lead.phone_extension) == ("+19165550123", "12")
    assert lead.phone_typed == "(916) 555-0123 x12"
    assert (lead.arrival, lead.status) == (Arrival.CALLBACK, Status.NEW)
    assert (lead.window, lead.timezone, lead.language) == ("any", "America/Los_Angeles", "en")
    assert (lead.voicemail_ok, lead.text_ok, lead.email_ok) == (False, False, False)
    assert before <= lead.received_at <= timezone.now() <= lead.promised_by == lead.due_at

    request = CallbackRequest.objects.get()
    assert (request.lead, request.window, request.message) == (lead, "any", "")
    assert [consent.text.text for consent in Consent.objects.all()] == ["Words: call."]
    notification = Outbox.objects.get()
    assert (notification.lead, notification.sent_at, mail.outbox) == (lead, None, [])
    event = AuditEvent.objects.get()
    assert (event.lead, event.by, event.action) == (lead, None, "received")
    assert event.fields.split() == [
        "language", "phone", "phone_extension", "phone_typed", "timezone", "window",
    ]  # fmt: skip
    assert SearchToken.objects.count() == 2
    for typed in ("916.555.0123", "+1 916 555 0123", "0123"):
        assert list(lookup.matching(Lead.objects.all(), lookup.terms(typed, "US"))) == [lead]

    receipt = client.get("/receipt/")
    assert lead.reference in page.text_of(receipt)


def test_every_answer_is_kept(client):
    answers = builders.CONTACT | {
        "for_whom": "loved_one",
        "relationship": "grandparent",
        "adult": "no",
        "program": "iop",
        "window": "evening",
        "timezone": "America/New_York",
        "voicemail_ok": "on",
        "text_ok": "on",
        "email_ok": "on",
        "language": "es",
        "interpreter": "on",
        "heard_from": "clinician",
    }
    client.post(URL, builders.callback_form(client, **answers))
    lead = Lead.objects.get()
    for name in ("name", "email", "for_whom", "relationship", "window", "timezone", "ask_for",
                 "if_someone_else", "language", "heard_from"):  # fmt: skip
        assert getattr(lead, name) == answers[name]
    assert (lead.is_adult, lead.program.slug) == ("no", "iop")
    ticks = (lead.voicemail_ok, lead.text_ok, lead.email_ok, lead.needs_interpreter)
    assert ticks == (True, True, True, True)
    request = lead.callbacks.get()
    assert (request.window, request.timezone) == ("evening", "America/New_York")
    assert request.message == answers["message"]
    assert set(lead.consents.values_list("text__kind", flat=True)) == {
        "call", "voicemail", "text", "email",
    }  # fmt: skip
    assert {"name", "email", "message"} <= set(lead.audit_events.get().fields.split())


def test_the_form_asks_exactly_what_was_decided(client):
    controls = page.controls_on(client.get(URL))
    assert controls.keys() - HIDDEN == FIELDS
    required = {
        name for name, found in controls.items() for control in found if "required" in control
    }
    assert required == {"phone"}
    for name in TICKS:
        assert [control["type"] for control in controls[name]] == ["checkbox"]
    ticked = page.form_on(client.get(URL)).keys() & set(TICKS)
    assert ticked == set()


def test_the_form_helps_to_type(client):
    controls = page.controls_on(client.get(URL))
    kinds = {name: (controls[name][0]["type"], controls[name][0]["autocomplete"])
             for name in ("phone", "email", "name")}  # fmt: skip
    assert kinds == {"phone": ("tel", "tel"), "email": ("email", "email"), "name": ("text", "name")}
    # A browser would cut pasted text off without a word.
    assert not any("maxlength" in control for found in controls.values() for control in found)


def test_each_tick_shows_the_words_that_are_agreed_to(client):
    said = page.text_of(client.get(URL))
    for kind in ("call", "voicemail", "text", "email"):
        assert f"Words: {kind}." in said
    assert "Words: share." not in said


def test_a_callback_costs_few_statements_however_many_wait(client):
    def sending(number):
        data = builders.callback_form(client, **builders.CONTACT | {"phone": f"916555010{number}"})
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.post(URL, data).status_code == 303
        return statements(captured)

    first = sending(1)
    assert len(first) <= 20, "\n".join(first)
    for number in range(50):
        builders.lead(phone=f"+191655501{number:02}")
    assert len(sending(2)) <= len(first)


def test_the_program_one_comes_from_is_chosen_already(client):
    assert page.form_on(client.get(URL, {"program": "iop"}))["program"] == "iop"
    assert page.form_on(client.get(URL))["program"] == ""


@pytest.mark.parametrize("slug", ["unknown", "draft", "'\"><script>", "\0", "x" * 5000])
def test_an_unknown_program_in_the_address_is_left_out(client, slug):
    builders.program("draft", is_published=False)
    shown = client.get(URL, {"program": slug})
    assert page.form_on(shown)["program"] == ""
    assert b"<script>" not in shown.content


def test_a_program_that_is_taken_off_the_site_meanwhile_keeps_nobody_from_being_called(client):
    data = builders.callback_form(client, program="iop", name="Ann")
    Program.objects.update(is_published=False)
    assert client.post(URL, data).status_code == 303
    assert (Lead.objects.get().name, Lead.objects.get().program) == ("Ann", None)


@pytest.mark.parametrize("slug", ["unknown", "\0", "1"])
def test_an_unknown_program_is_asked_for_again(client, slug):
    data = builders.callback_form(client, program=slug, name="Ann")
    answer = client.post(URL, data)
    assert answer.status_code == 422
    assert "Program you are asking about: " in page.text_of(answer)
    assert page.typed(page.form_on(answer)) == page.typed(data | {"program": ""})
    assert not Lead.objects.exists()


def test_the_centers_zone_is_named_and_chosen_already(client):
    shown = client.get(URL)
    assert page.form_on(shown)["timezone"] == "America/Los_Angeles"
    Center.objects.update(time_zone="America/Boise")
    shown = client.get(URL)
    assert page.form_on(shown)["timezone"] == "America/Boise"
    assert "Boise" in page.text_of(shown)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "\0", "../../etc/passwd", "Europe/Paris"])
def test_a_zone_that_is_not_in_the_list_is_asked_for_again(client, zone):
    answer = client.post(URL, builders.callback_form(client, timezone=zone, name="Ann"))
    assert answer.status_code == 422
    assert "Your time zone: Please choose one from the list." in page.text_of(answer)
    assert page.form_on(answer)["name"] == "Ann"


def test_a_time_when_nobody_is_at_the_desk_is_answered_with_the_next_one(client):
    builders.center(opens=time(8), closes=time(11))
    data = builders.callback_form(client, window="evening", name="Ann")
    answer = client.post(URL, data)
    assert answer.status_code == 422
    assert "Nobody is at our desk at that time of your day." in page.text_of(answer)
    offer = re.search(r"The next time we can call you is (.+) \(Pacific Time\)\. For that, choose "
                      r"“(In the morning, .+)”\.", page.text_of(answer))  # fmt: skip
    assert offer
    assert page.typed(page.form_on(answer)) == page.typed(data)

    assert client.post(URL, page.form_on(answer) | {"window": "morning"}).status_code == 303
    assert capfirst(offer[1]) in page.text_of(client.get("/receipt/"))


def test_a_zone_in_which_it_is_always_night_is_told(client):
    builders.center(opens=time(8), closes=time(11))
    answer = client.post(URL, builders.callback_form(client, timezone="Asia/Tokyo"))
    assert answer.status_code == 422
    assert "Please call us at 916-555-0100" in page.text_of(answer)


def test_a_closed_desk_says_when_it_opens(client):
    there = timezone.now().astimezone(ZoneInfo("America/Los_Angeles"))
    opens = there + timedelta(days=3)
    builders.center(days=[opens.weekday()], opens=time(9), closes=time(17))
    said = page.text_of(client.get(URL))
    day = f"{opens:%A, %B} {opens.day}"
    assert f"Our desk is closed right now. At 9 a.m. {day} (Pacific Time), it opens again." in said


def test_an_open_desk_is_not_said_to_be_closed(client):
    builders.center(opens=time(0), closes=time(0))
    assert "closed" not in page.text_of(client.get(URL))


def test_errors_stand_above_the_form_and_beside_the_fields(client):
    wrong = {"phone": "call me", "email": "zora@", "window": "never", "adult": "maybe",
             "program": "unknown", "heard_from": "nobody"}  # fmt: skip
    answer = client.post(URL, builders.callback_form(client, **wrong))
    html = answer.content.decode()
    assert "<title>Please check:" in html
    summary = html[
        html.index('<div class="error-summary"') : html.index("<form", html.index("<h1"))
    ]
    assert re.search('role="alert".* autofocus', summary)
    links = re.findall(r'href="#([^"]+)"', summary)
    assert len(links) == len(wrong)
    for link in links:
        assert html.count(f'id="{link}"') == 1
    controls = page.controls_on(answer)
    for name in wrong:
        control = controls[name][0]
        assert control["aria-invalid"] == "true"
    assert f'id="{controls["phone"][0]["aria-describedby"].split()[-1]}"' in html
    assert page.text_of(answer).count("This doesn’t look like a phone number.") == 2


def test_a_part_that_is_folded_away_opens_when_it_holds_something(client):
    def folded(response):
        return response.content.count(b'<details class="more">')

    assert folded(client.get(URL)) == 2
    nothing = client.post(URL, builders.callback_form(client, phone=""))
    assert folded(nothing) == 2
    for answer in ({"email": "zora@"}, {"voicemail_ok": "on"}, {"adult": "no"}, {"language": "es"}):
        assert folded(client.post(URL, builders.callback_form(client, phone="", **answer))) == 1


def test_somebody_who_wrote_before_is_linked_and_not_merged(client):
    known = builders.lead(phone="+19165550123")
    client.post(URL, builders.callback_form(client, phone="916 555 0123"))
    new = Lead.objects.exclude(pk=known.pk).get()
    assert new.possibly_same == known
    client.post(URL, builders.callback_form(client, phone="916 555 0199"))
    assert Lead.objects.filter(possibly_same=None).count() == 2


def test_the_mail_server_is_not_needed(client, monkeypatch):
    def refuse(*_):
        raise ConnectionRefusedError

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    assert client.post(URL, builders.callback_form(client)).status_code == 303
    assert client.get("/receipt/").status_code == 200
    later = timezone.now() + outbox.LATE_AFTER + timedelta(seconds=1)
    assert outbox.late(at=later).count() == 1


@pytest.mark.parametrize("error", [DatabaseError, InterfaceError])
def test_while_the_database_is_away_everything_typed_stays_and_can_be_sent_again(
    client, monkeypatch, error
):
    def fail(*_, **__):
        raise error("the server closed the connection at zora.sentinel@mail.example")

    data = builders.callback_form(client, **builders.CONTACT | {"voicemail_ok": "on"})
    with monkeypatch.context() as away:
        away.setattr("intake.submissions._store", fail)
        answer = client.post(URL, data)
    assert answer.status_code == 503
    assert "no-store" in answer.headers["Cache-Control"]
    kept = page.form_on(answer)
    assert page.typed(kept) == page.typed(data)
    assert "916-555-0100" in page.text_of(answer)
    assert not Lead.objects.exists()

    assert client.post(URL, kept).status_code == 303
    assert Lead.objects.get().name == builders.CONTACT["name"]


def test_the_page_survives_a_database_that_is_away_altogether(client):
    def fail(*_, **__):
        raise DatabaseError

    data = builders.callback_form(client, **builders.CONTACT)
    with connection.execute_wrapper(fail):
        answer = client.post(URL, data)
    assert answer.status_code == 503
    assert page.form_on(answer)["message"] == builders.CONTACT["message"]


def test_a_form_is_for_one_person(client):
    """Its nonce is, so no proxy may give the page to another; the browser may, on Back."""
    caching = client.get(URL).headers["Cache-Control"]
    assert set(caching.split(", ")) == {"private", "no-cache"}
    assert builders.callback_form(client)["nonce"] != builders.callback_form(client)["nonce"]


def test_a_form_sets_the_csrf_cookie_and_other_pages_none(client):
    assert set(client.get(URL).cookies) == {settings.CSRF_COOKIE_NAME}
    client.cookies.clear()
    program = Program.objects.get()
    for address in ("/", "/programs/", program.get_absolute_url(), "/search/?q=family"):
        assert not client.get(address).cookies


def test_only_reading_and_sending_is_allowed(client):
    assert client.head(URL).status_code == 200
    assert client.put(URL).status_code == 405
    assert client.delete(URL).status_code == 405
