"""Makes the rows that tests need; every person in them is made up.

Telephone numbers come from the range 555-0100 to 555-0199, which belongs to nobody.
"""

import secrets
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from intake import consent, groups, submissions
from intake.choices import ConsentKind, Window
from intake.models import Carrier, ConsentText, Duty, Lead, StaffProfile
from intake.promises import Clock
from programs.models import Center, OpeningHours, Program
from tests import page

PHONE = "(916) 555-0123"
# What one person writes into the two forms. None of it may turn up anywhere else.
CONTACT = {
    "phone": "(916) 555-0187 x4410",
    "name": "Zora O'Sentinel",
    "email": "zora.sentinel@mail.example",
    "ask_for": "Aunt Sentinela",
    "if_someone_else": "Say it is the Sentinel bakery",
    "message": "My Sentinel son is not well",
}
INSURANCE = {
    "carrier_other": "Sentinel Mutual",
    "member_id": "SNTL-4471 9902",
    "group_number": "GRP-SNTL-88",
    "carrier_phone": "916-555-0166",
    "patient_name": "Pablo Sentinelson",
    "birth_date": "04/23/1985",
    "holder_name": "Petra Sentinelson",
    "holder_birth_date": "11/30/1959",
}
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def center(*, days=range(7), opens=time(8), closes=time(20), **facts) -> Center:
    """Return the center; its desk answers on these days between these times."""
    usual = {
        "name": "Hope House",
        "phone": "916-555-0100",
        "crisis_wording": "In danger, call [911](tel:911). In a crisis, call [988](tel:988).",
    }
    center, _ = Center.objects.update_or_create(pk=1, defaults=usual | facts)
    center.opening_hours.all().delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(center=center, weekday=day, opens=opens, closes=closes) for day in days
    )
    return center


def program(slug: str = "iop", **facts) -> Program:
    """Return a published program."""
    usual = {
        "name": f"Program {slug.upper()}",
        "short_name": slug.upper(),
        "summary": "Treatment by day, home at night.",
        "level_code": "2.1",
        "level_edition": "ASAM Criteria, 4th edition",
        "sleeps": Program.Sleeps.HOME,
        "supervision": "During sessions",
        "is_published": True,
    }
    return Program.objects.create(slug=slug, **usual | facts)


def carrier(name: str = "Aetna", **facts) -> Carrier:
    return Carrier.objects.create(name=name, **facts)


def consent_texts() -> dict[str, ConsentText]:
    """Return a wording of each kind, in force since long ago."""
    for kind in ConsentKind:
        if not ConsentText.objects.filter(kind=kind).exists():
            consent.publish(kind=kind, language="en", text=f"Words: {kind}.", at=LONG_AGO)
    return consent.current_texts(language="en", at=timezone.now())


def callback_form(client, **answers) -> dict[str, str]:
    """Open the callback form and return what is sent when a phone and `answers` are filled in."""
    return page.form_on(client.get(reverse("intake:callback"))) | {"phone": PHONE} | answers


def insurance_form(client, **answers) -> dict:
    """Open the insurance form and return what is sent: a phone, no card, and `answers`."""
    filled_in = {"phone": PHONE, "carrier": "none"}
    return page.form_on(client.get(reverse("intake:insurance"))) | filled_in | answers


def lead(
    *, at: datetime | None = None, nonce: str | None = None, message: str = "", **contact
) -> Lead:
    """Return a lead that came by a callback request; `contact` are fields of the lead."""
    at = at or timezone.now()
    the_center = Center.objects.first() or center()
    usual = {
        "phone": "+19165550123",
        "phone_typed": PHONE,
        "window": Window.ANY,
        "timezone": the_center.time_zone,
    }
    data = usual | contact | {"message": message}
    clock = Clock.of(the_center, at=at)
    return submissions.receive_callback(
        data,
        texts=consent_texts(),
        nonce=nonce or secrets.token_urlsafe(16),
        promise=clock.promise(data["window"], ZoneInfo(data["timezone"])),
        at=at,
    )


def zone_where_it_is(hour: int) -> str:
    """Return a zone in which it is that hour now, so that no test depends on the time of day."""
    east = (hour - timezone.now().hour + 11) % 24 - 11
    # Names of these zones have the sign reversed.
    return f"Etc/GMT{-east:+d}"


def staff(name: str = "ada", *group_names: str, **facts):
    """Return somebody who may sign in to the admin, in these groups."""
    groups.ensure()
    user = get_user_model().objects.create_user(
        name, password="a password for tests", is_staff=True, **facts
    )
    user.groups.set(Group.objects.filter(name__in=group_names))
    return user


def profile(user, *, is_on_duty: bool = True, programs=(), locations=(), **facts) -> StaffProfile:
    """Return what somebody can take on; on duty they are around the clock, else never."""
    row = StaffProfile.objects.create(user=user, **facts)
    row.programs.set(programs)
    row.locations.set(locations)
    days = range(7) if is_on_duty else []
    Duty.objects.bulk_create(
        Duty(profile=row, weekday=day, starts=time(0), ends=time(0)) for day in days
    )
    return row
