"""Who has which appointment: the only module that gives one, and takes it back.

Whoever calls holds the lead (locked, or just made), inside a transaction.
"""

from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from intake.appointments import FURTHEST, Diary
from intake.models import Appointment, Lead
from intake.promises import Promise


class Taken(Exception):
    """That time is no longer free, or never was one of ours."""


def taken(*, after: datetime, but: Lead | None = None) -> list[Promise]:
    """Return every appointment that may stand in the way of another one than that lead's."""
    rows = Appointment.objects.between(after, after + FURTHEST)
    if but:
        rows = rows.exclude(lead=but)
    return [Promise(*times) for times in rows.values_list("starts_at", "ends_at")]


def of(lead: Lead) -> Appointment | None:
    """Return the appointment of the lead."""
    return lead.appointments.first()


def take(held: Lead, slot: Promise, diary: Diary) -> None:
    """Give the lead that time, and free the one it had. Raises Taken."""
    mine = of(held)
    if mine and (mine.starts_at, mine.ends_at) == (slot.start, slot.end):
        return
    others = list(
        Appointment.objects.between(slot.start, slot.end)
        .exclude(lead=held)
        .values_list("starts_at", "ends_at", "seat")
    )
    times = [Promise(start, end) for start, end, _seat in others]
    if not diary.is_free(slot, ZoneInfo(held.timezone), times):
        raise Taken
    if mine:
        mine.delete()
    known = {seat for start, _end, seat in others if start == slot.start}
    for seat in sorted(set(range(diary.seats)) - known):
        if _sit_down(held, slot, seat):
            return
    raise Taken


def agree(held: Lead, start: datetime, diary: Diary) -> None:
    """Take the time that staff agreed on with the person, where it is one of ours and free.

    What the lead had before is over. Staff know who can call then, so nothing is refused.
    """
    mine = of(held)
    if mine and mine.starts_at == start:
        return
    give_back(held)
    with suppress(Taken):
        take(held, diary.slot(start), diary)


def _sit_down(held: Lead, slot: Promise, seat: int) -> bool:
    """Take that seat, unless somebody takes it at this very moment."""
    try:
        with transaction.atomic():
            Appointment.objects.create(lead=held, starts_at=slot.start, ends_at=slot.end, seat=seat)
    except IntegrityError:
        return False
    return True


def give_back(held: Lead) -> None:
    """Free the seat of the lead, if it has one."""
    held.appointments.all().delete()
