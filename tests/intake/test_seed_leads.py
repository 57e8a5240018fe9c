"""Made-up leads are whole: sealed, findable, promised and audited like those of real people."""

from datetime import datetime, timedelta
from io import StringIO
from random import Random
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from intake import groups, lookup, outbox, receipts, seeding
from intake.models import CallbackRequest, InsuranceVerification, Lead
from tests import builders
from tests.intake import raw
from tests.intake.test_audit_rows import breaks

COUNT = 150


def seed_leads(*arguments) -> str:
    out = StringIO()
    call_command("seed_leads", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def center(db):
    builders.consent_texts()
    builders.program()
    builders.carrier()
    return builders.center()


@pytest.fixture
def leads(center):
    seed_leads(str(COUNT), "--seed", "7", "--yes")
    return Lead.objects.all()


def test_so_many_leads_are_written_and_only_counts_are_said(center):
    said = dict(line.split(": ") for line in seed_leads("30", "--seed", "1", "--yes").splitlines())
    assert said["leads"] == "30"
    assert int(said["callback requests"]) + int(said["insurance forms"]) == 30
    assert all(count.isdigit() for count in said.values())
    assert Lead.objects.count() == 30
    assert CallbackRequest.objects.count() + InsuranceVerification.objects.count() == 30


def test_most_are_open_and_the_rest_ended_in_many_ways(leads):
    open_leads = leads.open()
    assert COUNT * 0.6 < open_leads.count() < COUNT * 0.9
    assert len(set(open_leads.values_list("status", flat=True))) == 5
    assert len(set(leads.exclude(closed_at=None).values_list("disposition", flat=True))) >= 5


def test_nothing_about_them_is_readable_and_everything_opens(leads):
    for lead in leads[:20]:
        for name in ("name", "phone", "phone_typed", "email", "ask_for"):
            assert raw.column(lead, name)[:9] in ("", "v1.tests.")
        assert lead.phone == "+1" + lead.phone_typed.replace("-", "")
    form = InsuranceVerification.objects.first()
    assert raw.column(form, "member_id").startswith("v1.tests.")
    assert form.birth_date.year < 2010


def test_every_number_belongs_to_nobody(leads):
    assert all(lead.phone[5:10] == "55501" and len(lead.phone) == 12 for lead in leads)


def test_each_is_found_by_phone_last_four_name_and_email(leads):
    for lead in leads[:20]:
        for text in filter(None, (lead.phone_typed, lead.phone[-4:], lead.name, lead.email)):
            found = lookup.matching(leads, lookup.terms(text, "US"))
            assert lead in found
    some = InsuranceVerification.objects.first()
    assert some.lead in lookup.matching(leads, lookup.terms(some.holder_name, "US"))


def test_each_has_an_unbroken_chain_of_events_and_a_pin(leads):
    for lead in leads:
        assert breaks(lead) == []
        assert lead.version == lead.audit_seq
        assert len(receipts.shown_pin(lead)) == receipts.PIN_DIGITS


def test_every_promise_is_one_the_desk_could_keep(leads):
    zone = ZoneInfo("America/Los_Angeles")
    for lead in leads:
        assert lead.received_at <= lead.promised_from < lead.promised_by
        assert 8 <= lead.promised_from.astimezone(zone).hour < 20


def test_nothing_has_happened_in_the_future_or_out_of_order(leads):
    now = timezone.now()
    for lead in leads:
        happened = [lead.received_at, lead.first_attempt_at, lead.reached_at, lead.closed_at, now]
        happened = [moment for moment in happened if moment]
        assert happened == sorted(happened)
    assert leads.earliest("received_at").received_at < now - timedelta(days=30)


def test_nobody_gets_mail_about_them(leads):
    assert not outbox.deliver_next(at=timezone.now())


def test_staff_see_them_in_the_queue(client, leads):
    client.force_login(builders.staff("ruth", groups.ADMISSIONS))
    page = client.get(reverse("admin:intake_lead_changelist"))
    assert page.status_code == 200
    assert leads.open().order_by("due_at", "id").first().reference in page.content.decode()
    for lead in leads[:5]:
        assert client.get(reverse("admin:intake_lead_change", args=[lead.pk])).status_code == 200


def test_the_same_seed_makes_the_same_people(center):
    at = datetime(2026, 11, 18, 18, tzinfo=ZoneInfo("UTC"))

    def people(seed):
        world = seeding.World.load(Random(seed), at=at)
        rows = [row for _ in range(20) for row in world.lead_with_rows("0000-0000")]
        leads = [row for row in rows if isinstance(row, Lead)]
        return [(lead.pk, lead.name, lead.phone, lead.status, lead.received_at) for lead in leads]

    assert people(1) == people(1)
    assert people(1) != people(2)


def test_the_same_seed_twice_is_refused_and_writes_nothing(leads):
    with pytest.raises(CommandError, match="another --seed"):
        seed_leads(str(COUNT), "--seed", "7", "--yes")
    assert leads.count() == COUNT
    seed_leads("10", "--seed", "8", "--yes")
    assert leads.count() == COUNT + 10


def test_more_than_a_batch_is_written_in_several(center, monkeypatch):
    monkeypatch.setattr(seeding, "BATCH", 4)
    assert seed_leads("10", "--yes").startswith("leads: 10\n")
    assert Lead.objects.count() == 10


def test_the_work_was_done_by_staff_who_are_there_or_by_somebody_made_up(center):
    ruth = builders.staff("ruth")
    seed_leads("20", "--yes")
    assert {lead.owner for lead in Lead.objects.exclude(owner=None)} == {ruth}


def test_where_there_is_no_staff_nobody_can_sign_in_as_the_one_made_up(leads):
    user = get_user_model().objects.get()
    assert not user.has_usable_password()


def test_it_is_refused_where_the_queue_may_be_a_real_one(center, settings):
    with pytest.raises(CommandError, match="DEBUG is off"):
        seed_leads("1")
    assert not Lead.objects.exists()
    settings.DEBUG = True
    seed_leads("1")
    assert Lead.objects.count() == 1


def test_without_a_center_it_says_what_to_do(db):
    with pytest.raises(CommandError, match="load_content"):
        seed_leads("1", "--yes")
