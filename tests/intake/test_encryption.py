"""What people tell us is sealed in its column and opens only in its place, with its key."""

import copy
import json
import uuid
from datetime import date

import pytest
from django.apps import apps
from django.core import serializers
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from intake import crypto
from intake.choices import CardSide
from intake.crypto import DecryptionError
from intake.fields import encrypted_fields
from intake.models import CallbackRequest, InsuranceVerification, Lead, ParkedCard
from tests import builders
from tests.intake import raw

NAME = "Ada Marlowe"
OLD, NEW, OTHER = bytes(range(32)), bytes(range(32, 64)), bytes(range(64, 96))
SEALED_FIELDS = [
    field
    for model in apps.get_app_config("intake").get_models()
    for field in encrypted_fields(model)
]


@pytest.fixture
def lead(db):
    return builders.lead(name=NAME, email="ada@example.org")


def card(jpeg: bytes) -> ParkedCard:
    return ParkedCard.objects.create(
        form_nonce="n", side=CardSide.FRONT, jpeg=jpeg, width=1, height=1, parked_at=timezone.now()
    )


def insurance(lead, **answers) -> InsuranceVerification:
    at = timezone.now()
    return InsuranceVerification.objects.create(
        lead=lead, received_at=at, due_at=at, form_nonce="n", content_digest="d", **answers
    )


def test_a_name_comes_back_and_its_column_says_nothing(lead):
    stored = raw.column(lead, "name")
    assert stored.startswith("v1.tests.")
    assert "Ada" not in stored
    assert Lead.objects.get(pk=lead.pk).name == NAME


def test_a_date_comes_back_as_a_date(lead):
    form = insurance(lead, birth_date=date(1985, 4, 23))
    assert raw.column(form, "birth_date").startswith("v1.tests.")
    assert InsuranceVerification.objects.get().birth_date == date(1985, 4, 23)


def test_a_picture_comes_back_as_bytes(db):
    picture = bytes(range(256)) * 40
    stored = raw.column(card(picture), "jpeg")
    assert stored.startswith(b"v1.tests.")
    assert picture[:16] not in stored
    assert ParkedCard.objects.get().jpeg == picture


@pytest.mark.parametrize(
    "text", ["Zoë 😀", "\u202eright to left", "{{ 7*7 }}", "'; DROP--", "x" * 100_000]
)
def test_any_text_comes_back_as_it_was(db, text):
    assert Lead.objects.get(pk=builders.lead(name=text).pk).name == text


def test_equal_values_look_different(lead):
    other = builders.lead(name=NAME)
    assert raw.column(lead, "name") != raw.column(other, "name")


def test_what_is_empty_stays_empty(lead):
    form = insurance(lead)
    assert raw.column(lead, "ask_for") == ""
    assert raw.column(form, "birth_date") is None
    lead, form = Lead.objects.get(), InsuranceVerification.objects.get()
    assert (lead.ask_for, form.birth_date, form.member_id) == ("", None, "")


def test_every_sealed_row_has_its_key_before_it_is_saved():
    assert len(SEALED_FIELDS) > 15
    assert {field.model._meta.pk.get_internal_type() for field in SEALED_FIELDS} == {"UUIDField"}


def test_a_value_moved_to_another_row_does_not_open(lead):
    other = builders.lead(name="Somebody else")
    raw.put(other, "name", raw.column(lead, "name"))
    with pytest.raises(DecryptionError):
        _ = Lead.objects.get(pk=other.pk).name


def test_a_value_moved_to_another_column_does_not_open(lead):
    raw.put(lead, "ask_for", raw.column(lead, "name"))
    with pytest.raises(DecryptionError):
        _ = Lead.objects.get().ask_for


def test_a_value_moved_to_another_table_does_not_open(lead):
    request = CallbackRequest.objects.get()
    raw.put(request, "message", raw.column(lead, "name"))
    with pytest.raises(DecryptionError):
        _ = CallbackRequest.objects.get().message


def test_a_changed_value_does_not_open(lead):
    stored = raw.column(lead, "name")
    raw.put(lead, "name", stored[:-8] + ("A" if stored[-8] != "A" else "B") + stored[-7:])
    with pytest.raises(DecryptionError):
        _ = Lead.objects.get().name


def test_a_plain_value_slipped_into_the_column_is_not_taken_for_a_real_one(lead):
    raw.put(lead, "name", "Mallory")
    with pytest.raises(DecryptionError):
        _ = Lead.objects.get().name


@pytest.mark.parametrize("keys", [{"tests": OTHER}, {"other": OLD}])
def test_without_the_right_key_nothing_opens_and_the_error_tells_nothing(lead, keys):
    with override_settings(FIELD_ENCRYPTION_KEYS=keys), pytest.raises(DecryptionError) as error:
        _ = Lead.objects.get().name
    assert str(error.value) == "cannot open a value of intake_lead.name"
    assert error.value.__cause__ is None


@pytest.mark.parametrize(
    "sealed",
    [
        "",
        "v1",
        "v1.tests",
        "v1.tests.",
        "v1.tests.AAAA",
        "v1.tests.!",
        "v1.tests.Ü",
        "v2.tests.AAAA",
        "v1.nobody.AAAA",
        "v1.\udcff.AAAA",
        "..",
        "\0",
        "v1.tests." + "A" * 100_000,
    ],
)
def test_garbage_does_not_open(sealed):
    with pytest.raises(DecryptionError):
        crypto.unseal_text(sealed, bound_to="somewhere:1")


def test_with_two_keys_the_old_rows_open_and_the_new_ones_use_the_new_key(lead):
    with override_settings(FIELD_ENCRYPTION_KEYS={"new": NEW, "tests": OLD}):
        assert Lead.objects.get().name == NAME
        newer = builders.lead(name=NAME)
        assert raw.column(newer, "name").startswith("v1.new.")
        assert Lead.objects.get(pk=newer.pk).name == NAME
    assert raw.column(lead, "name").startswith("v1.tests.")


@pytest.mark.parametrize(
    "use",
    [
        lambda leads: leads.filter(name=NAME).exists(),
        lambda leads: leads.filter(name__in=[NAME]).exists(),
        lambda leads: leads.filter(name__icontains="ada").exists(),
        lambda leads: leads.filter(name__iexact="").exists(),
        lambda leads: leads.exclude(phone__startswith="+1").exists(),
        lambda leads: leads.filter(callbacks__message__regex="a").exists(),
        lambda leads: leads.filter(verifications__birth_date=date(1985, 4, 23)).exists(),
        lambda leads: ParkedCard.objects.filter(jpeg=b"jpeg").exists(),
        lambda leads: leads.update(name=NAME),
        lambda leads: leads.bulk_update(leads, ["name"]),
    ],
)
def test_a_plain_value_is_never_searched_for_or_written_past_the_seal(lead, use):
    with pytest.raises(TypeError, match="is encrypted"), transaction.atomic():
        use(Lead.objects.all())
    assert Lead.objects.get().name == NAME


def test_empty_values_may_be_searched_for_and_written(lead):
    assert Lead.objects.filter(ask_for="").exists()
    assert not Lead.objects.filter(name="").exists()
    Lead.objects.update(name="")
    assert Lead.objects.get().name == ""


def test_saving_seals_anew_only_what_was_read_or_changed(lead):
    before = {name: raw.column(lead, name) for name in ("name", "phone", "email")}
    untouched = Lead.objects.get()
    untouched.save()
    assert {name: raw.column(lead, name) for name in before} == before
    untouched.name = "Ada Lovell"
    untouched.save()
    assert raw.column(lead, "name") != before["name"]
    assert raw.column(lead, "phone") == before["phone"]
    assert Lead.objects.get().name == "Ada Lovell"


def test_saving_some_fields_leaves_the_others_alone(lead):
    loaded = Lead.objects.get()
    loaded.name, loaded.ask_for = "Changed", "Changed"
    loaded.save(update_fields=["ask_for"])
    assert Lead.objects.get().name == NAME
    assert Lead.objects.get().ask_for == "Changed"


def test_a_value_left_out_of_the_query_is_fetched_when_it_is_read(lead, django_assert_num_queries):
    for leads in (Lead.objects.only("reference"), Lead.objects.defer("name")):
        loaded = leads.get()
        with django_assert_num_queries(1):
            assert loaded.name == NAME
        loaded.save()
        assert Lead.objects.get().name == NAME


def test_a_row_read_anew_has_the_new_value(lead):
    loaded = Lead.objects.get()
    assert loaded.name == NAME
    changed = Lead.objects.get()
    changed.name = "Ada Lovell"
    changed.save()
    loaded.refresh_from_db()
    assert loaded.name == "Ada Lovell"
    loaded.name = "not saved"
    loaded.refresh_from_db(fields=["name"])
    assert loaded.name == "Ada Lovell"


def test_a_list_of_columns_stays_sealed(lead):
    for value in (*Lead.objects.values_list("name", "phone").get(), Lead.objects.values().get()):
        assert "Ada" not in repr(value)
        assert "+1916555" not in repr(value)


def test_a_copy_reads_the_same(lead):
    loaded = Lead.objects.get()
    assert copy.copy(loaded).name == copy.deepcopy(loaded).name == NAME


def test_a_copy_under_another_key_is_refused_before_it_becomes_unreadable(lead):
    twin = Lead.objects.get()
    twin.pk, twin.reference, twin.form_nonce = uuid.uuid4(), "0000-0000", None
    twin._state.adding = True
    with pytest.raises(DecryptionError), transaction.atomic():
        twin.save(force_insert=True)
    assert Lead.objects.count() == 1


def test_sealed_rows_are_not_dumped_as_data(lead):
    with pytest.raises(TypeError, match="is encrypted"):
        serializers.serialize("json", [lead])


def test_a_lead_says_only_its_reference(lead):
    for text in (str(lead), repr(lead), json.dumps(str(CallbackRequest.objects.get()))):
        assert "Ada" not in text
    assert str(lead) == lead.reference


def test_digests_differ_by_purpose_and_by_key():
    digests = {crypto.digest("search:1", "x"), crypto.digest("search:2", "x")}
    with override_settings(FIELD_ENCRYPTION_KEYS={"tests": OTHER}):
        digests.add(crypto.digest("search:1", "x"))
    assert len(digests) == 3
    assert {len(digest) for digest in digests} == {32}
