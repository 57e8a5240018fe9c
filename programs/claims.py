"""Words that promise a result. They may stand on a public page only beside their source.

A source is in the same paragraph: "Source: …" with what it is, or a link to it. A denial
("not a guarantee of payment") and an honest question ("Can you guarantee …?") claim nothing.
"""

import re
from collections.abc import Iterator

# English and Spanish, each with its obvious forms.
CLAIM = re.compile(
    r"""
    \bguarant(?:ee[sd]?|eeing|ies|y)\b
    | \bcur(?:e[sd]?|ing|able)\b
    | \b100 \s* (?:%|percent\b|per\ cent\b)
    | \#1\b | \bnumber[ -]one\b
    | \bsuccess(?:ful)?[ ]rates? | \brates?[ ]of[ ]success
    | \b\d+ \s* (?:%|percent|per\ cent) \s+ success
    | \bgarant(?:ía|ia|iza)\w* | \bcura(?:n|r|mos|do|da|dos|das|ción)?\b
    | \b100 \s* por \s+ ciento\b | \bnúmero[ ]uno\b | \b(?:n\.?\s*[º°]|núm\.|número) \s* 1\b
    | \b(?:tasas?|índices?|porcentajes?)[ ]de[ ]éxito
    """,
    re.IGNORECASE | re.VERBOSE,
)

# Up to five words between the denial and what it denies, in the same sentence.
DENIAL = re.compile(
    r"""
    (?: \b(?:no|not|never|nobody|cannot|without|neither|nor|nunca|nadie|sin|ni)\b | n['\u2019]t\b )
    (?! \s+ (?:only|just|merely|other|doubt|one\ else|solo|sólo|hay\ duda) )
    (?: [ ]+ [^\s.!?:;]+ ){0,5} [ ]* [("\u201c\u2018*_]* $
    """,
    re.IGNORECASE | re.VERBOSE,
)
QUESTION = re.compile(
    r"\W*(?:can|could|do|does|is|are|will|would|what (?:is|are|does)"
    r"|es|hay|puede[ns]?|cuál|garantizan?)\b.*\?\W*",
    re.IGNORECASE | re.DOTALL,
)
SOURCE = re.compile(r"\b(?:sources?|fuentes?): *\S{2}|\]\(https?://|<https?://", re.IGNORECASE)
PARAGRAPH = re.compile(r"\n\s*\n")
SENTENCE = re.compile(r"(?<=[.!?])\s+")


def unsourced(text: str) -> Iterator[str]:
    """Yield each claim word as it is written, where no source stands beside it."""
    for paragraph in PARAGRAPH.split(text):
        if SOURCE.search(paragraph):
            continue
        # A line break within a paragraph is a space to its reader.
        for sentence in SENTENCE.split(" ".join(paragraph.split())):
            if QUESTION.fullmatch(sentence):
                continue
            for claim in CLAIM.finditer(sentence):
                if not DENIAL.search(sentence[: claim.start()]):
                    yield claim[0]
