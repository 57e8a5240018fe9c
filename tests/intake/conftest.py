"""What every test of intake starts from, and what none of them may write into a log."""

import logging
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests import builders
from tests.intake import card_files

PERSONAL = {
    word
    for answer in (builders.CONTACT | builders.INSURANCE).values()
    for word in re.split(r"\s+(?=x)", answer)
}


@pytest.fixture
def front_door(db):
    """The center is there, its desk has hours, and the wordings of consent are in force."""
    builders.center()
    builders.consent_texts()
    builders.program("iop")
    builders.carrier("Aetna")


@pytest.fixture(scope="session")
def photo():
    """Return a function that makes an upload of a card photo."""
    jpeg = card_files.encoded(card_files.card(), "JPEG")
    return lambda name="card.jpg": SimpleUploadedFile(name, jpeg, "image/jpeg")


@pytest.fixture(autouse=True)
def no_person_in_any_log(caplog):
    """Refuse a test in which a record of any logger holds what a person wrote."""
    # Django's own logger passes nothing on to the root, where caplog listens.
    django = logging.getLogger("django")
    django.addHandler(caplog.handler)
    yield
    django.removeHandler(caplog.handler)
    formatter = logging.Formatter()
    for phase in ("setup", "call"):
        for record in caplog.get_records(phase):
            line = formatter.format(record)
            assert not any(word in line for word in PERSONAL), line
