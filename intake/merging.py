"""Two leads of one person: said to be the same, merged, and taken apart again.

A merge is a pointer: nothing is copied and nothing is lost. The merged lead leaves the
queue, and comes back as it was when the merge is undone, whatever was done since. Nobody
but staff ever says that two leads are one person: families share phones.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from intake import audit, lookup, promise_clock, workflow
from intake.changes import Refused, change
from intake.choices import Disposition, Status
from intake.models import Lead

Action = audit.Action

# How many other leads a page looks at; a shelter's phone may have hundreds.
MOST = 6


def others(lead: Lead) -> list[Lead]:
    """Return other leads that may be the same person's, the newest first."""
    named = [lead.possibly_same_id, lead.merged_into_id]
    # One list of keys: as one condition of many parts, it walks over every lead there is.
    alike = lookup.same_contact(lead).union(
        Lead.objects.filter(possibly_same=lead).order_by().values("pk"),
        Lead.objects.filter(merged_into=lead).order_by().values("pk"),
        Lead.objects.filter(pk__in=[pk for pk in named if pk]).order_by().values("pk"),
    )
    found = Lead.objects.filter(pk__in=alike, erased_at=None).exclude(pk=lead.pk)
    return list(found.select_related("owner").order_by("-received_at")[:MOST])


def root(lead: Lead) -> Lead:
    """Return the lead on which the work goes on: itself, unless it was merged."""
    while lead.merged_into_id:
        lead = lead.merged_into
    return lead


def one_person(lead: Lead) -> set:
    """Return the keys of all leads that staff merged with this one, and its own."""
    newest = {root(lead).pk}
    found = set(newest)
    while newest:
        newest = set(Lead.objects.filter(merged_into__in=newest).values_list("pk", flat=True))
        found |= newest
    return found


def link(lead: Lead, other: Lead, *, version: int, by, at: datetime) -> None:
    """Say that two leads are the same person's, and let both go on."""
    with change(lead, Action.LINKED, version=version, by=by, at=at) as held:
        _must_be_two(held, Lead.objects.filter(pk=other.pk).first())
        held.possibly_same = other


def unlink(lead: Lead, *, version: int, by, at: datetime) -> None:
    """Say that the two leads are two people's."""
    with change(lead, Action.LINKED, version=version, by=by, at=at) as held:
        if held.possibly_same_id is None:
            raise Refused(_("This lead points to no other one."))
        held.possibly_same = None


@transaction.atomic
def merge(lead: Lead, into: Lead, *, version: int, by, at: datetime) -> None:
    """Go on with the person on the other lead alone."""
    # Both at once, in one order, so that nobody merges them crosswise at the same time.
    pair = Lead.objects.select_for_update(of=("self",)).filter(pk__in=[lead.pk, into.pk])
    rows = {row.pk: row for row in pair.order_by("pk")}
    into = rows.get(into.pk)
    with change(lead, Action.MERGED, version=version, by=by, at=at) as held:
        _must_be_two(held, into)
        if held.merged_into_id:
            raise Refused(_("This lead was merged already. Undo that first."))
        if into.merged_into_id:
            raise Refused(
                _("%(reference)s was itself merged. Merge into the lead on which work goes on.")
                % {"reference": into.reference}
            )
        held.merged_into = into
        if held.is_open:
            workflow.must_be_free(held, by, at=at)
            promise_clock.lapse(held, at=at)
            held.status, held.disposition = Status.CLOSED, Disposition.DUPLICATE
            held.closed_at, held.lease_until, held.calling_since = at, None, None
        is_waiting = held.reached_at is None
    with change(into, Action.MERGED, version=None, by=by, at=at, fields=["merged_from"]) as kept:
        kept.priority = max(kept.priority, held.priority)
        if is_waiting and kept.is_open and kept.reached_at is None:
            # Whichever call was promised sooner.
            kept.due_at = min(kept.due_at, held.due_at)


@transaction.atomic
def unmerge(lead: Lead, *, version: int, by, at: datetime) -> None:
    """Take the two apart again. What was done on either meanwhile stays where it was done."""
    into = lead.merged_into
    with change(lead, Action.UNMERGED, version=version, by=by, at=at) as held:
        if held.merged_into_id is None:
            raise Refused(_("This lead is not merged (any more)."))
        held.merged_into = None
        if held.disposition == Disposition.DUPLICATE and held.phone:
            held.status, held.disposition, held.closed_at = _status_before(held), "", None
            if held.reached_at is None:
                held.owner = None
    if into is not None and into.erased_at is None:
        with change(into, Action.UNMERGED, version=None, by=by, at=at, fields=["merged_from"]):
            pass


def _status_before(held: Lead) -> Status:
    if held.assessment_at:
        return Status.ASSESSMENT_SCHEDULED
    if held.reached_at:
        return Status.REACHED
    return Status.CONTACTING if held.first_attempt_at else Status.NEW


def _must_be_two(held: Lead, other: Lead | None) -> None:
    if other is None or other.erased_at:
        raise Refused(_("Nothing is left of the other lead: it was erased."))
    if other.pk == held.pk:
        raise Refused(_("This is the same lead. Choose another one."))
