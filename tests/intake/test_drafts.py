"""What staff had typed when their sign-in ended comes back to them, and to nobody else."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from intake import drafts
from intake.models import Draft, Lead
from tests import builders, page
from tests.intake import desk, door, raw

pytestmark = pytest.mark.django_db
NOTE = "She whispers: only mornings\nask for Ana"


@pytest.fixture
def ada(client):
    return desk.sign_in(client)


@pytest.fixture
def lead(ada):
    return builders.lead(timezone=builders.zone_where_it_is(14))


def autosave(client, lead, form: str = "attempt", **typed):
    data = {f"{form}-{name}": value for name, value in typed.items()} | {f"{form}-version": "1"}
    return client.post(f"/admin/draft/{lead.pk}/{form}/", data)


def note_on(client, lead) -> str:
    return page.form_on(client.get(desk.page_of(lead)))["attempt-note"]


def test_typed_text_is_kept_and_comes_back_after_signing_in_again(client, lead):
    assert autosave(client, lead, note=NOTE, outcome="no_answer").status_code == 204
    client.logout()
    door.type_password(client)
    shown = client.get(desk.page_of(lead))
    form = page.form_on(shown)
    assert form["attempt-note"] == NOTE
    assert form["attempt-outcome"] == "no_answer"
    assert form["attempt-version"] == "1"
    assert "What you had typed before is back." in page.text_of(shown)


def test_without_script_the_form_that_came_too_late_is_kept(client, lead):
    door.go_away(client, minutes=20)
    response = desk.press(client, lead, "attempt", channel="call", outcome="reached", note=NOTE)
    shown = client.get(response.url)
    assert "What you typed on a lead is kept." in page.text_of(shown)
    assert not lead.attempts.exists()
    response = door.type_password(client, next=page.form_on(shown)["next"])
    assert response.url == desk.page_of(lead)
    assert note_on(client, lead) == NOTE
    # And it can be sent as it stands.
    form = page.form_on(client.get(response.url))
    assert form["attempt-outcome"] == "reached"


def test_the_last_autosave_of_somebody_who_is_away_is_kept_too(client, lead):
    door.go_away(client, minutes=20)
    assert autosave(client, lead, note=NOTE).status_code == 302
    door.type_password(client)
    assert note_on(client, lead) == NOTE


def test_a_form_that_was_sent_leaves_no_draft(client, lead):
    autosave(client, lead, note=NOTE)
    autosave(client, lead, "close", disposition="spam")
    desk.press(client, lead, "attempt", channel="call", outcome="no_answer", note=NOTE)
    assert list(Draft.objects.values_list("form", flat=True)) == ["close"]
    assert note_on(client, lead) == ""


def test_a_refused_form_keeps_its_draft(client, lead):
    autosave(client, lead, note=NOTE)
    desk.press(client, lead, "attempt", version=7, channel="call", outcome="no_answer", note=NOTE)
    assert note_on(client, lead) == NOTE


def test_a_draft_is_its_writers_alone(client, lead):
    autosave(client, lead, note=NOTE)
    other = Client()
    desk.sign_in(other, "ben")
    assert note_on(other, lead) == ""
    autosave(other, lead, note="Ben was here")
    assert note_on(client, lead) == NOTE


def test_each_lead_has_its_own(client, lead):
    autosave(client, lead, note=NOTE)
    assert note_on(client, builders.lead(timezone=builders.zone_where_it_is(14))) == ""


def test_the_newest_replaces_and_an_emptied_form_erases(client, lead):
    autosave(client, lead, note="first")
    autosave(client, lead, note="second")
    assert note_on(client, lead) == "second"
    autosave(client, lead, note="  ")
    assert not Draft.objects.exists()


def test_several_ticks_come_back_together(lead, ada):
    typed = {"channels": ["call", "text"], "note": "x"}
    drafts.keep(lead, "withdraw", typed, by=ada, at=timezone.now())
    assert drafts.recall(lead, by=ada, at=timezone.now()) == {"withdraw": typed}


def test_the_database_shows_nothing_of_it(client, lead):
    autosave(client, lead, note=NOTE)
    assert "whispers" not in raw.column(Draft.objects.get(), "typed")
    assert NOTE not in str(Draft.objects.get())


def test_it_goes_with_the_lead(lead, ada):
    drafts.keep(lead, "attempt", {"note": NOTE}, by=ada, at=timezone.now())
    drafts.erase_all(lead)
    assert not Draft.objects.exists()


def test_after_a_week_it_goes_by_itself(lead, ada):
    at = timezone.now()
    drafts.keep(lead, "attempt", {"note": NOTE}, by=ada, at=at)
    assert drafts.sweep(at=at + timedelta(days=6)) == 0
    assert drafts.sweep(at=at + timedelta(days=7)) == 1


def test_who_may_not_work_on_leads_leaves_nothing_in_them(lead):
    editor = Client()
    desk.sign_in(editor, "eva", "Content editors")
    assert autosave(editor, lead, note="x").status_code == 403
    door.go_away(editor, minutes=20)
    desk.press(editor, lead, "attempt", note="x")
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    ("form", "note", "status"),
    [("attempt", "x" * 60_000, 413), ("f" * 21, "x", 413), ("attempt", "\0😀", 204)],
)
def test_whatever_is_sent_gets_an_answer(client, lead, form, note, status):
    assert autosave(client, lead, form, note=note).status_code == status


def test_a_lead_that_is_not_there_has_no_draft(client, ada):
    assert autosave(client, Lead(), note="x").status_code == 404
