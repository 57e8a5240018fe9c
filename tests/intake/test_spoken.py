"""Times as people say them, in Spanish too."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override

from intake import spoken

HERE = "America/Los_Angeles"


@pytest.mark.parametrize(
    ("clock", "said"),
    [
        ("08:00", "las 8 a.m."),
        ("12:00", "mediodía"),
        ("12:30", "las 12:30 p.m."),
        ("13:00", "la 1 p.m."),
        ("00:00", "medianoche"),
    ],
)
def test_in_spanish_a_time_carries_its_article(clock, said):
    moment = datetime.fromisoformat(f"2026-11-28 {clock}").replace(tzinfo=ZoneInfo(HERE))
    with override("es"):
        assert spoken.time_of_day(moment, HERE) == said


def test_in_spanish_the_time_of_the_call_reads_like_a_sentence():
    now = datetime(2026, 11, 28, 20, 0, tzinfo=UTC)  # noon in Sacramento
    start, end = now + timedelta(hours=21), now + timedelta(hours=25)
    with override("es"):
        assert spoken.between(start, end, HERE, now=now) == (
            "mañana, domingo 29 de noviembre, entre las 9 a.m. y la 1 p.m. (Hora del Pacífico)"
        )
