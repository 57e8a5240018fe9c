"""What a log line or an error report may say: where something failed, never with what.

An exception's own message may quote what a person typed, a query string what they searched
for, a header where they came from, a local variable anything at all. So both carry file,
line, function and the class of the exception, and nothing else (45 CFR 164.312, 42 CFR 2.16).
The one formatter and the one reporter of the project; `settings.LOGGING` leaves no handler
without the first.
"""

import copy
import logging
import re
import traceback

from django.views.debug import ExceptionReporter

QUERY = re.compile(r"\?[^\s\"'>]+")
# As `warnings` writes it: file, line and class, then words that may quote a value.
WARNING = re.compile(r".*?:\d+: \w+")
PLACE = re.compile(r'  File "[^"]+", line \d+, in ')
# Whose messages hold references, counts and addresses of pages only. Of all others the words
# are logged and the values left out.
OUR_OWN = ("intake", "programs", "rehab_site", "django")


def said(record: logging.LogRecord) -> str:
    """Return a record's message without what came with a request."""
    path = getattr(getattr(record, "request", None), "path", None)
    if path is not None:
        # Django's words may quote a header (host, origin, referrer), a name or an exception.
        return f"{getattr(record, 'status_code', '')} {path.encode('unicode_escape').decode()}"
    if record.name == "py.warnings":
        return WARNING.match(record.getMessage())[0]
    if record.name.partition(".")[0] in OUR_OWN:
        return record.getMessage()
    if not isinstance(record.msg, str):
        return type(record.msg).__name__
    # The web server writes a whole traceback as its message: of that, the places alone.
    first, *more = record.msg.splitlines() or [""]
    return "\n".join([first, *filter(PLACE.match, more)])


class NothingPersonalFormatter(logging.Formatter):
    """Writes what `said` leaves, and tracebacks without the exceptions' own messages."""

    def formatException(self, ei):
        lines, error = [], ei[1]
        while error is not None:
            frames = traceback.extract_tb(error.__traceback__)
            kind = f"{type(error).__module__}.{type(error).__qualname__}\n"
            lines = [*traceback.format_list(frames), kind, *lines]
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "".join(lines).rstrip()

    def format(self, record):
        quiet = copy.copy(record)
        quiet.msg, quiet.args, quiet.exc_text = said(record), None, None
        return QUERY.sub("?…", super().format(quiet))


class NothingPersonalReporter(ExceptionReporter):
    """Django's own error report without the request, local variables and messages."""

    def __init__(self, request, *args, **kwargs):
        super().__init__(None, *args, **kwargs)

    def get_traceback_frames(self):
        quiet = {"vars": [], "exc_cause": None}
        return [{**frame, **quiet} for frame in super().get_traceback_frames()]

    def get_traceback_data(self):
        return {**super().get_traceback_data(), "exception_value": "", "exception_notes": ""}
