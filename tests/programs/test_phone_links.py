"""Phone numbers become links that a phone can dial."""

import pytest
from django.template import Context, Template

from tests.programs.rows import make_center


@pytest.mark.parametrize(
    ("written", "country", "dialed"),
    [
        ("888-290-0925", "US", "tel:+18882900925"),
        ("(916) 555-0123", "US", "tel:+19165550123"),
        ("916.555.0123 x12", "US", "tel:+19165550123;ext=12"),
        ("+44 20 7946 0958", "US", "tel:+442079460958"),
        ("020 7946 0958", "GB", "tel:+442079460958"),
        ("988", "US", "tel:988"),
        ("911", "US", "tel:911"),
        ("1-800-FLOWERS", "US", "tel:+18003569377"),
        ("", "US", ""),
        ("ask at the door", "US", ""),
    ],
)
def test_a_number_is_dialed_as_it_is_meant(written, country, dialed):
    template = Template("{% load prose %}{{ phone|tel:country }}")
    assert template.render(Context({"phone": written, "country": country})) == dialed


def test_every_page_lets_one_call_the_center(client, db):
    make_center(phone="(916) 555-0177")
    assert 'href="tel:+19165550177"' in client.get("/").content.decode()
