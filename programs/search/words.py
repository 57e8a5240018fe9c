"""Words as the search sees them: without accents or capitals, and cut to their stems.

All in the language that is being spoken. One that is not in the table below is searched by
whole words.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

import snowballstemmer

from programs import languages


class Grammar(NamedTuple):
    """A language's stemmer, the words that mean nothing, and endings written with an accent."""

    stemmer: str
    stop_words: frozenset[str]
    accented: tuple[re.Pattern, str] | None = None


EN_STOP_WORDS = """
    a about am an and any are as at be been but by can could did do does for from had has have
    he her hers him his how i if in into is it its me my no not of on or our ours she should so
    some than that the their them then there these they this to too us was we were what when
    where which who whom why will with would you your yours
"""
ES_STOP_WORDS = """
    a al algo ante antes asi aunque cada como con cual cuales cuando de del desde donde e el ella
    ellas ellos en entre era es esa ese eso esta estan estar este esto estoy fue ha han hay he la
    las le les lo los mas me mi mis mucho muy ni no nos nosotros o os otra otro para pero por
    porque pues que quien se ser si sin sobre son soy su sus tal tambien te tengo ti tiene tienen
    tu tus u un una uno unos usted ustedes y ya yo
"""
GRAMMARS = {
    "en": Grammar("english", frozenset(EN_STOP_WORDS.split())),
    # The stemmer looks for accents that people leave out: rehabilitacion, rehabilitaciones.
    "es": Grammar(
        "spanish", frozenset(ES_STOP_WORDS.split()), (re.compile("([cs])ion$"), r"\1ión")
    ),
}
NO_GRAMMAR = Grammar("", frozenset())

# Letters and digits with their combining accents; an apostrophe may stand inside.
WORD = re.compile(r"(?:[^\W_]|[\u0300-\u036f])+(?:['\u2019](?:[^\W_]|[\u0300-\u036f])+)*")

# As long as the index column.
MAX_STEM = 40


def counts(word: str) -> bool:
    """Whether the word says what is looked for."""
    return fold(word) not in _grammar(languages.current()).stop_words


def fold(word: str) -> str:
    """Return the word without accents, capitals or curly apostrophes."""
    decomposed = unicodedata.normalize("NFKD", word.casefold().replace("\u2019", "'"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))[:MAX_STEM]


def stem(folded: str) -> str:
    """Return the stem of a folded word. What visitors type passes here and is not kept."""
    return _stem(folded, languages.current())


def terms(word: str) -> frozenset[str]:
    """Return what a word of a page is indexed under: its stem, and itself for half-typed words."""
    return _terms(word, languages.current())


@lru_cache(maxsize=20_000)
def _terms(word: str, language: str) -> frozenset[str]:
    folded = fold(word)
    return frozenset({folded, _stem(folded, language)} - {""})


def _stem(folded: str, language: str) -> str:
    grammar = _grammar(language)
    if not grammar.stemmer:
        return folded
    if grammar.accented:
        ending, accented = grammar.accented
        folded = ending.sub(accented, folded)
    # A stemmer keeps its state, so threads must not share one.
    return fold(snowballstemmer.stemmer(grammar.stemmer).stemWord(folded))


def _grammar(language: str) -> Grammar:
    return GRAMMARS.get(language, NO_GRAMMAR)
