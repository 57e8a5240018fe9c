"""Proves that the audit trail is whole: every chain, its head, the anchors and the guard.

Reads batch by batch, so memory does not grow with the trail. A chain that somebody writes
to at this moment can look broken: such a one is held and looked at again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from intake import audit, audit_anchor, audit_guard
from intake.audit_anchor import Anchor
from intake.models import AuditCut, AuditEvent, AuditHead, AuditPermit, Lead

BATCH = 400
# Findings that are kept to be shown; the rest are counted.
SHOWN = 20
COLUMNS = ("lead_id", "seq", "at", "by_id", "action", "fields", "reason", "digest")


@dataclass(frozen=True)
class Finding:
    """The first thing that is wrong with a chain, or with a line of the anchors."""

    where: str
    number: int
    what: str

    def __str__(self):
        return f"{self.where}, {self.number}: {self.what}"


@dataclass
class Report:
    events: int = 0
    chains: int = 0
    anchors: int = 0
    wrong: int = 0
    shown: list[Finding] = field(default_factory=list)

    def add(self, findings: Iterable[Finding | None]) -> None:
        for finding in filter(None, findings):
            self.wrong += 1
            if len(self.shown) < SHOWN:
                self.shown.append(finding)


def verify() -> Report:
    """Look at everything and return what is wrong."""
    report = Report()
    report.add(_guard())
    report.add([_apart(report)])
    report.add(_leads(report))
    report.add(_strays())
    report.add(_anchors(report))
    return report


def _guard() -> Iterator[Finding]:
    for name in audit_guard.missing(connection):
        yield Finding(_("guard"), 0, _("the trigger %(name)s is missing") % {"name": name})
    if AuditPermit.objects.exists():
        yield Finding(_("guard"), 0, _("a permit to remove events was left open"))


# The chains


def _events(**which):
    """Return rows of events with just what a digest covers."""
    return AuditEvent.objects.filter(**which).values_list(*COLUMNS, named=True)


def _apart(report: Report) -> Finding | None:
    report.chains += 1

    def look(head):
        head = head or AuditHead()
        cut = AuditCut.objects.filter(lead=None).order_by("-seq").first()
        rows = _events(lead=None).order_by("seq").iterator()
        return _walk(_("events without a lead"), rows, head, cut, counted=report)

    events = report.events
    if look(AuditHead.objects.first()) is None:
        return None
    report.events = events
    with transaction.atomic():
        return look(AuditHead.objects.select_for_update().first())


def _leads(report: Report) -> Iterator[Finding]:
    leads, batch = Lead.objects.only("reference", "audit_seq", "audit_head").order_by("pk"), True
    rest = leads
    while batch := list(rest[:BATCH]):
        rest = leads.filter(pk__gt=batch[-1].pk)
        for lead in _suspicious(batch, report):
            yield _look_again(lead)


def _suspicious(batch: list[Lead], report: Report) -> Iterator[Lead]:
    """Return the leads of the batch whose chains do not fit at first sight."""
    cuts = {cut.lead_id: cut for cut in AuditCut.objects.filter(lead__in=batch)}
    rows = _events(lead__in=batch).order_by("lead_id", "seq").iterator()
    by_lead = groupby(rows, key=attrgetter("lead_id"))
    pk, events = next(by_lead, (None, ()))
    for lead in batch:
        report.chains += 1
        own = events if pk == lead.pk else ()
        if _walk(lead.reference, own, lead, cuts.get(lead.pk), counted=report):
            yield lead
        if pk == lead.pk:
            pk, events = next(by_lead, (None, ()))


def _look_again(lead: Lead) -> Finding | None:
    with transaction.atomic():
        held = Lead.objects.select_for_update().only("reference", "audit_seq", "audit_head")
        lead = held.get(pk=lead.pk)
        cut = AuditCut.objects.filter(lead=lead).first()
        return _walk(lead.reference, _events(lead=lead).order_by("seq"), lead, cut)


def _walk(
    where: str, rows: Iterable, head, cut: AuditCut | None, *, counted: Report | None = None
) -> Finding | None:
    """Follow a chain from its beginning to where its head says it ends."""
    seq, before = 0, ""
    if cut:
        seq, before = cut.seq, cut.digest
        if not audit.is_our_cut(cut):
            return Finding(where, seq, _("removed up to here, but not by the purge"))
    for row in rows:
        if counted:
            counted.events += 1
        if row.seq > seq + 1:
            return Finding(where, seq + 1, _("is missing"))
        if row.seq <= seq or not audit.follows(row, before=before):
            return Finding(where, row.seq, _("was changed, or written without the key"))
        seq, before = row.seq, row.digest
    if head.audit_seq > seq:
        return Finding(where, seq + 1, _("is missing, up to the end"))
    if (head.audit_seq, head.audit_head) != (seq, before):
        return Finding(where, head.audit_seq, _("the chain goes on after its recorded end"))
    if seq == 0 and isinstance(head, Lead):
        return Finding(where, 1, _("is missing: the lead has no event at all"))
    return None


def _strays() -> Iterator[Finding]:
    """Return events of leads that are gone, which no chain above has passed."""
    leads = Lead.objects.filter(pk=OuterRef("lead_id"))
    for row in _events(lead__isnull=False).filter(~Exists(leads)).order_by("id")[:SHOWN]:
        yield Finding(str(row.lead_id), row.seq, _("belongs to no lead"))


# The anchors


def _anchors(report: Report) -> Iterator[Finding]:
    """Hold every line against the one before it, and against the database."""
    remembered = AuditHead.objects.values_list("anchor", flat=True).first() or ""
    is_found, before = not remembered, ""
    begins = _last_restart()
    for number, line in enumerate(audit_anchor.lines(), start=1):
        report.anchors += 1
        try:
            anchor = Anchor.read(line)
        except audit_anchor.Damaged:
            yield Finding(_("anchors, line"), number, _("was changed, or made without the key"))
            before = None  # Of the next line nobody knows what it followed.
            continue
        if before not in (None, anchor.before):
            yield Finding(_("anchors, line"), number, _("a line or a file before it is missing"))
        before = anchor.mac
        is_found = is_found or anchor.mac == remembered
        if number >= begins:
            yield from _against_the_database(anchor)
    if not is_found:
        yield Finding(_("anchors, line"), report.anchors + 1, _("is missing, up to the last one"))


def _last_restart() -> int:
    """Return the number of the last line that begins anew after a restore, or 1."""
    numbered = enumerate(audit_anchor.lines(), start=1)
    return max((number for number, line in numbered if '"is_restart":true' in line), default=1)


def _against_the_database(anchor: Anchor) -> Iterator[Finding]:
    """Each event the line names is still there, or was purged together with what was before."""
    heads = [(UUID(pk), seq, digest) for pk, seq, digest in anchor.heads]
    for start in range(0, len(heads), BATCH):
        some = heads[start : start + BATCH]
        ids, numbers = [head[0] for head in some], {head[1] for head in some}
        cuts = {cut.lead_id: cut for cut in AuditCut.objects.filter(lead__in=ids)}
        events = AuditEvent.objects.filter(lead__in=ids, seq__in=numbers)
        there = set(events.values_list("lead_id", "seq", "digest"))
        for pk, seq, digest in some:
            if (pk, seq, digest) not in there and not _is_behind(cuts.get(pk), seq, digest):
                lead = Lead.objects.filter(pk=pk).only("reference").first()
                yield _lost(lead.reference if lead else str(pk), seq, anchor)
    seq, digest = anchor.apart
    cut = AuditCut.objects.filter(lead=None).order_by("-seq").first()
    is_there = AuditEvent.objects.filter(lead=None, seq=seq, digest=digest).exists()
    if seq and not is_there and not _is_behind(cut, seq, digest):
        yield _lost(_("events without a lead"), seq, anchor)


def _is_behind(cut: AuditCut | None, seq: int, digest: str) -> bool:
    return cut is not None and (seq < cut.seq or (seq, digest) == (cut.seq, cut.digest))


def _lost(where: str, seq: int, anchor: Anchor) -> Finding:
    when = {"at": anchor.at}
    return Finding(where, seq, _("was there when the anchor of %(at)s was written") % when)
