"""Answers a visitor's search. The words looked for are kept nowhere."""

from collections import defaultdict
from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from functools import reduce
from operator import add, or_
from typing import NamedTuple

from django.db.models import Case, F, IntegerField, Max, Q, QuerySet, Value, When
from django.utils.safestring import SafeString

from programs import languages
from programs.models import SearchTerm
from programs.search import synonyms, words
from programs.search.documents import Document, Source, documents, visible_rows
from programs.search.excerpt import excerpt

MAX_QUERY = 200  # characters
MAX_WORDS = 20
MAX_HITS = 50
# A half-typed last word finds longer ones from this many letters on.
MIN_PREFIX = 2
# How much more a whole word counts than one that only begins alike.
WHOLE_WORD = 2
# A misspelled word: how alike it must be, from how many letters on, how many of them are
# looked up, and among how many words of the site.
ALIKE, MIN_MISSPELLED, MAX_MISSPELLED, MAX_VOCABULARY = 0.8, 4, 4, 20_000
# Letters that a word and its misspelling may differ in length.
MAX_LENGTH_GAP = 2


class Hit(NamedTuple):
    title: str
    url: str
    kind: str
    excerpt: SafeString
    language: str


class Found(NamedTuple):
    query: str
    hits: list[Hit]
    too_long: bool
    # Some words stand nowhere as typed, and the closest ones were taken instead.
    is_respelled: bool = False


@dataclass(frozen=True)
class Wanted:
    """A word that is looked for; a prefix where the visitor may still be typing."""

    stem: str
    prefix: str = ""
    # Stems of other words that mean the same.
    others: frozenset[str] = frozenset()

    @property
    def whole(self) -> list[str]:
        return [self.stem, *sorted(self.others)]

    def condition(self) -> Q:
        condition = Q(stem__in=self.whole)
        return condition | Q(stem__startswith=self.prefix) if self.prefix else condition

    def is_among(self, terms: Set[str]) -> bool:
        """Whether the terms hold this word, one that begins like it, or one that means the same."""
        if self.stem in terms or not self.others.isdisjoint(terms):
            return True
        return bool(self.prefix) and any(term.startswith(self.prefix) for term in terms)


def find(text: str, *, at: datetime) -> Found:
    """Return the places that hold all the words, or else any of them, best first."""
    printable = "".join(char if char.isprintable() else " " for char in text)
    query = " ".join(printable.split())
    too_long = len(query) > MAX_QUERY
    query = query[:MAX_QUERY].rstrip()
    typed = _typed(query)
    if not typed:
        return Found(query, [], too_long)

    wanted = _wanted(typed)
    ranked, has_all = _ranked(wanted, at)
    respelled = typed if has_all else _respelled(typed, wanted, at)
    if respelled != typed:
        wanted = _wanted(respelled)
        ranked, _ = _ranked(wanted, at)

    def matches(word: str) -> bool:
        return words.counts(word) and any(one.is_among(words.terms(word)) for one in wanted)

    found = _documents(ranked, at)
    hits = [Hit(d.title, d.url, d.kind, excerpt(d.text, matches), d.language) for d in found]
    return Found(query, hits, too_long, is_respelled=respelled != typed)


def _typed(query: str) -> list[str]:
    """Return the words that count, folded, each once and in the order typed."""
    counting = filter(words.counts, words.WORD.findall(query))
    folded = [word for word in map(words.fold, counting) if word]
    return list(dict.fromkeys(folded))[:MAX_WORDS]


def _wanted(typed: list[str]) -> list[Wanted]:
    stems = [words.stem(word) for word in typed]
    last = typed[-1]
    prefixes = [""] * (len(typed) - 1) + [last if len(last) >= MIN_PREFIX else ""]
    return list(map(Wanted, stems, prefixes, synonyms.meant_by(stems)))


def _respelled(typed: list[str], wanted: list[Wanted], at: datetime) -> list[str]:
    """Return the words, those that stand nowhere replaced by the closest that does."""
    terms = _visible_terms(at).values_list("stem", flat=True).distinct()
    vocabulary = {*terms[:MAX_VOCABULARY], *synonyms.names()}
    taken = list(typed)
    misspelled = [
        place
        for place, one in enumerate(wanted)
        if len(typed[place]) >= MIN_MISSPELLED and not one.is_among(vocabulary)
    ]
    for place in misspelled[:MAX_MISSPELLED]:
        word = typed[place]
        near = [term for term in vocabulary if abs(len(term) - len(word)) <= MAX_LENGTH_GAP]
        taken[place] = next(iter(get_close_matches(word, near, n=1, cutoff=ALIKE)), word)
    return taken


def _visible_terms(at: datetime) -> QuerySet:
    """Return the index of what visitors may read at that time."""
    is_visible = [
        Q(source=source, source_id__in=visible_rows(source, at=at).order_by().values("pk"))
        for source in Source
    ]
    return SearchTerm.objects.filter(reduce(or_, is_visible), language=languages.current())


def _best_weight(one: Wanted) -> Max:
    """Return what a word counts in a document: its best match there, whole words first."""
    whole = When(stem__in=one.whole, then=F("weight") * WHOLE_WORD)
    weight = Case(whole, default=F("weight"), output_field=IntegerField())
    return Max(weight, filter=one.condition(), default=0)


def _ranked(wanted: list[Wanted], at: datetime) -> tuple[list[tuple[str, int]], bool]:
    """Return (source, id) of the best documents, in one statement, and if they hold all words."""
    conditions = [one.condition() for one in wanted]
    present = [Max(Value(1), filter=condition, default=0) for condition in conditions]
    best = [_best_weight(one) for one in wanted]
    rows = list(
        _visible_terms(at)
        .filter(reduce(or_, conditions))
        .values("source", "source_id")
        .annotate(matched=reduce(add, present), score=reduce(add, best))
        .order_by("-matched", "-score", "source", "source_id")[:MAX_HITS]
    )
    has_all = bool(rows) and rows[0]["matched"] == len(wanted)
    if has_all:
        rows = [row for row in rows if row["matched"] == len(wanted)]
    return [(row["source"], row["source_id"]) for row in rows], has_all


def _documents(ranked: list[tuple[str, int]], at: datetime) -> list[Document]:
    """Return the documents in that order, in one statement a source and two for details."""
    ids = defaultdict(list)
    for source, source_id in ranked:
        ids[Source(source)].append(source_id)
    found = {
        (document.source, document.source_id): document
        for source, wanted in ids.items()
        for document in documents(source, visible_rows(source, at=at).filter(pk__in=wanted))
    }
    return [found[place] for place in ranked if place in found]
