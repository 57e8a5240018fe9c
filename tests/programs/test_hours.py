"""When the admissions desk answers: midnight, weekends, closed days, clock changes."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from programs.hours import Desk, Interval, wall_interval
from tests.programs.rows import make_center, open_every_day

SACRAMENTO = ZoneInfo("America/Los_Angeles")
# In 2026 clocks went forward on Sunday, March 8 and back on Sunday, November 1, at 2 a.m.
SPRING, AUTUMN = date(2026, 3, 8), date(2026, 11, 1)
EIGHT, TWENTY, MIDNIGHT = time(8), time(20), time(0)
EVERY_DAY = {day: [(EIGHT, TWENTY)] for day in range(7)}
WORKDAYS = {day: [(EIGHT, TWENTY)] for day in range(5)}


def there(*parts) -> datetime:
    """Return a time on the clock in Sacramento."""
    return datetime(*parts, tzinfo=SACRAMENTO)


def test_the_desk_is_open_from_opening_up_to_closing():
    desk = Desk(SACRAMENTO, EVERY_DAY)
    assert not desk.is_open(there(2026, 11, 17, 7, 59))
    assert desk.is_open(there(2026, 11, 17, 8, 0))
    assert desk.is_open(there(2026, 11, 17, 19, 59))
    assert not desk.is_open(there(2026, 11, 17, 20, 0))


def test_hours_come_from_the_center_row(db):
    center = make_center(time_zone="America/New_York")
    open_every_day(center, EIGHT, TWENTY)
    center.closed_days.create(day=date(2026, 11, 26), reason="Thanksgiving")
    desk = Desk.load(center)
    # 8 a.m. in New York is 1 p.m. in UTC in winter.
    assert desk.next_opening(datetime(2026, 11, 26, 13, tzinfo=UTC)) == datetime(
        2026, 11, 27, 13, tzinfo=UTC
    )
    assert desk.week()[0] == ("Monday", [(EIGHT, TWENTY)])


def test_in_the_middle_of_a_sunday_night_the_next_opening_is_monday_morning():
    desk = Desk(SACRAMENTO, WORKDAYS)
    assert desk.next_opening(there(2026, 11, 15, 2)) == there(2026, 11, 16, 8)


def test_after_the_last_hour_of_friday_the_next_opening_is_monday():
    desk = Desk(SACRAMENTO, WORKDAYS)
    assert desk.next_opening(there(2026, 11, 20, 20)) == there(2026, 11, 23, 8)


def test_while_the_desk_is_open_there_is_no_next_opening_to_wait_for():
    assert Desk(SACRAMENTO, EVERY_DAY).next_opening(there(2026, 11, 17, 12)) is None


def test_closing_at_midnight_means_the_end_of_that_day():
    desk = Desk(SACRAMENTO, {0: [(EIGHT, MIDNIGHT)]})
    assert desk.is_open(there(2026, 11, 16, 23, 59))
    assert not desk.is_open(there(2026, 11, 17, 0, 0))


def test_a_desk_that_never_closes_is_open_through_midnight():
    desk = Desk(SACRAMENTO, {day: [(MIDNIGHT, MIDNIGHT)] for day in range(7)})
    assert desk.is_open(there(2026, 11, 16, 23, 59))
    assert desk.is_open(there(2026, 11, 17, 0, 0))


def test_a_break_at_noon_is_closed():
    desk = Desk(SACRAMENTO, {1: [(time(13), time(17)), (EIGHT, time(12))]})
    assert not desk.is_open(there(2026, 11, 17, 12, 30))
    assert desk.next_opening(there(2026, 11, 17, 12, 30)) == there(2026, 11, 17, 13)


def test_nobody_answers_on_a_closed_day():
    desk = Desk(SACRAMENTO, EVERY_DAY, frozenset([date(2026, 12, 25)]))
    assert not desk.is_open(there(2026, 12, 25, 12))
    assert desk.next_opening(there(2026, 12, 24, 21)) == there(2026, 12, 26, 8)


def test_a_desk_without_hours_never_opens():
    desk = Desk(SACRAMENTO, {})
    assert not desk.is_open(there(2026, 11, 17, 12))
    assert desk.next_opening(there(2026, 11, 17, 12)) is None


@pytest.mark.parametrize(
    ("day", "opens_in_utc"), [(SPRING, 15), (SPRING - timedelta(days=1), 16), (AUTUMN, 16)]
)
def test_the_desk_opens_at_eight_on_the_wall_whatever_the_clocks_did(day, opens_in_utc):
    desk = Desk(SACRAMENTO, EVERY_DAY)
    midnight = datetime.combine(day, time(0), SACRAMENTO)
    opening = desk.next_opening(midnight)
    assert opening == datetime.combine(day, time(opens_in_utc), UTC)


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 3), (AUTUMN, 5)])
def test_a_stretch_over_a_clock_change_has_its_true_length(day, hours):
    assert wall_interval(day, time(0), time(4), SACRAMENTO).length == timedelta(hours=hours)


def test_two_stretches_overlap_only_where_both_are():
    nine, ten, noon = (datetime(2026, 11, 17, hour, tzinfo=UTC) for hour in (9, 10, 12))
    assert Interval(nine, noon).overlap(Interval(ten, noon)) == Interval(ten, noon)
    assert Interval(nine, ten).overlap(Interval(ten, noon)) is None


def test_the_home_page_shows_the_hours(client, db):
    open_every_day(make_center(), time(8, 30), time(19, 45))
    page = client.get("/").content.decode()
    assert "Monday" in page
    assert "8:30" in page
    assert "7:45" in page
