"""Words as the search sees them: without accents or capitals, and cut to their stems."""

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

LANGUAGE = "en"
STEMMER = "english"

# Letters and digits with their combining accents; an apostrophe may stand inside.
WORD = re.compile(r"(?:[^\W_]|[\u0300-\u036f])+(?:['\u2019](?:[^\W_]|[\u0300-\u036f])+)*")

# As long as the index column.
MAX_STEM = 40

STOP_WORDS = frozenset(
    """
    a about am an and any are as at be been but by can could did do does for from had has have
    he her hers him his how i if in into is it its me my no not of on or our ours she should so
    some than that the their them then there these they this to too us was we were what when
    where which who whom why will with would you your yours
    """.split()  # noqa: SIM905  (a list of words reads best as words)
)


def fold(word: str) -> str:
    """Return the word without accents, capitals or curly apostrophes."""
    decomposed = unicodedata.normalize("NFKD", word.casefold().replace("\u2019", "'"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))[:MAX_STEM]


def stem(folded: str) -> str:
    """Return the stem of a folded word. What visitors type passes here and is not kept."""
    # A stemmer keeps its state, so threads must not share one.
    return snowballstemmer.stemmer(STEMMER).stemWord(folded)[:MAX_STEM]


@lru_cache(maxsize=20_000)
def terms(word: str) -> frozenset[str]:
    """Return what a word of a page is indexed under: its stem, and itself for half-typed words."""
    folded = fold(word)
    return frozenset({folded, stem(folded)} - {""})
