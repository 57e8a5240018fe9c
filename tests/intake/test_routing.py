"""Whom a lead is offered to first: every case of `routing_table.md`, and through the front door."""

import re
from datetime import timedelta
from random import Random

import pytest
from django.db import transaction
from django.utils import timezone

from intake import offers, routing, taking, workflow
from intake.audit import Action
from intake.choices import Target
from intake.duty import Fit
from intake.models import Lead, RoutingRule
from intake.routing import Facts, Person, Rule, Wish
from programs.models import Location
from tests import builders
from tests.intake import desk, routing_table
from tests.intake.routing_table import CASES, IDS, LANGUAGES, PEOPLE, RULES, TARGETS, VALUES
from tests.intake.test_callback import statements

NAMES = {number: name for name, number in IDS.items()}


# The decision


def test_every_case_of_the_table_is_decided_as_it_says():
    rules, checked, lines = routing_table.rules(), 0, set()
    for case in routing_table.cases():
        people = routing_table.people(case.on_duty)
        decision = routing.decide(routing_table.facts(case.lead), rules, people)
        said = {
            "offered to": NAMES.get(decision.to, "the shared queue"),
            "because": re.sub(r" Rule \d+ was passed over: .*", "", decision.because),
        }
        expected = {name: case.line[name] for name in said}
        assert said == expected, f"on duty: {case.on_duty}, {case.lead}"
        checked += 1
        lines.add(id(case.line))
    assert checked == 5 * 2 * 4 * 3 * 3 * 5
    assert lines == {id(line) for table in CASES.values() for line in table}, "a line never counts"


def test_a_rule_that_was_passed_over_says_why():
    facts = Facts(language="es", is_returning=True, earlier=IDS["Lea"])
    decision = routing.decide(facts, routing_table.rules(), routing_table.people("Cleo"))
    assert decision.because == (
        "Rule 60: every request → Cleo, whose turn it is (on duty until 6 a.m.). "
        "Rule 10 was passed over: who had this caller before is not on duty. "
        "Rule 20 was passed over: Ana is not on duty."
    )
    facts = Facts(language="ko", is_returning=True)
    decision = routing.decide(facts, routing_table.rules(), routing_table.people("Cleo"))
    assert decision.because == (
        "No rule fits: shared queue. "
        "Rule 10 was passed over: nobody had this caller before. "
        "Rule 40 was passed over: Lea is not on duty. "
        "Rule 60 was passed over: nobody on duty takes this."
    )


def test_words_that_are_too_long_are_cut():
    rules = [
        Rule(number, (), Target.PERSON, person=9, person_name="Wilhelmina " * 10)
        for number in range(5)
    ]
    because = routing.decide(Facts(language="en"), rules, []).because
    assert len(because) == routing.LONGEST == Lead._meta.get_field("routed_because").max_length
    assert because.endswith("…")


def test_without_rules_there_is_nothing_to_explain():
    decision = routing.decide(Facts(language="en"), [], [Person(1, "Ana", "8 p.m.")])
    assert (decision.to, decision.because) == (None, "")


@pytest.mark.parametrize("seed", range(20))
def test_whatever_the_rules_nobody_off_duty_is_chosen_and_the_first_usable_rule_is(seed):
    random = Random(seed)

    def wishes():
        options = [
            Wish("is_returning", True, "r"),
            Wish("language", random.choice("ab"), "l"),
            Wish("program", random.randrange(3), "p"),
            Wish("location", random.randrange(3), "o"),
        ]
        return tuple(random.sample(options, random.randrange(3)))

    for _ in range(200):
        rules = [
            Rule(number, wishes(), random.choice(list(Target)), random.randrange(6), "X")
            for number in range(random.randrange(6))
        ]
        people = [
            Person(number, f"P{number}", "8", Fit(frozenset(random.sample("abc", 2))))
            for number in random.sample(range(6), random.randrange(5))
        ]
        facts = Facts(
            language=random.choice("ab"),
            program=random.choice([None, 0, 1, 2]),
            location=random.choice([None, 0, 1, 2]),
            is_returning=random.random() < 0.5,
            earlier=random.choice([None, *range(6)]),
        )
        decision = routing.decide(facts, rules, people)
        assert decision.to in {None, *(person.id for person in people)}
        steps = list(routing.steps(facts, rules, people))
        usable = [step for step in steps if step.is_followed]
        assert decision.rule == (usable[0].rule if usable else None)
        assert all(step.rule.fits(facts) for step in usable)


def test_by_turns_the_one_who_waited_longest_comes_first_then_the_name():
    now = routing_table.NOW
    people = [
        Person(1, "Zoe", "8", offered_at=now - timedelta(hours=2)),
        Person(2, "Ana", "8", offered_at=now - timedelta(hours=1)),
        Person(3, "Eve", "8"),
        Person(4, "Cleo", "8"),
    ]
    rules, order = [Rule(1, (), Target.ANYBODY)], []
    while people:
        chosen = routing.decide(Facts(language="en"), rules, people).to
        order.append(chosen)
        people = [person for person in people if person.id != chosen]
    assert order == [4, 3, 1, 2]


# Through the front door


@pytest.fixture
def house(front_door):
    """The rules and people of the table, with nobody on duty yet."""
    programs = {"IOP": "iop"} | {name: name.lower() for name in ("PHP", "Residential")}
    for name, slug in programs.items():
        if slug != "iop":
            builders.program(slug, short_name=name)
    Location.objects.create(name="Oak Park", slug="oak-park", city="Oak", region="CA")
    users = {name: builders.staff(name, "Admissions") for name in IDS}
    users["Lea"].is_active = False
    users["Lea"].save()
    builders.profile(users["Lea"])
    for row in RULES:
        whom = row["offer it to"]
        RoutingRule.objects.create(
            number=row["number"],
            is_returning=bool(row["asked before"]),
            language=LANGUAGES.get(row["language"], ""),
            program=program_called(row["program"]),
            location=Location.objects.filter(name=row["location"]).first(),
            target=TARGETS.get(whom, Target.PERSON),
            person=users.get(whom),
        )
    return users


def program_called(name: str):
    return builders.Program.objects.filter(short_name=name).first()


def put_on_duty(house, names: str) -> None:
    """Let these people be on duty, as able and as lately asked as the table says."""
    now = timezone.now()
    for row in PEOPLE:
        user = house[row["name"]]
        languages = [*routing_table.languages_of(row)]
        programs = [program_called(name) for name in routing_table.programs_of(row)]
        is_on_duty = row["name"] in names
        builders.profile(user, is_on_duty=is_on_duty, languages=languages, programs=programs)
        earlier = now - timedelta(days=routing_table.AGO[row["last offered"]], minutes=1)
        lead = builders.lead(at=earlier, phone=f"+1916555019{user.pk % 10}")
        Lead.objects.filter(pk=lead.pk).update(routed_to=user)


def send(client, lead: dict, house, *, number: int) -> Lead:
    """Send a callback form for such a lead and return what was stored."""
    phone = f"(916) 555-01{number:02}"
    e164 = f"+191655501{number:02}"
    if lead["had before"] != "never asked":
        earlier = builders.lead(phone=e164, at=timezone.now() - timedelta(days=9))
        Lead.objects.filter(pk=earlier.pk).update(owner=house.get(lead["had before"]))
    program = program_called(lead["program"])
    data = builders.callback_form(
        client,
        phone=phone,
        language=LANGUAGES[lead["language"]],
        program=program.slug if program else "",
    )
    assert client.post("/callback/", data).status_code == 303
    return Lead.objects.select_related("routed_to").latest("received_at")


@pytest.mark.parametrize("on_duty", CASES)
def test_the_front_door_decides_as_the_table_says(client, house, on_duty):
    put_on_duty(house, on_duty)
    lines = {}
    for case in routing_table.cases():
        # What a form cannot say, and what another line of this table was tried for already.
        if case.on_duty == on_duty and not case.lead["location"] and case.lead["danger"] == "no":
            lines.setdefault(id(case.line), case)
    assert len(lines) >= 2
    for number, case in enumerate(lines.values(), start=10):
        before = list(Lead.objects.values_list("pk", "routed_to"))
        lead = send(client, case.lead, house, number=number)
        name = lead.routed_to.username if lead.routed_to else "the shared queue"
        until = r"\(on duty until [^)]+\)"
        said = re.sub(r" Rule \d+ was passed over: .*", "", lead.routed_because)
        assert name == case.line["offered to"], case.lead
        assert re.sub(until, "", said) == re.sub(until, "", case.line["because"]), case.lead
        # What goes by turns stays as the table has it.
        Lead.objects.filter(pk=lead.pk).update(routed_to=None)
        assert list(Lead.objects.filter(pk__in=[pk for pk, _ in before]).values_list(
            "pk", "routed_to"
        )) == before  # fmt: skip


def test_an_offer_is_written_on_the_lead_in_the_trail_and_owns_nothing(client, house):
    put_on_duty(house, "Ana")
    before = timezone.now()
    lead = send(client, {**dict.fromkeys(VALUES, ""), "language": "Spanish",
                         "had before": "never asked"}, house, number=20)  # fmt: skip
    assert (lead.routed_to, lead.owner) == (house["Ana"], None)
    assert lead.routed_because.startswith("Rule 20: Español (Spanish) → Ana (on duty until ")
    assert before < lead.offered_until <= timezone.now() + offers.OFFER
    received, routed = lead.audit_events.order_by("seq")
    assert (received.action, routed.action) == (Action.RECEIVED, Action.ROUTED)
    assert routed.fields == "offered_until routed_because routed_to"
    assert (lead.audit_seq, lead.version) == (2, 1)


def test_routing_costs_few_statements_however_many_rules_people_and_leads(
    client, house, django_assert_max_num_queries
):
    put_on_duty(house, "Ana, Ben, Cleo")

    def cost(number: int) -> int:
        lead = {"language": "English", "program": "IOP", "had before": "never asked"}
        data = builders.callback_form(
            client, phone=f"(916) 555-01{number}", program="iop", name="Zora"
        )
        with django_assert_max_num_queries(40) as captured:
            client.post("/callback/", data)
        assert Lead.objects.latest("received_at").routed_to, lead
        return len(statements(captured.captured_queries))

    first = cost(30)
    assert first <= 20
    for number in range(70, 90):
        RoutingRule.objects.create(number=number, target=Target.QUEUE)
        RoutingRule.objects.create(number=1, language="zh", target=Target.QUEUE)
        builders.profile(builders.staff(f"person{number}", "Admissions"))
        builders.lead(phone=f"+191655501{number}")
    assert cost(31) == first


def test_without_rules_a_request_costs_one_statement_more(
    client, front_door, django_assert_num_queries
):
    data = builders.callback_form(client)
    with django_assert_num_queries(1):
        assert not offers.in_use()
    client.post("/callback/", data)
    lead = Lead.objects.get()
    assert (lead.routed_to, lead.routed_because, lead.offered_until) == (None, "", None)
    assert [event.action for event in lead.audit_events.all()] == [Action.RECEIVED]


def test_who_asks_again_after_the_lead_was_ended_comes_back_to_the_same_person(client, house):
    put_on_duty(house, "Ana, Ben, Cleo")
    data = builders.callback_form(client)
    client.post("/callback/", data)
    lead = Lead.objects.latest("received_at")
    ben, at = house["Ben"], timezone.now()
    workflow.claim(lead, version=lead.version, by=ben, at=at)
    workflow.close(lead, version=lead.version + 1, by=ben, at=at, disposition="declined")
    client.post("/callback/", data | {"message": "I changed my mind."})
    lead.refresh_from_db()
    assert (lead.routed_to, lead.owner) == (ben, None)
    assert lead.routed_because.startswith("Rule 10: asked before → Ben")


def test_who_asks_again_while_somebody_has_the_lead_stays_with_them(client, house):
    put_on_duty(house, "Ana, Ben, Cleo")
    data = builders.callback_form(client)
    client.post("/callback/", data)
    lead = Lead.objects.latest("received_at")
    first = (lead.routed_to, lead.routed_because)
    workflow.claim(lead, version=lead.version, by=house["Ben"], at=timezone.now())
    client.post("/callback/", data | {"message": "One more thing."})
    lead.refresh_from_db()
    assert (lead.owner, lead.routed_to, lead.routed_because) == (house["Ben"], *first)


# While an offer lasts


@pytest.fixture
def offered(house):
    """A lead that is kept for Ana right now."""
    put_on_duty(house, "Ana")
    return builders.lead(language="es")


def test_an_offer_is_kept_for_one_person_until_its_time_is_over(house, offered):
    ana, cleo, at = house["Ana"], house["Cleo"], offered.received_at
    later = builders.lead(language="en", at=at + timedelta(minutes=1), phone="+19165550177")
    due = {"due_at": offered.due_at + timedelta(minutes=1)}
    Lead.objects.filter(pk=later.pk).update(routed_to=None, offered_until=None, **due)
    Lead.objects.exclude(pk__in=[offered.pk, later.pk]).update(owner=house["Ben"])
    assert offered.routed_to == ana

    def next_for(user, moment):
        with transaction.atomic():
            taken = taking.take_next(by=user, at=moment)
            transaction.set_rollback(True)
        return taken

    now, over = at + timedelta(minutes=2), offered.offered_until
    assert offers.is_offered(offered, at=now)
    assert not offers.is_offered(offered, at=over)
    assert next_for(ana, now) == offered
    assert next_for(cleo, now) == later, "it is kept for Ana"
    assert next_for(cleo, over) == offered, "it came first"
    Lead.objects.filter(pk=later.pk).update(owner=house["Ben"])
    assert next_for(cleo, now) == offered, "nobody sits idle while a person waits"


def test_an_offer_never_takes_more_than_a_quarter_of_the_promise(house):
    put_on_duty(house, "Ana")
    builders.center(opens=builders.time(0), closes=builders.time(0), call_within_minutes=20)
    zone = builders.zone_where_it_is(14)
    lead = builders.lead(language="es", timezone=zone)
    assert lead.routed_to == house["Ana"]
    assert lead.offered_until - lead.received_at == timedelta(minutes=5)


def test_an_offer_ends_with_the_duty_of_its_person(house, offered):
    from intake.models import Duty, DutyChange

    at, ana = timezone.now(), house["Ana"]
    Duty.objects.all().delete()
    DutyChange.objects.create(
        profile=ana.staff_profile,
        kind="extra",
        starts_at=at - timedelta(hours=1),
        ends_at=at + timedelta(minutes=2),
    )
    lead = builders.lead(language="es", at=at)
    assert (lead.routed_to, lead.offered_until) == (ana, at + timedelta(minutes=2))


def test_a_colleague_may_claim_what_is_kept_for_another(house, offered):
    workflow.claim(offered, version=1, by=house["Ben"], at=timezone.now())
    offered.refresh_from_db()
    assert offered.owner == house["Ben"]
    assert not offers.is_offered(offered, at=timezone.now())


def test_who_lets_a_lead_go_is_not_offered_it_again(house, offered):
    ana, at = house["Ana"], timezone.now()
    workflow.claim(offered, version=1, by=ana, at=at)
    workflow.release(offered, version=2, by=ana, at=at)
    offered.refresh_from_db()
    assert offered.offered_until is None
    assert not offers.is_offered(offered, at=at)


def test_the_reason_goes_when_either_person_is_forgotten(house, offered):
    from intake import parts
    from intake.choices import Part

    for part in (Part.CALLER, Part.PATIENT, Part.BOTH):
        assert "routed_because" not in parts.staying_fields(part)


def test_staff_read_on_the_lead_whom_it_is_offered_to_and_why(client, house, offered):
    desk.sign_in(client, "ada")
    shown = client.get(desk.page_of(offered)).content.decode()
    assert "Rule 20: Español (Spanish) → Ana (on duty until" in shown
