"""Acting on an old page is refused, shows both versions, and loses neither."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from intake import drafts, moving, workflow
from intake.choices import Status
from tests import builders, page
from tests.intake import desk
from tests.intake.acting import NO_ANSWER, REACHED, act

NOTE = "We spoke about Tuesday."


@pytest.fixture
def ada(client, db):
    builders.center()
    return desk.sign_in(client)


@pytest.fixture
def ben(db):
    return builders.staff("ben", "Admissions")


@pytest.fixture
def lead(db):
    return builders.lead(timezone=builders.zone_where_it_is(14))


def both_versions(response) -> str:
    """Return what the page says of the two versions."""
    said = page.text_of(response)
    assert "Two versions, both kept" in said
    return said[said.index("Two versions, both kept") :]


def test_both_versions_are_shown_and_what_was_typed_can_be_sent_again(client, ada, ben, lead):
    old = page.form_on(client.get(desk.page_of(lead)))
    now = timezone.now()
    act(workflow.log_attempt, lead, by=ben, at=now, note="Her sister answered.", **NO_ANSWER)
    act(workflow.release, lead, by=ben, at=now)
    address = reverse("admin:intake_lead_act", args=[lead.pk, "attempt"])
    typed = {"attempt-note": NOTE, "attempt-outcome": "reached"}
    response = client.post(address, old | typed)
    assert response.status_code == 409
    theirs, _, mine = both_versions(response).partition("What you sent, not saved")
    for words in ("ben", "Contact attempt logged", "Released", "No answer", "Her sister answered.",
                  "Status\nContacting", "Owner\n–", "Due\n"):  # fmt: skip
        assert words in theirs, words
    for words in ("What came of it\nReached", f"Note\n{NOTE}"):
        assert words in mine, words
    assert drafts.recall(lead, by=ada, at=timezone.now())["attempt"]["note"] == NOTE

    shown = page.form_on(response)
    assert (shown["attempt-note"], shown["attempt-outcome"]) == (NOTE, "reached")
    assert client.post(address, shown).status_code == 302
    lead.refresh_from_db()
    assert (lead.owner, lead.status) == (ada, Status.REACHED)
    assert not drafts.recall(lead, by=ada, at=timezone.now())


def test_only_what_happened_since_the_page_is_told(client, ada, ben, lead):
    act(workflow.claim, lead, by=ben, at=timezone.now() - timedelta(hours=1))
    act(workflow.release, lead, by=ben, at=timezone.now() - timedelta(hours=1))
    old = page.form_on(client.get(desk.page_of(lead)))
    act(workflow.log_attempt, lead, by=ben, at=timezone.now(), **REACHED)
    response = client.post(reverse("admin:intake_lead_act", args=[lead.pk, "claim"]), old)
    theirs, _, mine = both_versions(response).partition("What you sent, not saved")
    assert "Contact attempt logged" in theirs
    assert "Claimed" not in theirs
    assert "Released" not in theirs
    assert mine.startswith("\nNothing was typed.")


def test_the_line_of_a_hand_over_meanwhile_is_shown(client, ada, ben, lead):
    cruz = builders.staff("cruz", "Admissions")
    act(workflow.claim, lead, by=ben, at=timezone.now())
    old = page.form_on(client.get(desk.page_of(lead)))
    act(moving.hand_over, lead, by=ben, at=timezone.now(), to=cruz, note="Call after six.")
    data = old | {"permit-kind": "text", "permit-given": "phone"}
    response = client.post(reverse("admin:intake_lead_act", args=[lead.pk, "permit"]), data)
    theirs, _, mine = both_versions(response).partition("What you sent, not saved")
    for words in ("Handed over to a colleague", "Owner\ncruz", "Call after six."):
        assert words in theirs
    assert "Text messages" in mine


def test_what_was_typed_is_shown_as_text(client, ada, ben, lead):
    old = page.form_on(client.get(desk.page_of(lead)))
    act(workflow.claim, lead, by=ben, at=timezone.now())
    act(workflow.release, lead, by=ben, at=timezone.now())
    hostile = "<script>alert(1)</script>{{ 7|add:7 }}"
    data = old | {"attempt-note": hostile, "attempt-outcome": "no_answer"}
    response = client.post(reverse("admin:intake_lead_act", args=[lead.pk, "attempt"]), data)
    assert "<script>alert" not in response.content.decode()
    assert hostile in both_versions(response)


def test_a_refusal_of_another_kind_shows_no_versions(client, ada, ben, lead):
    act(workflow.claim, lead, by=ben, at=timezone.now())
    response = desk.press(client, lead, "attempt", note=NOTE, **NO_ANSWER)
    assert response.status_code == 409
    assert "Two versions" not in page.text_of(response)
    assert page.form_on(response).get("attempt-note") == NOTE
    assert drafts.recall(lead, by=ada, at=timezone.now())["attempt"]["note"] == NOTE
