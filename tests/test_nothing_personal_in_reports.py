"""What fails is told with file, line and class; never with what somebody sent."""

import logging
import sys

import pytest
from django.test import RequestFactory

from rehab_site.reports import NothingPersonalFormatter, NothingPersonalReporter

TYPED = "Zebulon Q. Sentinel 916-555-0142"


def failure() -> tuple:
    """Return the exc_info of a failure that quotes what was typed, twice over."""
    typed = TYPED
    try:
        try:
            int(typed)
        except ValueError as error:
            raise RuntimeError(f"cannot take {typed}") from error
    except RuntimeError:
        return sys.exc_info()


def formatted(message: str, *args, exc_info=None) -> str:
    record = logging.LogRecord("django.request", 40, __file__, 1, message, args, exc_info)
    return NothingPersonalFormatter("{levelname} {message}", style="{").format(record)


def test_a_traceback_says_where_and_what_kind_but_not_with_what():
    text = formatted("Internal Server Error: %s", "/callback/", exc_info=failure())
    assert "/callback/" in text
    assert "in failure" in text
    assert "builtins.ValueError" in text
    assert "builtins.RuntimeError" in text
    assert TYPED not in text
    assert "Zebulon" not in text


def test_a_line_loses_its_query_string():
    assert formatted("Not Found: %s", "/search/?q=Zebulon&page=2") == "ERROR Not Found: /search/?…"


@pytest.mark.parametrize("channel", ["text", "html"])
def test_an_error_report_holds_no_value_that_came_with_the_request(channel):
    request = RequestFactory().post(
        f"/callback/?q={TYPED}",
        {"name": TYPED},
        headers={"cookie": f"receipt={TYPED}", "x-typed": TYPED},
    )
    reporter = NothingPersonalReporter(request, *failure())
    report = getattr(reporter, f"get_traceback_{channel}")()
    assert "RuntimeError" in report
    assert "failure" in report
    assert "Zebulon" not in report
