"""What we promise is true: at that time somebody is at the desk and the person may be called.

The desk of these tests stands in Sacramento and answers from 8 to 20 o'clock every day,
where a test says nothing else. Times are the desk's own, like `Wed 14:00`.
"""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake import spoken, windows
from intake.choices import Window
from intake.promises import Clock
from programs.hours import Desk
from tests import builders

HERE = "America/Los_Angeles"
LONDON, KOLKATA, GUAM = "Europe/London", "Asia/Kolkata", "Pacific/Guam"
ARIZONA, HAWAII = "America/Phoenix", "Pacific/Honolulu"
EVERY_DAY, WEEKDAYS = range(7), range(5)
MINUTE = timedelta(minutes=1)


def clock(now, *, opens=8, closes=20, days=EVERY_DAY, closed=(), within=60, hours=None) -> Clock:
    """Return what promises follow from at `now`, a wall time here such as `2026-11-22 02:00`."""
    hours = hours or [(time(opens), time(closes % 24))]
    desk = Desk(
        ZoneInfo(HERE), dict.fromkeys(days, hours), frozenset(map(date.fromisoformat, closed))
    )
    at = datetime.fromisoformat(now).replace(tzinfo=ZoneInfo(HERE)).astimezone(UTC)
    return Clock(desk, timedelta(minutes=within), at)


def told(promise) -> str | None:
    """Return both ends of a promise as the clock on the desk's wall shows them."""
    if promise is None:
        return None
    start, end = (end.astimezone(ZoneInfo(HERE)) for end in (promise.start, promise.end))
    return f"{start:%a %d %H:%M} – {end:%a %d %H:%M}"


def promised(now, window=Window.ANY, zone=HERE, **desk) -> str | None:
    return told(clock(now, **desk).promise(window, ZoneInfo(zone)))


def test_while_the_desk_is_open_the_call_comes_within_the_hour():
    assert promised("2026-11-18 14:00") == "Wed 18 14:00 – Wed 18 15:00"


def test_on_sunday_at_two_at_night_the_call_comes_when_the_desk_opens():
    assert promised("2026-11-22 02:00") == "Sun 22 08:00 – Sun 22 09:00"
    assert promised("2026-11-22 02:00", days=WEEKDAYS) == "Mon 23 08:00 – Mon 23 09:00"


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-18 19:00", "Wed 18 19:00 – Wed 18 20:00"),
        ("2026-11-18 19:50", "Wed 18 19:50 – Thu 19 08:50"),
        ("2026-11-18 19:59", "Wed 18 19:59 – Thu 19 08:59"),
        ("2026-11-18 20:00", "Thu 19 08:00 – Thu 19 09:00"),
        ("2026-11-18 07:59", "Wed 18 08:00 – Wed 18 09:00"),
    ],
)
def test_what_is_left_of_the_hour_at_closing_time_spills_into_the_next_opening(now, expected):
    assert promised(now) == expected


def test_an_hour_may_spill_over_several_short_openings():
    short = [(time(9), time(9, 20)), (time(13), time(13, 20))]
    assert promised("2026-11-18 09:00", hours=short) == "Wed 18 09:00 – Thu 19 09:20"


@pytest.mark.parametrize(
    ("now", "window", "expected"),
    [
        ("2026-11-18 06:00", "morning", "Wed 18 08:00 – Wed 18 12:00"),
        ("2026-11-18 09:15", "morning", "Wed 18 09:15 – Wed 18 12:00"),
        ("2026-11-18 11:30", "morning", "Wed 18 11:30 – Wed 18 12:00"),
        ("2026-11-18 11:31", "morning", "Thu 19 08:00 – Thu 19 12:00"),
        ("2026-11-18 12:00", "morning", "Thu 19 08:00 – Thu 19 12:00"),
        ("2026-11-18 09:15", "afternoon", "Wed 18 12:00 – Wed 18 17:00"),
        ("2026-11-18 09:15", "evening", "Wed 18 17:00 – Wed 18 20:00"),
        ("2026-11-18 19:45", "evening", "Thu 19 17:00 – Thu 19 20:00"),
    ],
)
def test_a_part_of_the_day_is_the_next_one_of_which_half_an_hour_is_left(now, window, expected):
    assert promised(now, window) == expected


@pytest.mark.parametrize(
    ("window", "zone", "expected"),
    [
        ("morning", KOLKATA, "Wed 18 18:30 – Wed 18 20:00"),
        ("afternoon", KOLKATA, None),
        ("evening", LONDON, "Wed 18 09:15 – Wed 18 13:00"),
        ("afternoon", LONDON, "Thu 19 08:00 – Thu 19 09:00"),
        ("morning", LONDON, None),
        ("evening", HAWAII, "Wed 18 19:00 – Wed 18 20:00"),
        ("evening", ARIZONA, "Wed 18 16:00 – Wed 18 20:00"),
    ],
)
def test_a_part_of_the_day_is_meant_where_the_person_lives(window, zone, expected):
    assert promised("2026-11-18 09:15", window, zone) == expected


def test_arizona_keeps_its_clocks_in_summer():
    assert promised("2026-07-15 09:00", "evening", ARIZONA) == "Wed 15 17:00 – Wed 15 20:00"


def test_without_an_overlap_the_next_part_of_the_day_with_one_is_offered():
    at_nine = clock("2026-11-18 09:00")
    assert at_nine.promise("morning", ZoneInfo(LONDON)) is None
    window, promise = at_nine.next_offer(ZoneInfo(LONDON))
    assert (window, told(promise)) == (Window.EVENING, "Wed 18 09:00 – Wed 18 13:00")
    window, promise = clock("2026-11-18 14:00").next_offer(ZoneInfo(LONDON))
    assert (window, told(promise)) == (Window.AFTERNOON, "Thu 19 08:00 – Thu 19 09:00")


def test_where_it_is_always_night_while_the_desk_is_open_nothing_is_promised():
    by_night = clock("2026-11-18 09:00", opens=2, closes=6)
    assert by_night.promise(Window.ANY, ZoneInfo(HERE)) is None
    assert by_night.next_offer(ZoneInfo(HERE)) is None


def test_nothing_is_promised_for_a_closed_day():
    thanksgiving = {"closed": ["2026-11-26", "2026-11-27"]}
    assert promised("2026-11-26 10:00", **thanksgiving) == "Sat 28 08:00 – Sat 28 09:00"
    assert promised("2026-11-25 19:30", **thanksgiving) == "Wed 25 19:30 – Sat 28 08:30"
    assert promised("2026-11-26 10:00", "evening", **thanksgiving) == "Sat 28 17:00 – Sat 28 20:00"


def test_a_desk_that_never_opens_promises_nothing():
    every_day = [str(date(2026, 11, 18) + timedelta(days=day)) for day in range(70)]
    assert promised("2026-11-18 10:00", closed=every_day) is None


def test_a_desk_that_closes_at_midnight_calls_until_then_where_it_is_still_day():
    assert promised("2026-11-18 23:15", zone=GUAM, closes=24) == "Wed 18 23:15 – Thu 19 14:15"
    # Here it is past nine, and only there is it half past seven in the evening.
    assert promised("2026-11-18 21:30", zone=HERE, closes=24) == "Thu 19 08:00 – Thu 19 09:00"
    assert promised("2026-11-18 21:30", zone=HAWAII, closes=24) == "Wed 18 21:30 – Wed 18 22:30"


def test_an_hour_on_the_day_clocks_go_forward_is_a_real_hour():
    # In Kolkata it is the afternoon; here the hour from two to three does not exist.
    assert promised("2026-03-08 01:30", zone=KOLKATA, opens=0, closes=24) == (
        "Sun 08 01:30 – Sun 08 03:30"
    )
    assert promised("2026-03-08 01:00") == "Sun 08 08:00 – Sun 08 09:00"
    assert clock("2026-03-08 01:00").promise(Window.ANY, ZoneInfo(HERE)).start.hour == 15  # UTC


def test_an_hour_on_the_day_clocks_go_back_is_a_real_hour():
    first_half_past_one = clock("2026-11-01 01:30", opens=0, closes=24)
    promise = first_half_past_one.promise(Window.ANY, ZoneInfo(KOLKATA))
    assert told(promise) == "Sun 01 01:30 – Sun 01 01:30"
    assert promise.end - promise.start == timedelta(hours=1)
    assert promised("2026-11-01 00:30") == "Sun 01 08:00 – Sun 01 09:00"
    assert clock("2026-11-01 00:30").promise(Window.ANY, ZoneInfo(HERE)).start.hour == 16  # UTC


def test_in_the_weeks_when_only_one_side_has_changed_its_clocks_the_overlap_moves():
    assert promised("2026-03-03 09:30", "afternoon", LONDON) == "Wed 04 08:00 – Wed 04 09:00"
    assert promised("2026-03-17 10:30", "afternoon", LONDON) == "Wed 18 08:00 – Wed 18 10:00"


def test_the_persons_own_change_of_clocks_counts_too():
    # London goes forward on March 29, 2026: the evening there begins an hour earlier here.
    assert promised("2026-03-28 20:30", "evening", LONDON) == "Sun 29 09:00 – Sun 29 13:00"
    assert promised("2026-03-27 20:30", "evening", LONDON) == "Sat 28 10:00 – Sat 28 14:00"


def test_opening_hours_entered_twice_do_not_count_twice():
    twice = [(time(8), time(12)), (time(9), time(9, 30)), (time(10), time(14))]
    assert promised("2026-11-18 08:00", hours=twice, within=300) == "Wed 18 08:00 – Wed 18 13:00"


def test_a_desk_without_hours_promises_office_hours(db):
    center = builders.center(days=[])
    saturday = datetime(2026, 11, 21, 18, tzinfo=UTC)
    promise = Clock.of(center, at=saturday).promise(Window.ANY, ZoneInfo(HERE))
    assert told(promise) == "Mon 23 09:00 – Mon 23 10:00"


def test_the_center_decides_hours_closed_days_and_how_soon_it_calls(db):
    center = builders.center(days=WEEKDAYS, opens=time(10), closes=time(18), call_within_minutes=90)
    center.closed_days.create(day=date(2026, 11, 23))
    sunday = datetime(2026, 11, 22, 18, tzinfo=UTC)
    promise = Clock.of(center, at=sunday).promise(Window.ANY, ZoneInfo(HERE))
    assert told(promise) == "Tue 24 10:00 – Tue 24 11:30"


ZONES = sorted(windows.ZONE_NAMES)
HOUR = st.integers(0, 23)


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(
    minute=st.integers(0, 2 * 365 * 24 * 60),
    center_zone=st.sampled_from(ZONES),
    zone=st.sampled_from(ZONES),
    window=st.sampled_from(Window.values),
    opens=HOUR,
    closes=st.integers(1, 24),
    days=st.sets(st.integers(0, 6), min_size=1),
    within=st.integers(5, 300),
)
def test_no_promise_ever_leaves_the_desks_hours_or_the_persons_day(
    minute, center_zone, zone, window, opens, closes, days, within
):
    opens, closes = sorted([opens, closes]) if opens != closes else (opens, opens + 1)
    there, here = ZoneInfo(zone), ZoneInfo(center_zone)
    desk = Desk(here, {day: [(time(opens), time(closes % 24))] for day in days})
    at = datetime(2026, 1, 1, tzinfo=UTC) + minute * MINUTE
    first, last = (limit.hour for limit in windows.WALL_TIMES[Window(window)])

    def may_call(moment):
        at_the_desk, at_theirs = moment.astimezone(here), moment.astimezone(there)
        is_staffed = at_the_desk.weekday() in days and opens <= at_the_desk.hour < closes
        return is_staffed and first <= at_theirs.hour < last

    promise = Clock(desk, timedelta(minutes=within), at).promise(window, there)
    if promise is None:
        # Two weeks later nothing would have come, either, or half an hour never came together.
        asked = [may_call(at + minutes * MINUTE) for minutes in range(0, 14 * 24 * 60, 30)]
        assert window != Window.ANY or not any(asked)
        assert not any(one and other for one, other in pairwise(asked))
        return
    length = int((promise.end - promise.start) / MINUTE)
    assert at <= promise.start < promise.end
    assert may_call(promise.start)
    assert may_call(promise.end - MINUTE)
    usable = sum(may_call(promise.start + minutes * MINUTE) for minutes in range(length))
    if window == Window.ANY:
        assert usable == within
        waited = int((promise.start - at) / MINUTE)
        assert not any(may_call(at + minutes * MINUTE) for minutes in range(0, waited, 7))
    else:
        assert usable == length >= 30


def test_every_part_of_the_day_fits_into_the_hours_in_which_anybody_may_be_called():
    opens, closes = windows.WALL_TIMES[Window.ANY]
    assert (opens, closes) == (time(8), time(21))
    assert all(opens <= start < end <= closes for start, end in windows.WALL_TIMES.values())


@pytest.mark.parametrize(
    ("clock_there", "is_safe"),
    [("07:59", False), ("08:00", True), ("20:59", True), ("21:00", False)],
)
def test_a_person_may_be_called_from_eight_to_nine(clock_there, is_safe):
    zone = ZoneInfo(HAWAII)
    moment = datetime.fromisoformat(f"2026-11-18 {clock_there}").replace(tzinfo=zone)
    assert windows.is_safe(Window.ANY, zone, at=moment) is is_safe


@pytest.mark.parametrize(
    ("start", "end", "zone", "expected"),
    [
        (
            "22 21:30",
            "22 22:30",
            HERE,
            "today, Sunday, November 22, before 2:30 p.m. (Pacific Time)",
        ),
        (
            "23 16:00",
            "23 17:00",
            HERE,
            "tomorrow, Monday, November 23, between 8 a.m. and 9 a.m. (Pacific Time)",
        ),
        (
            "24 20:00",
            "25 05:00",
            HAWAII,
            "Tuesday, November 24, between 10 a.m. and 7 p.m. (Hawaii)",
        ),
        (
            "23 03:50",
            "23 16:50",
            HERE,
            "between today, Sunday, November 22, 7:50 p.m. and "
            "tomorrow, Monday, November 23, 8:50 a.m. (Pacific Time)",
        ),
    ],
)
def test_a_promise_is_said_in_the_persons_own_time(start, end, zone, expected):
    now = datetime(2026, 11, 22, 21, 30, tzinfo=UTC)
    start, end = (
        datetime.strptime(f"2026-11-{moment} +0000", "%Y-%m-%d %H:%M %z") for moment in (start, end)
    )
    assert spoken.between(start, end, zone, now=now) == expected
