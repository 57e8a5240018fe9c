"""An exact time for the call: free ones are offered, and none is given twice."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from threading import Barrier, BrokenBarrierError
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.text import capfirst

from intake import abuse, retention, seats, spoken, workflow
from intake.appointments import DAYS_OFFERED, FURTHEST, SOONEST, Diary
from intake.choices import Channel, Disposition, Outcome, Part
from intake.models import Appointment, CallbackRequest, Lead
from intake.promises import Clock
from programs.hours import Desk
from programs.models import Center
from tests import builders, page
from tests.intake import desk
from tests.intake.acting import act

pytestmark = pytest.mark.usefixtures("front_door")

URL = "/callback/"
HERE = "America/Los_Angeles"
TAKEN = "That time is not free any more."


def times_on(response) -> list[str]:
    """Return the times that the form offers, as it would send them."""
    html = response.content.decode()
    select = re.search(r'<select name="appointment".*?</select>', html, re.DOTALL)
    return re.findall(r'<option value="([^"]+)"', select[0]) if select else []


def spoken_on(response, value: str) -> str:
    return re.search(f'<option value="{value}"[^>]*>([^<]+)<', response.content.decode())[1]


def send(client, start: str, **answers):
    return client.post(URL, builders.callback_form(client, appointment=start, **answers))


def moment(value: str) -> datetime:
    return datetime.fromisoformat(value)


def said_on_receipt(client) -> str:
    return page.text_of(client.get("/receipt/"))


def test_a_free_time_is_chosen_promised_and_kept(client):
    shown = client.get(URL)
    start = times_on(shown)[3]
    answer = client.post(URL, page.form_on(shown) | {"phone": builders.PHONE, "appointment": start})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/receipt/")
    lead, given = Lead.objects.get(), Appointment.objects.get()
    assert (given.lead, given.starts_at, given.seat) == (lead, moment(start), 0)
    assert given.ends_at - given.starts_at == timedelta(minutes=30)
    promised = (given.starts_at, given.ends_at, given.ends_at)
    assert (lead.promised_from, lead.promised_by, lead.due_at) == promised
    assert "appointment" in lead.audit_events.get().fields.split()

    said = said_on_receipt(client)
    assert "Your appointment: we call you" in said
    for end in (given.starts_at, given.ends_at):
        assert spoken.time_of_day(end, HERE) in said
    assert start not in times_on(client.get(URL))


def test_a_form_without_an_exact_time_takes_none(client):
    assert client.post(URL, builders.callback_form(client)).status_code == 303
    assert not Appointment.objects.exists()
    assert "Your appointment" not in said_on_receipt(client)


def test_every_time_offered_can_be_promised(client):
    """Open desk, not on a closed day, late enough to be seen, on the next days only."""
    now = timezone.now()
    closed = (now + timedelta(days=2)).astimezone(ZoneInfo(HERE)).date()
    center = builders.center(opens=time(9, 10), closes=time(17))
    center.closed_days.create(day=closed)
    offered = [moment(value) for value in times_on(client.get(URL))]
    there = [start.astimezone(ZoneInfo(HERE)) for start in offered]
    assert offered == sorted(set(offered))
    assert offered[0] >= now + SOONEST
    assert len({start.date() for start in there}) == DAYS_OFFERED
    assert closed not in {start.date() for start in there}
    assert {start.minute for start in there} == {0, 30}
    assert min(start.time() for start in there) == time(9, 30)
    assert max(start.time() for start in there) == time(16, 30)


def test_times_are_spoken_in_the_zone_of_the_center_first(client):
    shown = client.get(URL)
    start = times_on(shown)[0]
    assert spoken_on(shown, start) == spoken.time_of_day(moment(start), HERE)
    html = shown.content.decode().partition('name="appointment"')[2]
    first_day = spoken.day(moment(start), HERE, now=timezone.now())
    assert f'<optgroup label="{capfirst(first_day)} (Pacific Time)">' in html


def test_a_time_stays_good_while_the_form_is_filled_in():
    zone, hours = ZoneInfo(HERE), ((time(8), time(20)),)
    first = next(diary("2026-11-18 09:29", hours=hours).slots(zone))
    assert f"{first.start.astimezone(zone):%H:%M}" == "10:00"
    for minute, is_free in (("09:31", True), ("09:50", True), ("09:51", False), ("10:01", False)):
        later = diary(f"2026-11-18 {minute}", hours=hours)
        assert first not in later.slots(zone)
        assert later.is_free(first, zone, []) == is_free


def test_a_desk_without_seats_or_hours_offers_parts_of_the_day_only(client):
    start = times_on(client.get(URL))[0]
    Center.objects.update(calls_per_slot=0)
    shown = client.get(URL)
    assert 'name="appointment"' not in shown.content.decode()
    refused = send(client, start)
    assert refused.status_code == 422
    assert "No exact time is free any more." in page.text_of(refused)
    assert send(client, "").status_code == 303

    Center.objects.update(calls_per_slot=1)
    Center.objects.get().opening_hours.all().delete()
    assert times_on(client.get(URL)) == []


# Taken


def test_a_taken_time_is_refused_kindly_with_those_that_are_free(client):
    shown = client.get(URL)
    start, other = times_on(shown)[:2]
    data = page.form_on(shown) | builders.CONTACT | {"appointment": start, "text_ok": "on"}
    assert send(Client(), start).status_code == 303

    answer = client.post(URL, data)
    assert answer.status_code == 422
    assert "no-store" in answer.headers["Cache-Control"]
    assert page.text_of(answer).count(TAKEN) == 2  # above the form and beside the field
    control = page.controls_on(answer)["appointment"][0]
    assert control["aria-invalid"] == "true"
    assert start not in times_on(answer)
    assert other in times_on(answer)
    kept = page.form_on(answer)
    assert page.typed(kept) == page.typed(data | {"appointment": ""})
    assert Lead.objects.count() == 1

    assert client.post(URL, kept | {"appointment": other}).status_code == 303
    assert set(Appointment.objects.values_list("starts_at", flat=True)) == {
        moment(start), moment(other),
    }  # fmt: skip


def test_as_many_are_called_at_once_as_the_desk_says(client):
    Center.objects.update(calls_per_slot=2)
    start = times_on(client.get(URL))[0]
    assert [send(Client(), start).status_code for _ in range(3)] == [303, 303, 422]
    assert sorted(Appointment.objects.values_list("seat", flat=True)) == [0, 1]
    # A seat that is given back is given again.
    Appointment.objects.get(seat=0).delete()
    assert send(Client(), start).status_code == 303
    assert sorted(Appointment.objects.values_list("seat", flat=True)) == [0, 1]


def test_the_database_itself_gives_no_seat_twice(client):
    start = times_on(client.get(URL))[0]
    send(client, start)
    taken = Appointment.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.create(
            lead=builders.lead(), starts_at=taken.starts_at, ends_at=taken.ends_at, seat=0
        )


def test_times_of_another_length_stand_in_the_way_too(client):
    start = times_on(client.get(URL))[0]
    send(client, start)
    Center.objects.update(slot_minutes=15)
    offered = {moment(value) for value in times_on(client.get(URL))}
    begins = moment(start)
    assert offered.isdisjoint({begins, begins + timedelta(minutes=15)})
    assert begins + timedelta(minutes=30) in offered
    refused = send(client, f"{begins + timedelta(minutes=15):%Y-%m-%dT%H:%MZ}")
    assert TAKEN in page.text_of(refused)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seats_there", [1, 3])
def test_two_who_take_the_last_seat_at_the_same_moment(client, monkeypatch, seats_there):
    """All of them have seen that it is free; the database lets as many in as there are seats."""
    Center.objects.update(calls_per_slot=seats_there)
    start = times_on(client.get(URL))[0]
    people = seats_there + 1
    meet, sit_down = Barrier(people), seats._sit_down

    def sit_down_when_all_are_here(*args):
        # PostgreSQL lets all come here before one has the seat; SQLite lets in one by one.
        with suppress(BrokenBarrierError):
            meet.wait(timeout=1)
        return sit_down(*args)

    def press(data):
        try:
            return Client().post(URL, data)
        finally:
            connection.close()

    monkeypatch.setattr(seats, "_sit_down", sit_down_when_all_are_here)
    forms = [
        builders.callback_form(client, appointment=start, phone=f"916555012{number}", name="Zora")
        for number in range(people)
    ]
    with ThreadPoolExecutor(people) as threads:
        answers = list(threads.map(press, forms))
    assert sorted(answer.status_code for answer in answers) == [303] * seats_there + [422]
    assert sorted(Appointment.objects.values_list("seat", flat=True)) == list(range(seats_there))
    assert Lead.objects.count() == CallbackRequest.objects.count() == seats_there
    loser = next(answer for answer in answers if answer.status_code == 422)
    assert TAKEN in page.text_of(loser)
    assert page.form_on(loser)["name"] == "Zora"
    assert start not in times_on(loser)


# The same form again


def test_the_same_form_again_keeps_its_seat(client):
    data = builders.callback_form(client, appointment=times_on(client.get(URL))[0])
    assert client.post(URL, data).status_code == 303
    given = Appointment.objects.get()
    first = said_on_receipt(client)
    assert client.post(URL, data).status_code == 303
    assert said_on_receipt(client) == first
    assert Appointment.objects.get() == given
    # Another answer changed, at the same time: the seat stays as well.
    assert client.post(URL, data | {"phone": "916-555-0199"}).status_code == 303
    assert Appointment.objects.get() == given
    assert Lead.objects.get().promised_from == given.starts_at


def test_the_same_form_again_counts_though_its_time_is_over(client):
    data = builders.callback_form(client, appointment=times_on(client.get(URL))[0])
    client.post(URL, data)
    # As it stands once the call is over.
    past = timezone.now() - timedelta(hours=1)
    Appointment.objects.update(starts_at=past, ends_at=past + timedelta(minutes=30))
    assert client.post(URL, data).status_code == 303
    assert CallbackRequest.objects.count() == 1


def test_a_changed_time_frees_the_old_one(client):
    first, second = times_on(client.get(URL))[:2]
    data = builders.callback_form(client, appointment=first)
    client.post(URL, data)
    assert client.post(URL, data | {"appointment": second}).status_code == 303
    given, lead = Appointment.objects.get(), Lead.objects.get()
    assert (given.starts_at, lead.promised_from) == (moment(second), moment(second))
    offered = times_on(client.get(URL))
    assert first in offered
    assert second not in offered
    # A part of the day instead frees it, too.
    assert client.post(URL, data | {"appointment": "", "window": "morning"}).status_code == 303
    assert not Appointment.objects.exists()


def test_a_changed_time_that_is_taken_leaves_the_old_one(client):
    first, second = times_on(client.get(URL))[:2]
    data = builders.callback_form(client, appointment=first)
    client.post(URL, data)
    mine = Appointment.objects.get()
    send(Client(), second)
    answer = client.post(URL, data | {"appointment": second})
    assert answer.status_code == 422
    assert Lead.objects.get(pk=mine.lead_id).appointments.get() == mine


# Time zones and clocks


def test_another_zone_shows_all_times_again_in_that_one(client):
    shown = client.get(URL)
    start = next(
        value
        for value in times_on(shown)
        if 12 <= moment(value).astimezone(ZoneInfo(HERE)).hour < 17
    )
    data = page.form_on(shown) | {"phone": builders.PHONE, "appointment": start, "name": "Ann"}
    data["timezone"] = "America/New_York"
    answer = client.post(URL, data)
    assert answer.status_code == 422
    said = page.text_of(answer)
    assert "All times are now shown in the time zone you chose (Eastern Time)." in said
    assert not Appointment.objects.exists()
    kept = page.form_on(answer)
    # The same moment is chosen still, said as the clock says it there.
    assert (kept["appointment"], kept["name"]) == (start, "Ann")
    assert spoken_on(answer, start) == spoken.time_of_day(moment(start), "America/New_York")
    assert client.post(URL, kept).status_code == 303
    assert Appointment.objects.get().starts_at == moment(start)
    assert "(Eastern Time)" in said_on_receipt(client)


def test_nobody_is_called_at_night_by_appointment(client):
    """Eight in the morning at the desk is five or six in Hawaii."""
    shown = client.get(URL)
    early = next(
        value for value in times_on(shown) if moment(value).astimezone(ZoneInfo(HERE)).hour == 8
    )
    data = page.form_on(shown) | {"phone": builders.PHONE, "appointment": early}
    answer = client.post(URL, data | {"timezone": "Pacific/Honolulu"})
    assert early not in times_on(answer)
    honolulu = {
        moment(value).astimezone(ZoneInfo("Pacific/Honolulu")) for value in times_on(answer)
    }
    assert honolulu
    assert all(8 <= start.hour < 21 for start in honolulu)
    # Whoever leaves out in which zone it was shown is not given it either.
    forced = data | {"timezone": "Pacific/Honolulu", "shown_in": "Pacific/Honolulu"}
    assert TAKEN in page.text_of(client.post(URL, forced))


def diary(now: str, *, hours=((time(0), time(0)),), zone=HERE, length=30, seats=1) -> Diary:
    """Return the diary of a desk that is open around the clock, as it stands at that wall time."""
    open_desk = Desk(ZoneInfo(zone), {day: list(hours) for day in range(7)})
    at = datetime.fromisoformat(now).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return Diary(Clock(open_desk, timedelta(hours=1), at), timedelta(minutes=length), seats)


@pytest.mark.parametrize(
    ("night", "hours_between"),
    # On the first the clocks go back from 2 to 1 o'clock, on the second ahead from 2 to 3.
    [("2026-11-01", 25), ("2026-03-08", 23), ("2026-06-01", 24)],
)
@pytest.mark.parametrize("length", [15, 20, 30, 60])
def test_when_the_clocks_change_no_time_is_lost_or_doubled(night, hours_between, length):
    """It is the middle of the day in Mumbai, where somebody can be called."""
    mumbai = ZoneInfo("Asia/Kolkata")
    day = date.fromisoformat(night)
    found = list(diary(f"{day - timedelta(days=1)} 12:00", length=length).slots(mumbai))
    assert all(slot.end - slot.start == timedelta(minutes=length) for slot in found)
    assert len({slot.start for slot in found}) == len(found)
    midnight = datetime.combine(day, time(0), ZoneInfo(HERE)).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time(0), ZoneInfo(HERE)).astimezone(UTC)
    assert end - midnight == timedelta(hours=hours_between)
    across = [slot for slot in found if midnight <= slot.start < midnight + timedelta(hours=6)]
    # 8 to 21 o'clock in Mumbai is 19:30 to 8:30 or 20:30 to 9:30 at the desk: all six hours.
    assert len(across) == timedelta(hours=6) / timedelta(minutes=length)
    assert all(one.end == next_one.start for one, next_one in pairwise(across))


def test_a_person_sees_each_hour_of_the_day_once_when_their_clock_changes():
    """Theirs changes at night, when nobody is called: no time is said twice."""
    home = ZoneInfo("America/New_York")
    days = diary("2026-10-31 20:00").days(home, [])
    spoken_there = [f"{slot.start.astimezone(home):%H:%M}" for slot in days[date(2026, 11, 1)]]
    assert len(set(spoken_there)) == len(spoken_there) == 26


def test_hours_entered_twice_give_no_time_twice():
    hours = ((time(9), time(12)), (time(9, 10), time(12)), (time(11), time(13)))
    found = list(diary("2026-11-18 00:00", hours=hours, length=60).slots(ZoneInfo(HERE)))
    first_day = [f"{slot.start.astimezone(ZoneInfo(HERE)):%H}" for slot in found[:4]]
    assert first_day == ["09", "10", "11", "12"]
    assert found[-1].end <= found[0].start + FURTHEST


# Given back


@pytest.fixture
def given(client) -> Appointment:
    send(client, times_on(client.get(URL))[-1])
    return Appointment.objects.get()


def test_a_lead_that_is_closed_frees_its_time(given):
    ada = builders.staff("ada", "Admissions")
    lead = given.lead
    workflow.close(
        lead, version=lead.version, by=ada, at=timezone.now(), disposition=Disposition.SPAM
    )
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("part", [Part.BOTH, Part.CALLER])
def test_a_lead_that_is_forgotten_frees_its_time(given, part):
    details = {"by": builders.staff("olga"), "at": timezone.now(), "reason": "pin"}
    retention.erase(given.lead, part=part, **details)
    assert not Appointment.objects.exists()


def test_an_action_of_staff_leaves_the_time(given):
    ada = builders.staff("ada", "Admissions")
    workflow.claim(given.lead, version=given.lead.version, by=ada, at=timezone.now())
    assert Appointment.objects.get() == given


# What staff agree on


def log(lead, outcome: Outcome, **more) -> Lead:
    ada = get_user_model().objects.filter(username="ada").first() or builders.staff("ada")
    more.setdefault("channel", Channel.INBOUND)
    act(workflow.log_attempt, lead, by=ada, at=timezone.now(), outcome=outcome, **more)
    return lead


def test_a_time_agreed_on_the_phone_is_offered_to_nobody_else(client):
    start, other = times_on(client.get(URL))[-2:]
    lead = log(builders.lead(), Outcome.CALL_BACK, next_step_at=moment(start))
    assert lead.appointments.get().starts_at == lead.due_at == moment(start)
    assert start not in times_on(client.get(URL))
    # The next agreement takes the place of this one.
    log(lead, Outcome.CALL_BACK, next_step_at=moment(other))
    assert lead.appointments.get().starts_at == moment(other)
    assert start in times_on(client.get(URL))


def test_staff_may_agree_on_a_time_that_is_full_or_no_time_of_ours(client, given):
    start = given.starts_at
    for agreed in (start, start + timedelta(minutes=1)):
        lead = log(builders.lead(), Outcome.CALL_BACK, next_step_at=agreed)
        assert lead.due_at == agreed
        assert not lead.appointments.exists()
    assert Appointment.objects.get() == given


def test_who_is_reached_sooner_needs_the_time_no_more(given):
    log(given.lead, Outcome.REACHED)
    assert not Appointment.objects.exists()


def test_a_try_before_its_time_leaves_the_appointment(given):
    lead = log(given.lead, Outcome.NO_ANSWER)
    assert lead.appointments.get() == given
    assert lead.due_at == given.ends_at


# What staff see


def test_staff_see_the_appointment_in_the_queue_and_on_the_lead(client, given):
    desk.sign_in(client)
    when = spoken.time_of_day(given.starts_at, HERE)
    assert f"By appointment: {when}" in page.text_of(client.get(desk.QUEUE))
    said = page.text_of(client.get(desk.page_of(given.lead)))
    assert "By appointment:" in said
    assert spoken.between(given.starts_at, given.ends_at, HERE, now=timezone.now()) in said


def test_the_queue_costs_the_same_however_many_have_appointments(client):
    desk.sign_in(client)

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(desk.QUEUE)
        return len(captured)

    starts = times_on(client.get(URL))
    send(Client(), starts[0])
    first = cost()
    for start in starts[1:8]:
        assert send(Client(), start).status_code == 303
    assert cost() == first


def test_an_appointment_is_in_the_copy_of_the_caller(client, given):
    desk.sign_in(client, "olga", "Privacy officers")
    url = f"/admin/intake/lead/{given.lead_id}/privacy/copy/"
    answer = client.post(url, {"copy-checked": "pin", "json": "1"})
    kinds = {section["kind"]: section for section in answer.json()["sections"]}
    assert moment(kinds["appointments"]["starts_at"]) == given.starts_at


# Bad input


@pytest.mark.parametrize(
    "start",
    ["<script>alert(1)</script>", "\0", "x" * 100_000, "2026-11-18", "now", "２０２６-11-18T20:00Z",
     "2026-11-18T20:00", "0001-01-01T00:00+14:00", "9999-12-31T23:59Z", "1999-01-01T00:00Z"],
)  # fmt: skip
def test_what_is_no_time_of_ours_is_asked_for_again(client, start):
    answer = send(client, start, name="Ann")
    assert answer.status_code == 422
    assert "Or make an appointment for the call: " in page.text_of(answer)
    assert page.form_on(answer) | {"appointment": ""} == page.form_on(answer)
    assert page.form_on(answer)["name"] == "Ann"
    assert "<script>alert" not in answer.content.decode()
    assert not Lead.objects.exists()


def test_a_time_between_two_of_ours_is_not_given(client):
    start = moment(times_on(client.get(URL))[0])
    for odd in (timedelta(minutes=1), timedelta(seconds=1), timedelta(microseconds=1)):
        assert TAKEN in page.text_of(send(client, (start + odd).isoformat()))
    # The same moment, written in another way, is the same.
    assert send(client, start.astimezone(ZoneInfo("Asia/Tokyo")).isoformat()).status_code == 303


def test_one_address_cannot_take_all_times(client, monkeypatch):
    monkeypatch.setattr(abuse, "MOST_APPOINTMENTS_PER_ADDRESS", 2)
    starts = times_on(client.get(URL))
    assert [send(Client(), start).status_code for start in starts[:3]] == [303, 303, 422]
    refused = send(Client(), starts[3])
    assert "Many exact times went to your internet connection today" in page.text_of(refused)
    assert send(Client(), "").status_code == 303
    elsewhere = Client(REMOTE_ADDR="198.51.100.77")
    assert send(elsewhere, starts[3]).status_code == 303


def test_a_callback_by_appointment_costs_few_statements(client):
    def cost(start: str) -> int:
        data = builders.callback_form(client, **builders.CONTACT, appointment=start)
        with CaptureQueriesContext(connection) as captured:
            assert client.post(URL, data).status_code == 303
        control = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
        return len([one for one in captured if not one["sql"].startswith(control)])

    Center.objects.update(calls_per_slot=50)
    start = times_on(client.get(URL))[-1]
    first = cost(start)
    assert first <= 20
    for number in range(8):
        send(Client(REMOTE_ADDR=f"198.51.100.{number}"), start)
    assert cost(start) == first
