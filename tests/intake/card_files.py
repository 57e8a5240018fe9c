"""Pictures and documents of made-up insurance cards, as bytes, for the tests of cards."""

import io
import struct
import zlib
from pathlib import Path

from PIL import Image, ImageDraw

HEIC = Path(__file__).with_name("files").joinpath("card.heic").read_bytes()
BLUE, PALE, WHITE = (20, 60, 140), (236, 241, 247), (255, 255, 255)
CAMERA = "Made-up Camera"


def card(size=(320, 200)) -> Image.Image:
    """Draw a pale card with a blue band on top."""
    picture = Image.new("RGB", size, PALE)
    ImageDraw.Draw(picture).rectangle((0, 0, size[0], size[1] // 5), fill=BLUE)
    return picture


def looks_like(picture: Image.Image, at: tuple[int, int], color: tuple[int, int, int]) -> bool:
    return all(abs(a - b) < 16 for a, b in zip(picture.getpixel(at), color, strict=True))


def is_upright(picture: Image.Image) -> bool:
    """Say whether the band of the card is where it was drawn."""
    middle, bottom = picture.width // 2, picture.height - 5
    return looks_like(picture, (middle, 5), BLUE) and looks_like(picture, (middle, bottom), PALE)


def encoded(picture: Image.Image, kind: str, **options) -> bytes:
    data = io.BytesIO()
    picture.save(data, kind, **options)
    return data.getvalue()


def half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def png_of(width: int, height: int, rows: bytes) -> bytes:
    """Write a gray PNG; its header may claim another size than its rows have."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n"
    for name, body in ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")):
        checksum = zlib.crc32(name + body)
        data += struct.pack(">I", len(body)) + name + body + struct.pack(">I", checksum)
    return data


def pdf_of(*drawings: bytes, box=b"0 0 300 200", trailer=b"") -> bytes:
    """Write a PDF with a page for each drawing (PDF operators)."""
    kids = b" ".join(b"%d 0 R" % (3 + 2 * page) for page in range(len(drawings)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/MediaBox[%s]/Kids[%s]>>" % (len(drawings), box, kids),
    ]
    for drawing in drawings:
        body = zlib.compress(drawing)
        stream = b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(body), body)
        objects.append(b"<</Type/Page/Parent 2 0 R/Contents %d 0 R>>" % (len(objects) + 2))
        objects.append(stream)
    data, table = b"%PDF-1.7\n", b"0000000000 65535 f \n"
    for number, text in enumerate(objects, start=1):
        table += b"%010d 00000 n \n" % len(data)
        data += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    size, start = len(objects) + 1, len(data)
    data += b"xref\n0 %d\n%strailer<</Size %d/Root 1 0 R%s>>\n" % (size, table, size, trailer)
    return data + b"startxref\n%d\n%%%%EOF" % start


BAND = b"%.3f %.3f %.3f rg 0 160 300 40 re f" % tuple(part / 255 for part in BLUE)
# More strokes than can be drawn in the time we give a file.
ENDLESS = b"0 0 m 300 200 l S\n" * 50_000
