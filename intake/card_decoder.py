"""The program that decodes what strangers send; only `intake.cards` runs it, as a process.

It reads one file from stdin and writes JPEG pages to stdout, each after its width, height
and length. Hostile files aim at decoders, so this process holds no secret and cannot write
a file, and whatever takes too much time or memory or crashes ends here alone.
"""

import contextlib
import io
import resource
import struct
import sys
from collections.abc import Iterator
from enum import IntEnum

from PIL import Image, ImageOps

# The largest photos phones take (48 megapixels, 8064 x 6048) and a little more.
MAX_PIXELS = 50_000_000
MAX_PAGES = 2
# Pixels. Enough for the small print of a card.
LONG_EDGE = 2000
JPEG_QUALITY = 85
# Bytes. The heaviest honest picture (a WebP of 50 million pixels with alpha) takes 860 MB.
MEMORY_LIMIT = 1024**3
# Seconds. The caller loses patience before; this ends us when the caller is gone.
CPU_LIMIT = 30
PAGE_HEADER = struct.Struct(">III")


class Refusal(IntEnum):
    """Exit codes that say why; any other failure means a damaged file."""

    TOO_MANY_PIXELS = 3
    LOCKED = 4


def main(kind: str) -> None:
    limit_process()
    data = sys.stdin.buffer.read()
    for picture in render_pdf(data) if kind == "PDF" else [open_picture(data, kind)]:
        page = plain(picture)
        jpeg = io.BytesIO()
        page.save(jpeg, "JPEG", quality=JPEG_QUALITY)
        sys.stdout.buffer.write(PAGE_HEADER.pack(*page.size, jpeg.tell()) + jpeg.getvalue())


def limit_process() -> None:
    """Let this process write no file and take no more than its share."""
    limits = {
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: CPU_LIMIT,
        resource.RLIMIT_AS: MEMORY_LIMIT,
    }
    for limit, most in limits.items():
        # The machine may be stricter already; macOS knows no limit on memory.
        with contextlib.suppress(ValueError):
            resource.setrlimit(limit, (most, most))
    # Pillow refuses more than twice this number, before it decodes anything.
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS // 2


def open_picture(data: bytes, kind: str) -> Image.Image:
    """Return the first frame, decoded at a reduced size where the format can do that."""
    if kind == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
    try:
        picture = Image.open(io.BytesIO(data), formats=[kind])
    except Image.DecompressionBombError:
        sys.exit(Refusal.TOO_MANY_PIXELS)
    picture.draft(None, (LONG_EDGE, LONG_EDGE))
    picture.load()
    return picture


def render_pdf(data: bytes) -> Iterator[Image.Image]:
    """Draw the first pages, and touch no other."""
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code in (pypdfium2.raw.FPDF_ERR_PASSWORD, pypdfium2.raw.FPDF_ERR_SECURITY):
            sys.exit(Refusal.LOCKED)
        raise
    for number in range(min(len(pdf), MAX_PAGES)):
        page = pdf[number]
        yield page.render(scale=LONG_EDGE / max(page.get_size())).to_pil()


def plain(picture: Image.Image) -> Image.Image:
    """Return it upright, on white, small enough and without any metadata."""
    if picture.mode == "I;16":
        picture = picture.point(lambda value: value / 257).convert("L")
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    if picture.mode != mode:
        picture = picture.convert(mode)
    picture.thumbnail((LONG_EDGE, LONG_EDGE))
    # The turn comes first, then Pillow rewrites the EXIF block, which fails on a broken one.
    with contextlib.suppress(Exception):
        ImageOps.exif_transpose(picture, in_place=True)
    page = Image.new("RGB", picture.size, "white")
    page.paste(picture, mask=picture if mode == "RGBA" else None)
    return page


if __name__ == "__main__":
    main(sys.argv[1])
