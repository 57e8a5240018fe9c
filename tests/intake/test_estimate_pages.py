"""The estimate a family gets: every step shown, nothing promised, nothing before it is approved."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from intake.audit import Action
from intake.models import BenefitsRecord, Lead, LevelBenefits
from intake.notices import PART2_NOTICE
from programs.models import Program
from tests import builders, page
from tests.intake import checking, desk


@pytest.fixture
def ada(client, db):
    builders.center()
    return desk.sign_in(client)


@pytest.fixture
def check(client, ada):
    """A check whose figures are written down; the program takes place three to five days a week."""
    builders.program(days_min=3, days_max=5, length_min=2, length_max=12, length_unit="months")
    check = checking.check_of(checking.patients_lead())
    checking.press(client, check, "start")
    assert checking.send(client, check, iop_copay="").status_code == 302
    return check


@pytest.fixture
def approved(check):
    checking.approve(check, by=builders.staff("ben", "Admissions"))
    return check


def address_of(check) -> str:
    return reverse("admin:intake_benefitscheck_estimate", args=[check.pk])


def print_sheet(client, check, **answers):
    address = reverse("admin:intake_benefitscheck_print", args=[check.pk])
    return client.post(address, {"weeks": "4", **answers})


def events(check, action) -> list:
    return list(check.lead.audit_events.filter(action=action).order_by("seq"))


# On the screen


def test_the_range_and_every_step_of_it_are_shown(client, approved):
    response = client.get(address_of(approved))
    assert response.status_code == 200
    said = page.text_of(response)
    # 12 to 20 days at 300 to 400 dollars; 900 of the deductible and 3000 of the maximum are left.
    for words in ("$1,440 to $2,320", "12 to 20 days of treatment", "12 × $300.00", "$3,600.00",
                  "$900.00", "20% of $2,700.00", "$540.00", "20 × $400.00", "$2,320.00",
                  "In network", "What is not certain", "not a guarantee of payment",
                  "The plan has to agree before treatment starts", "2 to 12 months"):  # fmt: skip
        assert words in said, words
    assert checking.page_of(approved) in desk.links_on(response)


def test_another_number_of_weeks_is_reckoned_anew(client, approved):
    said = page.text_of(client.get(address_of(approved), {"weeks": "8"}))
    assert "24 to 40 days" in said
    # The maximum of the year ends the sum.
    assert "$2,160 to $3,000" in said
    assert "The yearly maximum leaves at most" in said


@pytest.mark.parametrize("weeks", ["0", "-1", "53", "abc", "\0", "9" * 5000, "1e3"])
def test_a_number_of_weeks_that_cannot_be_is_said_so(client, approved, weeks):
    response = client.get(address_of(approved), {"weeks": weeks})
    assert response.status_code == 200
    said = page.text_of(response)
    assert "12 to 20 days" in said
    assert 'class="errorlist"' in response.content.decode()


def test_both_networks_stand_side_by_side(client, check):
    iop = Program.objects.get().pk
    out = {
        f"out-{iop}-covered": "yes",
        f"out-{iop}-coinsurance": "40",
        f"out-{iop}-deductible_applies": "no",
        f"out-{iop}-charge": "700",
        f"out-{iop}-allowed_low": "300",
    }
    assert checking.send(client, check, **out).status_code == 302
    said = page.text_of(client.get(address_of(check)))
    assert said.index("In network") < said.index("Out of network")
    # 40% of 12 × 300, and the 400 between that and our price on each day.
    for words in ("$6,240 to $10,400", "40% of $3,600.00", "12 × $400.00"):
        assert words in said, words


def test_without_a_price_it_says_what_is_missing(client, check):
    checking.send(client, check, iop_allowed_low="", iop_allowed_high="")
    assert "Write down what the plan allows a day" in page.text_of(client.get(address_of(check)))
    checking.send(client, check)
    Program.objects.update(days_min=None, days_max=None)
    assert "on how many days a week" in page.text_of(client.get(address_of(check)))


def test_who_sleeps_here_is_treated_every_day(client, check):
    Program.objects.update(sleeps="on_site", days_min=None, days_max=None)
    assert "28 days of treatment" in page.text_of(client.get(address_of(check)))


def test_a_year_that_starts_again_is_named(client, check):
    today = checking.today()
    soon = today + timedelta(days=15)
    checking.send(client, check, renews_on=soon, expires_on=today + timedelta(days=9))
    assert "The plan’s year starts again on" in page.text_of(client.get(address_of(check)))


def test_before_anything_is_written_down_there_is_no_estimate(client, ada):
    check = checking.check_of(checking.patients_lead())
    assert client.get(address_of(check)).url == checking.page_of(check)


def test_before_the_approval_it_is_for_our_eyes_only(client, check):
    response = client.get(address_of(check))
    assert "for our eyes only" in page.text_of(response)
    assert "Make the sheet for the family" not in page.text_of(response)
    response = print_sheet(client, check)
    assert response.url == address_of(check)
    assert "before these benefits are approved" in page.text_of(client.get(response.url))
    assert events(check, Action.PRINTED) == []


# On paper


def test_the_sheet_for_the_family_is_plain_and_promises_nothing(client, ada, approved):
    response = print_sheet(client, approved)
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    said = page.text_of(response)
    for words in (approved.lead.reference, "$1,440 to $2,320", "20% of $2,700.00",
                  "it is not a guarantee of payment", "What the words mean", "916-555-0100",
                  str(PART2_NOTICE)):  # fmt: skip
        assert words in said, words
    html = response.content.decode()
    for secret in ("Zora", "SYN123456", "Rita", "REF-90210", "Says Rita", "555-0123"):
        assert secret not in html
    title = html.split("<title>")[1].split("</title>")[0]
    assert title == f"Estimate {approved.lead.reference}"
    (event,) = events(approved, Action.PRINTED)
    assert (event.by, event.fields) == (ada, "estimate")


def test_one_program_can_be_printed_alone(client, approved):
    network = LevelBenefits.objects.get(covered="yes").network
    php = builders.program("php", days_min=5, days_max=5)
    LevelBenefits.objects.create(network=network, program=php, level="PHP", covered="no",
                                 allowed_low=500)  # fmt: skip
    assert "Program PHP" in page.text_of(print_sheet(client, approved))
    one = page.text_of(print_sheet(client, approved, program=php.pk))
    assert "Program PHP" in one
    assert "Program IOP" not in one
    assert "Program IOP" in page.text_of(print_sheet(client, approved, program="'; --"))


def test_the_sheet_is_in_the_language_of_the_person(client, approved):
    Lead.objects.filter(pk=approved.lead_id).update(language="es")
    response = print_sheet(client, approved)
    said, html = page.text_of(response), response.content.decode()
    assert '<html lang="es">' in html
    assert "Cuánto puede costar" in said
    assert "20% de $2,700.00" in said
    assert "12 a 20 días" in said
    assert "Dentro de la red" in said
    assert "What the words mean" not in said
    # The line for the printer, and the notice as the law words it, stay in English.
    assert "Back to the estimate" in said
    assert str(PART2_NOTICE) in said
    # What staff see next is in English again, and a language the site lacks is English too.
    assert "What is not certain" in page.text_of(client.get(address_of(approved)))
    Lead.objects.filter(pk=approved.lead_id).update(language="ko")
    assert "What it may cost" in page.text_of(print_sheet(client, approved))


def test_where_nothing_can_be_reckoned_nothing_is_printed(client, approved):
    LevelBenefits.objects.update(allowed_low=None, allowed_high=None, charge=None)
    response = print_sheet(client, approved)
    assert response.url.startswith(address_of(approved))
    assert "Nothing is written down yet" in page.text_of(client.get(response.url))
    assert events(approved, Action.PRINTED) == []


def test_a_program_that_cannot_be_reckoned_is_not_printed_as_another(client, approved):
    network = LevelBenefits.objects.get(covered="yes").network
    php = builders.program("php", days_min=5, days_max=5)
    LevelBenefits.objects.create(network=network, program=php, level="PHP", covered="no")
    response = print_sheet(client, approved, program=php.pk)
    assert "Nothing is written down yet" in page.text_of(client.get(response.url))
    assert events(approved, Action.PRINTED) == []


def test_what_is_over_goes_to_nobody(client, approved):
    BenefitsRecord.objects.update(expires_on=checking.today() - timedelta(days=1))
    response = print_sheet(client, approved)
    assert response.url == address_of(approved)
    assert "can’t be relied on any more" in page.text_of(client.get(response.url))


def test_no_link_prints_and_each_look_is_written_down(client, approved):
    address = reverse("admin:intake_benefitscheck_print", args=[approved.pk])
    assert client.get(address).url == address_of(approved)
    client.get(address_of(approved))
    assert events(approved, Action.VIEWED)[-1].fields == "benefits"
    desk.sign_in(client, "eve", "Content editors")
    assert client.get(address_of(approved)).status_code == 403
    assert print_sheet(client, approved).status_code == 403


def test_an_estimate_costs_the_same_for_more_programs(client, approved):
    network, costs = LevelBenefits.objects.get(covered="yes").network, []
    for slug in ("php", "res"):
        with CaptureQueriesContext(connection) as statements:
            client.get(address_of(approved))
        costs.append(len(statements))
        program = builders.program(slug, days_min=5)
        LevelBenefits.objects.create(network=network, program=program, level=slug, covered="no")
    assert costs[0] == costs[1] <= 25
