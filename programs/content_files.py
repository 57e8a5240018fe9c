"""Reads the content files of one language into units: one file, or one location, each.

A file that is wrong is refused by name with what is wrong in it, before anything is written.
The formats are described in the files' own folder by example; every key is a model field.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, tzinfo
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.management import CommandError
from django.db import models

from programs.loading import Unit
from programs.models import (
    Article,
    Center,
    FitCriterion,
    GuideAnswer,
    GuideQuestion,
    Location,
    OpeningHours,
    Program,
    ProgramSection,
    Question,
    Service,
)

FRONT_MATTER = re.compile(r"\+\+\+\n(?P<toml>.*?\n)\+\+\+\n(?P<text>.*)", re.DOTALL)
SECTION_HEADING = re.compile(r"^## +", re.MULTILINE)
TEXT_FOLDERS = (
    (Article.Kind.ARTICLE, "articles"),
    (Article.Kind.HELP, "help"),
    (Article.Kind.LEGAL, "legal"),
)
WEEKDAYS = {day.name.lower(): day.value for day in OpeningHours.Weekday}
# Between neighbors, so that an editor can put a row in between.
ORDER_STEP = 10


def read_units(folder: Path) -> list[Unit]:
    """Return all units of the English folder, those that others refer to first."""
    units = list(_read_files(folder, [folder / "center.toml"], [folder / "questions.toml"]))
    _refuse_doubles(units)
    _refuse_unknown_programs(units)
    _refuse_unknown_answers(units)
    return units


def read_translation(folder: Path) -> list[Unit]:
    """Return the units of the files that a translation has."""
    return list(_read_files(folder, folder.glob("center.toml"), folder.glob("questions.toml")))


def _read_files(folder: Path, centers: Iterable[Path], questions: Iterable[Path]) -> Iterator[Unit]:
    zone, locations = UTC, []
    for path in centers:
        center, *locations = _read_center(folder, path)
        zone = ZoneInfo(center.row.time_zone)
        yield center
    # A center without a guide has no such file.
    for path in folder.glob("guide.toml"):
        yield from _read_guide(folder, path)
    for path in sorted(folder.glob("programs/*.md")):
        yield _read_program(folder, path)
    yield from locations
    for path in questions:
        yield _read_questions(folder, path)
    for kind, where in TEXT_FOLDERS:
        for path in sorted(folder.glob(f"{where}/*.md")):
            yield _read_article(folder, path, kind, zone)


# One function per file


def _read_center(folder: Path, path: Path) -> Iterator[Unit]:
    key = _key(folder, path)
    values = _parse(key, _text(key, path))
    hours = [
        {"weekday": _weekday(key, day), **row}
        for row in _tables(key, values, "opening_hours")
        for day in row.pop("days", [None])
    ]
    hours.sort(key=lambda row: (row["weekday"], str(row.get("opens"))))
    locations = _tables(key, values, "locations")
    yield Unit(
        key,
        _build(key, Center, values),
        {"opening_hours": [_build(key, OpeningHours, row) for row in hours]},
    )
    for place, location in enumerate(locations):
        programs = location.pop("programs", [])
        row = _build(key, Location, {"order": place * ORDER_STEP, **location})
        yield Unit(f"{key}#{row.slug}", row, programs=programs)


def _read_questions(folder: Path, path: Path) -> Unit:
    key = _key(folder, path)
    values = _parse(key, _text(key, path))
    unit = Unit(key, None, {"questions": _ordered(key, Question, values, "questions")})
    if values:
        raise CommandError(f"{key}: unknown key {min(values)}")
    return unit


def _read_guide(folder: Path, path: Path) -> Iterator[Unit]:
    key = _key(folder, path)
    values = _parse(key, _text(key, path))
    for place, question in enumerate(_tables(key, values, "questions"), start=1):
        answers = _ordered(key, GuideAnswer, question, "answers")
        row = _build(key, GuideQuestion, {"order": place * ORDER_STEP, **question})
        yield Unit(f"{key}#{row.slug}", row, {"answers": answers})
    if values:
        raise CommandError(f"{key}: unknown key {min(values)}")


def _read_program(folder: Path, path: Path) -> Unit:
    key = _key(folder, path)
    values, text = _split(key, path)
    children = {
        "sections": _sections(key, text),
        "services": _ordered(key, Service, values, "services"),
        "criteria": _criteria(key, values),
        "questions": _ordered(key, Question, values, "questions"),
    }
    row = _build(key, Program, {"slug": path.stem, "is_published": True, **values})
    return Unit(key, row, children)


def _read_article(folder: Path, path: Path, kind: Article.Kind, zone: tzinfo) -> Unit:
    key = _key(folder, path)
    values, text = _split(key, path)
    programs = values.pop("programs", [])
    published = values.pop("published", None)
    if published is not None:
        values["published_at"] = _moment(key, published, zone)
    row = _build(key, Article, {"slug": path.stem, "kind": kind, "body": text, **values})
    return Unit(key, row, programs=programs)


# Pieces of files


def _key(folder: Path, path: Path) -> str:
    """Return the file's name as people know it: en/programs/iop.md."""
    return path.relative_to(folder.parent).as_posix()


def _text(key: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise CommandError(f"{key}: the file is missing") from None
    except UnicodeDecodeError:
        raise CommandError(f"{key}: the file is not UTF-8 text") from None


def _parse(key: str, toml: str) -> dict:
    try:
        return tomllib.loads(toml, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise CommandError(f"{key}: {error}") from None


def _split(key: str, path: Path) -> tuple[dict, str]:
    """Return the front matter and the text after it."""
    match = FRONT_MATTER.fullmatch(_text(key, path))
    if not match:
        raise CommandError(f"{key}: begins with TOML between two lines of +++")
    return _parse(key, match["toml"]), match["text"].strip()


def _tables(key: str, values: dict, name: str) -> list[dict]:
    """Take the [[name]] tables out of a file's values."""
    tables = values.pop(name, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise CommandError(f"{key}: {name} is written as [[{name}]] tables")
    return tables


def _ordered(key: str, model: type[models.Model], values: dict, name: str) -> list[models.Model]:
    return [
        _build(f"{key}: {name} {place}", model, {"order": place * ORDER_STEP, **table})
        for place, table in enumerate(_tables(key, values, name), start=1)
    ]


def _criteria(key: str, values: dict) -> list[FitCriterion]:
    """Return the reasons, each tied to the answer of the guide that it names, if any."""
    tables = _tables(key, values, "criteria")
    answers = [table.pop("answer", "") for table in tables]
    criteria = _ordered(key, FitCriterion, {"criteria": tables}, "criteria")
    for criterion, answer in zip(criteria, answers, strict=True):
        criterion.guide_answer = GuideAnswer(slug=answer) if answer else None
    return criteria


def _sections(key: str, text: str) -> list[ProgramSection]:
    before, *parts = SECTION_HEADING.split(text)
    if before.strip():
        raise CommandError(f"{key}: text stands before the first ## heading")
    sections = []
    for place, part in enumerate(parts, start=1):
        heading, _, body = part.partition("\n")
        values = {"heading": heading, "body": body, "order": place * ORDER_STEP}
        sections.append(_build(f"{key}: section {place}", ProgramSection, values))
    return sections


def _weekday(key: str, name: str) -> int:
    if name not in WEEKDAYS:
        raise CommandError(f"{key}: {name!r} is not a day; days are {', '.join(WEEKDAYS)}")
    return WEEKDAYS[name]


def _moment(key: str, published, zone: tzinfo) -> datetime:
    """Return a TOML date or datetime as a time; without a zone it is the center's."""
    try:
        at = published if isinstance(published, datetime) else datetime.combine(published, time(0))
    except TypeError:
        raise CommandError(f"{key}: published is a date, like 2026-11-01") from None
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def _build(where: str, model: type[models.Model], values: dict) -> models.Model:
    """Return an unsaved row, checked as the admin would check it."""
    columns = model._meta.concrete_fields
    foreign = {column.name for column in columns if column.is_relation}
    own = {column.name for column in columns if column.editable and not column.primary_key}
    if unknown := values.keys() - (own - foreign):
        raise CommandError(f"{where}: unknown key {min(unknown)}")
    texts = {name: value.strip() for name, value in values.items() if isinstance(value, str)}
    row = model(**{**values, **texts})
    try:
        row.clean_fields(exclude=foreign)
        row.validate_constraints(exclude=foreign)
        row.clean()
    except ValidationError as error:
        problems = [f"{name}: {' '.join(said)}" for name, said in error.message_dict.items()]
        raise CommandError(f"{where}: {'; '.join(problems)}") from None
    return row


# What only shows across files


def _refuse_doubles(units: list[Unit]) -> None:
    seen: dict[tuple, str] = {}
    for unit in units:
        for row in (unit.row, *unit.children.get("answers", [])):
            if (slug := getattr(row, "slug", None)) is None:
                continue
            if other := seen.get((type(row), slug)):
                raise CommandError(f"{unit.key}: {other} has the address {slug!r} already")
            seen[type(row), slug] = unit.key


def _refuse_unknown_programs(units: list[Unit]) -> None:
    slugs = {unit.row.slug for unit in units if isinstance(unit.row, Program)}
    slugs.update(Program.objects.values_list("slug", flat=True))
    for unit in units:
        if unknown := set(unit.programs) - slugs:
            raise CommandError(f"{unit.key}: there is no program {min(unknown)!r}")


def _refuse_unknown_answers(units: list[Unit]) -> None:
    slugs = {answer.slug for unit in units for answer in unit.children.get("answers", [])}
    slugs.update(GuideAnswer.objects.values_list("slug", flat=True))
    for unit in units:
        for criterion in unit.children.get("criteria", []):
            if (answer := criterion.guide_answer) and answer.slug not in slugs:
                raise CommandError(f"{unit.key}: the guide has no answer {answer.slug!r}")
