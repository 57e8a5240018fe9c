"""Uploaded files: in memory only, capped, and never at the cost of the other fields."""

import os
import sys
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory
from PIL import Image

from intake.cards import CardError, read_card
from intake.uploads import MAX_FILE_BYTES

WATCHING = []
WRITTEN_FILES = []


def note_written_file(event, arguments):
    if event == "open" and WATCHING:
        path, _mode, flags = arguments
        is_pipe = isinstance(path, int)
        if flags & (os.O_WRONLY | os.O_RDWR) and not is_pipe and path != os.devnull:
            WRITTEN_FILES.append(path)


sys.addaudithook(note_written_file)


def post(**fields):
    """Return the request that a browser's form with these fields makes."""
    return RequestFactory().post("/insurance/", fields)


def resent(request, body: bytes):
    return RequestFactory().generic("POST", "/insurance/", body, request.META["CONTENT_TYPE"])


def file_of(size: int) -> SimpleUploadedFile:
    return SimpleUploadedFile("card.jpg", b"x" * size, "image/jpeg")


def test_files_and_fields_arrive():
    request = post(
        phone="916-555-0123", card_front=file_of(200_000), card_back=file_of(5), message="hello"
    )
    assert request.FILES["card_front"].read() == b"x" * 200_000
    assert request.FILES["card_back"].read() == b"x" * 5
    assert request.POST.dict() == {"phone": "916-555-0123", "message": "hello"}


def test_a_file_that_is_too_large_costs_nothing_else():
    request = post(
        phone="916-555-0123",
        card_front=file_of(MAX_FILE_BYTES + 100_000),
        card_back=file_of(5),
        message="hello",
    )
    front = request.FILES["card_front"]
    assert front.size > MAX_FILE_BYTES
    assert front.size == MAX_FILE_BYTES + 100_000
    assert front.read() == b""
    assert request.FILES["card_back"].read() == b"x" * 5
    assert request.POST.dict() == {"phone": "916-555-0123", "message": "hello"}
    with pytest.raises(CardError, match="larger than 10 MB"):
        read_card(front)


@pytest.mark.parametrize(("more", "too_large"), [(0, False), (1, True)])
def test_the_limit_is_exact(more, too_large):
    front = post(card_front=file_of(MAX_FILE_BYTES + more)).FILES["card_front"]
    assert len(front.read()) == (0 if too_large else MAX_FILE_BYTES)


def test_an_empty_file_arrives_and_an_unused_input_does_not():
    request = post(card_front=file_of(0), phone="916-555-0123")
    body = request.body.replace(b'filename="card.jpg"', b'filename=""')
    assert request.FILES["card_front"].size == 0
    with pytest.raises(CardError, match="empty"):
        read_card(request.FILES["card_front"])
    unused = resent(request, body)
    assert not unused.FILES
    assert unused.POST["phone"] == "916-555-0123"


def test_of_an_upload_that_breaks_off_the_fields_before_it_are_kept():
    whole = post(phone="916-555-0123", card_front=file_of(200_000), message="hello")
    half = resent(whole, whole.body[:100_000])
    assert half.POST.dict() == {"phone": "916-555-0123"}
    assert not half.FILES


def test_nothing_is_written_to_the_disk():
    picture = BytesIO()
    Image.new("RGB", (320, 200)).save(picture, "JPEG")
    photo = SimpleUploadedFile("card.jpg", picture.getvalue() + bytes(5_000_000))
    request = post(card_front=photo, card_back=file_of(MAX_FILE_BYTES + 1))

    WATCHING.append(request)
    try:
        assert len(read_card(request.FILES["card_front"])) == 1
    finally:
        WATCHING.clear()
    assert WRITTEN_FILES == []
