"""The queue of benefits checks: the oldest promise first, a list for each state."""

from datetime import timedelta
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from intake import seeding, workflow
from intake.models import InsuranceVerification
from tests import builders, page
from tests.intake import checking, desk
from tests.intake.acting import act


@pytest.fixture
def ada(client, db):
    builders.center()
    return desk.sign_in(client)


@pytest.fixture
def ben(ada):
    return builders.staff("ben", "Admissions")


def test_the_oldest_promise_is_first_and_each_state_has_its_list(client, ada, ben):
    leads = [checking.patients_lead(name=name) for name in ("Zora", "Yuri", "Xeno")]
    checks = [checking.check_of(lead) for lead in leads]
    for check, days in zip(checks, (2, 1, 3), strict=True):
        InsuranceVerification.objects.filter(pk=check.pk).update(
            due_at=timezone.now() - timedelta(days=days)
        )
    checking.write_down(checks[0], by=ben)

    def listed(query: str = "") -> list[str]:
        said = page.text_of(client.get(f"{checking.QUEUE}{query}")).splitlines()
        known = {lead.reference for lead in leads}
        return [line for line in said if line in known]

    oldest = [leads[2].reference, leads[0].reference, leads[1].reference]
    assert listed() == oldest
    assert listed("?state=recorded") == [leads[0].reference]
    assert listed("?state=requested") == [leads[2].reference, leads[1].reference]
    assert listed("?state=explained") == []
    assert "Zora" not in client.get(checking.QUEUE).content.decode()


def test_a_check_rests_while_its_lead_is_closed(client, ada):
    lead = checking.patients_lead()

    def is_listed() -> bool:
        return lead.reference in page.text_of(client.get(checking.QUEUE))

    assert is_listed()
    act(workflow.close, lead, by=ada, at=timezone.now(), disposition="declined")
    assert not is_listed()
    act(workflow.reopen, lead, by=ada, at=timezone.now())
    assert is_listed()
    act(workflow.close, lead, by=ada, at=timezone.now(), disposition="declined")
    # The family adds another card from the receipt: they wait anew, and so do both checks.
    desk.send_insurance(lead, nonce="another", share_ok=True)
    assert page.text_of(client.get(checking.QUEUE)).count(lead.reference) == 2


def test_of_seeded_leads_those_that_ended_have_no_check_to_do(client, ada):
    seeding.seed(60, random=Random(4), at=timezone.now())
    checks = InsuranceVerification.objects.select_related("lead")
    assert {check.lead.is_open for check in checks} == {True, False}
    assert all(check.lead_is_open == check.lead.is_open for check in checks)


def test_the_desk_leads_to_the_queue(client, ada):
    assert checking.QUEUE in desk.links_on(client.get("/admin/"))


@pytest.mark.parametrize(
    "query", ["?state=%00", "?lead__name=x", "?state=nonsense", "?q=a&p=99999"]
)
def test_no_address_breaks_the_queue_or_asks_for_more(client, ada, query):
    response = client.get(f"{checking.QUEUE}?{query}")
    assert response.status_code in (200, 302, 400)


def test_the_queue_costs_the_same_for_many(client, ada, ben):
    costs = []
    for _ in range(2):
        for _ in range(3):
            checking.write_down(checking.check_of(checking.patients_lead()), by=ben)
        with CaptureQueriesContext(connection) as statements:
            assert client.get(checking.QUEUE).status_code == 200
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 12


def test_a_check_costs_the_same_however_much_is_written(client, ada, ben):
    check = checking.check_of(checking.patients_lead())
    costs = []
    for _ in range(2):
        checking.write_down(check, by=ben)
        with CaptureQueriesContext(connection) as statements:
            client.get(checking.page_of(check))
        costs.append(len(statements))
        builders.program(f"more-{len(costs)}")
    assert costs[0] == costs[1] <= 25
