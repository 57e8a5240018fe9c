"""Whom a lead is offered to first: one pure decision over the manager's rules.

Rules are asked in their order and the first that fits is followed; one whose person is not
on duty is passed over, and after the last comes the shared queue. Who is not among the
people on duty can never be chosen. tests/intake/routing_table.md shows every case.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from intake.choices import Target
from intake.duty import Fit

LONGEST = 200
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Facts:
    """What the decision depends on. `earlier` is who had an earlier lead of this caller."""

    language: str
    program: int | None = None
    location: int | None = None
    is_returning: bool = False
    earlier: int | None = None
    is_danger: bool = False


@dataclass(frozen=True)
class Person:
    """Somebody on duty; `until` in words, `offered_at` when they were last offered a lead."""

    id: int
    name: str
    until: str
    fit: Fit = field(default_factory=Fit)
    offered_at: datetime = NEVER


@dataclass(frozen=True)
class Wish:
    """One condition of a rule: that fact must have that value, which reads so in words."""

    fact: str
    value: object
    words: str


@dataclass(frozen=True)
class Rule:
    number: int
    wishes: tuple[Wish, ...]
    target: Target
    person: int | None = None
    person_name: str = ""

    @property
    def words(self) -> str:
        """Return what the rule is about, like `Spanish, IOP`."""
        return ", ".join(wish.words for wish in self.wishes) or _("every request")

    def fits(self, facts: Facts) -> bool:
        return all(getattr(facts, wish.fact) == wish.value for wish in self.wishes)


@dataclass(frozen=True)
class Step:
    """What one rule says to a lead: does it fit, is it followed, whom does it choose, and why."""

    rule: Rule
    fits: bool
    is_followed: bool
    person: Person | None
    words: str


@dataclass(frozen=True)
class Decision:
    """`to` is the id of whom the lead is offered to first; None is the shared queue."""

    to: int | None
    because: str
    rule: Rule | None = None


def decide(facts: Facts, rules: Sequence[Rule], people: Sequence[Person]) -> Decision:
    """Return whom the lead is offered to first, and why, in words that name no caller."""
    if facts.is_danger:
        return Decision(None, _("Possible danger: for whoever is free first."))
    passed_over = []
    for step in steps(facts, rules, people):
        if step.is_followed:
            because = " ".join([step.words, *passed_over])
            to = step.person.id if step.person else None
            return Decision(to, Truncator(because).chars(LONGEST), step.rule)
        if step.fits:
            passed_over.append(step.words)
    if not rules:
        return Decision(None, "")
    last = _("No rule fits: shared queue.") if people else _("Nobody is on duty: shared queue.")
    return Decision(None, Truncator(" ".join([last, *passed_over])).chars(LONGEST))


def steps(facts: Facts, rules: Sequence[Rule], people: Sequence[Person]) -> Iterator[Step]:
    """Yield what each rule says, in order; the first that is followed decides."""
    on_duty = {person.id: person for person in people}
    for rule in rules:
        if not rule.fits(facts):
            yield Step(rule, False, False, None, _("Does not fit."))
            continue
        said = {"number": rule.number, "what": rule.words}
        if rule.target == Target.QUEUE:
            words = _("Rule %(number)d: %(what)s → shared queue.") % said
            yield Step(rule, True, True, None, words)
            continue
        person, words = _chosen(rule, facts, on_duty)
        said |= {"name": person.name if person else rule.person_name}
        said |= {"until": person.until if person else ""}
        yield Step(rule, True, person is not None, person, words % said)


def _chosen(rule: Rule, facts: Facts, on_duty: dict[int, Person]) -> tuple[Person | None, str]:
    """Return the person, and the words for it; nobody who is not on duty."""
    match rule.target:
        case Target.PERSON:
            if rule.person in on_duty:
                words = _("Rule %(number)d: %(what)s → %(name)s (on duty until %(until)s).")
                return on_duty[rule.person], words
            return None, _("Rule %(number)d was passed over: %(name)s is not on duty.")
        case Target.SAME:
            if facts.earlier in on_duty:
                return on_duty[facts.earlier], _(
                    "Rule %(number)d: %(what)s → %(name)s, who had this caller before "
                    "(on duty until %(until)s)."
                )
            if facts.earlier is None:
                return None, _("Rule %(number)d was passed over: nobody had this caller before.")
            return None, _(
                "Rule %(number)d was passed over: who had this caller before is not on duty."
            )
    wish = {"language": facts.language, "program": facts.program, "location": facts.location}
    able = [person for person in on_duty.values() if person.fit.takes(**wish)]
    if not able:
        return None, _("Rule %(number)d was passed over: nobody on duty takes this.")
    return min(able, key=lambda person: (person.offered_at, person.name, person.id)), _(
        "Rule %(number)d: %(what)s → %(name)s, whose turn it is (on duty until %(until)s)."
    )
