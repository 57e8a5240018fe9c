"""The piece of a text that shows why it was found."""

from collections.abc import Callable

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from programs.search.words import WORD

# Characters.
LENGTH = 240
BEFORE = 80


def excerpt(text: str, matches: Callable[[str], bool]) -> SafeString:
    """Return escaped text around the first matching word, with <mark> around each one."""
    first = next((word.start() for word in WORD.finditer(text) if matches(word[0])), 0)
    start, end = _window(text, first)
    pieces, done = ["… " if start else ""], start
    for word in WORD.finditer(text, start, end):
        if matches(word[0]):
            pieces += [escape(text[done : word.start()]), f"<mark>{escape(word[0])}</mark>"]
            done = word.end()
    pieces += [escape(text[done:end]), " …" if end < len(text) else ""]
    return mark_safe("".join(pieces))  # noqa: S308  (every piece of the text is escaped)


def _window(text: str, first: int) -> tuple[int, int]:
    """Return where the excerpt begins and ends, between words where there are spaces."""
    start = max(first - BEFORE, 0)
    if start:
        start = text.find(" ", start, first) + 1 or start
    end = start + LENGTH
    if end >= len(text):
        return start, len(text)
    space = text.rfind(" ", first, end)
    return start, space if space > first else end
