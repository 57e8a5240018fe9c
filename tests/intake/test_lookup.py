"""Staff find a person by what they were told on the phone, though no word of it is stored."""

from datetime import timedelta

import pytest
from django.test import override_settings
from django.utils import timezone

from intake import lookup
from intake.models import InsuranceVerification, Lead, SearchToken
from tests import builders

OLD, NEW = bytes(range(32)), bytes(range(32, 64))


def found(text: str) -> set[str]:
    """Return the names of the leads that a search for the text finds."""
    leads = lookup.matching(Lead.objects.all(), lookup.terms(text, "US"))
    return {lead.name for lead in leads}


@pytest.fixture
def ada(db):
    builders.lead(name="Somebody Else", phone="+12125550199", email="else@example.org")
    return builders.lead(name="Ada Marlowe", email="Ada.M@Example.org")


@pytest.mark.parametrize(
    "text",
    [
        "(916) 555-0123",
        "916.555.0123",
        "+1 916 555 0123",
        "19165550123",
        "  916-555-0123 x12 ",
        "555-0123",
        "5550123",
        "0123",
        " 01-23 ",
        "ada.m@example.org",
        "ADA.M@EXAMPLE.ORG ",
        "Ada",
        "marlowe",
        "MARLO",
        "mar",
        "ada marlowe",
        "Marlowe, Ada",
        "ada-marlowe",
    ],
)
def test_a_person_is_found_however_it_is_typed(ada, text):
    assert found(text) == {"Ada Marlowe"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "ma",
        "a",
        "ad ma",
        "123",
        "01234",
        "916-555-0124",
        "0124",
        "marlowes",
        "arlowe",
        "ada somebody",
        "bob@example.org",
        "ada.m@",
        "@",
        "555 555 555 555 555 555",
        "+",
    ],
)
def test_what_does_not_match_finds_nothing(ada, text):
    assert found(text) == set()


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("José Núñez", ["jose", "JOSÉ", "nunez", "núñez jos"]),
        (
            "Siobhán O’Brien",
            ["O'Brien", "O’Brien", "obrien", "O`Brien", "OʼBrien", "O‘Brien", "o´br"],
        ),
        ("Đặng Thảo", ["dang", "đặng", "thao"]),
        ("Łukasz Øst", ["lukasz", "ost"]),
        ("Anna Smith-Jones", ["smith-jones", "jones", "smith jones", "Jones Anna"]),
        ("Maximiliana Featherstonehaugh", ["maximili", "Featherstonehaugh", "feathers max"]),
        ("김민수", ["김민", "김민수"]),
        ("Мария Иванова", ["мария", "ИВАН"]),
        ("Jean-Luc d'Arc de la Tour du Pin", ["jean luc darc tour pin", "Pin"]),
    ],
)
def test_spelling_does_not_stand_in_the_way(db, name, texts):
    builders.lead(name=name)
    assert {text: found(text) for text in texts} == {text: {name} for text in texts}


def test_a_name_of_one_letter_is_kept_and_the_rest_is_found(db):
    builders.lead(name="X")
    builders.lead(name="B Okafor", phone="+12125550177")
    assert found("X") == set()
    assert found("B Okafor") == {"B Okafor"}
    assert found("0177") == {"B Okafor"}


def test_the_patient_and_the_insurance_holder_lead_to_the_same_request(ada):
    InsuranceVerification.objects.create(
        lead=ada,
        received_at=timezone.now(),
        due_at=timezone.now(),
        form_nonce="n",
        content_digest="d",
        holder_name="Rob Roy",
    )
    ada.patient_name = "Tom Bowles"
    ada.save()
    lookup.refresh(ada)
    assert found("bowles") == found("rob roy") == found("ada") == {"Ada Marlowe"}


def test_after_a_correction_only_the_new_values_lead_to_the_request(ada):
    ada.phone, ada.name = "+19165550188", "Ada Lovell"
    ada.save()
    lookup.refresh(ada)
    assert found("916 555 0188") == found("lovell") == {"Ada Lovell"}
    assert found("916 555 0123") == found("marlowe") == set()


@pytest.mark.parametrize(
    "text",
    [
        "0' OR '1'='1",
        "%",
        "_____",
        "***",
        "\0\0\0\0",
        "a\0b\0c",
        "((((((((((",
        "\u202e\u202d\u200b",
        "9" * 100_000,
        "abc " * 25_000,
        "@" * 100_000,
        "{{ lead.phone }}",
        "\ud83d\ude00"[:1],
    ],
)
def test_hostile_text_finds_nothing_and_breaks_nothing(ada, text):
    assert found(text) == set()
    assert lookup.reference_in(text) is None


def test_a_search_costs_one_query_however_many_words_it_has(ada, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert found("ada marlowe " * 1000) == {"Ada Marlowe"}


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("7K2M-94QX", "7K2M-94QX"),
        ("7k2m94qx", "7K2M-94QX"),
        (" 7k2m 94qx ", "7K2M-94QX"),
        ("7 k 2 m – 9 4 q x", "7K2M-94QX"),
        ("ok1l-0ooi", "0K11-0001"),
        ("7K2M-94Q", None),
        ("7K2M-94QXX", None),
        ("7K2M-94QU", None),
        ("916-555-0123", None),
        ("", None),
    ],
)
def test_a_reference_is_understood_as_it_is_read_out(text, reference):
    assert lookup.reference_in(text) == reference


def test_every_reference_given_out_is_understood(ada):
    heard = ada.reference.lower().replace("0", "o").replace("1", "l")
    assert lookup.reference_in(heard) == ada.reference


def test_search_finds_both_generations_while_keys_are_rotated(ada):
    with override_settings(FIELD_ENCRYPTION_KEYS={"new": NEW, "tests": OLD}):
        builders.lead(name="Ada Newer", phone="+12125550166")
        assert found("ada") == {"Ada Marlowe", "Ada Newer"}
        assert found("0166") == {"Ada Newer"}
        assert found("0123") == {"Ada Marlowe"}


def test_no_token_holds_a_readable_value(ada):
    tokens = SearchToken.objects.filter(lead=ada)
    digests = list(tokens.values_list("digest", flat=True))
    assert len(digests) == len(set(digests)) > 5
    assert all(len(digest) == 32 and int(digest, 16) for digest in digests)


def test_the_same_word_has_different_digests_as_different_kinds(db):
    kinds = {lookup.terms(text, "US")[0][0] for text in ("0123", "abc", "a@b", "916-555-0123")}
    assert kinds == set(SearchToken.Kind.values)


def test_the_same_phone_or_email_points_to_the_newest_other_request(db):
    now = timezone.now()
    older = builders.lead(email="a@example.org", at=now - timedelta(days=2))
    newer = builders.lead(email="a@example.org", at=now - timedelta(days=1))
    assert (older.possibly_same_id, newer.possibly_same_id) == (None, older.pk)
    # Digests written anew, as by a rotation, make a request no newer.
    lookup.refresh(older)
    by_phone = builders.lead()
    by_email = builders.lead(phone="+12125550199", email="A@Example.org")
    assert by_phone.possibly_same_id == newer.pk
    assert by_email.possibly_same_id == newer.pk
    assert builders.lead(phone="+12125550111", name="Ada").possibly_same_id is None
