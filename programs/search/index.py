"""Writes the index. Drafts are in it too: `find` looks at published rows only."""

from collections import Counter

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import override

from programs import languages
from programs.models import Article, Program, Question, SearchTerm
from programs.search import words
from programs.search.documents import Document, Source, all_rows, documents

# What one occurrence counts, by where the word stands.
TITLE, LEAD, BODY, CONTEXT = 12, 4, 1, 1
# Whoever asks for a program by its name wants its page before questions about it.
NAME = 24
# A long text does not win by repeating itself.
MAX_BODY = 5


@transaction.atomic
def rebuild() -> None:
    """Index everything anew."""
    SearchTerm.objects.all().delete()
    for source in Source:
        _index(source, all_rows(source))


@transaction.atomic
def index_program(program: Program) -> None:
    """Index a program with its sections and questions as they are now."""
    _index(Source.PROGRAM, all_rows(Source.PROGRAM).filter(pk=program.pk))
    for source in (Source.SECTION, Source.QUESTION):
        _index(source, all_rows(source).filter(program=program))
    prune()


@transaction.atomic
def index_article(article: Article) -> None:
    """Index an article as it is now."""
    _index(Source.ARTICLE, all_rows(Source.ARTICLE).filter(pk=article.pk))


@transaction.atomic
def index_question(question: Question) -> None:
    """Index a question as it is now."""
    _index(Source.QUESTION, all_rows(Source.QUESTION).filter(pk=question.pk))


def prune() -> None:
    """Forget the words of rows that are gone."""
    for source in Source:
        kept = all_rows(source).order_by().values("pk")
        SearchTerm.objects.filter(source=source).exclude(source_id__in=kept).delete()


def _index(source: Source, rows: QuerySet) -> None:
    SearchTerm.objects.filter(source=source, source_id__in=rows.order_by().values("pk")).delete()
    for language in languages.codes():
        with override(language):
            terms = [
                SearchTerm(
                    language=language,
                    stem=term,
                    source=source,
                    source_id=document.source_id,
                    weight=weight,
                )
                for document in documents(source, rows)
                for term, weight in _weights(document).items()
            ]
        # Somebody else may be indexing the same page; either's words will do.
        SearchTerm.objects.bulk_create(terms, ignore_conflicts=True)


def _weights(document: Document) -> Counter:
    """Return each word of the document and how much it counts there."""
    weights = Counter()
    for term, times in _count(document.body).items():
        weights[term] += min(times * BODY, MAX_BODY)
    for text, weight in (
        (document.title, NAME if document.source is Source.PROGRAM else TITLE),
        (document.lead, LEAD),
        (document.context, CONTEXT),
    ):
        for term in _count(text):
            weights[term] += weight
    return weights


def _count(text: str) -> Counter:
    return Counter(
        term
        for word in filter(words.counts, words.WORD.findall(text))
        for term in words.terms(word)
    )
