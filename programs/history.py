"""Every version of what visitors read, and who saved it. Nothing here is about a visitor."""

from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from django.db.models import Model
from simple_history import register

from programs import languages
from programs.models import (
    Article,
    Center,
    ClosedDay,
    FitCriterion,
    GuideAnswer,
    GuideQuestion,
    LanguageNotice,
    Licence,
    Location,
    OpeningHours,
    Program,
    ProgramSection,
    Question,
    Service,
)

KEPT = (
    Article, Center, ClosedDay, FitCriterion, GuideAnswer, GuideQuestion, LanguageNotice, Licence,
    Location, OpeningHours, Program, ProgramSection, Question, Service,
)  # fmt: skip


class Change(NamedTuple):
    """One saving of one row, and each value before and after. Nobody: `load_content` did it."""

    at: datetime
    who: str
    what: str
    kind: str
    values: list[tuple[str, object, object]]


def keep() -> None:
    """Have every saving and deletion of these rows leave a record."""
    for model in KEPT:
        register(model)


def latest(row: Model):
    """Return the newest record of a row; None for one older than its history."""
    return row.history.select_related("history_user").first()


def who(record) -> str:
    return record.history_user.get_username() if record.history_user else ""


def changes(row: Model) -> list[Change]:
    """Return what was changed in a row and in the rows that hang on it, newest first."""
    found = list(_changes(row.history.all()))
    for relation in row._meta.related_objects:
        if relation.one_to_many and relation.related_model in KEPT:
            parts = relation.related_model.history.filter(**{relation.field.attname: row.pk})
            found += _changes(parts)
    return sorted(found, key=lambda change: change.at, reverse=True)


def _changes(records):
    versions: dict[int, list] = {}
    for record in records.select_related("history_user").order_by("history_date", "history_id"):
        versions.setdefault(record.id, []).append(record)
    for own in versions.values():
        for before, record in pairwise([None, *own]):
            values = _values(before, record) if before else []
            if values or record.history_type != "~":
                yield Change(
                    record.history_date,
                    who(record),
                    f"{record.instance._meta.verbose_name}: {record.instance}",
                    record.get_history_type_display(),
                    values,
                )


def _values(before, record) -> list[tuple[str, object, object]]:
    delta = record.diff_against(before)
    return [
        (column.verbose_name, one.old, one.new)
        for one in delta.changes
        if not languages.is_english_twin(column := record._meta.get_field(one.field))
    ]
