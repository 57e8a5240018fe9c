"""Photos of insurance cards: what people send, and what attackers send."""

import io
import logging
import struct
import subprocess
import sys
from pathlib import Path
from threading import BoundedSemaphore

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from intake import cards
from intake.card_decoder import MEMORY_LIMIT
from intake.cards import CardError, read_card
from intake.uploads import MAX_FILE_BYTES
from tests.intake.card_files import (
    BAND,
    BLUE,
    CAMERA,
    ENDLESS,
    HEIC,
    WHITE,
    card,
    encoded,
    half,
    is_upright,
    looks_like,
    pdf_of,
    png_of,
)


def upload(data: bytes, name="card.jpg", content_type="image/jpeg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type)


def read(data: bytes) -> list[Image.Image]:
    """Read a card and open its pages, each a JPEG of the size it claims."""
    pictures = []
    for page in read_card(upload(data)):
        picture = Image.open(io.BytesIO(page.jpeg), formats=["JPEG"])
        assert picture.size == (page.width, page.height)
        pictures.append(picture)
    return pictures


def refusal(data: bytes) -> str:
    with pytest.raises(CardError) as refused:
        read_card(upload(data))
    return str(refused.value)


def test_a_phone_photo_becomes_an_upright_jpeg_without_metadata():
    sideways = card().transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, CAMERA
    exif.get_ifd(0x8825).update({1: "N", 2: (38.0, 34.0, 53.0), 3: "W", 4: (121.0, 29.0, 39.0)})
    photo = encoded(
        sideways, "JPEG", exif=exif, comment=b"at home", xmp=b"<made-up/>", icc_profile=b"made up"
    )

    [page] = read_card(upload(photo, name="IMG_0001.JPG"))

    assert (page.width, page.height) == (320, 200)
    picture = Image.open(io.BytesIO(page.jpeg))
    assert is_upright(picture)
    assert not picture.getexif()
    assert set(picture.info) == {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    for trace in (CAMERA.encode(), b"Exif", b"at home", b"made-up", b"made up"):
        assert trace in photo
        assert trace not in page.jpeg


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_each_common_format_is_read(kind):
    [picture] = read(encoded(card(), kind))
    assert is_upright(picture)
    assert picture.mode == "RGB"


def test_an_iphone_photo_is_read_without_its_metadata():
    assert CAMERA.encode() in HEIC
    [page] = read_card(upload(HEIC, "IMG_0002.HEIC", "image/heic"))
    assert (page.width, page.height) == (640, 400)
    assert looks_like(Image.open(io.BytesIO(page.jpeg)), (600, 10), BLUE)
    assert CAMERA.encode() not in page.jpeg


def test_what_the_file_is_called_does_not_matter():
    disguised = upload(encoded(card(), "PNG"), name="card.exe", content_type="text/html")
    assert len(read_card(disguised)) == 1


def test_a_big_photo_is_shrunk_and_a_small_one_is_left():
    assert read(encoded(card((4100, 1000)), "JPEG"))[0].size == (2000, 488)
    assert read(encoded(card((60, 40)), "JPEG"))[0].size == (60, 40)


def test_what_is_transparent_becomes_white():
    clear = card().convert("RGBA")
    clear.paste((0, 0, 0, 0), (0, 100, 320, 200))
    for picture in (clear, clear.quantize()):
        [page] = read(encoded(picture, "PNG"))
        assert looks_like(page, (160, 5), BLUE)
        assert looks_like(page, (160, 195), WHITE)


@pytest.mark.parametrize(
    ("picture", "kind", "color"),
    [
        (Image.new("CMYK", (40, 40), (255, 0, 0, 0)), "JPEG", (0, 255, 255)),
        (Image.new("I;16", (40, 40), 0x8000), "PNG", (128, 128, 128)),
        (Image.new("1", (40, 40), 1), "PNG", WHITE),
        (Image.new("LA", (40, 40), (100, 255)), "PNG", (100, 100, 100)),
    ],
    ids=["print colors", "16 bits", "black and white", "gray with alpha"],
)
def test_unusual_colors_are_read(picture, kind, color):
    [page] = read(encoded(picture, kind))
    assert looks_like(page, (20, 20), color)


@pytest.mark.parametrize("kind", ["WEBP", "PNG", "MPO"])
def test_of_several_frames_the_first_is_taken(kind):
    other = Image.new("RGB", (320, 200), "red")
    [picture] = read(encoded(card(), kind, save_all=True, append_images=[other]))
    assert is_upright(picture)


def test_a_pdf_gives_a_page_for_each_side():
    front, back = read(pdf_of(BAND, b""))
    assert front.size == back.size == (2000, 1334)
    assert looks_like(front, (1000, 5), BLUE)
    assert looks_like(front, (1000, 1300), WHITE)
    assert looks_like(back, (1000, 5), WHITE)


def test_of_sixty_pages_only_two_are_touched():
    assert len(read(pdf_of(BAND, BAND, *[ENDLESS] * 58))) == 2


def test_the_same_photo_gives_the_same_pages():
    photo = encoded(card(), "PNG")
    assert read_card(upload(photo)) == read_card(upload(photo))


def test_a_photo_with_broken_exif_is_still_read_and_turned():
    exif = Image.Exif()
    exif[0x0112], exif[0x0132] = 6, "2026:01:01 00:00:00"
    date_as_height = exif.tobytes().replace(b"\x01\x32\x00\x02", b"\x01\x01\x00\x02")
    photo = card().transpose(Image.Transpose.ROTATE_90)
    [picture] = read(encoded(photo, "JPEG", exif=date_as_height))
    assert is_upright(picture)
    [picture] = read(encoded(card(), "JPEG", exif=b"Exif\0\0MM\xff*" + bytes(20)))
    assert is_upright(picture)


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04" + b"\0" * 60,
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"<!doctype html><script>alert(1)</script>",
        encoded(card(), "GIF"),
        encoded(card(), "TIFF"),
        encoded(card(), "BMP"),
        b"\0\0\0\x20ftypavif" + b"\0" * 60,
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
        b"hello",
    ],
    ids=["zip", "svg", "html", "gif", "tiff", "bmp", "avif", "postscript", "text"],
)
def test_other_files_are_refused_whatever_they_are_called(data):
    assert "not a photo we can open" in refusal(data)


def test_a_zip_behind_a_picture_is_left_behind():
    [page] = read_card(upload(encoded(card(), "PNG") + b"PK\x03\x04 stowaway"))
    assert b"stowaway" not in page.jpeg


def test_an_empty_file_is_refused():
    assert "empty" in refusal(b"")


def test_a_file_beyond_the_limit_is_refused():
    assert "larger than 10 MB" in refusal(encoded(card(), "PNG") + b"\0" * MAX_FILE_BYTES)


def test_a_bomb_is_refused_before_it_goes_off():
    assert "too many pixels" in refusal(png_of(60_000, 60_000, bytes(10**7)))


def test_fifty_million_pixels_are_the_limit():
    rows = bytes(8_001 * 6_250)
    assert read(png_of(8_000, 6_250, rows))[0].size == (2000, 1563)
    assert "too many pixels" in refusal(png_of(8_000, 6_251, rows))


def test_a_heic_that_claims_a_wrong_size_is_refused():
    truth = struct.pack(">II", 400, 640)
    assert HEIC.count(truth) == 1
    huge, tiny = struct.pack(">II", 30_000, 30_000), struct.pack(">II", 8, 8)
    assert "too many pixels" in refusal(HEIC.replace(truth, huge))
    assert "damaged" in refusal(HEIC.replace(truth, tiny))


def test_a_webp_that_claims_a_huge_size_is_refused():
    frames = encoded(card(), "WEBP", save_all=True, append_images=[Image.new("RGB", (320, 200))])
    canvas = frames.index(b"VP8X") + 12
    huge = (16_000).to_bytes(3, "little") * 2
    assert "too many pixels" in refusal(frames[:canvas] + huge + frames[canvas + 6 :])


@pytest.mark.parametrize(
    ("box", "size"),
    [(b"0 0 1000000 1000000", (2000, 2000)), (b"0 0 1 14400", (1, 2000))],
    ids=["as large as a town", "a thread"],
)
def test_a_pdf_page_of_any_size_gives_a_small_picture(box, size):
    assert read(pdf_of(BAND, box=box))[0].size == size


@pytest.mark.parametrize(
    "data",
    [
        half(encoded(Image.radial_gradient("L"), "JPEG")),
        half(encoded(Image.radial_gradient("L"), "PNG")),
        half(encoded(Image.radial_gradient("L"), "WEBP")),
        half(HEIC),
        pdf_of(BAND)[:60],
        pdf_of(),
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\x04\0\0\0WEBP",
        b"\0\0\0\x18ftypheic",
        b"%PDF-1.7",
    ],
    ids=[
        *("half a JPEG", "half a PNG", "half a WebP", "half a HEIC", "half a PDF", "no page"),
        *("only JPEG", "only PNG", "only WebP", "only HEIC", "only PDF"),
    ],
)
def test_a_damaged_file_is_refused(data):
    assert "damaged or incomplete" in refusal(data)


def test_a_locked_pdf_is_refused():
    lock = b"/ID[<00><00>]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>>" % (
        b"ab" * 32,
        b"cd" * 32,
    )
    assert "password" in refusal(pdf_of(BAND, trailer=lock))


def test_a_file_that_takes_for_ever_is_given_up(monkeypatch):
    monkeypatch.setattr(cards, "DECODE_TIMEOUT", 1)
    assert "too long" in refusal(pdf_of(ENDLESS))


def test_a_crash_of_the_decoder_is_a_refusal_like_any_other(monkeypatch, tmp_path):
    crash = tmp_path / "crash.py"
    crash.write_text("import os; os.abort()")
    monkeypatch.setattr(cards, "DECODER", crash)
    assert "damaged or incomplete" in refusal(encoded(card(), "JPEG"))


def test_the_decoder_is_told_no_secret(monkeypatch, tmp_path):
    nosy = tmp_path / "nosy.py"
    nosy.write_text(
        "import os, struct, sys; found = repr(dict(os.environ)).encode()\n"
        "sys.stdout.buffer.write(struct.pack('>III', 1, 1, len(found)) + found)"
    )
    monkeypatch.setattr(cards, "DECODER", nosy)
    monkeypatch.setenv("SECRET_KEY", "a sentinel")
    [page] = read_card(upload(encoded(card(), "JPEG")))
    assert page.jpeg.startswith(b"{")
    assert b"a sentinel" not in page.jpeg


@pytest.mark.parametrize(
    ("deed", "outcome"),
    [
        ("open('{folder}/trace', 'w', buffering=1).write('x\\n')", "File too large"),
        (f"bytearray({MEMORY_LIMIT})", "MemoryError"),
    ],
    ids=["write a file", "take much memory"],
)
def test_the_decoder_cannot(deed, outcome, tmp_path):
    program = f"from intake.card_decoder import limit_process\nlimit_process()\n{deed}"
    decoder = subprocess.run(
        [sys.executable, "-c", program.replace("{folder}", str(tmp_path))],
        cwd=Path(cards.__file__).parents[1],
        capture_output=True,
        text=True,
    )
    assert outcome in decoder.stderr


def test_when_all_decoders_are_busy_the_person_is_asked_to_come_back(monkeypatch):
    monkeypatch.setattr(cards, "DECODERS", BoundedSemaphore(1))
    monkeypatch.setattr(cards, "WAIT_TIMEOUT", 0)
    photo = encoded(card(), "JPEG")
    with cards.DECODERS:
        assert "try again in a minute" in refusal(photo)
    assert "damaged" in refusal(half(photo))
    assert len(read(photo)) == 1  # a refusal gives its turn back too


def test_logs_say_nothing_about_a_file(caplog):
    caplog.set_level(logging.DEBUG)
    read_card(upload(HEIC, name="sentinel.heic"))
    assert caplog.text == ""
    refusal(half(HEIC))
    assert [record.getMessage() for record in caplog.records] == [
        "card decoder ended with exit code 1"
    ]
