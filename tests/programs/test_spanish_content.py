"""The Spanish content says what the English content says: part for part, fact for fact."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from programs import claims

ROOT = Path(__file__).parents[2]
FOLDERS = (ROOT / "programs/content", ROOT / "intake/content")
# Names of insurers are the same in every language; words people type have no twins.
ENGLISH_ALONE = {"carriers.toml"}
OWN_WORDS = {"synonyms.toml"}
# What a reader reads. All other values are codes, and the same in every language.
WORDS = {
    *("name", "short_name", "tagline", "summary", "title", "introduction", "description"),
    *("level_name", "level_edition", "supervision", "length_note", "crisis_wording"),
    *("note", "text", "hint", "says", "ask", "question", "answer", "body"),
}
SAME_EVERYWHERE = {"Restoration Recovery Center", "Sacramento", "IOP", "PHP", "No"}
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
LINK = re.compile(r"\]\(([^)]+)\)")
BLOCK = re.compile(r"\n\s*\n")
MARK = re.compile(r"^(#{2,6}|[-*]|\d+\.)? *(\*\*)?")
# "Around the clock" is "las 24 horas"; the crisis line answers Spanish after a 2, and to AYUDA.
MAY_BE_ADDED = {"24", "2", "988"}


def pairs() -> list:
    return [
        pytest.param(english, folder / "es" / english.relative_to(folder / "en"), id=english.name)
        for folder in FOLDERS
        for english in sorted((folder / "en").rglob("*.*"))
        if english.name not in ENGLISH_ALONE | OWN_WORDS
    ]


def values(path: Path) -> dict:
    """Return a file's values; a text below the front matter is its `body`."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".toml":
        return tomllib.loads(text)
    _, front, body = text.split("+++\n", 2)
    return tomllib.loads(front) | {"body": body}


def leaves(value, where: str = "") -> Iterator[tuple[str, object]]:
    """Yield (place, value) for each value in the file, in order."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{where}.{key}")
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for place, inner in enumerate(value):
            yield from leaves(inner, f"{where}[{place}]")
    else:
        yield where, value


def is_read(where: str) -> bool:
    """Say whether readers see what stands there; a reason's `answer` is one of the guide's."""
    return where.split(".")[-1] in WORDS and not re.fullmatch(r"\.criteria\[\d+\]\.answer", where)


def texts(path: Path) -> dict[str, str]:
    return {where: text for where, text in leaves(values(path)) if is_read(where)}


def shape(text: str) -> list[list[str]]:
    """Return, for each block of a Markdown text, how each of its lines begins."""
    return [[MARK.match(line)[0] for line in block.splitlines()] for block in BLOCK.split(text)]


@pytest.mark.parametrize(("english", "spanish"), pairs())
def test_spanish_says_the_same(english, spanish):
    said = texts(spanish)
    for where, text in texts(english).items():
        assert said[where] != text or text in SAME_EVERYWHERE, f"{where} is still in English"
        assert shape(said[where]) == shape(text), f"{where} has other parts"
        assert LINK.findall(said[where])[:1] == LINK.findall(text)[:1], where
        assert set(LINK.findall(said[where])) == set(LINK.findall(text)), f"{where} links elsewhere"
        facts, told = set(NUMBER.findall(text)), set(NUMBER.findall(said[where]))
        assert not facts - told, f"{where} lacks a number"
        assert not told - facts - MAY_BE_ADDED, f"{where} has a number that is not in English"


@pytest.mark.parametrize(("english", "spanish"), pairs())
def test_only_the_words_differ(english, spanish):
    codes = [
        [(where, None if is_read(where) else value) for where, value in leaves(values(path))]
        for path in (english, spanish)
    ]
    assert codes[0] == codes[1]


@pytest.mark.parametrize(("english", "spanish"), pairs())
def test_spanish_claims_nothing(english, spanish):
    del english
    for where, text in texts(spanish).items():
        assert not list(claims.unsourced(text)), where


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_no_spanish_file_stands_alone(folder):
    english, spanish = (
        {path.relative_to(folder / language) for path in (folder / language).rglob("*.*")}
        for language in ("en", "es")
    )
    assert {path.name for path in english - spanish} <= ENGLISH_ALONE
    assert not spanish - english


def test_who_calls_988_hears_how_to_be_answered_in_spanish():
    for folder in FOLDERS:
        for path in (folder / "es").rglob("*.*"):
            for block in BLOCK.split(path.read_text(encoding="utf-8")):
                if "[988](" in block:
                    assert "marque 2 para español" in block, path.name
