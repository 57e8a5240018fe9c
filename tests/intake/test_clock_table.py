"""The clock does what `clock_table.md` says, line by line: promises, risk, and the next try."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from intake import promise_clock, promise_keeping, workflow
from intake.choices import Channel, HoursReason, Outcome
from intake.models import CadenceStep
from intake.promise_clock import Risk, Standing
from intake.promises import Clock
from programs.models import Center, ClosedDay
from tests import builders
from tests.intake.acting import act

HERE = ZoneInfo("America/Los_Angeles")
PARTS = Path(__file__).with_name("clock_table.md").read_text("utf-8").split("\n## ")[1:]


def lines_of(part: str) -> list[dict[str, str]]:
    """Return the lines of a table, each by the names of its columns."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in part.splitlines()
        if line.startswith("|") and not line.startswith("|---")
    ]
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


PROMISES, TRIES = (lines_of(part) for part in PARTS)


def moment(written: str) -> datetime:
    """Read a wall time such as `Sun 2026-11-01 01:30 again`; its day of the week is checked."""
    day, text = written.removesuffix(" again").split(" ", 1)
    wall = datetime.fromisoformat(text).replace(tzinfo=HERE, fold=written.endswith("again"))
    assert f"{wall:%a}" == day, written
    return wall.astimezone(UTC)


def on_the_wall(at: datetime, like: str) -> str:
    wall = at.astimezone(HERE)
    return f"{wall:{like}}{' again' if wall.fold else ''}"


def open_desk(hours: str) -> Center:
    hours, _, closed = hours.partition(", not ")
    opens, closes = (time(int(hour) % 24) for hour in hours.split("–"))
    center = builders.center(opens=opens, closes=closes, call_within_minutes=60)
    if closed:
        ClosedDay.objects.create(center=center, day=f"2026-{closed}")
    return center


def zone(name: str) -> str:
    return name if "/" in name else f"America/{name}"


@pytest.mark.parametrize("line", PROMISES, ids=lambda line: line["what"])
def test_where_a_promise_stands(db, line):
    center = open_desk(line["desk"])
    asked, looked = moment(line["asked"]), moment(line["looked at"])
    lead = builders.lead(at=asked, timezone=zone(line["their zone"]), window=line["wish"])
    ends = (on_the_wall(end, "%a %H:%M") for end in (lead.promised_from, lead.promised_by))
    assert " – ".join(ends) == line["promised"]

    risk = Risk.of(Clock.of(center, at=looked))
    expected, _, left = line["standing"].partition(", ")
    before = promise_clock.standing(lead, risk=risk)
    assert before == Standing(expected.replace(" ", "_"))
    assert left in promise_clock.pressing(lead, risk=risk)[1]

    # The worker sees it the same way, at the same moment.
    promise_keeping.sweep(at=looked)
    lead.refresh_from_db()
    assert lead.promise_kept is (False if before == Standing.BROKEN else None)
    assert (lead.escalated_at is not None) is (before == Standing.AT_RISK)


@pytest.mark.parametrize("line", TRIES, ids=lambda line: line["what"])
def test_when_the_next_try_follows(db, line):
    open_desk(line["desk"])
    for attempt, hours in ((1, 3), (2, 20), (3, 44)):
        CadenceStep.objects.create(attempt=attempt, wait_hours=hours)
    tried, ada = moment(line["tried"]), builders.staff("ada")
    lead = builders.lead(
        at=tried - timedelta(days=1),
        timezone=zone(line["their zone"]),
        window=line["wish"],
        voicemail_ok=True,
    )
    call = {"channel": Channel.CALL, "hours_reason": HoursReason.ASKED}
    for number in range(int(line["in vain before"])):
        at = tried - timedelta(hours=9 - number)
        act(workflow.log_attempt, lead, by=ada, at=at, outcome=Outcome.NO_ANSWER, **call)
    act(workflow.log_attempt, lead, by=ada, at=tried, outcome=line["outcome"], **call)
    assert on_the_wall(lead.due_at, "%a %Y-%m-%d %H:%M") == line["next"]
