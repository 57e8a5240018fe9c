"""What people call things, and the words our pages use for them: `content/…/synonyms.toml`."""

import tomllib
from functools import lru_cache
from pathlib import Path

from programs import languages
from programs.search import words

CONTENT = Path(__file__).parent.parent / "content"
# Words in the longest name on the left side.
LONGEST = 3


def table() -> dict[tuple[str, ...], frozenset[str]]:
    """Return the stems of each name and the stems of the words it stands for."""
    return _table(languages.current())


@lru_cache
def _table(language: str) -> dict[tuple[str, ...], frozenset[str]]:
    try:
        text = (CONTENT / language / "synonyms.toml").read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    return {_stems(name): frozenset(_stems(meant)) for name, meant in tomllib.loads(text).items()}


def names() -> list[str]:
    """Return the single words that people may type, stemmed."""
    return [name[0] for name in table() if len(name) == 1]


def meant_by(stems: list[str]) -> list[frozenset[str]]:
    """Return, for each of the stems in a row, the stems of other words meant by it."""
    meant = [frozenset()] * len(stems)
    for start in range(len(stems)):
        for end in range(start + 1, min(start + LONGEST, len(stems)) + 1):
            others = table().get(tuple(stems[start:end]), frozenset())
            for place in range(start, end):
                meant[place] |= others
    return meant


def _stems(text: str) -> tuple[str, ...]:
    return tuple(words.stem(words.fold(word)) for word in words.WORD.findall(text))
