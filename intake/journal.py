"""The journal of erasures, outside the database: what was forgotten stays so after a restore.

A file for each month and machine, in RECORDS_DIR; a line for each erasure, with the id of
the lead, which part, when, and a keyed digest. Nothing personal stands in it.
"""

import json
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings

from intake import crypto
from intake.choices import Part

PURPOSE = "erasures"


class Unwritable(OSError):
    """The journal cannot be written, so nothing may be erased."""


@dataclass(frozen=True)
class Entry:
    """One erasure."""

    lead_id: uuid.UUID
    part: Part
    at: datetime

    def content(self) -> str:
        return f"{self.lead_id} {self.part.value} {self.at.astimezone(UTC).isoformat()}"


def append(entry: Entry) -> None:
    """Write the entry so that a power cut cannot lose it, or raise Unwritable."""
    line = json.dumps(
        {
            "lead": str(entry.lead_id),
            "part": entry.part.value,
            "at": entry.at.isoformat(),
            "digest": crypto.chain_digest(entry.content(), purpose=PURPOSE),
        }
    )
    name = f"erasures-{entry.at:%Y-%m}-{os.uname().nodename}.jsonl"
    try:
        settings.RECORDS_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(settings.RECORDS_DIR / name, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            # A line that a crash cut off must not spoil the one after it.
            end = os.lseek(file, 0, os.SEEK_END)
            is_torn = end > 0 and os.pread(file, 1, end - 1) != b"\n"
            whole = ("\n" if is_torn else "").encode() + line.encode() + b"\n"
            if os.write(file, whole) < len(whole):
                raise OSError
            os.fsync(file)
        finally:
            os.close(file)
        if end == 0:
            _sync_folder()
    except OSError as error:
        raise Unwritable(type(error).__name__) from None


def _sync_folder() -> None:
    """Make sure that a new file is found again after a power cut."""
    folder = os.open(settings.RECORDS_DIR, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def entries() -> Iterator[Entry | None]:
    """Yield every erasure there is a line of, and None for each line that is not ours."""
    for path in sorted(settings.RECORDS_DIR.glob("erasures-*.jsonl")):
        with path.open(encoding="utf-8", errors="replace") as lines:
            yield from (_read(line) for line in lines if line.strip())


def _read(line: str) -> Entry | None:
    try:
        content = json.loads(line)
        at = datetime.fromisoformat(content["at"]).astimezone(UTC)
        entry = Entry(uuid.UUID(content["lead"]), Part(content["part"]), at)
        is_ours = crypto.is_chain_digest(content["digest"], entry.content(), purpose=PURPOSE)
        return entry if is_ours else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
