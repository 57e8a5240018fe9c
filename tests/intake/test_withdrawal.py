"""A permission taken back closes its channel at once, and everywhere within ten business days."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from intake import agreements, workflow
from intake.audit import Action
from intake.choices import Disposition
from intake.models import Lead, Withdrawal
from tests import builders, page
from tests.intake import desk

LIST = "/admin/intake/withdrawal/"
ALL = ["call", "voicemail", "text", "email", "share"]


@pytest.fixture
def ada(client, db):
    builders.center()
    return desk.sign_in(client)


@pytest.fixture
def lead(ada):
    return builders.lead(
        voicemail_ok=True,
        text_ok=True,
        email_ok=True,
        email="maria@example.org",
        phone_typed="916 555 0123",
        timezone=builders.zone_where_it_is(14),
    )


def take_back(client, lead, *kinds, told="phone", **more):
    return desk.press(client, lead, "withdraw", kinds=list(kinds), told=told, **more)


def test_a_channel_closes_at_once_and_the_counter_starts(client, ada, lead):
    response = take_back(client, lead, "voicemail")
    assert response.status_code == 302
    said = page.text_of(client.get(response.url))
    row = Withdrawal.objects.get()
    today = timezone.localdate()
    assert (row.kind, row.told, row.recorded_by, row.done_at) == ("voicemail", "phone", ada, None)
    assert abs(row.told_on - today) <= timedelta(days=1)
    assert row.honour_by == agreements.business_days_after(row.told_on, 10)
    lead.refresh_from_db()
    assert (lead.call_ok, lead.voicemail_ok, lead.text_ok) == (True, False, True)
    assert "No. Hang up before the beep." in said
    assert "taken back on" in said
    assert "To be carried out everywhere by" in said
    event = lead.audit_events.get(action=Action.CONSENT_WITHDRAWN)
    assert (event.by, event.fields) == (ada, "voicemail voicemail_ok")


def test_consents_are_marked_and_kept(client, ada):
    lead = builders.lead()
    desk.press(client, lead, "permit", kind="voicemail", given="phone")
    take_back(client, lead, "voicemail", "share", told="email")
    given = lead.consents.get(text__kind="voicemail")
    assert given.withdrawal.told == "email"
    assert not given.is_in_force(on=timezone.localdate())
    assert "taken back on" in page.text_of(client.get(desk.page_of(lead)))


@pytest.mark.parametrize("also_texts", [False, True])
def test_without_calls_the_number_is_not_in_the_page(client, lead, also_texts):
    take_back(client, lead, "call", *(["text"] if also_texts else []), told="text")
    response = client.get(desk.page_of(lead))
    html, said = response.content.decode(), page.text_of(response)
    assert "tel:" not in html
    assert "Never.\n(taken back on" in said
    assert "By text message (such as STOP)" in said
    assert "calling-version" not in page.form_on(response)
    if also_texts:
        assert "5550123" not in html
        assert "555-0123" not in html
        assert "555 0123" not in html
        assert "Do not call. The number is hidden." in said
    else:
        assert "For text messages only. Do not call." in said
    assert "Not to be called" in page.text_of(client.get(desk.QUEUE))


def test_without_email_the_address_is_not_in_the_page(client, lead):
    take_back(client, lead, "email")
    assert "maria@example.org" not in client.get(desk.page_of(lead)).content.decode()


def test_who_takes_back_everything_stays_and_is_not_called(client, ada, lead):
    take_back(client, lead, *ALL, told="letter")
    lead.refresh_from_db()
    assert lead.is_open
    assert [row.kind for row in lead.withdrawals.order_by("pk")] == ALL
    for action, answers, saying in (
        ("calling", {}, "took back the permission to call"),
        ("attempt", {"channel": "call"}, "took back the permission to call"),
        ("attempt", {"channel": "text"}, "has not allowed texts"),
        ("attempt", {"channel": "email"}, "has not allowed email"),
    ):
        if action == "attempt":
            answers |= {"outcome": "no_answer", "note": "A note."}
        refused = desk.press(client, lead, action, **answers)
        assert refused.status_code == 409
        assert saying in page.text_of(refused)
    assert not lead.attempts.exists()
    inbound = {"channel": "inbound", "outcome": "reached"}
    assert desk.press(client, lead, "attempt", **inbound).status_code == 302


def test_the_log_offers_only_open_channels(client, lead):
    take_back(client, lead, "call", "text", "email")
    html = client.get(desk.page_of(lead)).content.decode()
    channels = html.partition('name="attempt-channel"')[2].partition("</select>")[0]
    assert 'value="in_person"' in channels
    assert 'value="inbound"' in channels
    for closed in ("call", "text", "email"):
        assert f'value="{closed}"' not in channels


def test_it_is_never_refused_for_an_old_page_a_claim_or_an_ended_lead(client, ada, lead):
    ben = builders.staff("ben", "Admissions")
    workflow.claim(lead, version=1, by=ben, at=timezone.now())
    assert take_back(client, lead, "text", version=1).status_code == 302
    lead.refresh_from_db()
    spam = Disposition.SPAM
    workflow.close(lead, version=lead.version, by=ben, at=timezone.now(), disposition=spam)
    assert take_back(client, lead, "call").status_code == 302
    lead.refresh_from_db()
    assert (lead.text_ok, lead.call_ok, lead.is_open) == (False, False, False)


def test_the_same_twice_counts_once(client, lead):
    take_back(client, lead, "text")
    again = take_back(client, lead, "text")
    assert again.status_code == 409
    assert "This is recorded already, and the counter runs." in page.text_of(again)
    take_back(client, lead, "text", "email")
    assert sorted(lead.withdrawals.values_list("kind", flat=True)) == ["email", "text"]


def test_what_was_allowed_again_can_be_taken_back_again(client, lead):
    take_back(client, lead, "text")
    desk.press(client, lead, "permit", kind="text", given="in_person")
    lead.refresh_from_db()
    assert lead.text_ok
    assert take_back(client, lead, "text").status_code == 302
    lead.refresh_from_db()
    assert not lead.text_ok
    assert lead.withdrawals.count() == 2


def test_who_asks_for_a_call_again_is_called_again(client, ada):
    lead = builders.lead(nonce="same", message="First.")
    take_back(client, lead, "call")
    builders.lead(nonce="same", message="Please do call.")
    lead.refresh_from_db()
    assert Lead.objects.count() == 1
    assert lead.call_ok


@pytest.mark.parametrize(
    ("answers", "status", "saying"),
    [
        ({"kinds": []}, 422, "Tick what they take back."),
        ({"kinds": ["everything"]}, 422, "Select a valid choice."),
        ({"told": ""}, 422, "This field is required."),
        ({"told_on": "yesterday"}, 422, "Choose a day."),
        ({"told_on": "2090-01-01"}, 409, "lies in the future"),
    ],
)
def test_what_cannot_be_read_is_refused_and_kept(client, lead, answers, status, saying):
    data = {"kinds": ["text", "email"], "told": "voicemail"} | answers
    response = desk.press(client, lead, "withdraw", **data)
    assert response.status_code == status
    assert saying in page.text_of(response)
    if len(data["kinds"]) == 2:
        assert response.content.decode().count(" checked") == 2
    assert not Withdrawal.objects.exists()


# Ten business days


@pytest.mark.parametrize(
    ("told_on", "honour_by"),
    [
        (date(2026, 11, 16), date(2026, 11, 30)),  # a Monday
        (date(2026, 11, 20), date(2026, 12, 4)),  # a Friday
        (date(2026, 11, 21), date(2026, 12, 4)),  # a Saturday
        (date(2026, 11, 22), date(2026, 12, 4)),  # a Sunday
        (date(2026, 12, 24), date(2027, 1, 7)),  # holidays count: never later than the law
    ],
)
def test_ten_business_days_are_two_weeks_without_weekends(told_on, honour_by):
    assert agreements.business_days_after(told_on, 10) == honour_by


def test_the_counter_runs_from_the_day_it_was_told(client, lead):
    take_back(client, lead, "text", told="voicemail", told_on="2026-01-02")
    row = Withdrawal.objects.get()
    assert (row.told_on, row.honour_by) == (date(2026, 1, 2), date(2026, 1, 16))


# Carried out


@pytest.mark.parametrize("group", ["Admissions managers", "Privacy officers"])
def test_who_is_responsible_sees_the_open_ones_and_carries_them_out(client, ada, lead, group):
    take_back(client, lead, "text", told="voicemail", told_on="2026-01-02")
    row = Withdrawal.objects.get()
    user = desk.sign_in(client, "max", group)
    response = client.get(LIST)
    assert lead.reference in page.text_of(response)
    assert desk.page_of(lead) in desk.links_on(response)
    data = page.form_on(client.get(desk.page_of(lead)))
    assert data["carried-out-withdrawal"] == str(row.pk)
    response = desk.press(client, lead, "carried-out", withdrawal=row.pk)
    assert "Carried out everywhere by max" in page.text_of(client.get(response.url))
    row.refresh_from_db()
    assert row.done_by == user
    event = lead.audit_events.get(action=Action.WITHDRAWAL_DONE)
    assert (event.by, event.fields) == (user, "text")
    assert lead.reference not in page.text_of(client.get(LIST))
    assert lead.reference in page.text_of(client.get(LIST, {"done": "yes"}))
    again = desk.press(client, lead, "carried-out", withdrawal=row.pk)
    assert again.status_code == 409
    assert "carried out already" in page.text_of(again)


def test_a_privacy_officer_can_write_one_down(client, lead):
    pia = desk.sign_in(client, "pia", "Privacy officers")
    assert take_back(client, lead, "call").status_code == 302
    assert Withdrawal.objects.get().recorded_by == pia


def test_admissions_write_down_and_do_not_carry_out(client, lead):
    take_back(client, lead, "text")
    row = Withdrawal.objects.get()
    response = desk.press(client, lead, "carried-out", withdrawal=row.pk)
    assert response.status_code == 403
    assert client.get(LIST).status_code == 403
    assert "carried-out-withdrawal" not in page.form_on(client.get(desk.page_of(lead)))


def test_the_withdrawal_of_another_lead_is_not_carried_out(client, lead):
    take_back(client, lead, "text")
    row = Withdrawal.objects.get()
    desk.sign_in(client, "max", "Admissions managers")
    other = builders.lead()
    assert desk.press(client, other, "carried-out", withdrawal=row.pk).status_code == 409
    assert desk.press(client, lead, "carried-out", withdrawal="x").status_code == 422
    row.refresh_from_db()
    assert row.done_at is None


def test_the_list_says_which_are_late(client, ada, lead):
    take_back(client, lead, "text", told_on="2026-01-02")
    take_back(client, lead, "email")
    desk.sign_in(client, "max", "Admissions managers")
    html = client.get(LIST).content.decode()
    assert html.count("badge-late") == 1
    assert html.index("Jan 16, 2026") < html.index("Email")
