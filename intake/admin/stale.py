"""Both versions, where somebody acted on an old page: what they typed, and what is true now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from intake.models import AuditEvent, ContactAttempt, HandOver, Lead

# What has no meaning for a person, or is told by the events themselves.
NOT_TOLD = {"audit_seq", "version", "active_at", "routed_because"}


@dataclass(frozen=True)
class BothVersions:
    """`typed` and `now` are pairs of a label and a value; nothing of either is lost."""

    events: list[AuditEvent]
    now: list[tuple[str, str]]
    attempts: list[ContactAttempt]
    hand_overs: list[HandOver]
    typed: list[tuple[str, str]]


def both_versions(lead: Lead, events: list[AuditEvent], form) -> BothVersions:
    """Return what others changed since the page was made, and what was typed into the form."""
    since = events[0].at
    return BothVersions(
        events=events,
        now=_facts(lead, {name for event in events for name in event.fields.split()}),
        attempts=list(lead.attempts.filter(at__gte=since).select_related("by")),
        hand_overs=list(lead.hand_overs.filter(at__gte=since).select_related("by", "to")),
        typed=_typed(form),
    )


def _facts(lead: Lead, names: Iterable[str]) -> list[tuple[str, str]]:
    """Return what the lead says now in those of its own fields, in the order of the model."""
    fields = [
        field
        for field in Lead._meta.concrete_fields
        if {field.name, field.attname} & set(names) - NOT_TOLD
    ]
    return [(capfirst(str(field.verbose_name)), _said(lead, field)) for field in fields]


def _said(lead: Lead, field: models.Field) -> str:
    value = getattr(lead, field.name)
    if value in (None, ""):
        return "–"
    if field.choices:
        return str(getattr(lead, f"get_{field.name}_display")())
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return formats.date_format(timezone.localtime(value), "M j, P")
    return str(value)


def _typed(form) -> list[tuple[str, str]]:
    """Return what was chosen and written in the form, as a person reads it."""
    typed = []
    for bound in form.visible_fields():
        value = bound.data
        if value in (None, "", []):
            continue
        options = {str(key): str(label) for key, label in getattr(bound.field, "choices", ())}
        values = value if isinstance(value, list) else [value]
        words = ", ".join(options.get(str(one), str(one)) for one in values)
        typed.append((str(bound.label), words))
    return typed
