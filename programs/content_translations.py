"""Puts the texts of a language's content files beside the English ones they translate.

A translation has the same files as `content/en/`, with the same parts in the same order; only
what people read differs. What it leaves out stands in English until somebody translates it.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from django.core.management import CommandError
from django.db.models import Model

from programs import content_files, languages
from programs.loading import Unit


def add(units: Iterable[Unit], folder: Path, language: str) -> None:
    """Give the rows of the English units their texts in that language."""
    english = {_place(unit): unit for unit in units}
    for unit in content_files.read_translation(folder):
        if _place(unit) not in english:
            raise CommandError(f"{unit.key}: there is nothing in English that this translates")
        for row, translated in _pairs(english[_place(unit)], unit):
            for name in languages.texts(type(row)):
                said = languages.said(translated, name, languages.DEFAULT)
                setattr(row, languages.in_language(name, language), said or None)


def _place(unit: Unit) -> str:
    """Return the unit's key without its language."""
    return unit.key.partition("/")[2]


def _pairs(english: Unit, translated: Unit) -> Iterator[tuple[Model, Model]]:
    if english.row is not None:
        yield english.row, translated.row
    for name, rows in english.children.items():
        theirs = translated.children[name]
        if [_name(row) for row in rows] != [_name(row) for row in theirs]:
            raise CommandError(
                f"{translated.key}: {name} are not the same, one by one, as in {english.key}"
            )
        yield from zip(rows, theirs, strict=True)


def _name(row: Model) -> str:
    """Return what has to be the same in both: the name of an answer; else only the number."""
    return getattr(row, "slug", "")
