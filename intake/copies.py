"""What a person gets who asks for a copy: their own part of a lead, and nobody else's."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import models, transaction
from django.utils.translation import gettext as _

from intake import audit, parts
from intake.changes import Refused
from intake.choices import Part
from intake.models import CardImage, InsuranceVerification, Lead


@dataclass(frozen=True)
class Fact:
    """One thing we hold, by the name of its field."""

    name: str
    label: str
    value: str | bool | date

    @property
    def is_time(self) -> bool:
        return isinstance(self.value, datetime)

    @property
    def is_day(self) -> bool:
        return isinstance(self.value, date) and not self.is_time


@dataclass(frozen=True)
class Section:
    """The facts of one row, with its card photos."""

    name: str
    title: str
    facts: list[Fact]
    cards: list[CardImage] = field(default_factory=list)


@transaction.atomic
def make(lead: Lead, part: Part, *, by, at: datetime, reason: str) -> list[Section]:
    """Return the copy of that part, and write down that it was made."""
    # The order of the locks is that of an erasure: nobody copies what is being erased.
    held = Lead.objects.select_for_update().get(pk=lead.pk)
    if held.erased_at:
        raise Refused(_("Nothing is left of this lead."))
    part = parts.reach(held, part)
    sections = _sections(held, part)
    names = {fact.name for section in sections for fact in section.facts}
    names |= {"card_images" for section in sections if section.cards}
    audit.record(
        held, audit.Action.EXPORTED, by=by, at=at, fields=[part.value, *names], reason=reason
    )
    return sections


def _sections(lead: Lead, part: Part) -> list[Section]:
    whose = [Part.CALLER, Part.PATIENT] if part == Part.BOTH else [part]
    names = [name for one in whose for name in parts.LEAD[one]]
    sections = [Section("request", _("The request"), _facts(lead, ["received_at", *names]))]
    for one in whose:
        for relation, fields in parts.ROWS[one].items():
            words = parts.WORDS.get(relation)
            # The caller's own words are theirs; what staff noted down speaks of both.
            has_words = words and part == Part.BOTH and words not in fields
            for row in getattr(lead, relation).all():
                facts = _facts(row, [*fields, words] if has_words else fields)
                is_insurance = relation == "verifications"
                cards = list(row.card_images.all()) if is_insurance else []
                sections.append(Section(relation, row._meta.verbose_name, facts, cards))
                if is_insurance:
                    sections += _benefits(row)
    if part == Part.CALLER:
        # Messages beside insurance details are the caller's words too.
        for row in lead.verifications.exclude(message=""):
            sections.append(Section("messages", _("Message"), _facts(row, ["message"])))
    for consent in lead.consents.select_related("text", "terms"):
        is_patients = consent.text.kind in parts.PATIENTS_CONSENTS
        if part == Part.BOTH or is_patients == (part == Part.PATIENT):
            facts = _facts(consent.text, ["kind", "text"]) + _facts(consent, parts.CONSENT)
            if hasattr(consent, "terms"):
                facts += _facts(consent.terms, parts.TERMS)
            sections.append(Section("consents", _("Permission given"), facts))
    return sections


def _benefits(form: InsuranceVerification) -> Iterator[Section]:
    """Yield what the insurance company said, each time it was asked."""
    for record in form.records.prefetch_related("networks__levels"):
        yield Section("benefits", _("Benefits"), _facts(record, parts.BENEFITS))
        for network in record.networks.all():
            yield Section("benefits", _("Benefits"), _facts(network, parts.NETWORK))
            for level in network.levels.all():
                label = network.get_network_display()
                yield Section("benefits", f"{level.level}, {label}", _facts(level, parts.LEVEL))


def _facts(row: models.Model, names) -> list[Fact]:
    """Return what the row says in these fields, without what it does not say."""
    facts = []
    for name in names:
        value = getattr(row, name)
        if value in (None, ""):
            continue
        described = row._meta.get_field(name)
        if described.choices:
            value = str(getattr(row, f"get_{name}_display")())
        elif isinstance(value, models.Model):
            value = str(value)
        facts.append(Fact(name, str(described.verbose_name), value))
    return facts
