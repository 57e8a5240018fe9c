"""The manager's page of routing rules: edited by number, warned about, and tried out."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from intake import offers
from intake.choices import Target
from intake.models import Duty, DutyChange, Lead, Outbox, RoutingRule
from tests import builders, page
from tests.intake import desk

RULES = "/admin/intake/routingrule/"
TRY = f"{RULES}try/"


@pytest.fixture
def manager(client, front_door):
    return desk.sign_in(client, "max", "Admissions managers")


@pytest.fixture
def ana(front_door):
    user = builders.staff("ana", "Admissions", first_name="Ana", last_name="Moss")
    builders.profile(user)
    return user


def said_on(response) -> str:
    return " ".join(page.text_of(response).split())


def test_a_manager_adds_a_rule_and_the_next_lead_follows_it(client, manager, ana):
    form = page.form_on(client.get(f"{RULES}add/"))
    assert form["number"] == "10"
    sent = {**form, "language": "es", "target": "person", "person": ana.pk}
    assert client.post(f"{RULES}add/", sent).status_code == 302
    listed = said_on(client.get(RULES))
    assert "Español (Spanish)" in listed
    assert "Ana Moss" in listed
    lead = builders.lead(language="es")
    assert (lead.routed_to, builders.lead().routed_to) == (ana, None)
    assert page.form_on(client.get(f"{RULES}add/"))["number"] == "20"


def test_rules_are_asked_by_their_numbers_which_the_list_changes(client, manager, ana):
    queue = RoutingRule.objects.create(number=10, target=Target.QUEUE)
    person = RoutingRule.objects.create(number=20, target=Target.PERSON, person=ana)
    assert builders.lead().routed_to is None
    sent = page.form_on(client.get(RULES)) | {"_save": "Save"}
    order = {sent[f"form-{row}-id"]: row for row in range(2)}
    sent[f"form-{order[str(person.pk)]}-number"] = "5"
    assert client.post(RULES, sent).status_code == 302
    assert builders.lead().routed_to == ana
    sent = page.form_on(client.get(RULES)) | {"_save": "Save"}
    order = {sent[f"form-{row}-id"]: row for row in range(2)}
    del sent[f"form-{order[str(person.pk)]}-is_active"]
    client.post(RULES, sent)
    assert [rule.number for rule in offers.in_use()] == [queue.number]
    assert builders.lead().routed_to is None


@pytest.mark.parametrize(("target", "has_person"), [("person", False), ("anybody", True)])
def test_a_person_stands_with_one_person_and_only_there(client, manager, ana, target, has_person):
    form = page.form_on(client.get(f"{RULES}add/"))
    person = ana.pk if has_person else ""
    answer = client.post(f"{RULES}add/", {**form, "target": target, "person": person})
    assert answer.status_code == 200
    assert "Choose a person together with “one person”, and only then." in said_on(answer)
    with pytest.raises(IntegrityError), transaction.atomic():
        RoutingRule.objects.create(number=1, target=target, person=ana if has_person else None)


def test_admissions_read_the_rules_and_change_none(client, ana):
    rule = RoutingRule.objects.create(number=10, target=Target.QUEUE)
    desk.sign_in(client, "ada")
    assert client.get(RULES).status_code == client.get(TRY).status_code == 200
    for action in ("add/", f"{rule.pk}/change/", f"{rule.pk}/delete/"):
        assert client.post(RULES + action, {"number": 1, "post": "yes"}).status_code == 403
    assert list(RoutingRule.objects.values_list("number")) == [(10,)]


# Warnings


def trouble_with(row: RoutingRule) -> str:
    return offers.troubles(RoutingRule.objects.all()).get(row.pk, "")


def test_a_rule_for_somebody_who_left_is_passed_over_and_marked(client, manager, ana):
    rule = RoutingRule.objects.create(number=10, target=Target.PERSON, person=ana)
    assert trouble_with(rule) == ""
    ana.is_active = False
    ana.save()
    assert trouble_with(rule) == "Ana Moss has left or may take no leads: passed over."
    assert "Ana Moss has left or may take no leads" in said_on(client.get(RULES))
    lead = builders.lead()
    assert lead.routed_to is None
    assert lead.routed_because == (
        "Nobody is on duty: shared queue. Rule 10 was passed over: Ana Moss is not on duty."
    )


def test_a_rule_for_somebody_without_shifts_is_marked(ana):
    rule = RoutingRule.objects.create(number=10, target=Target.PERSON, person=ana)
    Duty.objects.all().delete()
    assert trouble_with(rule) == "Ana Moss has no shifts: passed over."
    now = timezone.now()
    DutyChange.objects.create(
        profile=ana.staff_profile, kind="extra", starts_at=now, ends_at=now.replace(year=2126)
    )
    assert trouble_with(rule) == ""


def test_a_rule_that_nobody_fits_is_marked(ana):
    rule = RoutingRule.objects.create(number=10, language="zh", target=Target.ANYBODY)
    assert trouble_with(rule) == ""
    profile = ana.staff_profile
    profile.languages = ["en"]
    profile.save()
    assert trouble_with(rule) == "Nobody who has shifts takes this: passed over."


def test_a_rule_after_one_that_takes_everything_is_marked(ana):
    spanish = {"language": "es", "target": Target.QUEUE}
    RoutingRule.objects.create(number=10, **spanish)
    hidden = RoutingRule.objects.create(number=20, is_returning=True, **spanish)
    other = RoutingRule.objects.create(number=30, is_returning=True, target=Target.QUEUE)
    assert trouble_with(hidden) == "Never reached: rule 10 takes everything before."
    assert trouble_with(other) == ""
    RoutingRule.objects.filter(number=10).update(is_active=False)
    assert trouble_with(hidden) == ""


def test_a_rule_for_a_program_that_is_not_public_is_marked(ana):
    draft = builders.program("draft", is_published=False)
    rule = RoutingRule.objects.create(number=10, program=draft, target=Target.ANYBODY)
    assert trouble_with(rule) == "This program is not public: nobody can ask for it."


def test_the_list_costs_the_same_however_many_rules_there_are(client, manager, ana):
    def cost(count: int) -> int:
        for number in range(count):
            RoutingRule.objects.create(number=number, target=Target.PERSON, person=ana)
        with CaptureQueriesContext(connection) as captured:
            client.get(RULES)
        return len(captured)

    assert cost(1) == cost(15) <= 20


# Trying out


@pytest.fixture
def rules(ana):
    RoutingRule.objects.create(number=10, is_returning=True, target=Target.SAME)
    RoutingRule.objects.create(number=20, language="es", target=Target.PERSON, person=ana)
    RoutingRule.objects.create(number=30, target=Target.QUEUE)


def test_a_made_up_request_shows_the_rule_that_wins_and_what_the_others_say(
    client, manager, ana, rules
):
    said = said_on(client.get(TRY, {"language": "es", "before": "nobody"}))
    assert re.search(r"Rule 20: Español \(Spanish\) → Ana Moss \(on duty until .*\)", said)
    assert "Rule 10 was passed over: nobody had this caller before." in said
    assert "Rule 30: every request → shared queue." in said
    assert said.count(" followed") == 1
    said = said_on(client.get(TRY, {"language": "en", "before": str(ana.pk)}))
    assert "Rule 10: asked before → Ana Moss, who had this caller before" in said
    said = said_on(client.get(TRY, {"language": "en"}))
    assert "Rule 20: Español (Spanish). Does not fit." in said
    assert not Lead.objects.exists()
    assert not Outbox.objects.exists()


def test_it_can_be_tried_for_another_time(client, manager, ana, rules):
    Duty.objects.all().delete()
    here = ZoneInfo("America/Los_Angeles")
    DutyChange.objects.create(
        profile=ana.staff_profile,
        kind="extra",
        starts_at=datetime(2126, 11, 18, 8, tzinfo=here),
        ends_at=datetime(2126, 11, 18, 16, tzinfo=here),
    )
    spanish = {"language": "es"}
    during = said_on(client.get(TRY, spanish | {"at": "2126-11-18T15:59"}))
    assert "→ Ana Moss (on duty until 4 p.m.)" in during
    assert "On duty on Monday, Nov 18, at 3:59 p.m.: Ana Moss." in during
    after = said_on(client.get(TRY, spanish | {"at": "2126-11-18T16:00"}))
    assert "Rule 20 was passed over: Ana Moss is not on duty." in after
    assert "at 4 p.m.: nobody." in after


@pytest.mark.parametrize(
    "wrong", [{"at": "soon"}, {"before": "9999"}, {"program": "x"}, {"language": "\0"}]
)
def test_what_makes_no_sense_is_said_and_nothing_is_decided(client, manager, rules, wrong):
    answer = client.get(TRY, wrong)
    assert answer.status_code == 200
    assert "The answer" not in said_on(answer)
    assert b"errorlist" in answer.content


def test_without_rules_the_trial_says_so(client, manager):
    assert "There are no rules: shared queue." in said_on(client.get(TRY, {"language": "en"}))
