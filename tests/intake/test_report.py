"""The managers' page: true numbers, charts with their tables, the ledger, and the list."""

import csv
import io
import secrets
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake import audit, crypto, ledger, periods, promise_keeping, report, retention, workflow
from intake.choices import (
    Channel,
    Disposition,
    Outcome,
    Part,
    PromiseBroken,
    ProviderKind,
    ReferralReason,
    Status,
)
from intake.models import AuditEvent, Lead, PromiseRecord, ReceivingProvider, Referral
from intake.notices import PART2_NOTICE
from intake.promise_clock import Risk
from intake.staff import charts
from tests import builders, page
from tests.intake import desk
from tests.intake.acting import NO_ANSWER, NOON, REACHED, SPAM, act
from tests.intake.raw import column

URL, EXPORT = "/admin/report/", "/admin/report/export/"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HERE = ZoneInfo("America/Los_Angeles")
# The week of the acting tests: Wednesday, November 18, 2026.
WEEK = periods.Period("7", date(2026, 11, 12), date(2026, 11, 18), HERE)
RISK = Risk(NOON, NOON, NOON)


@pytest.fixture
def center(db):
    return builders.center(call_within_minutes=60)


@pytest.fixture
def max_(client, center):
    return desk.sign_in(client, "max", "Admissions managers")


@pytest.fixture
def ada(db):
    return builders.staff("ada", "Admissions")


def count(period=WEEK, *, risk=RISK) -> report.Report:
    return report.of(period, risk=risk)


def tried(lead, ada, *, after: timedelta, outcome=NO_ANSWER, **more):
    act(workflow.log_attempt, lead, by=ada, at=lead.received_at + after, **outcome, **more)
    return lead


# What is counted


def test_a_manager_sees_how_the_center_answers(client, max_, ada):
    now = timezone.now()
    lead = builders.lead(at=now - 2 * DAY, program=builders.program(short_name="IOP"))
    tried(lead, ada, after=HOUR, outcome=REACHED, hours_reason="asked")
    waiting = builders.lead(at=now - 3 * HOUR)
    response = client.get(URL)
    assert response.status_code == 200
    said = page.text_of(response)
    for words in ("1\nnot tried yet", "Asked for help\n2", "Reached\n1", "IOP\n1"):
        assert words in said
    assert "no-store" in response["Cache-Control"]
    assert waiting.reference not in said


def test_kept_and_broken_promises_are_counted_with_their_reasons(center, ada):
    for number in range(3):
        tried(builders.lead(at=NOON - DAY), ada, after=number * MINUTE)
    for because in ("busy", "busy", "overlooked", ""):
        tried(builders.lead(at=NOON - DAY), ada, after=2 * HOUR, late_because=because)
    tried(builders.lead(at=NOON - 20 * DAY), ada, after=2 * HOUR)
    promises = count().promises
    assert (promises.kept, promises.broken, promises.moved) == (3, 4, 0)
    assert promises.kept_share == 42
    assert promises.explained == [
        (PromiseBroken.BUSY.label, 2),
        (PromiseBroken.OVERLOOKED.label, 1),
    ]
    assert promises.unexplained == 1
    assert promises.by_day == {date(2026, 11, 17): (3, 4)}


def test_a_promise_belongs_to_the_day_on_which_it_was_due(center, ada):
    # Asked on Wednesday evening after closing: promised for Thursday.
    evening = datetime(2026, 11, 19, 5, 0, tzinfo=UTC)
    builders.lead(at=evening)
    promise_keeping.sweep(at=evening + DAY)
    assert count().promises.broken == 0
    thursday = periods.Period("7", date(2026, 11, 13), date(2026, 11, 19), HERE)
    assert count(thursday).promises.by_day == {date(2026, 11, 19): (0, 1)}


def test_half_and_nine_of_ten_are_waits_that_somebody_had(center, ada):
    for minutes in (5, 10, 20, 30, 40, 50, 60, 70, 80, 600):
        tried(builders.lead(at=NOON - DAY), ada, after=minutes * MINUTE, hours_reason="asked")
    builders.lead(at=NOON)
    waits = count().waits
    assert (waits.count, waits.median, waits.ninetieth) == (10, 40 * MINUTE, 80 * MINUTE)


def test_who_was_on_the_phone_or_before_us_did_not_wait(center, ada):
    tried(builders.lead(at=NOON - DAY), ada, after=30 * MINUTE)
    for arrival in ("phone", "walk_in"):
        lead = tried(builders.lead(at=NOON - DAY), ada, after=timedelta(0))
        Lead.objects.filter(pk=lead.pk).update(arrival=arrival)
    assert count().waits.median == 30 * MINUTE


def test_without_leads_there_is_nothing_to_divide(client, max_):
    counted = count()
    assert counted.promises.kept_share is None
    assert counted.waits.median is None
    assert client.get(URL).status_code == 200


def test_how_far_people_came_and_how_it_ended_by_program(center, ada):
    iop, php = builders.program("iop"), builders.program("php")
    came = [builders.lead(at=NOON - DAY, program=one) for one in (iop, iop, iop, php, None)]
    act(workflow.log_attempt, came[0], by=ada, at=NOON - 23 * HOUR, **REACHED)
    act(workflow.close, came[0], by=ada, at=NOON, disposition=Disposition.REFERRED_OUT)
    act(workflow.log_attempt, came[1], by=ada, at=NOON - 23 * HOUR, **NO_ANSWER)
    columns = {"status": Status.ADMITTED, "closed_at": NOON, "assessment_at": NOON}
    Lead.objects.filter(pk=came[3].pk).update(first_attempt_at=NOON, reached_at=NOON, **columns)
    counted = count()
    assert counted.steps == {
        "received": 5, "tried": 3, "reached": 2, "assessments": 1, "admitted": 1, "referred": 1,
    }  # fmt: skip
    assert counted.endings == [(Disposition.REFERRED_OUT.label, 1)]
    programs = {row["program__short_name"]: row for row in counted.programs}
    assert list(programs) == ["IOP", "PHP", None]
    assert (programs["IOP"]["received"], programs["IOP"]["referred"]) == (3, 1)
    assert programs["IOP"]["promise_kept_count"] == 2
    assert programs["PHP"]["admitted"] == 1


def test_to_whom_people_were_referred_is_counted_by_name(client, max_, ada):
    at = timezone.now()
    names = ("Willow Detox", "Alder House")
    willow, alder = (
        ReceivingProvider.objects.create(name=name, kind=kind, phone="916-555-0150")
        for name, kind in zip(names, ProviderKind.values, strict=False)
    )
    for provider in (willow, willow, alder):
        lead = builders.lead(at=at - DAY)
        Referral.objects.create(
            lead=lead, provider=provider, reason=ReferralReason.values[0], referred_at=at, by=ada
        )
    month = periods.chosen("30", periods.choices(today=timezone.localdate(), zone=HERE))
    assert count(month).referred_to == [("Alder House", 1), ("Willow Detox", 2)]
    assert "Alder House\n1" in page.text_of(client.get(URL))


def test_weekday_and_hour_are_those_on_the_centers_wall_also_when_clocks_change(center):
    # Half past eight on Sunday evening, before and after the clocks go back.
    for day in (25, 1):
        month = 10 if day == 25 else 11
        builders.lead(at=datetime(2026, month, day, 20, 30, tzinfo=HERE))
    fall = periods.Period("x", date(2026, 10, 20), date(2026, 11, 5), HERE)
    counted = count(fall)
    assert counted.times == {(7, 20): (2, 0)}
    assert counted.by_weekday()[6] == (2, 0)
    assert counted.by_hour()[20] == (2, 0)


def test_waiting_now_looks_at_everybody_whenever_they_came(center, ada):
    first = builders.lead(at=NOON - 30 * DAY)
    builders.lead(at=NOON - 40 * MINUTE)
    act(workflow.claim, builders.lead(at=NOON - 5 * MINUTE), by=ada)
    tried(builders.lead(at=NOON - 20 * DAY), ada, after=MINUTE)
    risk = Risk(NOON, NOON + 30 * MINUTE, NOON + 10 * MINUTE)
    assert count(risk=risk).waiting == {
        "untried": 3,
        "unclaimed": 2,
        "at_risk": 1,
        "broken": 1,
        "late": 1,
        "since": first.received_at,
    }


def test_a_period_is_whole_days_of_the_centers_calendar(client, max_):
    choices = periods.choices(today=date(2026, 3, 10), zone=HERE)
    assert [one.code for one in choices[:5]] == ["7", "30", "90", "2026-03", "2026-02"]
    week, march, february = choices[0], choices[3], choices[4]
    assert (week.first, week.last) == (date(2026, 3, 4), date(2026, 3, 10))
    # The clocks went forward on the 8th: the week has an hour less.
    assert week.end.astimezone(UTC) - week.start.astimezone(UTC) == 7 * DAY - HOUR
    assert (march.first, february.last) == (date(2026, 3, 1), date(2026, 2, 28))
    assert periods.chosen("garbage\0", choices).code == "30"
    for code in ("7", "90", "garbage", "2026-99", "\0"):
        assert client.get(URL, {"period": code}).status_code == 200


def test_no_encrypted_value_is_opened(client, max_, ada, monkeypatch):
    lead = tried(builders.lead(at=timezone.now() - DAY, name="Sentinella"), ada, after=MINUTE,
                 hours_reason="asked")  # fmt: skip
    assert column(lead, "name")
    monkeypatch.setattr(crypto, "unseal", lambda *args, **kwargs: pytest.fail("opened a value"))
    assert client.get(URL).status_code == 200
    assert b"".join(client.post(EXPORT).streaming_content)


def test_no_money_stands_on_it(client, max_):
    builders.lead()
    html = client.get(URL).content.decode()
    assert "$" not in html
    assert "revenue" not in html.lower()


# The pictures


def test_each_chart_says_what_it_shows_and_has_its_table(client, max_, ada):
    tried(builders.lead(at=timezone.now() - DAY), ada, after=MINUTE, hours_reason="asked")
    html = client.get(URL, {"period": "7"}).content.decode()
    for name in ("promises", "weekdays", "hours"):
        chart = html.split(f'id="{name}-title"')[1].split("</section>")[0]
        assert f'role="img" aria-labelledby="{name}-svg {name}-said"' in chart
        assert f'<title id="{name}-svg">' in chart
        assert f'<desc id="{name}-said">' in chart
        assert "<details>" in chart
        assert (
            chart.count('<tr><th scope="row"') == {"promises": 7, "weekdays": 7, "hours": 24}[name]
        )
        assert 'style="' not in chart


def test_columns_are_drawn_to_scale():
    chart = charts.columns(
        "c", "T", "S", ("a", "b", "c"), [("x", 10, 0), ("y", 5, 15), ("z", 0, 0)]
    )
    tall, stacked, nothing = chart.columns
    assert stacked.lower.height + stacked.upper.height == pytest.approx(2 * tall.lower.height)
    assert stacked.upper.y + stacked.upper.height == pytest.approx(stacked.lower.y)
    assert tall.lower.y + tall.lower.height == stacked.lower.y + stacked.lower.height
    assert (nothing.lower.height, nothing.upper.height) == (0, 0)
    assert chart.lines[-1][1] == 20


@pytest.mark.parametrize(
    ("number", "top"), [(0, 4), (4, 4), (5, 10), (11, 20), (21, 40), (999, 1000)]
)
def test_the_scale_ends_at_a_round_number(number, top):
    assert charts.columns("c", "", "", ("", "", ""), [("x", number, 0)]).lines[-1][1] == top


# The ledger


def yesterday(*, day=date(2026, 11, 18)) -> ledger.Day:
    return ledger.of(day, day, zone=HERE)[0]


def one_of_each(ada) -> dict[str, Lead]:
    """Make a lead in every state of the ledger."""
    there = {name: builders.lead(at=NOON) for name in ledger.STATES}

    def do(name, function, **more):
        act(function, there[name], by=ada, **more)

    promise_keeping.sweep(at=NOON)
    Lead.objects.exclude(pk=there["broken"].pk).update(promised_by=NOON + 9 * HOUR)
    promise_keeping.sweep(at=NOON + 2 * HOUR)
    Lead.objects.filter(pk=there["no_calls"].pk).update(call_ok=False)
    do("tried", workflow.log_attempt, **NO_ANSWER)
    for name in ("reached", "scheduled", "assessed", "admitted"):
        do(name, workflow.log_attempt, **REACHED)
    for name in ("scheduled", "assessed"):
        Lead.objects.filter(pk=there[name].pk).update(status=name)
    Lead.objects.filter(pk=there["admitted"].pk).update(status="admitted", closed_at=NOON)
    for disposition in Disposition:
        name = f"ended_{disposition}"
        do(name, workflow.close, disposition=disposition, may_give_up=True) if (
            disposition != Disposition.COULD_NOT_REACH
        ) else None
    do("ended_unreached", workflow.log_attempt, **NO_ANSWER)
    do("ended_unreached", workflow.close, disposition="unreached", may_give_up=True)
    do("merged", workflow.close, disposition="duplicate")
    Lead.objects.filter(pk=there["merged"].pk).update(merged_into=there["promised"])
    retention.erase(there["erased"], part=Part.BOTH, by=ada, at=NOON, reason="pin")
    return there


def test_every_state_has_its_line_and_the_sum_is_what_came(center, ada):
    there = one_of_each(ada)
    day = yesterday()
    assert day.states == dict.fromkeys(ledger.STATES, 1)
    assert day.received == day.written_down == len(there)
    assert day.adds_up
    assert day.lost == []


def test_a_lead_that_fits_no_state_is_named_in_red(client, max_, ada):
    lead = builders.lead(at=timezone.now() - DAY)
    assert "It adds up" in page.text_of(client.get(URL))
    # No way leads there; somebody wrote into the database.
    Lead.objects.filter(pk=lead.pk).update(promise_kept=True)
    said = page.text_of(client.get(URL))
    assert "does not add up" in said
    assert f"In no state, or in two: {lead.reference}" in said


def test_a_lead_that_the_audit_trail_knows_and_nobody_else_is_missed(center):
    lead = builders.lead(at=NOON)
    builders.lead(at=NOON)
    assert yesterday().adds_up
    Lead.objects.filter(pk=lead.pk).update(received_at=NOON - 9 * DAY)
    day = yesterday()
    assert (day.received, day.written_down) == (1, 2)
    assert not day.adds_up


def test_each_day_of_the_week_before_is_proved(center):
    for days in (0, 1, 1, 3):
        builders.lead(at=NOON - days * DAY)
    days = ledger.of(date(2026, 11, 12), date(2026, 11, 18), zone=HERE)
    assert [day.received for day in days] == [1, 2, 0, 1, 0, 0, 0]
    assert all(day.adds_up for day in days)


def log(lead, user, at, **more):
    call = {"channel": Channel.CALL, **more}
    act(workflow.log_attempt, lead, by=user, at=at, **call)


def ask_again(lead, user, at):
    builders.lead(at=at, nonce=f"of {lead.pk}", message=secrets.token_hex(4))


STEPS = {
    "claim": lambda lead, user, at: act(workflow.claim, lead, by=user, at=at),
    "release": lambda lead, user, at: act(workflow.release, lead, by=user, at=at),
    "no answer": lambda *who: log(*who, outcome=Outcome.NO_ANSWER),
    "reached": lambda *who: log(*who, outcome=Outcome.REACHED),
    "call back": lambda lead, user, at: log(
        lead, user, at, outcome=Outcome.CALL_BACK, next_step_at=at + HOUR
    ),
    "close": lambda lead, user, at: act(workflow.close, lead, by=user, at=at, **SPAM),
    "reopen": lambda lead, user, at: act(workflow.reopen, lead, by=user, at=at),
    "sweep": lambda lead, user, at: promise_keeping.sweep(at=at),
    "lease ends": lambda lead, user, at: workflow.end_leases(at=at),
    "asks again": ask_again,
    "erase": lambda lead, user, at: retention.erase(
        lead, part=Part.BOTH, by=user, at=at, reason="pin"
    ),
}


@settings(
    max_examples=40, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(steps=st.lists(st.sampled_from(sorted(STEPS)), max_size=7))
def test_whatever_staff_and_the_person_do_the_ledger_adds_up(center, ada, steps):
    lead = builders.lead(at=NOON)
    Lead.objects.filter(pk=lead.pk).update(form_nonce=f"of {lead.pk}")
    lead.callbacks.update(form_nonce=f"of {lead.pk}")
    for number, step in enumerate(steps, start=1):
        lead.refresh_from_db()
        if lead.erased_at and step != "sweep":
            continue
        try:
            STEPS[step](lead, ada, NOON + number * 25 * MINUTE)
        except workflow.Refused:
            continue
    day = yesterday()
    assert day.adds_up, (steps, day)


# The list to take away


def exported(client, **answers) -> list[list[str]]:
    response = client.post(EXPORT, answers)
    assert response.status_code == 200
    text = b"".join(response.streaming_content).decode()
    return list(csv.reader(io.StringIO(text)))


def test_the_list_has_the_notice_times_and_states_and_nobodys_data(client, max_, ada):
    person = {"name": "Sentinella", "patient_name": "Patientia", "email": "s@example.org"}
    lead = builders.lead(at=timezone.now() - DAY, program=builders.program(), **person)
    old = builders.lead(at=timezone.now() - 60 * DAY)
    response = client.post(EXPORT, {"period": "30"})
    text = b"".join(response.streaming_content).decode()
    assert response.headers["Content-Disposition"] == 'attachment; filename="requests-30.csv"'
    assert "no-store" in response["Cache-Control"]
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == [str(PART2_NOTICE)]
    row = dict(zip(rows[1], rows[2], strict=True))
    assert (row["reference"], row["program"], row["status"]) == (lead.reference, "IOP", "new")
    assert row["received_at"] == timezone.localtime(lead.received_at, HERE).isoformat(
        timespec="minutes"
    )
    assert len(rows) == 3
    assert old.reference not in text
    for value in (*person.values(), "555", "Sentinel"):
        assert value not in text


def test_who_took_the_list_is_written_down(client, max_):
    builders.lead()
    exported(client, period="7")
    event = AuditEvent.objects.filter(lead=None).latest("seq")
    assert (event.action, event.by, event.reason) == (audit.Action.EXPORTED, max_, "7")
    assert "leads" in event.fields.split()


def test_only_who_may_take_the_list_gets_it(client, center):
    desk.sign_in(client, "ada")
    assert client.get(URL).status_code == 403
    assert client.post(EXPORT).status_code == 403
    assert not AuditEvent.objects.filter(action=audit.Action.EXPORTED).exists()
    assert "/admin/report/" not in desk.links_on(client.get("/admin/"))


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_no_cell_is_run_as_a_formula(client, max_, begins):
    program = builders.program(short_name=f"{begins}1+1")
    lead = builders.lead(program=program)
    owner = builders.staff(f"{begins}cmd")
    Lead.objects.filter(pk=lead.pk).update(owner=owner)
    cells = [cell for row in exported(client) for cell in row]
    assert f"'{begins}1+1" in cells
    assert f"'{owner.username}" in cells
    assert not [cell for cell in cells if cell.startswith(begins)]


# Ten thousand in an hour


def ten_thousand(at) -> None:
    """Write as many leads as may come in one bad hour, with what the report counts of them."""
    template, program = builders.lead(at=at), builders.program()
    sealed = {"phone": template.phone, "phone_typed": template.phone_typed}
    same = {"timezone": template.timezone, "window": template.window, **sealed}
    leads = [
        Lead(
            reference=f"T{number:04X}-TEST"[:9],
            received_at=at + number * HOUR / 10_000,
            promised_from=at,
            promised_by=at + HOUR,
            due_at=at + HOUR,
            active_at=at,
            first_attempt_at=at + 30 * MINUTE if number % 3 == 0 else None,
            status=Status.CONTACTING if number % 3 == 0 else Status.NEW,
            promise_kept=True if number % 3 == 0 else None,
            program=program,
            **same,
        )
        for number in range(10_000)
    ]
    Lead.objects.bulk_create(leads, batch_size=500)
    PromiseRecord.objects.bulk_create(
        PromiseRecord(
            lead=lead, promised_from=at, promised_by=at + HOUR, outcome="kept",
            settled_at=at + 30 * MINUTE,
        )
        for lead in leads[::3]
    )  # fmt: skip


def test_ten_thousand_leads_in_an_hour_cost_the_page_no_statement_more(client, max_, ada):
    tried(builders.lead(at=timezone.now() - DAY), ada, after=MINUTE, hours_reason="asked")

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            response = client.get(URL, {"period": "7"})
        assert response.status_code == 200
        return len(captured)

    few = statements()
    at = (timezone.now() - DAY).replace(minute=0, second=0, microsecond=0)
    ten_thousand(at)
    assert statements() == few <= 20
    week = periods.chosen("7", periods.choices(today=timezone.localdate(), zone=HERE))
    counted = report.of(week, risk=Risk(timezone.now(), timezone.now(), timezone.now()))
    assert counted.steps["received"] == 10_002
    assert counted.promises.kept == 3335
    assert len(exported(client, period="7")) == 10_002 + 2
