"""Reads `routing_table.md`: the rules, the people, and who gets which lead."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

from intake.choices import Language, Target
from intake.duty import Fit
from intake.routing import Facts, Person, Rule, Wish

TEXT = (Path(__file__).parent / "routing_table.md").read_text(encoding="utf-8")
LANGUAGES = {"English": "en", "Spanish": "es", "Korean": "ko"}
# Ids that a database might have given; Lea has left.
IDS = {"Ana": 1, "Ben": 2, "Cleo": 3, "Lea": 4}
TARGETS = {
    "whoever had this caller before": Target.SAME,
    "the shared queue": Target.QUEUE,
    "anybody, by turns": Target.ANYBODY,
}
AGO = {"just now": 0, "yesterday": 1, "last week": 7}
NOW = datetime(2026, 11, 18, 20, tzinfo=UTC)


def table(text: str) -> list[dict[str, str]]:
    """Return the rows of the first table in a piece of Markdown, by the names of its columns."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    head, _rule, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    return [dict(zip(head, row, strict=True)) for row in rows]


def section(title: str) -> str:
    return TEXT.split(f"\n## {title}\n")[1].split("\n## ")[0]


RULES, PEOPLE = table(section("The rules")), table(section("The people"))
CASES = {
    part.split("\n")[0]: table(part) for part in section("The cases").split("### On duty: ")[1:]
}

# What a lead can be, in the words of the table.
VALUES = {
    "danger": ["no", "yes"],
    "program": ["", "IOP", "PHP", "Residential"],
    "location": ["", "Oak Park", "Elm Street"],
    "language": list(LANGUAGES),
    "had before": ["never asked", "nobody", "Ana", "Ben", "Lea"],
}


@dataclass(frozen=True)
class Case:
    """A lead, who is on duty, and the line of the table that counts for it."""

    on_duty: str
    lead: dict[str, str]
    line: dict[str, str]


def cases():
    """Yield every combination of what a lead can be and of who is on duty."""
    for on_duty, lines in CASES.items():
        for values in product(*VALUES.values()):
            lead = dict(zip(VALUES, values, strict=True))
            yield Case(on_duty, lead, next(line for line in lines if _fits(line, lead)))


def _fits(line: dict, lead: dict) -> bool:
    return all(line[name] == "any" or lead[name] in line[name].split(", ") for name in VALUES)


def rules() -> list[Rule]:
    """Return the rules of the table as the decision takes them; names stand for ids."""
    made = []
    for row in RULES:
        wishes = [Wish("is_returning", True, "asked before")] if row["asked before"] else []
        if code := LANGUAGES.get(row["language"]):
            wishes.append(Wish("language", code, Language(code).label))
        for name in ("program", "location"):
            if row[name]:
                wishes.append(Wish(name, row[name], row[name]))
        whom = row["offer it to"]
        target = TARGETS.get(whom, Target.PERSON)
        person = {"person": IDS[whom], "person_name": whom} if whom in IDS else {}
        made.append(Rule(int(row["number"]), tuple(wishes), target, **person))
    return made


def people(on_duty: str) -> list[Person]:
    return [
        Person(
            id=IDS[row["name"]],
            name=row["name"],
            until=row["on duty until"],
            fit=Fit(languages_of(row), programs_of(row)),
            offered_at=NOW - timedelta(days=AGO[row["last offered"]]),
        )
        for row in PEOPLE
        if row["name"] in on_duty
    ]


def languages_of(row: dict) -> frozenset[str]:
    return frozenset(LANGUAGES[name] for name in _names(row["languages"], everything="any"))


def programs_of(row: dict) -> frozenset[str]:
    return frozenset(_names(row["programs"], everything="all"))


def _names(cell: str, *, everything: str) -> list[str]:
    return [] if cell == everything else cell.split(", ")


def facts(lead: dict) -> Facts:
    return Facts(
        language=LANGUAGES[lead["language"]],
        program=lead["program"] or None,
        location=lead["location"] or None,
        is_returning=lead["had before"] != "never asked",
        earlier=IDS.get(lead["had before"]),
        is_danger=lead["danger"] == "yes",
    )
