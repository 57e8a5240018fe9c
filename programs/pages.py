"""What the program and article templates are given, for visitors and for the preview."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Q

from programs import trails
from programs.models import Article, Program, Service


def published_programs(*, at: datetime) -> list[Program]:
    """Return the programs visitors may see; `at` is the center's wall time."""
    programs = list(Program.objects.published(at))
    for program in programs:
        leave_out_past_opening(program, at.date())
    return programs


def leave_out_past_opening(program: Program, today: date) -> None:
    """Forget an opening that has passed, on the row in hand only."""
    if program.next_opening and program.next_opening < today:
        program.next_opening = None


def program_page(
    program: Program, neighbors: Sequence[Program], *, at: datetime, is_preview: bool = False
) -> dict:
    """Return the context of a program's page.

    `neighbors` are the programs that visitors may see, from most to least intensive.
    """
    leave_out_past_opening(program, at.date())
    continuum = sorted({*neighbors, program}, key=lambda one: (one.order, one.name, one.pk))
    place = continuum.index(program)
    criteria = list(program.criteria.all())
    return {
        "program": program,
        "page_of": program,
        "trail": trails.to_program(program),
        "sections": program.sections.all(),
        "service_groups": _grouped(program.services.all()),
        "fits": [criterion for criterion in criteria if criterion.is_fit],
        "not_fits": [criterion for criterion in criteria if not criterion.is_fit],
        "questions": program.questions.all(),
        "more_intensive": continuum[place - 1] if place > 0 else None,
        "less_intensive": continuum[place + 1] if place + 1 < len(continuum) else None,
        "is_preview": is_preview,
        **texts_by_kind(at=at, about=program),
    }


def texts_by_kind(*, at: datetime, about: Program | None = None) -> dict[str, list[Article]]:
    """Return the help and the legal texts for the footer, and the articles about a program.

    In one query, and without their bodies.
    """
    is_wanted = ~Q(kind=Article.Kind.ARTICLE)
    if about:
        is_wanted |= Q(pk__in=about.articles.values("pk"))
    texts = {kind: [] for kind in Article.Kind}
    for text in Article.objects.published(at).filter(is_wanted).defer("body"):
        texts[Article.Kind(text.kind)].append(text)
    return {
        "articles": texts[Article.Kind.ARTICLE],
        "help_pages": sorted(texts[Article.Kind.HELP], key=str),
        "legal_pages": sorted(texts[Article.Kind.LEGAL], key=str),
    }


def article_page(article: Article, *, is_preview: bool = False) -> dict:
    """Return the context of a text's page, of any kind."""
    return {
        "article": article,
        "page_of": article,
        "trail": trails.to_article(article),
        "programs": article.programs.published(),
        "is_preview": is_preview,
    }


def article_template(article: Article) -> str:
    is_article = article.kind == Article.Kind.ARTICLE
    return "programs/article.html" if is_article else "programs/legal.html"


def _grouped(services: Sequence[Service]) -> list[tuple[str, list[Service], bool]]:
    """Return (kind, its services, whether they are additions only), in the order of kinds."""
    kinds = {kind: [] for kind in Service.Kind}
    for service in services:
        kinds[service.kind].append(service)
    return [
        (kind.label, members, kind is Service.Kind.HOLISTIC)
        for kind, members in kinds.items()
        if members
    ]
