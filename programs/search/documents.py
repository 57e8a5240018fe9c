"""What can be found, and the words it is found by: one document for each place on the site."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from programs import languages
from programs.markdown import to_text
from programs.models import (
    Article,
    FitCriterion,
    Program,
    ProgramSection,
    Question,
    SearchTerm,
)

Source = SearchTerm.Source


@dataclass
class Document:
    """A place on the site: where it is, what it is called, what it says."""

    source: Source
    source_id: int
    title: str
    url: str
    kind: str
    lead: str = ""
    body: str = ""
    # Words that help to find it, though they stand elsewhere on its page.
    context: str = ""
    # English where its title is not translated.
    language: str = languages.DEFAULT

    @property
    def text(self) -> str:
        return f"{self.lead} {self.body}".strip()


def all_rows(source: Source) -> QuerySet:
    """Return the rows that a source's documents are made of, drafts and all."""
    return {
        Source.PROGRAM: Program.objects.all(),
        Source.SECTION: ProgramSection.objects.select_related("program"),
        Source.QUESTION: Question.objects.select_related("program"),
        Source.ARTICLE: Article.objects.all(),
    }[source].order_by("pk")


def visible_rows(source: Source, *, at: datetime) -> QuerySet:
    """Return those rows that visitors may read at that time."""
    programs = Program.objects.published(at).order_by().values("pk")
    is_visible = {
        Source.PROGRAM: Q(pk__in=programs),
        Source.SECTION: Q(program__in=programs),
        Source.QUESTION: Q(program=None) | Q(program__in=programs),
        Source.ARTICLE: Q(pk__in=Article.objects.published(at).order_by().values("pk")),
    }[source]
    return all_rows(source).filter(is_visible)


def documents(source: Source, rows: QuerySet) -> Iterator[Document]:
    """Yield the documents of these rows, in at most three statements.

    They are in the language that is being spoken, and in English where that is missing.
    """
    match source:
        case Source.PROGRAM:
            # Whom it does not fit is left out: alone in an excerpt, it would read as the opposite.
            fits = Prefetch("criteria", FitCriterion.objects.filter(is_fit=True), to_attr="fits")
            return (_of_program(row) for row in rows.prefetch_related("services", fits))
        case Source.SECTION:
            return (_of_section(row) for row in rows)
        case Source.QUESTION:
            return (_of_question(row) for row in rows)
        case Source.ARTICLE:
            return (_of_article(row) for row in rows)


def _of_program(program: Program) -> Document:
    services = [
        f"{one.get_kind_display()}: {one.name}. {one.note}" for one in program.services.all()
    ]
    fits = [criterion.text for criterion in program.fits]
    return Document(
        Source.PROGRAM,
        program.pk,
        title=f"{program.name} ({program.short_name})",
        language=languages.of_text(program, "name"),
        url=program.get_absolute_url(),
        kind=_("Program"),
        lead=program.summary,
        body=" ".join([program.supervision, program.length_note, *services, *fits]),
        context=f"{program.level_code} {program.level_name} {program.level_edition}",
    )


def _of_section(section: ProgramSection) -> Document:
    program = section.program
    return Document(
        Source.SECTION,
        section.pk,
        title=section.heading,
        language=languages.of_text(section, "heading"),
        url=f"{program.get_absolute_url()}#section-{section.pk}",
        kind=_("Program: %(program)s") % {"program": program.short_name},
        body=to_text(section.body),
        context=f"{program.name} {program.short_name}",
    )


def _of_question(question: Question) -> Document:
    document = Document(
        Source.QUESTION,
        question.pk,
        title=question.question,
        language=languages.of_text(question, "question"),
        url=f"{reverse('programs:home')}#question-{question.pk}",
        kind=_("Question"),
        body=to_text(question.answer),
    )
    if program := question.program:
        document.url = f"{program.get_absolute_url()}#question-{question.pk}"
        document.kind = _("Question: %(program)s") % {"program": program.short_name}
        document.context = f"{program.name} {program.short_name}"
    return document


def _of_article(article: Article) -> Document:
    return Document(
        Source.ARTICLE,
        article.pk,
        title=article.title,
        language=languages.of_text(article, "title"),
        url=article.get_absolute_url(),
        kind=article.get_kind_display(),
        lead=article.summary,
        body=to_text(article.body),
        context=article.author,
    )
