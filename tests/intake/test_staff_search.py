"""How staff find a person, without a personal word in any address."""

from datetime import timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from intake import crypto, lookup, workflow
from intake.admin import search
from intake.choices import Disposition
from intake.models import Lead
from tests import builders, page
from tests.intake import desk

MARIA = {
    "name": "María-José O’Brien",
    "patient_name": "Thaddeus Brien",
    "email": "Maria.OBrien@example.org",
    "phone": "+19165550142",
    "phone_typed": "916.555.0142",
}
NOTHING = "Search for a phone number, its last four digits"
OVER = "This search is over. Please search again."


@pytest.fixture
def ada(client, db):
    builders.center()
    return desk.sign_in(client)


@pytest.fixture
def maria(ada):
    """Her lead among others."""
    for number in range(3):
        builders.lead(name=f"Somebody Else {number}")
    return builders.lead(**MARIA)


def search_for(client, words: str):
    """Search as the form does, and return the page of results."""
    return client.post(desk.SEARCH, {"words": words}, follow=True)


@pytest.mark.parametrize(
    "words",
    [
        "(916) 555-0142",
        "916.555.0142",
        "+1 916 555 0142",
        "9165550142",
        "916-555-0142 x12",
        "0142",
        "maria.obrien@EXAMPLE.org",
        " Maria.OBrien@example.org ",
        "mar",
        "Maria",
        "MARÍA JOSÉ",
        "obrien",
        "O'Brien",
        "Brien Maria",
        "Thaddeus",
        "thad",
    ],
)
def test_a_person_is_found_by_what_the_caller_says(client, maria, words):
    assert desk.listed(search_for(client, words)) == [maria.reference]


@pytest.mark.parametrize("write", [str, str.lower, lambda text: text.replace("-", " ")])
def test_a_lead_is_found_by_its_reference(client, maria, write):
    assert desk.listed(search_for(client, write(maria.reference))) == [maria.reference]


def test_letters_that_could_be_a_reference_find_the_name_too(client, ada):
    lead = builders.lead(name="Michelle")
    assert desk.listed(search_for(client, "Michelle")) == [lead.reference]


@pytest.mark.parametrize("words", ["916-555-0143", "0143", "maria@example.org", "Mario", "arí"])
def test_somebody_else_is_not_found(client, maria, words):
    response = search_for(client, words)
    assert not desk.listed(response)
    assert "Nobody was found." in page.text_of(response)


def test_ended_leads_are_found_as_well(client, ada, maria):
    spam = Disposition.SPAM
    workflow.close(maria, version=1, by=ada, at=timezone.now(), disposition=spam)
    assert maria.reference not in desk.listed(client.get(desk.QUEUE))
    response = search_for(client, "Maria")
    assert desk.listed(response) == [maria.reference]
    assert "All open" not in page.text_of(response)


def test_a_search_for_nothing_is_the_plain_queue(client, ada, maria):
    spam = Disposition.SPAM
    workflow.close(maria, version=1, by=ada, at=timezone.now(), disposition=spam)
    everybody = desk.listed(client.get(desk.QUEUE))
    assert desk.listed(client.get(desk.QUEUE, {search.PARAMETER: ""})) == everybody


def test_a_search_can_be_narrowed_by_the_filters(client, ada, maria):
    other = builders.lead(name="Maria Luz")
    workflow.claim(maria, version=1, by=ada, at=timezone.now())
    address = search_for(client, "Maria").redirect_chain[-1][0]
    assert desk.listed(client.get(f"{address}&show=mine")) == [maria.reference]
    assert desk.listed(client.get(f"{address}&show=unclaimed")) == [other.reference]


@pytest.mark.parametrize("words", ["", "  ", "Li", "Li Wu", "12", "\0", "!?"])
def test_too_little_to_search_for_is_said_kindly(client, maria, words):
    response = search_for(client, words)
    assert NOTHING in page.text_of(response)
    assert response.redirect_chain == [(desk.QUEUE, 302)]


@pytest.mark.parametrize(
    "words", ["a" * 100_000, "عبد الله", "🙂🙂🙂🙂", "%' OR 1=1 --", "<b>bold</b>", "@", "++++"]
)
def test_odd_words_find_nobody_and_break_nothing(client, maria, words):
    response = search_for(client, words)
    assert response.status_code == 200
    if "found=" in response.redirect_chain[0][0]:
        assert not desk.listed(response)


@pytest.mark.parametrize("words", ["Thaddeus", "9165550142", "Maria.OBrien@example.org"])
def test_no_address_on_the_way_carries_a_word_or_a_number(client, ada, words):
    program = builders.program()
    for number in range(30):
        builders.lead(nonce=str(number), program=program, **MARIA)
    response = search_for(client, words)
    assert len(desk.listed(response)) == 25
    links = [response.redirect_chain[0][0], *desk.links_on(response)]
    assert sum("found" in link for link in links) > 25
    typed = [words, words.casefold(), words[:8].casefold(), "5550142", "555-0142"]
    for link in links:
        for _round in range(3):
            assert not [word for word in typed if word in link.casefold()]
            link = unquote(link)
    for address in response.redirect_chain:
        assert set(parse_qs(urlsplit(address[0]).query)) == {search.PARAMETER}


def test_the_result_keeps_the_search_through_paging_filters_and_leads(client, ada):
    for number in range(30):
        builders.lead(nonce=str(number), **MARIA)
    builders.lead(name="Somebody Else")
    response = search_for(client, "Maria")
    links = desk.links_on(response)
    second = next(link for link in links if "p=2" in link and "found=" in link)
    assert len(desk.listed(client.get(desk.QUEUE + second))) == 5
    mine = next(link for link in links if "show=mine" in link)
    assert desk.listed(client.get(desk.QUEUE + mine)) == []
    to_lead = next(link for link in links if "/change/" in link and "found" in link)
    assert client.get(to_lead).status_code == 200
    assert desk.QUEUE in links  # the way back to the whole queue


def test_of_a_name_that_very_many_have_the_newest_are_found(client, ada, monkeypatch):
    now = timezone.now()
    found = [
        builders.lead(nonce=str(days), at=now - timedelta(days=days), **MARIA).reference
        for days in range(4)
    ]
    other = builders.lead(nonce="other", name="Maria Lopez", at=now - timedelta(days=9))
    # Written anew, as when a key is changed, they are no newer.
    lookup.refresh(other)
    monkeypatch.setattr(lookup, "MOST", 3)
    response = search_for(client, "Maria")
    assert set(desk.listed(response)) == set(found[:3])
    assert "only the newest 3 of them" in page.text_of(response)
    # What is said beside it counts before the newest are taken.
    response = search_for(client, "Maria Lopez")
    assert desk.listed(response) == [other.reference]
    assert "only the newest" not in page.text_of(response)


def test_a_reference_is_meant_as_one_where_a_lead_has_it_and_as_a_name_else(client, ada):
    lead = builders.lead(nonce="lead", name="Somebody")
    named = builders.lead(nonce="named", name="Abernath Example")
    assert desk.listed(search_for(client, "Abernath")) == [named.reference]
    Lead.objects.filter(pk=lead.pk).update(reference="ABER-NATH")
    assert desk.listed(search_for(client, "Abernath")) == ["ABER-NATH"]


def test_what_was_searched_for_stands_neither_on_the_page_nor_in_the_session(client, maria):
    response = search_for(client, "Thaddeus")
    assert "thaddeus" not in response.content.decode().casefold()
    assert "thaddeus" not in str(dict(client.session)).casefold()
    assert "thaddeus" not in str(client.cookies).casefold()


def test_words_in_an_address_find_nothing(client, maria):
    assert client.get(desk.SEARCH, {"words": "Maria"}).status_code == 405
    everybody = desk.listed(client.get(desk.QUEUE))
    assert desk.listed(client.get(desk.QUEUE, {"q": "Thaddeus"}, follow=True)) == everybody


def token_of(client, words: str) -> str:
    address = client.post(desk.SEARCH, {"words": words}).url
    return parse_qs(urlsplit(address).query)[search.PARAMETER][0]


def assert_search_is_over(client, token: str):
    response = client.get(desk.QUEUE, {search.PARAMETER: token}, follow=True)
    assert response.redirect_chain == [(desk.QUEUE, 302)]
    assert OVER in page.text_of(response)


def test_the_search_of_a_colleague_is_not_shown(client, maria):
    token = token_of(client, "Maria")
    desk.sign_in(client, "ben")
    assert_search_is_over(client, token)


def test_a_search_ends_after_its_time(client, ada, maria):
    long_ago = timezone.now() - search.LIFETIME - timedelta(seconds=1)
    token, _ = search.token("Maria", region="US", user=ada, at=long_ago)
    assert_search_is_over(client, token)
    just_now = timezone.now() - search.LIFETIME + timedelta(minutes=1)
    token, _ = search.token("Maria", region="US", user=ada, at=just_now)
    assert desk.listed(client.get(desk.QUEUE, {"found": token})) == [maria.reference]


def test_a_token_that_was_tampered_with_opens_nothing(client, maria):
    token = token_of(client, "Maria")
    middle = len(token) // 2
    changed = "A" if token[middle] != "A" else "B"
    assert_search_is_over(client, token[:middle] + changed + token[middle + 1 :])
    assert_search_is_over(client, token[:-8])


def test_something_sealed_for_another_purpose_opens_nothing(client, maria):
    assert_search_is_over(client, crypto.seal_text("{}", bound_to="cookie:receipt"))


def test_the_search_is_for_admissions_alone(client, db):
    builders.lead(**MARIA)
    assert client.post(desk.SEARCH, {"words": "Maria"}).url.startswith("/admin/login/")
    desk.sign_in(client, "eve", "Content editors")
    assert client.post(desk.SEARCH, {"words": "Maria"}).status_code == 403


def test_a_search_from_another_site_is_refused(db):
    client = Client(enforce_csrf_checks=True)
    builders.center()
    desk.sign_in(client)
    assert client.post(desk.SEARCH, {"words": "Maria"}).status_code == 403


def test_a_search_costs_no_more_than_the_list(client, maria, django_assert_max_num_queries):
    token = token_of(client, "Maria José Brien")
    with django_assert_max_num_queries(12):
        response = client.get(desk.QUEUE, {search.PARAMETER: token})
    assert desk.listed(response) == [maria.reference]
    assert Lead.objects.count() == 4
