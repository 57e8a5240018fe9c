"""Erases again what a restored backup brought back, by the journal of erasures.

The audit row of an erasure is in the same transaction: a lead that has it was restored
from after the erasure, and nothing is done twice.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from intake import retention
from intake.audit import Action
from intake.choices import Part
from intake.journal import Entry
from intake.models import Lead

REASON = "replayed"


class Result(TextChoices):
    """What became of a lead that the journal names, or of a line."""

    ERASED = "erased", _("erased again")
    STILL_ERASED = "still", _("erased in this backup too")
    UNKNOWN = "unknown", _("not in this backup")
    HELD = "held", _("on legal hold, left alone")
    NEWER = "newer", _("worked on after the erasure, left alone: look at these yourself")
    BAD_LINE = "bad", _("lines that are not ours or were changed, ignored")


def replay(entries: Iterable[Entry | None], *, at: datetime, is_dry: bool = False) -> Counter:
    """Erase again where it is needed; return how many leads of each result there were."""
    results, of_lead = Counter(), defaultdict(set)
    for entry in entries:
        if entry is None:
            results[Result.BAD_LINE] += 1
        else:
            of_lead[entry.lead_id].add(entry)
    for pk, erasures in of_lead.items():
        results[_replay(pk, sorted(erasures, key=lambda e: e.at), at=at, is_dry=is_dry)] += 1
    return results


@transaction.atomic
def _replay(pk, erasures: list[Entry], *, at: datetime, is_dry: bool) -> Result:
    lead = Lead.objects.select_for_update().filter(pk=pk).first()
    if lead is None:
        return Result.UNKNOWN
    missing = [] if lead.erased_at else _missing(lead, erasures)
    if not missing:
        return Result.STILL_ERASED
    if lead.legal_hold:
        return Result.HELD
    if lead.active_at > missing[-1].at:
        # An erasure that was undone before it was committed, else this could not be.
        return Result.NEWER
    if not is_dry:
        parts = [entry.part for entry in missing]
        retention.erase_again(lead, parts, at=at, reason=REASON)
    return Result.ERASED


def _missing(lead: Lead, erasures: list[Entry]) -> list[Entry]:
    """Return the erasures that the lead has no audit row of, done then or replayed since."""
    rows = lead.audit_events.filter(action=Action.ERASED).values_list("at", "reason", "fields")
    return [entry for entry in erasures if not any(_is_of(entry, *row) for row in rows)]


def _is_of(entry: Entry, at: datetime, reason: str, fields: str) -> bool:
    is_replay = reason == REASON and at >= entry.at
    words = {entry.part.value, Part.BOTH.value} & set(fields.split())
    return at == entry.at or (is_replay and bool(words))
