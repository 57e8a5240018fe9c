"""Reads a photo of an insurance card, whatever a person sends, into plain JPEG pages.

The decoding itself happens in `card_decoder`, a process of its own for each file.
"""

import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from intake.card_decoder import PAGE_HEADER, Refusal
from intake.uploads import MAX_FILE_BYTES

logger = logging.getLogger(__name__)

# What a file is, is what it begins with; its name and its stated type prove nothing.
SIGNATURES = {
    "JPEG": rb"\xff\xd8\xff",
    "PNG": rb"\x89PNG\r\n\x1a\n",
    "WEBP": rb"RIFF.{4}WEBP",
    "HEIF": rb".{4}ftyp(hei[cmsx]|hev[cmsx]|mif1|msf1)",
    # PDF readers accept the header anywhere in the first 1024 bytes.
    "PDF": rb".{0,1019}%PDF-",
}
DECODER = Path(__file__).with_name("card_decoder.py")
# Seconds. A photo of 12 megapixels takes about half a second.
DECODE_TIMEOUT = 15
# Two at a time in each web process: decoding is the heaviest thing this site does.
DECODERS = BoundedSemaphore(2)
# Seconds.
WAIT_TIMEOUT = 10


class CardError(ValueError):
    """The file is not a card we can read; the message says kindly what to do."""


@dataclass(frozen=True)
class CardPage:
    """One side of a card as a JPEG that carries nothing but the picture; sizes in pixels."""

    jpeg: bytes
    width: int
    height: int


def read_card(upload: UploadedFile) -> list[CardPage]:
    """Return the picture, or the first two pages of a PDF; the original is not kept."""
    if upload.size > MAX_FILE_BYTES:
        raise CardError(
            _(
                "This file is larger than %(limit)d MB. "
                "Please send a smaller photo, or send the form without it."
            )
            % {"limit": MAX_FILE_BYTES // 1024**2}
        )
    upload.seek(0)
    data = upload.read()
    if not data:
        raise CardError(
            _("This file arrived empty. Please choose it again, or send the form without it.")
        )
    for kind, signature in SIGNATURES.items():
        if re.match(signature, data, re.DOTALL):
            return list(_pages(_decode(data, kind)))
    raise CardError(
        _("This is not a photo we can open. Please send a JPEG, PNG, WebP or HEIC photo, or a PDF.")
    )


def _decode(data: bytes, kind: str) -> bytes:
    """Run the decoder on the file when it is our turn, and return what it wrote."""
    busy = _(
        "We are opening other photos right now. "
        "Please try again in a minute, or send the form without the photo."
    )
    if not DECODERS.acquire(timeout=WAIT_TIMEOUT):
        raise CardError(busy)
    try:
        # -P keeps our own modules from standing in for Python's; an empty environment
        # keeps our keys out of a process that strangers may try to take over.
        decoder = subprocess.run(  # noqa: S603
            [sys.executable, "-P", DECODER, kind],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            timeout=DECODE_TIMEOUT,
        )
    except subprocess.TimeoutExpired:
        raise CardError(
            _("This file takes too long to open. Please send a photo of the card instead.")
        ) from None
    except OSError:
        logger.exception("card decoder did not start")
        raise CardError(busy) from None
    finally:
        DECODERS.release()
    if decoder.returncode:
        raise CardError(_refusal(decoder.returncode))
    return decoder.stdout


def _refusal(exit_code: int) -> str:
    if exit_code == Refusal.TOO_MANY_PIXELS:
        return _(
            "This picture has too many pixels for us to open. "
            "Please take a new photo with the normal setting of the camera."
        )
    if exit_code == Refusal.LOCKED:
        return _("This PDF is locked with a password. Please send a photo of the card instead.")
    logger.warning("card decoder ended with exit code %d", exit_code)
    return _(
        "This file is damaged or incomplete. Please take a new photo, or send the form without it."
    )


def _pages(output: bytes) -> Iterator[CardPage]:
    start = 0
    while start < len(output):
        width, height, length = PAGE_HEADER.unpack_from(output, start)
        start += PAGE_HEADER.size + length
        yield CardPage(output[start - length : start], width, height)
