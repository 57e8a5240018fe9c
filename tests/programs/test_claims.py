"""Which words promise a result, and what makes them harmless."""

import pytest

from programs.claims import unsourced


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("We guarantee that you stay sober.", ["guarantee"]),
        ("Recovery, guaranteed!", ["guaranteed"]),
        ("Guaranteeing a better life", ["Guaranteeing"]),
        ("A **guaranteed** result.", ["guaranteed"]),
        ("Our method cures addiction.", ["cures"]),
        ("Be cured in 30 days. Curing is easy.", ["cured", "Curing"]),
        ("Addiction is curable", ["curable"]),
        ("Works 100% of the time", ["100%"]),
        ("100 % private", ["100 %"]),
        ("We are 100 percent certain.", ["100 percent"]),
        ("The #1 rehab of California", ["#1"]),
        ("California's number one choice", ["number one"]),
        ("Our success rate is high.", ["success rate"]),
        ("Successful rates, high rates of success", ["Successful rates", "rates of success"]),
        ("90% success after a year", ["90% success"]),
        ("A\nsuccess\nrate like no other", ["success rate"]),
        ("Not only do we help, we guarantee it.", ["guarantee"]),
        ("No other center guarantees this.", ["guarantees"]),
        ("There is no doubt that we cure.", ["cure"]),
        ("We do not judge. We cure.", ["cure"]),
        ("Looking for the #1 rehab?", ["#1"]),
        ("Garantizamos que curamos la adicción.", ["Garantizamos", "curamos"]),
        ("Recuperación garantizada. Nuestro método cura.", ["garantizada", "cura"]),
        ("Una cura para siempre, 100 % segura", ["cura", "100 %"]),
        ("El centro n.º 1, el número uno, nº1", ["n.º 1", "número uno", "nº1"]),
        (
            "Nuestra tasa de éxito y nuestros índices de éxito",
            ["tasa de éxito", "índices de éxito"],
        ),
    ],
)
def test_a_promise_is_found_in_its_obvious_forms(text, words):
    assert list(unsourced(text)) == words


@pytest.mark.parametrize(
    "text",
    [
        "A verification of benefits is not a guarantee of payment.",
        "No program can promise or guarantee an outcome.",
        "Nobody can guarantee that.",
        "We don't guarantee an outcome, and we don\N{RIGHT SINGLE QUOTATION MARK}t cure anybody.",
        "There is no cure, but there is recovery.",
        "This is not a \N{LEFT DOUBLE QUOTATION MARK}cure\N{RIGHT DOUBLE QUOTATION MARK}.",
        "Care without a guarantee.",
        "We publish no success rate.",
        "Can you guarantee that treatment works?",
        "What is your success rate?",
        "A secure, obscure procedure at 1100 percent zoom.",
        "# 1. What to bring",
        "Room #12",
        "Success takes time; rates are on the next page.",
        "No es una garantía de pago.",
        "Nadie puede garantizar un resultado.",
        "¿Pueden garantizar que el tratamiento funciona?",
        "¿Cuál es su tasa de éxito?",
        "Hay que procurar descanso; las heridas cicatrizan. Habitación n.º 12.",
    ],
)
def test_denials_questions_and_other_words_claim_nothing(text):
    assert list(unsourced(text)) == []


@pytest.mark.parametrize(
    "source",
    [
        "(Source: SAMHSA, 2023)",
        "Sources: two reviews, listed below.",
        "[the study](https://example.org/study)",
        "<https://example.org/study>",
    ],
)
def test_a_source_in_the_same_paragraph_carries_the_claim_and_no_other(source):
    assert list(unsourced(f"The success rate was 40 of 100. {source}")) == []
    assert list(unsourced(f"The success rate was 40.\n\n{source}")) == ["success rate"]


def test_a_link_within_the_site_is_no_source():
    assert list(unsourced("Our [success rate](/programs/)")) == ["success rate"]
