"""Abuse is slowed down and marked; nobody who may be in need is turned away unheard."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from intake import abuse, cards, nonces
from intake.choices import Disposition, Suspicion
from intake.models import AuditEvent, CardImage, Lead, Outbox, ParkedCard, Throttle
from tests import builders, page
from tests.intake import acting, desk
from tests.intake.test_nothing_leaks import everything_stored

pytestmark = pytest.mark.usefixtures("front_door")

URL, INSURANCE = "/callback/", "/insurance/"
SHELTER = "203.0.113.10"
HOUR = timedelta(hours=1)


def aged(form: dict, name: str = "callback", *, seconds: float = 60) -> dict:
    """Return the form as if its page had been opened so long ago."""
    opened = timezone.now() - timedelta(seconds=seconds)
    return form | {"nonce": nonces.issue(name, at=opened)}


def phones():
    """Yield numbers that nobody has, one after the other."""
    for number in range(100):
        yield f"916-555-01{number:02}"


def send(client, *, address=SHELTER, seconds=60, **answers):
    form = aged(builders.callback_form(client, **answers), seconds=seconds)
    return client.post(URL, form, REMOTE_ADDR=address)


def crowd(client, count: int, **answers):
    """Send that many forms, each about another phone, and return the last answer."""
    for _number, phone in zip(range(count), phones(), strict=False):
        answer = send(client, phone=phone, **answers)
    return answer


def suspicion_of_last() -> str:
    return Lead.objects.latest("received_at").suspicion


def counted_so_often(purpose: str, who: str, times: int) -> None:
    counted = abuse.Counted(purpose, who, HOUR)
    Throttle.objects.create(key=counted.key, count=times, until=timezone.now() + HOUR)


def test_a_person_who_takes_their_time_is_not_suspected(client):
    assert send(client, **builders.CONTACT).status_code == 303
    assert Lead.objects.get().suspicion == ""


# Marked


def test_the_trap_is_a_field_that_people_do_not_meet(client):
    for url in (URL, INSURANCE):
        shown = client.get(url)
        (trap,) = page.controls_on(shown)["website"]
        assert (trap["type"], trap["autocomplete"], trap["tabindex"]) == ("text", "off", "-1")
        # Who meets it all the same is told what to do: by name, not by being hidden.
        assert "Please leave this empty" in page.text_of(shown)
        assert f'<label for="{trap["id"]}">' in shown.content.decode()
        assert "style=" not in shown.content.decode()


def test_who_fills_the_trap_is_marked_and_served_like_anybody(client):
    assert send(client, website="http://pills.example", name="Zora").status_code == 303
    lead = Lead.objects.get()
    assert (lead.suspicions, lead.name) == ([Suspicion.HONEYPOT], "Zora")
    assert lead.promised_by > timezone.now()
    assert Outbox.objects.count() == 1
    assert lead.reference in page.text_of(client.get("/receipt/"))
    # What was caught is kept nowhere, not even the name of the field.
    assert "pills" not in everything_stored()
    assert "website" not in AuditEvent.objects.get().fields


def test_the_trap_stays_sprung_while_a_field_is_corrected(client):
    answer = send(client, website="x", phone="none")
    assert answer.status_code == 422
    again = page.form_on(answer)
    assert again["website"] == "x"
    client.post(URL, again | {"phone": builders.PHONE})
    assert suspicion_of_last() == "trap"


@pytest.mark.parametrize(("seconds", "marked"), [(0, "fast"), (1.5, "fast"), (4, ""), (3600, "")])
def test_faster_than_anybody_types_is_marked(client, seconds, marked):
    assert send(client, seconds=seconds).status_code == 303
    assert suspicion_of_last() == marked


def test_a_form_that_is_shown_again_has_its_first_time_still(client):
    answer = send(client, phone="none")
    client.post(URL, page.form_on(answer) | {"phone": builders.PHONE})
    assert suspicion_of_last() == ""


def test_who_presses_again_after_a_long_night_is_not_too_fast(client):
    answer = send(client, seconds=25 * 3600)
    assert answer.status_code == 403
    assert client.post(URL, page.form_on(answer)).status_code == 303
    assert suspicion_of_last() == ""


def test_a_shelter_shares_an_address_and_is_marked_beyond_the_usual(client):
    crowd(client, abuse.USUAL_PER_ADDRESS)
    assert not Lead.objects.exclude(suspicion="").exists()
    assert send(client, phone="916-555-0199").status_code == 303
    assert suspicion_of_last() == "address"
    assert send(client, address="203.0.113.11", phone="916-555-0198").status_code == 303
    assert suspicion_of_last() == ""
    assert Outbox.objects.count() == Lead.objects.count() == abuse.USUAL_PER_ADDRESS + 2


def test_one_number_again_and_again_is_marked_from_wherever_it_comes(client):
    for number in range(abuse.USUAL_PER_PHONE + 1):
        written = ("916-555-0187", "(916) 555 0187", "+1 916 555 0187")[number % 3]
        send(client, phone=written, address=f"203.0.113.{number}")
    marked = Lead.objects.order_by("received_at").values_list("suspicion", flat=True)
    assert list(marked) == ["", "", "", "phone"]


def test_every_reason_is_kept_in_one_order(client):
    counted_so_often("form.address", SHELTER, 20)
    counted_so_often("form.phone", "+19165550123", 20)
    send(client, website="x", seconds=0)
    assert Lead.objects.get().suspicions == list(Suspicion)


def test_a_second_sending_of_the_same_form_adds_its_reasons(client):
    form = aged(builders.callback_form(client))
    client.post(URL, form)
    client.post(URL, form | {"phone": "916-555-0199", "website": "x"})
    lead = Lead.objects.get()
    assert (lead.suspicion, lead.callbacks.count()) == ("trap", 2)
    client.post(URL, form | {"phone": "916-555-0198"})
    assert Lead.objects.get().suspicion == "trap"


def test_a_second_press_is_not_counted(client):
    form = aged(builders.callback_form(client))
    for _ in range(5):
        assert client.post(URL, form).status_code == 303
    assert set(Throttle.objects.values_list("count", flat=True)) == {1}


def test_insurance_is_watched_in_the_same_way(client):
    form = builders.insurance_form(client, website="x")
    assert client.post(INSURANCE, aged(form, "insurance")).status_code == 303
    assert suspicion_of_last() == "trap"
    form = page.form_on(client.get("/receipt/insurance/")) | {"carrier": "none", "member_id": "A1"}
    client.post("/receipt/insurance/", form)
    assert Lead.objects.get().suspicions == [Suspicion.HONEYPOT, Suspicion.TOO_FAST]


# What staff see, and do


@pytest.fixture
def ada(client):
    return desk.sign_in(client)


def test_a_suspected_lead_stands_in_the_queue_where_its_promise_puts_it(client, ada):
    first = builders.lead(nonce="1")
    suspect = builders.lead(nonce="2")
    last = builders.lead(nonce="3")
    Lead.objects.filter(pk=suspect.pk).update(suspicion="trap fast")
    for lead, minutes in ((first, 10), (suspect, 20), (last, 30)):
        due = timezone.now() + timedelta(minutes=minutes)
        Lead.objects.filter(pk=lead.pk).update(due_at=due)
    shown = client.get(desk.QUEUE)
    assert desk.listed(shown) == [first.reference, suspect.reference, last.reference]
    rows = re.split(r'class="field-reference"', shown.content.decode())[1:]
    assert ["suspected spam" in row for row in rows] == [False, True, False]
    assert desk.listed(client.get(desk.QUEUE, {"show": "suspected"})) == [suspect.reference]
    assert "Suspected spam" in page.text_of(shown)


def test_the_page_of_a_suspected_lead_says_why_in_words(client, ada):
    lead = builders.lead()
    assert "Suspected spam" not in page.text_of(client.get(desk.page_of(lead)))
    Lead.objects.filter(pk=lead.pk).update(suspicion="fast phone")
    said = page.text_of(client.get(desk.page_of(lead)))
    assert "sent faster than a person types; many for one phone number." in said
    assert "It may still be a person in need: the promise stands." in said


def test_reaching_the_person_takes_the_mark_away(client, ada):
    lead = builders.lead(timezone=builders.zone_where_it_is(14))
    Lead.objects.filter(pk=lead.pk).update(suspicion="fast")
    desk.press(client, lead, "attempt", channel="call", outcome="no_answer")
    assert Lead.objects.get().suspicion == "fast"
    desk.press(client, lead, "attempt", channel="call", outcome="reached")
    assert Lead.objects.get().suspicion == ""
    assert "suspicion" in acting.last_event(lead).fields.split()


def test_closing_as_spam_keeps_the_mark(client, ada):
    lead = builders.lead()
    Lead.objects.filter(pk=lead.pk).update(suspicion="fast")
    desk.press(client, lead, "close", disposition=Disposition.SPAM)
    assert Lead.objects.get().suspicion == "fast"


def test_somebody_we_have_spoken_with_is_not_suspected_again(client):
    form = aged(builders.callback_form(client))
    client.post(URL, form)
    Lead.objects.update(reached_at=timezone.now(), status="reached")
    client.post(URL, form | {"message": "One more thing", "website": "x"})
    lead = Lead.objects.get()
    assert (lead.callbacks.count(), lead.suspicion) == (2, "")


# The hard cap


def test_a_flood_is_refused_kindly_with_everything_still_there(client):
    counted_so_often("form.address", SHELTER, abuse.MOST_PER_ADDRESS - 1)
    assert send(client).status_code == 303
    stored = Lead.objects.count()

    form = aged(builders.callback_form(client, **builders.CONTACT | {"voicemail_ok": "on"}))
    answer = client.post(URL, form, REMOTE_ADDR=SHELTER)
    assert answer.status_code == 429
    said = page.text_of(answer)
    assert "Not sent yet" in said
    assert "press the button again in an hour, or call us now at 916-555-0100" in said
    assert page.typed(page.form_on(answer)) == page.typed(form)
    assert "no-store" in answer.headers["Cache-Control"]
    assert (Lead.objects.count(), Outbox.objects.count()) == (stored, stored)
    # Elsewhere nobody notices, and an hour later it is sent from the page as it was left.
    assert send(client, address="203.0.113.99").status_code == 303
    Throttle.objects.update(until=timezone.now())
    answer = client.post(URL, page.form_on(answer), REMOTE_ADDR=SHELTER)
    assert answer.status_code == 303
    assert Lead.objects.latest("received_at").name == builders.CONTACT["name"]


def test_trying_again_makes_nobody_wait_longer(client):
    counted_so_often("form.address", SHELTER, abuse.MOST_PER_ADDRESS)
    until = Throttle.objects.get().until
    for _ in range(3):
        assert send(client).status_code == 429
    assert Throttle.objects.values_list("count", "until").get() == (abuse.MOST_PER_ADDRESS, until)


def test_photos_are_the_first_to_be_refused_and_the_request_goes_through(
    client, photo, monkeypatch
):
    counted_so_often("form.photos", SHELTER, abuse.MOST_PHOTOS_PER_ADDRESS - 1)
    form = aged(builders.insurance_form(client, carrier="", message="Please"), "insurance")
    good = client.post(INSURANCE, form | {"card_front": photo()}, REMOTE_ADDR=SHELTER)
    assert good.status_code == 303
    assert CardImage.objects.count() == 1

    monkeypatch.setattr(cards, "read_card", lambda upload: pytest.fail("decoded"))
    form = aged(builders.insurance_form(client, carrier="", message="Please"), "insurance")
    answer = client.post(INSURANCE, form | {"card_front": photo()}, REMOTE_ADDR=SHELTER)
    assert answer.status_code == 429
    said = page.text_of(answer)
    assert "Front of the card: So many photos came from your internet connection" in said
    assert "call us at 916-555-0100" in said
    assert "id_card_front_error" in answer.content.decode()
    again = page.form_on(answer)
    assert page.typed(again) == page.typed(form)
    assert ParkedCard.objects.count() == 0

    answer = client.post(INSURANCE, again | {"carrier": "none"}, REMOTE_ADDR=SHELTER)
    assert answer.status_code == 303
    assert Lead.objects.count() == 2


def test_a_photo_that_met_the_flood_is_kept_for_later(client, photo):
    counted_so_often("form.address", SHELTER, abuse.MOST_PER_ADDRESS)
    form = aged(builders.insurance_form(client, carrier=""), "insurance")
    answer = client.post(INSURANCE, form | {"card_front": photo()}, REMOTE_ADDR=SHELTER)
    assert answer.status_code == 429
    assert "Front of the card received" in page.text_of(answer)
    Throttle.objects.all().delete()
    answer = client.post(INSURANCE, page.form_on(answer), REMOTE_ADDR=SHELTER)
    assert answer.status_code == 303
    assert CardImage.objects.count() == 1


def test_a_form_with_a_mistake_in_it_counts_for_nobody(client):
    for _ in range(5):
        assert send(client, phone="none").status_code == 422
    assert not Throttle.objects.exists()


# What is kept


def test_no_counter_knows_whom_it_counts_or_whose_lead_it_was(client):
    send(client, **builders.CONTACT)
    rows = str(list(Throttle.objects.values()))
    assert Throttle.objects.count() == 2
    lead = Lead.objects.get()
    for known in (SHELTER, "555", lead.reference, str(lead.pk)):
        assert known not in rows
    assert {field.name for field in Throttle._meta.get_fields()} == {"key", "count", "until"}


def test_the_watch_costs_one_statement(client):
    def statements(address):
        form = aged(builders.callback_form(client))
        with CaptureQueriesContext(connection) as captured:
            assert client.post(URL, form, REMOTE_ADDR=address).status_code == 303
        return [query["sql"] for query in captured if "intake_throttle" in query["sql"]]

    assert len(statements(SHELTER)) == 1
    counted_so_often("form.address", "203.0.113.77", abuse.USUAL_PER_ADDRESS)
    assert len(statements("203.0.113.77")) == 1
