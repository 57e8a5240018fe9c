"""Puts content files into the database, and never over an editor's work.

The rule is in `_load`: rows that are as they were loaded follow their file; rows that staff
have edited or deleted are left alone, and so are rows that no file ever made. A language that
is new comes to edited rows too, once, wherever the English is still that of the file.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import models

from programs import languages
from programs.models import GuideAnswer, LoadedContent, Program, Question


@dataclass
class Unit:
    """Rows that are loaded, and edited, together: a row and what hangs on it.

    Without a row of its own it holds the questions of the center.
    """

    key: str
    row: models.Model | None
    children: dict[str, list[models.Model]] = field(default_factory=dict)
    programs: list[str] = field(default_factory=list)


def load(units: Iterable[Unit]) -> Counter:
    """Load the units and return how many were created, updated, unchanged or kept."""
    return Counter(_load(unit) for unit in units)


def _load(unit: Unit) -> str:
    loaded = LoadedContent.objects.filter(key=unit.key).first()
    stored = _stored(unit)
    if loaded is None:
        if stored.row is not None or any(stored.children.values()):
            return "kept"
        _write(unit, over=stored)
        LoadedContent.objects.create(key=unit.key, digest=_digest(_stored(unit)))
        _news(unit)
        return "created"
    if _digest(stored) != loaded.digest:
        filled = [_fill(unit, stored, language) for language in _news(unit)]
        return "updated" if any(filled) else "kept"
    if _digest(unit) == loaded.digest:
        return "unchanged"
    _write(unit, over=stored)
    loaded.digest = _digest(_stored(unit))
    loaded.save()
    _news(unit)
    return "updated"


def _news(unit: Unit) -> list[str]:
    """Return the languages in which the unit was never loaded before, and remember them."""
    place = unit.key.partition("/")[2]
    return [
        language
        for language in languages.others()
        if any(_texts(row, language) for row in _rows(unit))
        and LoadedContent.objects.get_or_create(key=f"{language}/{place}")[1]
    ]


def _fill(unit: Unit, stored: Unit, language: str) -> bool:
    """Give edited rows their first texts in a language; say whether there were any.

    A text is filled in where nobody has written one, and its English is word for word the one
    that was translated.
    """
    translations = {
        (type(row), name, languages.said(row, name, languages.DEFAULT)): text
        for row in _rows(unit)
        for name, text in _texts(row, language).items()
    }
    is_filled = False
    for row in _rows(stored):
        found = {
            languages.in_language(name, language): translations.get(
                (type(row), name, languages.said(row, name, languages.DEFAULT))
            )
            for name in languages.texts(type(row))
            if not languages.said(row, name, language)
        }
        if found := {name: text for name, text in found.items() if text}:
            for name, text in found.items():
                setattr(row, name, text)
            row.save()
            is_filled = True
    return is_filled


def _rows(unit: Unit) -> list[models.Model]:
    own = [] if unit.row is None else [unit.row]
    return [*own, *(row for rows in unit.children.values() for row in rows)]


def _texts(row: models.Model, language: str) -> dict[str, str]:
    """Return what a row says in that language, by the names of its texts."""
    said = {name: languages.said(row, name, language) for name in languages.texts(type(row))}
    return {name: text for name, text in said.items() if text}


def _stored(unit: Unit) -> Unit:
    """Return the unit as it stands in the database."""
    if unit.row is None:
        return Unit(unit.key, None, {"questions": list(Question.objects.filter(program=None))})
    identity = "slug" if hasattr(unit.row, "slug") else "pk"
    row = type(unit.row).objects.filter(**{identity: getattr(unit.row, identity)}).first()
    if row is None:
        return Unit(unit.key, None)
    children = {name: list(getattr(row, name).all()) for name in unit.children}
    has_programs = hasattr(row, "programs")
    programs = list(row.programs.values_list("slug", flat=True)) if has_programs else []
    return Unit(unit.key, row, children, programs)


def _write(unit: Unit, *, over: Unit) -> None:
    if unit.row is not None:
        if over.row is not None:
            unit.row.pk = over.row.pk
        unit.row.save(force_update=over.row is not None)
        if hasattr(unit.row, "programs"):
            unit.row.programs.set(Program.objects.filter(slug__in=unit.programs))
    for name, rows in unit.children.items():
        old = over.children.get(name, [])
        # Rows with a name of their own are kept: others may hang on them.
        named = {one.slug: one.pk for one in old if hasattr(one, "slug")}
        for row in rows:
            row.pk = named.get(getattr(row, "slug", None))
        kept = {row.pk for row in rows}
        for one in old:
            if one.pk not in kept:
                one.delete()
        for row in rows:
            if unit.row is not None:
                parent = unit.row._meta.get_field(name).field.name
                setattr(row, parent, unit.row)
            if answer := getattr(row, "guide_answer", None):
                row.guide_answer = GuideAnswer.objects.filter(slug=answer.slug).first()
            row.save()


def _digest(unit: Unit) -> str:
    """Return a fingerprint of what the unit says, the same for files and for rows."""
    content = {
        "row": unit.row and _said(unit.row),
        "children": {name: [_said(row) for row in rows] for name, rows in unit.children.items()},
        "programs": sorted(unit.programs),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _said(row: models.Model) -> dict[str, str]:
    """Return the row's own values, but for those at their default.

    So a column added later with a default does not look like an edit.
    """
    blank = type(row)()
    answer = getattr(row, "guide_answer", None)
    tie = {"guide_answer": answer.slug} if answer else {}
    return tie | {
        column.name: _as_text(column, row)
        for column in row._meta.concrete_fields
        if column.editable
        and not (column.primary_key or column.is_relation)
        and not languages.is_english_twin(column)
        and _as_text(column, row) != _as_text(column, blank)
    }


def _as_text(column: models.Field, row: models.Model) -> str:
    value = column.value_from_object(row)
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return str(value.normalize())
    return column.value_to_string(row)
