"""Whatever is typed into whatever field: it comes back as it was, and does nothing else."""

import pytest

from intake.models import Lead
from tests import builders, page

pytestmark = pytest.mark.usefixtures("front_door")

CALLBACK, INSURANCE = "/callback/", "/insurance/"
FORMS = {CALLBACK: builders.callback_form, INSURANCE: builders.insurance_form}
ONE_LINE = ("name", "ask_for")
TYPED = ("name", "email", "ask_for", "if_someone_else", "message")
CARD_TYPED = ("carrier_other", "member_id", "group_number", "carrier_phone", "patient_name",
              "birth_date", "holder_name", "holder_birth_date")  # fmt: skip
CHOSEN = ("for_whom", "relationship", "adult", "program", "window", "timezone", "language",
          "heard_from")  # fmt: skip
CARD_CHOSEN = ("carrier", "plan_type", "holder_relationship")
# No field's text is meant for a phone, so the form is always shown again.
EVERY_TYPED = [(CALLBACK, ("phone", *TYPED)), (INSURANCE, ("phone", *TYPED, *CARD_TYPED))]
EVERY_CHOSEN = [(CALLBACK, CHOSEN), (INSURANCE, (*CHOSEN, *CARD_CHOSEN))]

MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><b>{{ 7*7 }}{% debug %}${7*7}"
NASTY = {
    "markup": MARKUP,
    "null": "a\0b",
    "controls": "a\x01\x1b[31m\x7f\u202eb",
    "emoji": "👩‍👩‍👧‍👦🙏🏽" * 3,
    "right to left": "مرحبا שלום",
    "formula": "=HYPERLINK(1)",
    "format": "%s %(name)s {0} {name}",
    "quotes": "'; DROP TABLE intake_lead; --",
    "halves": "\ufffd\ufffe\uffff",
}


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
@pytest.mark.parametrize(("url", "names"), EVERY_TYPED, ids=FORMS)
def test_it_comes_back_as_it_was_typed(client, url, names, text):
    data = FORMS[url](client, **dict.fromkeys(names, text))
    answer = client.post(url, data)
    assert answer.status_code == 422
    assert page.typed(page.form_on(answer)) == page.typed(data)
    assert not Lead.objects.exists()
    html = answer.content.decode()
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert "<b>" not in html
    assert "49" not in page.text_of(answer)


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "{{ 7*7 }}", "\0", "x" * 100_000])
@pytest.mark.parametrize(("url", "names"), EVERY_CHOSEN, ids=FORMS)
def test_what_is_in_no_list_is_asked_for_again(client, url, names, text):
    data = FORMS[url](client, **dict.fromkeys(names, text), message="Sentinel", name="Ann")
    answer = client.post(url, data)
    assert answer.status_code == 422
    said = page.text_of(answer)
    assert said.count("Please choose one from the list.") >= 2 * (len(names) - 1)
    assert "<script>alert" not in answer.content.decode()
    again = page.form_on(answer)
    assert (again["message"], again["name"]) == ("Sentinel", "Ann")
    assert not Lead.objects.exists()


@pytest.mark.parametrize("character", ["x", "é", "🙏"])
@pytest.mark.parametrize("name", ["phone", *TYPED])
def test_a_field_of_100000_characters_is_explained_and_kept(client, name, character):
    data = builders.callback_form(client, **builders.CONTACT | {name: character * 100_000})
    answer = client.post(CALLBACK, data)
    assert answer.status_code == 422
    said = page.text_of(answer)
    assert "Please shorten this to" in said
    assert "It has 100000 now." in said
    assert page.typed(page.form_on(answer)) == page.typed(data)
    assert not Lead.objects.exists()


@pytest.mark.parametrize(
    "name", sorted({*CARD_TYPED} - {"birth_date", "holder_birth_date"} | {"message"})
)
def test_a_card_field_of_100000_characters_is_explained_and_kept(client, name):
    data = builders.insurance_form(client, **{name: "x" * 100_000})
    answer = client.post(INSURANCE, data)
    assert answer.status_code == 422
    assert "Please shorten this to" in page.text_of(answer)
    assert page.typed(page.form_on(answer)) == page.typed(data)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (MARKUP, MARKUP),
        ("a\0b\x1b[31m", "ab[31m"),
        ("👩‍👩‍👧‍👦🙏🏽", "👩‍👩‍👧‍👦🙏🏽"),
        ("مرحبا שלום", "مرحبا שלום"),
        # What turns the direction of the text after it is taken out; the text stays.
        ("\u202eAnn\u202c", "Ann"),
        ("می‌خواهم", "می‌خواهم"),
        ("O’Brien d'Arc", "O’Brien d'Arc"),
        ("X", "X"),
        ("李", "李"),
        ("  Ann\t\u00a0Marie \n", "Ann Marie"),
        ("Nguyễn Thị", "Nguyễn Thị"),
    ],
)
def test_a_name_is_kept_whatever_its_script(client, typed, kept):
    data = builders.callback_form(client, **dict.fromkeys((*ONE_LINE, "message"), typed))
    assert client.post(CALLBACK, data).status_code == 303
    lead = Lead.objects.get()
    assert (lead.name, lead.ask_for) == (kept, kept)


def test_a_message_keeps_its_lines(client):
    client.post(CALLBACK, builders.callback_form(client, message=" one\r\n\r\n\ttwo\rthree\0 "))
    assert Lead.objects.get().callbacks.get().message == "one\n\n\ttwo\nthree"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("zora@mail.example", "zora@mail.example"),
        (" Zora+help@MAIL.example\0 ", "Zora+help@MAIL.example"),
        ("zora@münchen.example", "zora@münchen.example"),
        ("o'sentinel@mail.example", "o'sentinel@mail.example"),
    ],
)
def test_an_email_address_is_kept(client, typed, kept):
    client.post(CALLBACK, builders.callback_form(client, email=typed))
    assert Lead.objects.get().email == kept


@pytest.mark.parametrize("typed", ["zora@", "zora", "zora@mail", "a@b@c.example", "@", "a b@c.de,"])
def test_an_email_address_that_cannot_be_is_explained(client, typed):
    answer = client.post(CALLBACK, builders.callback_form(client, email=typed))
    assert answer.status_code == 422
    assert "This email address seems incomplete" in page.text_of(answer)
    assert page.form_on(answer)["email"] == typed


def test_fields_nobody_asked_for_are_ignored(client):
    extra = {
        "status": "closed",
        "owner": "1",
        "reference": "AAAA-AAAA",
        "is_adult": "no",
        "id": "1",
    }
    client.post(CALLBACK, builders.callback_form(client, **extra))
    lead = Lead.objects.get()
    assert (lead.status, lead.owner, lead.is_adult) == ("new", None, "")
    assert lead.reference != "AAAA-AAAA"


def test_the_words_of_consent_are_text_and_no_markup(client):
    builders.ConsentText.objects.update(text="Q&A <b>bold</b> {{ 7*7 }}")
    html = client.get(INSURANCE).content.decode()
    assert "<b>" not in html
    assert html.count("Q&amp;A &lt;b&gt;bold&lt;/b&gt; {{ 7*7 }}") == 5
