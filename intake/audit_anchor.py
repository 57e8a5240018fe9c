"""Lines outside the database that say how far each chain of audit events had come.

A chain whose end was cut off, head and all, still looks whole; a line written before shows
that it was longer. Each line is made with a key over the one before it, and the database
remembers the last one. It names leads by id, and nobody.
"""

import json
import logging
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Max, QuerySet

from intake import audit, crypto
from intake.models import AuditEvent, AuditHead, Lead

logger = logging.getLogger(__name__)

# Chains in one line; an anchor of more is written as several lines.
BATCH = 1000
# Events that may have had their number, but were not yet to be seen, when the last line was
# written: more than there are threads that write.
IN_FLIGHT = 200

Head = tuple[str, int, str]


class Damaged(ValueError):
    """A line is not as it was written."""


@dataclass(frozen=True)
class Anchor:
    """One line. `upto` is the highest id of an event then; `before` the line it follows."""

    at: str
    upto: int
    apart: tuple[int, str]
    heads: list[Head]
    before: str
    is_restart: bool
    mac: str = ""

    def content(self) -> str:
        content = {name: value for name, value in vars(self).items() if name != "mac"}
        return json.dumps(content, separators=(",", ":"))

    def line(self) -> str:
        return f"{self.mac} {self.content()}\n"

    @classmethod
    def read(cls, line: str) -> "Anchor":
        """Return what the line says, or raise Damaged where its key does not fit."""
        mac, _, content = line.rstrip("\n").partition(" ")
        if not crypto.is_chain_digest(mac, content, purpose="audit anchor"):
            raise Damaged
        return cls(mac=mac, **json.loads(content))


def write(*, at: datetime, is_restart: bool = False) -> Anchor:
    """Add the chains that grew since the last line, and return the last line written.

    After a restore from a backup the chains are shorter than lines say: a restart writes
    all chains anew, and lines before it are no longer held against the database.
    """
    with transaction.atomic():
        if is_restart:
            audit.record_apart(audit.Action.RESTORED, by=None, at=at)
        head = AuditHead.objects.select_for_update().get_or_create(pk=1)[0]
        last = _last(head.anchor)
        upto = AuditEvent.objects.aggregate(last=Max("id"))["last"] or 0
        before = last.mac if last else head.anchor
        for number, heads in enumerate(_shared_out(_heads(None if is_restart else last))):
            anchor = _signed(
                at=at.astimezone(UTC).isoformat(timespec="seconds"),
                upto=upto,
                apart=(head.audit_seq, head.audit_head),
                heads=heads,
                before=before,
                is_restart=is_restart and number == 0,
            )
            _append(anchor.line(), month=f"{at.astimezone(UTC):%Y-%m}")
            before = anchor.mac
        head.anchor = anchor.mac
        head.save(update_fields=["anchor"])
    # The log lies outside the database too, and often on another machine.
    logger.info("audit anchored events=%d digest=%s", upto, anchor.mac)
    return anchor


def _signed(**content) -> Anchor:
    unsigned = Anchor(**content)
    mac = crypto.chain_digest(unsigned.content(), purpose="audit anchor")
    return Anchor(**content, mac=mac)


def _heads(last: Anchor | None) -> Iterator[Head]:
    """Return where each chain stands that grew since the last line; without one, all."""
    leads: QuerySet[Lead] = Lead.objects.order_by("pk")
    if last:
        grew = AuditEvent.objects.filter(id__gt=last.upto - IN_FLIGHT, lead__isnull=False)
        leads = leads.filter(pk__in=grew.values("lead"))
    for pk, seq, digest in leads.values_list("pk", "audit_seq", "audit_head").iterator():
        yield (pk.hex, seq, digest)


def _shared_out(heads: Iterator[Head]) -> Iterator[list[Head]]:
    """Return the heads of each line; one line at least, for the chain without a lead."""
    yield list(islice(heads, BATCH))
    while batch := list(islice(heads, BATCH)):
        yield batch


def _last(remembered: str) -> Anchor | None:
    """Return the last line, if the one that the database remembers is there.

    Lines after that one were written by somebody who then did not come to remember them.
    """
    is_there, last = not remembered, ""
    for line in lines():
        is_there, last = is_there or line.startswith(f"{remembered} "), line
    try:
        return Anchor.read(last) if is_there and last else None
    except Damaged:
        return None


def lines() -> Iterable[str]:
    """Return every line of every month, oldest first."""
    for path in _files():
        with path.open(encoding="utf-8") as file:
            yield from file


def _files() -> list[Path]:
    return sorted(settings.RECORDS_DIR.glob("audit-*.txt"))


def _append(line: str, *, month: str) -> None:
    """Add a line to the month's file, and return when it is on the disk."""
    folder: Path = settings.RECORDS_DIR
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # A clock that was set back must not put a line before older ones.
    path = max([folder / f"audit-{month}.txt", *_files()])
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, line.encode())
        os.fsync(file)
    finally:
        os.close(file)
    directory = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
