"""Whether a message may speak of danger: the phrases of `content/danger.toml`, in any language.

Pure reading of a text. What follows from it is decided in `priorities`.
"""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

from intake.choices import Danger
from intake.lookup import words

PHRASES = tomllib.loads((Path(__file__).parent / "content" / "danger.toml").read_text("utf-8"))
# Up to three words, each with the space behind it.
GAP = r"(?:\w+ ){0,3}"


def _any_of(phrases: Iterable[str]) -> re.Pattern:
    """Return what finds any of the phrases among words with a space on either side."""
    either = "|".join(phrases).replace("(", "(?:").replace("*", r"\w*").replace(" _ ", f" {GAP}")
    return re.compile(rf"(?<= )(?:{either})(?= )")


NO_DANGER = _any_of(PHRASES["means_no_danger"])
DANGERS = {
    danger: _any_of([one for phrases in PHRASES[danger].values() for one in phrases])
    for danger in Danger
}


def dangers_in(*texts: str) -> list[Danger]:
    """Return what the texts may speak of, in the order of `Danger`."""
    spoken = "".join(f" {' '.join(words(text))} " for text in texts)
    spoken = NO_DANGER.sub("", spoken)
    return [danger for danger, phrases in DANGERS.items() if phrases.search(spoken)]
