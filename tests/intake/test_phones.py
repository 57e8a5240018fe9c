"""A phone number is taken however a person types it; an impossible one is explained."""

import pytest

from intake import phones
from intake.models import Lead
from tests import builders, page


@pytest.mark.parametrize(
    ("typed", "e164", "extension"),
    [
        ("9165550123", "+19165550123", ""),
        ("(916) 555-0123", "+19165550123", ""),
        ("(916) 555-0123 x12", "+19165550123", "12"),
        ("916.555.0123 ext 5", "+19165550123", "5"),
        ("916-555-0123 Ext. 4410", "+19165550123", "4410"),
        ("916-555-0123, extension 77", "+19165550123", "77"),
        ("916-555-0123 #12", "+19165550123", "12"),
        ("916–555–0123", "+19165550123", ""),
        ("916 / 555 / 0123", "+19165550123", ""),
        ("1 916 555 0123", "+19165550123", ""),
        ("+1 (916) 555-0123", "+19165550123", ""),
        ("tel:+1-916-555-0123", "+19165550123", ""),
        ("\u202d(916) 555-0123\u202c", "+19165550123", ""),
        ("+44 20 7946 0958", "+442079460958", ""),
        ("＋44 20 7946 0958", "+442079460958", ""),
        ("0044 20 7946 0958", "+442079460958", ""),
        ("011 44 20 7946 0958", "+442079460958", ""),
        ("+52 55 1234 5678", "+525512345678", ""),
        ("٩١٦٥٥٥٠١٢٣", "+19165550123", ""),
        ("９１６-５５５-０１２３ ｘ１２", "+19165550123", "12"),
        # Letters would otherwise be read as the digits on their keys.
        ("Mom: 916-555-0123", "+19165550123", ""),
        ("916-555-0123 (after six, please)", "+19165550123", ""),
        ("916 555 0123 extensión 8", "+19165550123", "8"),
    ],
)
def test_any_notation_is_read(typed, e164, extension):
    assert phones.read(typed, "US") == phones.Phone(e164, extension)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("call me", "doesn’t look like a phone number"),
        ("916-CALL-NOW", "digits seem to be missing"),
        ("12", "digits seem to be missing"),
        ("-", "doesn’t look like a phone number"),
        ("🙏🙏🙏", "doesn’t look like a phone number"),
        ("916-555-HOPE", "digits seem to be missing"),
        ("555-0123", "add the area code"),
        ("555-0123 mom", "add the area code"),
        ("916 555 012", "digits seem to be missing"),
        ("911", "digits seem to be missing"),
        ("916 555 0123 4567", "too many digits"),
        ("916-555-0123 or 916-555-0199", "too many digits"),
        ("1234567890123456789012345", "too many digits"),
        ("9" * 60, "too many digits"),
        ("+999 123 456 789", "don’t know this country code"),
        ("+0 123 456 789", "don’t know this country code"),
    ],
)
def test_an_impossible_number_is_explained(typed, said):
    with pytest.raises(phones.PhoneError, match=said):
        phones.read(typed, "US")


def test_a_number_is_local_to_the_center():
    assert phones.read("020 7946 0958", "GB").e164 == "+442079460958"
    assert phones.read("00 1 916 555 0123", "GB").e164 == "+19165550123"


def test_a_number_is_shown_as_people_there_write_it():
    assert phones.Phone("+19165550123", "12").display("US") == "(916) 555-0123 ext. 12"
    assert phones.Phone("+442079460958").display("US") == "+44 20 7946 0958"
    assert phones.Phone("+442079460958").display("GB") == "020 7946 0958"


def test_a_number_becomes_a_link_that_dials():
    assert phones.Phone("+19165550123").tel == "tel:+19165550123"
    assert phones.Phone("+19165550123", "12").tel == "tel:+19165550123;ext=12"


@pytest.mark.usefixtures("front_door")
def test_what_was_typed_is_kept_beside_what_it_means(client):
    builders.center(country="GB")
    client.post("/callback/", builders.callback_form(client, phone="  (020) 7946 0958\0 "))
    lead = Lead.objects.get()
    assert (lead.phone_typed, lead.phone) == ("(020) 7946 0958", "+442079460958")


@pytest.mark.usefixtures("front_door")
@pytest.mark.parametrize("typed", ["", "   ", "\0", "call me", "555-0123", "9" * 100_000])
def test_a_form_without_a_number_to_call_comes_back_whole(client, typed):
    data = builders.callback_form(client, **builders.CONTACT | {"phone": typed})
    answer = client.post("/callback/", data)
    assert answer.status_code == 422
    assert "Phone number: " in page.text_of(answer)
    assert page.typed(page.form_on(answer)) == page.typed(data)
    assert not Lead.objects.exists()
