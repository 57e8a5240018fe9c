"""The receipt: who may see it, what it shows, and what it never shows."""

import re
from contextlib import suppress
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import override_settings
from django.utils import timezone

from intake import crypto, receipts
from intake.choices import Disposition, Status
from intake.models import AuditEvent, Lead
from intake.models import Throttle as Counter
from tests import builders, page
from tests.intake import tampering

pytestmark = pytest.mark.usefixtures("front_door")

URL = "/receipt/"
HOME = "198.51.100.7"
LIBRARY = "198.51.100.8"


@pytest.fixture
def lead(db):
    return builders.lead(**{name: builders.CONTACT[name] for name in ("name", "email", "ask_for")})


def send(client, **answers):
    return client.post("/callback/", builders.callback_form(client, **answers))


def sign_in(client, reference, pin):
    return client.post(URL, {"reference": reference, "pin": pin})


def wrong(pin: str) -> str:
    return f"{(int(pin) + 1) % 10**receipts.PIN_DIGITS:06}"


def find(lead, pin, *, address=HOME, at):
    return receipts.find(lead.reference, pin, address=address, at=at)


def test_who_has_sent_a_form_sees_the_receipt(client):
    answer = send(client, **builders.CONTACT, window="morning")
    shown = client.get(answer.headers["Location"])
    lead = Lead.objects.get()
    said = page.text_of(shown)
    assert lead.reference in said
    assert receipts.pin_for(lead.form_nonce) in said
    assert "It arrived. Thank you." in said
    assert re.search(r"(between 8 a\.m\. and|before) noon \(Pacific Time\)", said)
    assert "What happens next" in said
    assert 'href="/receipt/insurance/"' in shown.content.decode()
    assert "data-print" in shown.content.decode()
    # A reload shows the same.
    assert receipts.pin_for(lead.form_nonce) in page.text_of(client.get(URL))


def test_a_receipt_shows_no_person(client):
    send(client, **builders.CONTACT)
    html = client.get(URL).content.decode()
    for personal in (*builders.CONTACT.values(), "9165550187", "555-0187", "Zora", "Program IOP"):
        assert personal not in html


def test_a_receipt_is_stored_nowhere(client, lead):
    answer = send(client)
    shown = client.get(URL)
    asking = sign_in(client, "wrong", "wrong")
    for response in (answer, shown, asking):
        assert {"no-store", "private"} <= set(response.headers["Cache-Control"].split(", "))
    assert b'name="robots" content="noindex"' in shown.content


def test_the_cookie_says_nothing_and_goes_nowhere_else(client):
    cookie = send(client, **builders.CONTACT).cookies[receipts.COOKIE]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (URL, True, "Strict")
    assert cookie["max-age"] == 30 * 60
    assert not cookie["secure"]
    lead = Lead.objects.get()
    for secret in (str(lead.pk), lead.reference, receipts.pin_for(lead.form_nonce), "lead"):
        assert secret not in cookie.value
    with override_settings(IS_HTTPS=True):
        assert send(client).cookies[receipts.COOKIE]["secure"]


def test_the_cookie_opens_for_half_an_hour(lead):
    now, response = timezone.now(), HttpResponse()
    receipts.issue_cookie(response, lead, shows_pin=True, at=now, secure=True)
    cookies = {receipts.COOKIE: response.cookies[receipts.COOKIE].value}
    end = now + timedelta(minutes=30)
    assert receipts.read_cookie(cookies, at=end - timedelta(seconds=2)).lead_id == lead.pk
    assert receipts.read_cookie(cookies, at=end + timedelta(seconds=2)) is None


@pytest.mark.parametrize("value", ["", "v1", "v1.tests.AAAA", "v1.none.AAAA", "ü.ü.ü", "a.b.c.d"])
def test_a_made_up_cookie_opens_nothing(client, lead, value):
    client.cookies[receipts.COOKIE] = value
    assert "Type the reference and the PIN" in page.text_of(client.get(URL))
    client.cookies[receipts.COOKIE] = crypto.seal_text(str(lead.pk), bound_to="elsewhere")
    assert "Type the reference and the PIN" in page.text_of(client.get(URL))


def test_without_a_cookie_reference_and_pin_open_it(client, lead):
    assert "Type the reference and the PIN" in page.text_of(client.get(URL))
    pin = receipts.shown_pin(lead)
    answer = sign_in(client, lead.reference, pin)
    assert (answer.status_code, answer.headers["Location"]) == (303, URL)
    said = page.text_of(client.get(URL))
    assert lead.reference in said
    # Whoever typed it knows it; whoever looks over their shoulder need not.
    assert pin not in said


def test_reference_and_pin_are_read_as_people_type_them(client, lead):
    pin = receipts.shown_pin(lead)
    bare = lead.reference.replace("-", "").lower().replace("0", "o").replace("1", "l")
    for reference in (lead.reference, bare, f" {bare[:4]} {bare[4:]} "):
        for typed in (pin, f"{pin[:3]} {pin[3:]}", f" {pin[:2]}-{pin[2:4]}-{pin[4:]}\0"):
            assert sign_in(client, reference, typed).status_code == 303


def test_a_wrong_pin_and_a_wrong_reference_look_alike(client, lead):
    pin = receipts.shown_pin(lead)
    other = builders.lead()
    answers = [
        sign_in(client, lead.reference, wrong(pin)),
        sign_in(client, other.reference, pin),
        sign_in(client, "ZZZZ-ZZZZ", pin),
        sign_in(client, "my reference", pin),
    ]
    for answer in answers:
        assert answer.status_code == 422
        assert "Reference and PIN don’t belong together." in page.text_of(answer)
        assert receipts.COOKIE not in answer.cookies


@pytest.mark.parametrize(
    ("reference", "pin"),
    [("", ""), ("x" * 100_000, "1" * 100_000), ("<b>", "{{ 7*7 }}"), ("\0", "½")],
)
def test_nonsense_is_refused_and_shown_again(client, reference, pin):
    answer = sign_in(client, reference, pin)
    assert answer.status_code == 422
    assert page.form_on(answer)["reference"] == reference
    assert b"<b>" not in answer.content


def test_guessing_at_one_reference_is_slowed_down(lead):
    now, pin = timezone.now(), receipts.shown_pin(lead)
    other = builders.lead()
    for _ in range(receipts.TRIES_AT_A_PIN):
        assert find(lead, wrong(pin), at=now) is None
    with pytest.raises(receipts.TooManyTries):
        find(lead, pin, at=now)
    # Another notation does not help.
    with pytest.raises(receipts.TooManyTries):
        receipts.find(lead.reference.lower(), pin, address=HOME, at=now)
    assert find(other, receipts.shown_pin(other), at=now) == other

    almost = now + receipts.PAUSE - timedelta(seconds=1)
    with pytest.raises(receipts.TooManyTries):
        find(lead, pin, at=almost)
    assert find(lead, pin, at=now + receipts.PAUSE) == lead


def guess(lead, *, address: str, at, times: int = 1) -> int:
    """Try wrong PINs; return how many were looked at and not sent away unread."""
    looked_at = 0
    for number in range(times):
        with suppress(receipts.TooManyTries):
            assert find(lead, f"x{number}", address=address, at=at) is None
            looked_at += 1
    return looked_at


def test_strangers_who_guess_keep_no_family_out(lead):
    now, pin = timezone.now(), receipts.shown_pin(lead)
    # From an address that has not guessed the right PIN opens it, time and again.
    for stretch in range(3):
        for number in range(30):
            guess(lead, address=f"198.51.{stretch}.{number}", at=now, times=6)
        with pytest.raises(receipts.TooManyTries):
            find(lead, pin, address="198.51.0.0", at=now)
        assert find(lead, pin, address="203.0.113.1", at=now) == lead
    # One mistake there costs the rest of the pause, and no more.
    for number in range(30):
        guess(lead, address=f"198.51.9.{number}", at=now)
    assert guess(lead, address="203.0.113.1", at=now, times=3) == 1
    with pytest.raises(receipts.TooManyTries):
        find(lead, pin, address="203.0.113.1", at=now)
    assert find(lead, pin, address="203.0.113.1", at=now + receipts.PAUSE) == lead


def test_ten_thousand_guesses_from_one_address_are_a_few(lead):
    now, pin = timezone.now(), receipts.shown_pin(lead)
    assert guess(lead, address=LIBRARY, at=now, times=10_000) == receipts.TRIES_AT_A_PIN
    assert find(lead, pin, at=now) == lead
    assert find(lead, pin, address=LIBRARY, at=now + receipts.PAUSE) == lead


def test_ten_thousand_guesses_from_everywhere_are_a_few(lead):
    now, pin = timezone.now(), receipts.shown_pin(lead)
    addresses = [f"10.{number // 250}.{number % 250}.1" for number in range(2_500)]
    looked_at = sum(guess(lead, address=address, at=now, times=4) for address in addresses)
    assert looked_at == receipts.TRIES_PER_PIN + receipts.NEWCOMERS_PER_PIN
    # Somebody with thousands of addresses can close it for a quarter of an hour at a time ...
    with pytest.raises(receipts.TooManyTries):
        find(lead, pin, at=now)
    assert find(lead, pin, at=now + receipts.PAUSE) == lead
    # ... and staff open it at once.
    new = receipts.issue_new_pin(lead, by=builders.staff(), at=now)
    lead.refresh_from_db()
    assert find(lead, new, at=now) == lead


def test_one_home_has_one_count_whatever_it_calls_itself(lead):
    now, pin = timezone.now(), receipts.shown_pin(lead)
    homes = [f"2001:db8:1:2::{number:x}" for number in range(20)]
    assert sum(guess(lead, address=address, at=now) for address in homes) == 5
    with pytest.raises(receipts.TooManyTries):
        find(lead, pin, address="2001:db8:1:2:abcd::1", at=now)
    assert find(lead, pin, address="2001:db8:2::1", at=now) == lead
    # IPv4 as a socket for both kinds of address writes it.
    assert guess(lead, address="::ffff:198.51.100.9", at=now, times=9) == 5
    assert guess(lead, address="198.51.100.9", at=now, times=9) == 0
    assert find(lead, pin, address="::ffff:198.51.100.10", at=now) == lead


def test_a_right_pin_ends_the_counting(lead):
    now, pin = timezone.now(), receipts.shown_pin(lead)
    for _ in range(3):
        for _ in range(receipts.TRIES_AT_A_PIN - 1):
            assert find(lead, wrong(pin), at=now) is None
        assert find(lead, pin, at=now) == lead


def test_guessing_is_slowed_down_for_one_address(lead):
    now, pin = timezone.now(), receipts.shown_pin(lead)
    for number in range(receipts.TRIES_PER_ADDRESS):
        receipts.find(f"ZZZZ-ZZ{number:02}", pin, address=HOME, at=now)
    with pytest.raises(receipts.TooManyTries):
        find(lead, pin, at=now)
    assert find(lead, pin, address=LIBRARY, at=now) == lead
    assert find(lead, pin, at=now + receipts.PAUSE) == lead


def test_ones_own_right_pin_buys_no_more_guesses(lead):
    now, mine = timezone.now(), builders.lead()
    for number in range(receipts.TRIES_PER_ADDRESS - 1):
        receipts.find(f"ZZZZ-ZZ{number:02}", "000000", address=HOME, at=now)
    assert find(mine, receipts.shown_pin(mine), at=now) == mine
    with pytest.raises(receipts.TooManyTries):
        find(lead, "000000", at=now)


def test_what_others_mistype_stops_nobody(lead):
    now = timezone.now()
    for number in range(receipts.TRIES_AT_A_PIN + 1):
        receipts.find("my reference", "000000", address=f"198.51.100.{number}", at=now)
    assert receipts.find("my reference", "000000", address=HOME, at=now) is None
    assert find(lead, receipts.shown_pin(lead), at=now) == lead


def test_too_many_tries_are_told_with_a_way_out(client, lead):
    pin = receipts.shown_pin(lead)
    for _ in range(receipts.TRIES_AT_A_PIN):
        assert sign_in(client, lead.reference, wrong(pin)).status_code == 422
    answer = sign_in(client, lead.reference, pin)
    assert answer.status_code == 429
    assert "Please wait a quarter of an hour, or call us." in page.text_of(answer)
    assert receipts.COOKIE not in answer.cookies
    assert lead.reference not in str(list(Counter.objects.values()))


def test_a_pin_from_staff_replaces_the_old_one(client, lead):
    old, by = receipts.shown_pin(lead), builders.staff()
    new = receipts.issue_new_pin(lead, by=by, at=timezone.now())
    assert sign_in(client, lead.reference, old).status_code == 422
    assert sign_in(client, lead.reference, new).status_code == 303
    lead.refresh_from_db()
    assert receipts.shown_pin(lead) == ""
    event = AuditEvent.objects.latest("seq")
    assert (event.action, event.by, event.fields) == ("pin_issued", by, "")


def test_a_pin_from_staff_is_not_shown_to_the_browser_that_sent(client):
    send(client)
    lead = Lead.objects.get()
    old = receipts.shown_pin(lead)
    new = receipts.issue_new_pin(lead, by=builders.staff(), at=timezone.now())
    said = page.text_of(client.get(URL))
    assert old not in said
    assert new not in said
    assert "Your PIN" not in said


def test_a_receipt_can_be_closed_at_once(client):
    send(client)
    answer = client.post(URL, {"close": "1"})
    assert answer.headers["Location"] == URL
    cookie = answer.cookies[receipts.COOKIE]
    assert (cookie.value, cookie["path"], cookie["max-age"]) == ("", URL, 0)
    assert "Type the reference and the PIN" in page.text_of(client.get(URL))


def test_a_promise_that_passed_is_not_repeated(client):
    send(client)
    Lead.objects.update(promised_by=timezone.now() - timedelta(minutes=1))
    said = page.text_of(client.get(URL))
    assert "The time we promised is over." in said
    assert "Call 916-555-0100" in said
    assert "What happens next" not in said


def test_a_receipt_follows_what_happens(client):
    send(client)
    assert "We have your request." in page.text_of(client.get(URL))
    Lead.objects.update(first_attempt_at=timezone.now(), status=Status.CONTACTING)
    said = page.text_of(client.get(URL))
    assert "We tried to reach you." in said
    assert "When we call" in said
    Lead.objects.update(reached_at=timezone.now(), status=Status.REACHED)
    said = page.text_of(client.get(URL))
    assert "We have spoken, and we are working on it." in said
    assert "When we call" not in said
    Lead.objects.update(
        status=Status.CLOSED, disposition=Disposition.DECLINED, closed_at=timezone.now()
    )
    said = page.text_of(client.get(URL))
    assert "This request is closed." in said
    assert "Add insurance" not in said
    assert "declined" not in said


def test_a_receipt_of_an_erased_lead_asks_again(client):
    send(client)
    Lead.objects.all().update(form_nonce=None)
    assert "Your PIN" not in page.text_of(client.get(URL))
    with tampering.unguarded():
        tampering.events(Lead.objects.get()).delete()
    Lead.objects.all().delete()
    assert "Type the reference and the PIN" in page.text_of(client.get(URL))
