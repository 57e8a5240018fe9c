"""Take next: the most urgent lead that fits, to one person alone, in one step."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event

import pytest
from django.conf import settings
from django.db import connection, transaction

from intake import audit, workflow
from intake.choices import Priority, Status, Window
from intake.models import Lead, StaffProfile
from intake.promises import AT_RISK
from intake.taking import take_next
from programs.models import Location
from tests import builders
from tests.intake.acting import AFTER_LEASE, NO_ANSWER, NOON, REACHED, act, last_event

TAKERS = 32
HONOLULU = "Pacific/Honolulu"  # Where it is ten in the morning at NOON.


@pytest.fixture
def ada(db):
    return builders.staff("ada", "Admissions")


@pytest.fixture
def ben(db):
    return builders.staff("ben", "Admissions")


def waits(*, minutes: float = 120, **columns) -> Lead:
    """Return a lead that is due in so many minutes from noon."""
    contact = {name: columns.pop(name) for name in ("window", "timezone") if name in columns}
    lead = builders.lead(at=NOON - timedelta(hours=1), **contact)
    if "routed_to" in columns:
        columns = {"offered_until": NOON + timedelta(minutes=15), **columns}
    Lead.objects.filter(pk=lead.pk).update(due_at=NOON + timedelta(minutes=minutes), **columns)
    lead.refresh_from_db()
    return lead


def taken(user, *, at=NOON) -> list[Lead]:
    """Return what the user gets who presses until nothing is left."""
    return list(iter(lambda: take_next(by=user, at=at), None))


def test_the_soonest_due_is_claimed(ada):
    later, first, middle = waits(minutes=90), waits(minutes=40), waits(minutes=60)
    assert take_next(by=ada, at=NOON) == first
    first.refresh_from_db()
    assert (first.owner, first.lease_until) == (ada, NOON + settings.LEASE)
    assert (first.status, first.version) == (Status.CONTACTING, 2)
    event = last_event(first)
    assert (event.action, event.by, event.at) == (audit.Action.CLAIMED, ada, NOON)
    assert taken(ada) == [middle, later]


def test_where_nobody_waits_nothing_happens(ada):
    assert take_next(by=ada, at=NOON) is None
    act(workflow.claim, waits(), by=ada)
    assert take_next(by=ada, at=NOON) is None


def test_who_may_be_in_danger_comes_first(ada):
    late = waits(minutes=-30)
    danger = waits(minutes=300, priority=Priority.DANGER, window=Window.EVENING)
    assert taken(ada) == [danger, late]


def test_what_somebody_has_is_never_taken(ada, ben):
    claimed, called, reached, free = (waits(minutes=minutes) for minutes in (1, 2, 3, 4))
    act(workflow.claim, claimed, by=ben)
    act(workflow.start_call, called, by=ben)
    act(workflow.log_attempt, reached, by=ben, **REACHED)
    assert taken(ada) == [free]


def test_a_claim_that_went_quiet_is_taken_before_the_worker_comes(ada, ben):
    lead = waits(minutes=1)
    act(workflow.claim, lead, by=ben)
    assert taken(ada, at=AFTER_LEASE - timedelta(seconds=1)) == []
    assert taken(ada, at=AFTER_LEASE) == [lead]
    actions = list(lead.audit_events.order_by("seq").values_list("action", "by"))
    assert actions[1:] == [("claimed", ben.pk), ("lease_ended", None), ("claimed", ada.pk)]


def test_a_next_step_is_taken_when_its_turn_comes(ada, ben):
    lead = waits(minutes=1)
    act(workflow.log_attempt, lead, by=ben, **NO_ANSWER)
    act(workflow.release, lead, by=ben)
    others = [waits(minutes=600), waits(minutes=700)]
    assert lead.due_at < others[0].due_at
    assert take_next(by=ada, at=NOON) == others[0]
    assert take_next(by=ada, at=lead.due_at) == lead


def test_who_may_not_be_called_now_waits_while_somebody_may(ada):
    evening = waits(minutes=5, window=Window.EVENING)
    early = waits(minutes=6, window=Window.AFTERNOON, timezone=HONOLULU)
    never = waits(minutes=7, call_ok=False)
    morning_there = waits(minutes=90, window=Window.MORNING, timezone=HONOLULU)
    assert taken(ada) == [morning_there, evening, early, never]


def test_nobody_with_an_appointment_is_called_before_it(ada):
    appointed = waits(minutes=40, promised_from=NOON + timedelta(minutes=30))
    usual = waits(minutes=90)
    assert taken(ada) == [usual, appointed]
    appointed = waits(minutes=40, promised_from=NOON)
    usual = waits(minutes=90)
    assert taken(ada) == [appointed, usual]


def test_what_is_offered_to_me_comes_before_what_is_offered_to_others(ada, ben):
    bens, nobodys, mine = (
        waits(minutes=60, routed_to=ben),
        waits(minutes=70),
        waits(minutes=80, routed_to=ada),
    )
    assert taken(ada) == [mine, nobodys, bens]


def test_an_offer_that_is_over_keeps_a_lead_for_nobody(ada, ben):
    bens, nobodys = waits(minutes=60, routed_to=ben, offered_until=NOON), waits(minutes=70)
    mine = waits(minutes=80, routed_to=ada, offered_until=None)
    assert taken(ada) == [bens, nobodys, mine]


def test_only_what_fits_my_languages_programs_and_places_is_taken(ada):
    iop, php = builders.program("iop"), builders.program("php")
    here, there = (
        Location.objects.create(name=name, slug=name, city="Oak", region="CA")
        for name in ("here", "there")
    )
    profile = StaffProfile.objects.create(user=ada, languages=["en", "es"])
    profile.programs.set([iop])
    profile.locations.set([here])
    for other in ({"language": "vi"}, {"program": php}, {"location": there}):
        waits(minutes=1, **other)
    mine = [
        waits(minutes=2, language="es"),
        waits(minutes=3, program=iop),
        waits(minutes=4, location=here),
        waits(minutes=5),
    ]
    assert taken(ada) == mine


def test_who_may_be_in_danger_fits_everybody(ada):
    StaffProfile.objects.create(user=ada, languages=["es"])
    waits(minutes=1)
    danger = waits(minutes=2, priority=Priority.DANGER, language="vi")
    assert taken(ada) == [danger]


def test_a_promise_at_risk_waits_for_nobodys_turn(ada, ben):
    mine = waits(minutes=31, routed_to=ada)
    bens = waits(minutes=29, routed_to=ben)
    assert timedelta(minutes=29) < AT_RISK < timedelta(minutes=31)
    assert taken(ada) == [bens, mine]


@pytest.mark.django_db(transaction=True)
def test_the_only_lead_is_waited_for_while_somebody_opens_its_page():
    lead, ada = waits(), builders.staff("ada", "Admissions")
    is_locked = Event()

    def open_page():
        try:
            with transaction.atomic():
                audit.record(lead, audit.Action.VIEWED, by=ada, at=NOON)
                is_locked.set()
                time.sleep(0.5)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        opened = pool.submit(open_page)
        assert is_locked.wait(timeout=10)
        assert take_next(by=ada, at=NOON) == lead
        opened.result()
    assert last_event(lead).action == audit.Action.CLAIMED


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("leads", [TAKERS - 7, TAKERS, TAKERS + 7])
def test_thirty_two_at_once_get_the_most_urgent_one_each_and_none_twice(leads):
    waiting = [waits(minutes=number).pk for number in range(leads)]
    users = [builders.staff(f"taker{number}", "Admissions") for number in range(TAKERS)]
    ready = Barrier(TAKERS)

    def take(user):
        try:
            ready.wait(timeout=30)
            return take_next(by=user, at=NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(TAKERS) as pool:
        got = [lead.pk for lead in pool.map(take, users) if lead]
    assert sorted(got) == sorted(waiting[:TAKERS])
    for lead in Lead.objects.filter(pk__in=got):
        events = list(lead.audit_events.order_by("seq").values_list("action", "by"))
        assert events == [("received", None), ("claimed", lead.owner_id)]
    assert not Lead.objects.exclude(pk__in=got).exclude(owner=None).exists()
