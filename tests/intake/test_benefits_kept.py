"""What an insurance company said about somebody is sealed, copied for them, and forgotten."""

import json
from decimal import Decimal

import pytest
from django.utils import timezone

from intake import parts, retention, rotation
from intake.choices import Part
from intake.fields import encrypted_fields
from intake.models import BenefitsRecord, LevelBenefits, NetworkBenefits
from programs.models import Program
from tests import builders, page
from tests.intake import checking, desk, privacy, raw


@pytest.fixture
def ada(client, db):
    builders.center()
    return desk.sign_in(client)


@pytest.fixture
def ben(ada):
    return builders.staff("ben", "Admissions")


@pytest.fixture
def asked(ada, ben):
    """A check whose figures are written down."""
    check = checking.check_of(checking.patients_lead())
    checking.write_down(check, by=ben)
    return check


def test_no_figure_is_readable_in_the_database(asked):
    rows = [*BenefitsRecord.objects.all(), *NetworkBenefits.objects.all(),
            *LevelBenefits.objects.all()]  # fmt: skip
    assert len(rows) == 3
    for row in rows:
        for field in encrypted_fields(type(row)):
            value = getattr(row, field.name)
            stored = str(raw.column(row, field.name))
            if field.name not in ("sent_back_note",):
                assert value not in (None, ""), field.name
                assert len(stored) > 30, field.name
                assert str(value) not in stored or len(str(value)) < 4, field.name


def test_erasing_the_patient_erases_the_benefits(asked, ada):
    retention.erase(asked.lead, part=Part.BOTH, by=ada, at=timezone.now(), reason="letter")
    for model in (BenefitsRecord, NetworkBenefits, LevelBenefits):
        assert not model.objects.exists()


def test_a_program_that_goes_leaves_the_figures(client, asked):
    Program.objects.all().delete()
    assert "IOP 2.1" in page.text_of(client.get(checking.page_of(asked)))


def test_a_new_key_takes_over_every_figure(asked, settings):
    settings.FIELD_ENCRYPTION_KEYS = {"fresh": bytes(range(32)), **settings.FIELD_ENCRYPTION_KEYS}
    rotation.rotate()
    settings.FIELD_ENCRYPTION_KEYS = {"fresh": bytes(range(32))}
    row = NetworkBenefits.objects.get()
    assert (row.deductible, row.deductible_met) == (Decimal(1500), Decimal(0))


def test_every_figure_is_in_the_patients_copy(client, asked):
    privacy.sign_in(client)
    shown = page.text_of(privacy.ask(client, asked.lead, "copy"))
    file = json.loads(privacy.ask(client, asked.lead, "copy", button="json").content)
    sections = [section for section in file["sections"] if section["kind"] == "benefits"]
    assert [len(section) > 5 for section in sections] == [True] * 3
    assert sections[1]["deductible_met"] == "0"
    for text in (shown, json.dumps(file)):
        for words in ("Rita Answerly", "REF-90210", "3000.50", "Carve Out Ltd"):
            assert words in text


def test_the_caller_gets_no_figure_of_the_patient(client, ada, ben):
    lead = privacy.lead_of_two(by=ben, is_open=True)
    checking.write_down(lead.verifications.get(), by=ben)
    privacy.sign_in(client)
    patients = privacy.ask(client, lead, "copy", part="patient").content.decode()
    callers = privacy.ask(client, lead, "copy", part="caller").content.decode()
    assert "REF-90210" in patients
    assert "REF-90210" not in callers


def test_every_sealed_field_is_in_the_copy():
    names = {*parts.BENEFITS, *parts.NETWORK, *parts.LEVEL}
    for model in (BenefitsRecord, NetworkBenefits, LevelBenefits):
        assert {field.name for field in encrypted_fields(model)} <= names
