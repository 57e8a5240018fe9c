"""Writing benefits down: what is typed, and the card beside it."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from intake import benefits
from intake.audit import Action
from intake.choices import CheckStatus, Network
from intake.forms.benefits import last_day
from intake.models import AuditEvent, NetworkBenefits
from tests import builders, page
from tests.intake import checking, desk, door


@pytest.fixture
def ada(client, db):
    builders.center()
    return desk.sign_in(client)


@pytest.fixture
def asked(client, ada):
    """A check that was started."""
    check = checking.check_of(checking.patients_lead())
    assert checking.press(client, check, "start").status_code == 302
    return check


WRONG = [
    ("in_deductible", "-5", "This can’t be less than zero."),
    ("in_deductible", "−5", "This can’t be less than zero."),
    ("in_deductible", "1000000000000", "This can’t be more than 10,000,000."),
    ("in_limit", "abc", "Write a number, like 1500 or 1,500.00."),
    ("in_limit", "1.500,00", "Write a number, like 1500 or 1,500.00."),
    ("in_limit", "1e5", "Write a number, like 1500 or 1,500.00."),
    ("in_limit", "٣٠٠x", "Write a number, like 1500 or 1,500.00."),
    ("in_limit", ".", "Write a number, like 1500 or 1,500.00."),
    ("in_limit", "12.345", "Two digits after the point are enough."),
    ("in_limit", "9" * 400, "Please shorten this to 30 characters."),
    ("in_limit_met", "4001", "More than the whole is met?"),
    ("iop_coinsurance", "101", "This can’t be more than 100."),
    ("iop_coinsurance", "NaN", "Write a number, like 1500 or 1,500.00."),
    ("iop_day_limit", "12.5", "Write a whole number."),
    ("iop_days_used", "41", "More days are used than there are?"),
    ("iop_allowed_low", "500", "The first amount is the smaller one."),
    ("iop_charge", "200", "A plan does not allow more than we charge."),
    ("iop_covered", "maybe", "Select a valid choice."),
    ("call_reference", "", "it is our proof of the call"),
    ("asked_on", "2999-01-01", "This day lies in the future."),
    ("expires_on", "2020-01-01", "This day is over."),
    ("expires_on", "2999-01-01", "within three months"),
    ("expires_on", "soon", "Choose a day."),
]


@pytest.mark.parametrize(("name", "text", "words"), WRONG)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_typed_is_lost(
    client, asked, name, text, words
):
    answers = {"notes": "Zażółć gęślą", name: text}
    sent = checking.typed(asked, **answers)
    response = client.post(checking.form_of(asked), sent)
    assert response.status_code == 422
    assert words in page.text_of(response)
    assert "Please correct what is marked below." in page.text_of(response)
    kept = page.form_on(response)
    # A drop-down cannot show what it never offered.
    same = [key for key in sent if kept.get(key) != str(sent[key])]
    assert same == ([key for key in sent if key.endswith("covered") and sent[key] == "maybe"])
    assert checking.check_of(asked.lead).check_status == CheckStatus.IN_PROGRESS
    assert not NetworkBenefits.objects.exists()


def test_null_bytes_and_markup_are_just_text(client, asked):
    hostile = "<script>alert(1)</script>\0{{ 7 }}"
    assert checking.send(client, asked, notes=hostile, representative=hostile).status_code == 302
    html = client.get(checking.page_of(asked)).content.decode()
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_a_record_that_says_nothing_is_not_taken(client, asked):
    response = checking.send(client, asked, iop_covered="unknown")
    assert response.status_code == 422
    assert "Say for at least one program whether it is covered" in page.text_of(response)


def test_amounts_are_read_as_people_write_them(client, asked):
    amounts = {"in_deductible": "$ 2,500", "in_limit": "７０００.50", "iop_coinsurance": "12.5%",
               "iop_copay": "0", "in_family_limit": "9000."}  # fmt: skip
    assert checking.send(client, asked, **amounts).status_code == 302
    row = NetworkBenefits.objects.get(network=Network.IN)
    level = row.levels.get()
    assert (row.deductible, row.limit, row.family_limit) == (
        Decimal(2500), Decimal("7000.50"), Decimal(9000),
    )  # fmt: skip
    assert (level.coinsurance, level.copay, level.charge) == (Decimal("12.5"), Decimal(0), None)
    assert "$0.00 for each day or visit" in page.text_of(client.get(checking.page_of(asked)))


def test_what_is_not_known_is_said_so(client, asked):
    checking.send(client, asked, iop_prior_authorization="unknown", in_limit_met="")
    assert "not known" in page.text_of(client.get(checking.page_of(asked)))


def test_a_draft_comes_back_into_the_form(client, asked):
    data = {f"{benefits.form_name(asked)}-in-deductible": "17"}
    address = reverse("admin:draft", args=[asked.lead.pk, benefits.form_name(asked)])
    assert client.post(address, data).status_code == 204
    response = client.get(checking.form_of(asked))
    assert page.form_on(response)[f"{benefits.form_name(asked)}-in-deductible"] == "17"
    assert "What you had typed before is back." in page.text_of(response)
    checking.send(client, asked)
    response = client.get(checking.form_of(asked))
    assert page.form_on(response)[f"{benefits.form_name(asked)}-in-deductible"] == "1500"


def test_what_came_after_the_sign_in_ended_comes_back_too(client, ada, asked):
    door.go_away(client, minutes=20)
    shown = client.get(checking.send(client, asked, in_deductible="17").url)
    assert "What you typed on a lead is kept." in page.text_of(shown)
    assert not NetworkBenefits.objects.exists()
    door.type_password(client)
    response = client.get(checking.form_of(asked))
    assert page.form_on(response)[f"{benefits.form_name(asked)}-in-deductible"] == "17"


# The card beside the form


def test_the_card_is_masked_and_shown_without_losing_what_was_typed(client, ada, asked):
    response = client.get(checking.form_of(asked))
    assert "SYN123456" not in response.content.decode()
    sent = {**page.form_on(response), **checking.typed(asked, in_deductible="17x")}
    reason = f"reveal-{asked.pk.hex[:8]}-reason"
    address = reverse("admin:intake_benefitscheck_reveal", args=[asked.pk])
    response = client.post(address, sent | {reason: "benefits"})
    assert response.status_code == 200
    assert "SYN123456" in page.text_of(response)
    assert "/card/" in response.content.decode()
    kept = page.form_on(response)
    assert kept[f"{benefits.form_name(asked)}-in-deductible"] == "17x"
    event = AuditEvent.objects.filter(lead=asked.lead, action=Action.REVEALED).get()
    assert (event.by, event.reason, event.fields) == (ada, "benefits", "card_front member_id")
    # Reloading masks again, and still keeps the rest.
    response = client.post(address, sent | {reason: "benefits"})
    assert "SYN123456" not in response.content.decode()
    assert page.form_on(response)[f"{benefits.form_name(asked)}-in-deductible"] == "17x"


def test_who_approves_sees_the_card_for_a_reason_too(client, asked):
    address = reverse("admin:intake_benefitscheck_reveal", args=[asked.pk])
    data = {
        name: value
        for name, value in page.form_on(client.get(checking.page_of(asked))).items()
        if name.startswith("reveal-")
    }
    response = client.post(address, data)
    assert response.status_code == 422
    assert "SYN123456" not in response.content.decode()
    response = client.post(address, data | {f"reveal-{asked.pk.hex[:8]}-reason": "quality"})
    assert "SYN123456" in page.text_of(response)


def test_the_last_day_is_a_month_away_and_never_in_another_year():
    assert last_day(date(2026, 1, 31)) == date(2026, 2, 28)
    assert last_day(date(2026, 11, 28)) == date(2026, 12, 28)
    assert last_day(date(2026, 12, 5)) == date(2027, 1, 5)
