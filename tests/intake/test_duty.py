"""Who is on duty: weekly shifts, absences and extra shifts, through midnight and clock changes."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from intake import duty
from intake.models import Duty, DutyChange, Lead, StaffProfile
from programs.models import ClosedDay, Location
from tests import builders, page
from tests.intake import desk

HERE = ZoneInfo("America/Los_Angeles")
MONDAY, TUESDAY, SATURDAY, SUNDAY = 0, 1, 5, 6
PEOPLE = "/admin/intake/staffprofile/"


def there(day: int, hour: float, *, month: int = 11, year: int = 2026, fold: int = 0) -> datetime:
    """Return a time of the center's own clock; November 16, 2026, is a Monday."""
    wall = datetime(year, month, day, int(hour), round(hour % 1 * 60), tzinfo=HERE, fold=fold)
    return wall.astimezone(UTC)


@pytest.fixture
def ana(db):
    builders.center()
    return builders.profile(builders.staff("ana", "Admissions"), is_on_duty=False)


def shift(profile, weekday: int, starts: str, ends: str) -> None:
    times = {"starts": time.fromisoformat(starts), "ends": time.fromisoformat(ends)}
    Duty.objects.create(profile=profile, weekday=weekday, **times)


def change(profile, kind: str, starts_at: datetime, ends_at: datetime) -> None:
    DutyChange.objects.create(profile=profile, kind=kind, starts_at=starts_at, ends_at=ends_at)


def names(at: datetime) -> list[str]:
    return [user.username for user in duty.on_duty(at=at)]


def test_somebody_is_on_duty_from_the_first_minute_of_a_shift_to_the_last(ana):
    shift(ana, MONDAY, "08:00", "16:30")
    ben = builders.profile(builders.staff("ben", "Admissions"), is_on_duty=False)
    shift(ben, MONDAY, "12:00", "20:00")
    assert [names(there(16, hour)) for hour in (7.98, 8, 12, 16.48, 16.5, 19.98, 20)] == [
        [], ["ana"], ["ana", "ben"], ["ana", "ben"], ["ben"], ["ben"], [],
    ]  # fmt: skip
    assert names(there(17, 12)) == []
    assert duty.is_on_duty(ana.user, at=there(16, 8))
    assert not duty.is_on_duty(ben.user, at=there(16, 8))
    assert duty.until_when(at=there(16, 12)) == {
        ana.user: there(16, 16.5),
        ben.user: there(16, 20),
    }


def test_a_shift_that_ends_earlier_than_it_begins_ends_the_next_morning(ana):
    shift(ana, SUNDAY, "22:00", "06:00")
    assert [names(moment) for moment in (there(15, 21.9), there(15, 22), there(16, 5.9))] == [
        [], ["ana"], ["ana"],
    ]  # fmt: skip
    assert names(there(16, 6)) == names(there(16, 22)) == []


def test_the_same_time_twice_is_a_whole_day_and_night(ana):
    shift(ana, SATURDAY, "00:00", "00:00")
    assert [names(there(day, 12)) for day in (20, 21, 22)] == [[], ["ana"], []]
    assert names(there(21, 0)) == ["ana"]
    assert names(there(22, 0)) == []


def test_shifts_that_touch_are_one_duty(ana):
    shift(ana, MONDAY, "16:00", "00:00")
    shift(ana, TUESDAY, "00:00", "04:00")
    assert duty.until_when(at=there(16, 17)) == {ana.user: there(17, 4)}


def test_who_is_away_is_away_whatever_else_was_entered(ana):
    shift(ana, MONDAY, "08:00", "16:00")
    change(ana, "extra", there(16, 9), there(16, 18))
    change(ana, "away", there(16, 10), there(16, 11))
    hours = (9.5, 10, 10.98, 11, 15.98, 17)
    on = [names(there(16, hour)) == ["ana"] for hour in hours]
    assert on == [True, False, False, True, True, True]
    assert duty.until_when(at=there(16, 9)) == {ana.user: there(16, 10)}
    assert duty.until_when(at=there(16, 11)) == {ana.user: there(16, 18)}


def test_an_extra_shift_needs_no_week(ana):
    change(ana, "extra", there(16, 9), there(17, 9))
    assert names(there(16, 8.9)) == names(there(17, 9)) == []
    assert names(there(17, 3)) == ["ana"]


def test_on_a_closed_day_only_extra_shifts_count(ana):
    shift(ana, MONDAY, "08:00", "16:00")
    shift(ana, SUNDAY, "20:00", "02:00")
    closed = there(16, 12).astimezone(HERE).date()
    ClosedDay.objects.create(center_id=1, day=closed)
    assert names(there(16, 1)) == ["ana"], "the night began on an open day"
    assert names(there(16, 9)) == []
    change(ana, "extra", there(16, 12), there(16, 13))
    assert names(there(16, 12)) == ["ana"]


def test_in_spring_a_night_is_an_hour_shorter_and_nobody_is_missing_at_two(ana):
    """On March 8, 2026, the clock goes from 2 to 3."""
    shift(ana, SATURDAY, "22:00", "02:30")
    shift(ana, SUNDAY, "02:30", "08:00")
    moment, end = there(7, 22, month=3), there(8, 8, month=3)
    assert duty.until_when(at=moment) == {ana.user: end}
    assert end - moment == timedelta(hours=9)
    while moment < end:
        assert names(moment) == ["ana"], moment
        moment += timedelta(minutes=15)
    assert names(end) == []


def test_in_autumn_a_night_is_an_hour_longer_and_nobody_is_missing_at_one(ana):
    """On November 1, 2026, the hour from 1 to 2 comes twice."""
    shift(ana, SATURDAY, "22:00", "01:30")
    shift(ana, SUNDAY, "01:30", "08:00")
    moment, end = there(31, 22, month=10), there(1, 8)
    assert duty.until_when(at=moment) == {ana.user: end}
    assert end - moment == timedelta(hours=11)
    while moment < end:
        assert names(moment) == ["ana"], moment
        moment += timedelta(minutes=15)


@pytest.mark.parametrize("facts", [{"is_active": False}, {"is_staff": False}])
def test_who_left_is_never_on_duty(ana, facts):
    shift(ana, MONDAY, "08:00", "16:00")
    for name, value in facts.items():
        setattr(ana.user, name, value)
    ana.user.save()
    assert names(there(16, 12)) == []
    assert not duty.is_on_duty(ana.user, at=there(16, 12))


def test_who_may_not_change_leads_is_never_on_duty(ana):
    editor = builders.profile(builders.staff("eve", "Content editors"))
    privacy = builders.profile(builders.staff("olga", "Privacy officers"))
    root = builders.profile(builders.staff("root", is_superuser=True))
    assert names(there(16, 12)) == [root.user.username]
    assert not any(duty.is_on_duty(row.user, at=there(16, 12)) for row in (editor, privacy))


def test_it_costs_three_statements_however_many_people_there_are(ana, django_assert_num_queries):
    for number in range(6):
        user = builders.staff(f"person{number}", "Admissions")
        change(builders.profile(user), "extra", there(16, 8), there(16, 18))
    with django_assert_num_queries(3):
        assert len(duty.on_duty(at=there(16, 12))) == 6


def test_what_somebody_takes_on_is_the_same_for_one_lead_and_for_the_list(
    ana, django_assert_num_queries
):
    oak, elm = (
        Location.objects.create(name=name, slug=name, city="C", region="CA")
        for name in ("oak", "elm")
    )
    iop, php = builders.program("iop"), builders.program("php")
    ana.languages = ["es", "en"]
    ana.programs.set([iop])
    ana.locations.set([oak])
    ana.save()
    anybody = builders.profile(builders.staff("ben", "Admissions"))
    nobody = builders.staff("cleo", "Admissions")
    with django_assert_num_queries(1):
        limits = duty.fits([ana.user.pk, anybody.user.pk, nobody.pk])
    for language in ("es", "en", "zh"):
        for program in (None, iop, php):
            lead = builders.lead(language=language, program=program)
            for location in (None, oak, elm):
                Lead.objects.filter(pk=lead.pk).update(location=location)
                wish = {
                    "language": language,
                    "program": program and program.pk,
                    "location": location and location.pk,
                }
                expected = language != "zh" and program != php and location != elm
                row = Lead.objects.filter(pk=lead.pk)
                for user, is_for in ((ana.user, expected), (anybody.user, True), (nobody, True)):
                    assert limits[user.pk].takes(**wish) == is_for, (user, wish)
                    assert row.filter(limits[user.pk].leads()).exists() == is_for, (user, wish)


@pytest.mark.parametrize(
    "wrong", [{"weekday": 7}, {"weekday": 0, "starts": time(8), "ends": time(9)}]
)
def test_the_database_refuses_an_eighth_day_and_the_same_shift_twice(ana, wrong):
    shift(ana, MONDAY, "08:00", "16:00")
    usual = {"profile": ana, "starts": time(10), "ends": time(11)}
    with pytest.raises(IntegrityError), transaction.atomic():
        Duty.objects.create(**usual | wrong)


# The manager's page


def test_a_manager_gives_somebody_languages_and_shifts(client, db):
    builders.center()
    iop = builders.program("iop")
    ana = builders.staff("ana", "Admissions", first_name="Ana", last_name="Moss")
    desk.sign_in(client, "max", "Admissions managers")
    sent = {
        "user": ana.pk,
        "languages": ["en", "es"],
        "programs": [iop.pk],
        "duties-TOTAL_FORMS": 1,
        "duties-INITIAL_FORMS": 0,
        "duties-0-weekday": MONDAY,
        "duties-0-starts": "8:00",
        "duties-0-ends": "16:00",
        "duty_changes-TOTAL_FORMS": 1,
        "duty_changes-INITIAL_FORMS": 0,
        "duty_changes-0-kind": "away",
        "duty_changes-0-starts_at_0": "2126-11-18",
        "duty_changes-0-starts_at_1": "0:00",
        "duty_changes-0-ends_at_0": "2126-11-20",
        "duty_changes-0-ends_at_1": "0:00",
    }
    answer = client.post(f"{PEOPLE}add/", sent)
    assert answer.status_code == 302, page.text_of(answer)
    profile = StaffProfile.objects.get()
    assert (profile.user, profile.languages) == (ana, ["en", "es"])
    assert list(profile.programs.all()) == [iop]
    assert profile.duty_changes.get().starts_at == there(18, 0, year=2126)
    assert names(there(16, 12)) == ["ana"]
    listed = page.text_of(client.get(PEOPLE))
    for words in ("Ana Moss", "English, Español (Spanish)", "IOP", "Mon 8 a.m. to 4 p.m."):
        assert words in listed


def test_the_list_says_who_is_there_until_when_and_who_can_take_nothing(client, ana):
    desk.sign_in(client, "ada")
    builders.profile(builders.staff("ben", "Admissions"))
    left = builders.profile(builders.staff("cleo", "Admissions"))
    left.user.is_active = False
    left.user.save()
    listed = " ".join(page.text_of(client.get(PEOPLE)).split())
    assert "every day around the clock" in listed
    for day in range(5):
        shift(ana, day, "22:00", "06:30")
    shift(ana, 5, "12:00", "18:00")
    shift(ana, 6, "12:00", "18:00")
    assert "Mon–Fri 10 p.m. to 6:30 a.m., Sat/Sun noon to 6 p.m." in " ".join(
        page.text_of(client.get(PEOPLE)).split()
    )
    assert "ana off duty" in listed
    assert "ben until " in listed
    assert "cleo may take no leads" in listed


def test_only_who_may_take_leads_and_has_no_row_yet_can_be_chosen(client, ana):
    builders.staff("eve", "Content editors")
    builders.staff("ben", "Admissions")
    desk.sign_in(client, "max", "Admissions managers")
    offered = client.get(f"{PEOPLE}add/").context["adminform"].form.fields["user"].queryset
    assert [user.username for user in offered] == ["ben", "max"]


def test_an_absence_that_ends_before_it_begins_is_refused(client, ana):
    desk.sign_in(client, "max", "Admissions managers")
    answer = client.post(
        f"{PEOPLE}{ana.pk}/change/",
        {
            "duties-TOTAL_FORMS": 0,
            "duties-INITIAL_FORMS": 0,
            "duty_changes-TOTAL_FORMS": 1,
            "duty_changes-INITIAL_FORMS": 0,
            "duty_changes-0-kind": "away",
            "duty_changes-0-starts_at_0": "2126-11-18",
            "duty_changes-0-starts_at_1": "10:00",
            "duty_changes-0-ends_at_0": "2126-11-18",
            "duty_changes-0-ends_at_1": "9:00",
        },
    )
    assert answer.status_code == 200
    assert "It ends before it begins." in page.text_of(answer)
    assert not DutyChange.objects.exists()


def test_admissions_see_the_shifts_and_change_none(client, ana):
    desk.sign_in(client, "ada")
    assert client.get(PEOPLE).status_code == 200
    assert client.post(f"{PEOPLE}{ana.pk}/change/", {"languages": ["es"]}).status_code == 403
    ana.refresh_from_db()
    assert ana.languages == []
