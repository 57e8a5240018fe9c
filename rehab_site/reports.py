"""What a log line or an error report may say: where something failed, never with what.

An exception's own message may quote what a person typed, a query string what they searched
for, a local variable anything at all. So reports carry file, line, function and the class of
the exception, and nothing else (45 CFR 164.312, 42 CFR 2.16).
"""

import logging
import re
import traceback

from django.views.debug import ExceptionReporter

QUERY = re.compile(r"\?[^\s\"'>]+")


class NothingPersonalFormatter(logging.Formatter):
    """Drops query strings from every line, and messages of exceptions from tracebacks."""

    def formatException(self, ei):
        lines, error = [], ei[1]
        while error is not None:
            frames = traceback.extract_tb(error.__traceback__)
            kind = f"{type(error).__module__}.{type(error).__qualname__}\n"
            lines = [*traceback.format_list(frames), kind, *lines]
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "".join(lines).rstrip()

    def format(self, record):
        record.exc_text = None
        return QUERY.sub("?…", super().format(record))


class NothingPersonalReporter(ExceptionReporter):
    """Django's own error report without the request, local variables and messages."""

    def __init__(self, request, *args, **kwargs):
        super().__init__(None, *args, **kwargs)

    def get_traceback_frames(self):
        quiet = {"vars": [], "exc_cause": None}
        return [{**frame, **quiet} for frame in super().get_traceback_frames()]

    def get_traceback_data(self):
        return {**super().get_traceback_data(), "exception_value": "", "exception_notes": ""}
