"""Answers a visitor's search. The words looked for are kept nowhere."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import add, or_
from typing import NamedTuple

from django.db.models import Case, F, IntegerField, Max, Q, Value, When
from django.utils.safestring import SafeString

from programs.models import SearchTerm
from programs.search import words
from programs.search.documents import Document, Source, documents, visible_rows
from programs.search.excerpt import excerpt

MAX_QUERY = 200  # characters
MAX_WORDS = 20
MAX_HITS = 50
# A half-typed last word finds longer ones from this many letters on.
MIN_PREFIX = 2
# How much more a whole word counts than one that only begins alike.
WHOLE_WORD = 2


class Hit(NamedTuple):
    title: str
    url: str
    kind: str
    excerpt: SafeString


class Found(NamedTuple):
    query: str
    hits: list[Hit]
    too_long: bool


@dataclass(frozen=True)
class Wanted:
    """A word that is looked for; a prefix where the visitor may still be typing."""

    stem: str
    prefix: str = ""

    def condition(self) -> Q:
        if self.prefix:
            return Q(stem=self.stem) | Q(stem__startswith=self.prefix)
        return Q(stem=self.stem)

    def matches(self, word: str) -> bool:
        terms = words.terms(word)
        if self.prefix and any(term.startswith(self.prefix) for term in terms):
            return True
        return self.stem in terms


def find(text: str, *, at: datetime) -> Found:
    """Return the places that hold all the words, or else any of them, best first."""
    printable = "".join(char if char.isprintable() else " " for char in text)
    query = " ".join(printable.split())
    too_long = len(query) > MAX_QUERY
    query = query[:MAX_QUERY].rstrip()
    wanted = _wanted(query)
    if not wanted:
        return Found(query, [], too_long)

    def matches(word: str) -> bool:
        return words.fold(word) not in words.STOP_WORDS and any(one.matches(word) for one in wanted)

    found = _documents(_ranked(wanted, at), at)
    hits = [Hit(d.title, d.url, d.kind, excerpt(d.text, matches)) for d in found]
    return Found(query, hits, too_long)


def _wanted(query: str) -> list[Wanted]:
    folded = [words.fold(word) for word in words.WORD.findall(query)]
    folded = [word for word in folded if word and word not in words.STOP_WORDS]
    # dict: each word once, in the order typed
    folded = list(dict.fromkeys(folded))[:MAX_WORDS]
    if not folded:
        return []
    *others, last = folded
    prefix = last if len(last) >= MIN_PREFIX else ""
    return [*(Wanted(words.stem(word)) for word in others), Wanted(words.stem(last), prefix)]


def _best_weight(one: Wanted) -> Max:
    """Return what a word counts in a document: its best match there, whole words first."""
    whole = When(stem=one.stem, then=F("weight") * WHOLE_WORD)
    weight = Case(whole, default=F("weight"), output_field=IntegerField())
    return Max(weight, filter=one.condition(), default=0)


def _ranked(wanted: list[Wanted], at: datetime) -> list[tuple[str, int]]:
    """Return (source, id) of the best documents, in one statement."""
    conditions = [one.condition() for one in wanted]
    is_visible = [
        Q(source=source, source_id__in=visible_rows(source, at=at).order_by().values("pk"))
        for source in Source
    ]
    present = [Max(Value(1), filter=condition, default=0) for condition in conditions]
    best = [_best_weight(one) for one in wanted]
    rows = list(
        SearchTerm.objects.filter(
            reduce(or_, is_visible), reduce(or_, conditions), language=words.LANGUAGE
        )
        .values("source", "source_id")
        .annotate(matched=reduce(add, present), score=reduce(add, best))
        .order_by("-matched", "-score", "source", "source_id")[:MAX_HITS]
    )
    if rows and rows[0]["matched"] == len(wanted):
        rows = [row for row in rows if row["matched"] == len(wanted)]
    return [(row["source"], row["source_id"]) for row in rows]


def _documents(ranked: list[tuple[str, int]], at: datetime) -> list[Document]:
    """Return the documents in that order, in one statement a source and one for details."""
    ids = defaultdict(list)
    for source, source_id in ranked:
        ids[Source(source)].append(source_id)
    found = {
        (document.source, document.source_id): document
        for source, wanted in ids.items()
        for document in documents(source, visible_rows(source, at=at).filter(pk__in=wanted))
    }
    return [found[place] for place in ranked if place in found]
