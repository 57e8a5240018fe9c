"""The public pages. No cookie, no session, nothing that tells one visitor from another."""

from django.db import Error as DatabaseFailure
from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpResponseServerError
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import add_never_cache_headers, patch_cache_control
from django.views.decorators.http import require_safe

from programs import pages, structured, trails
from programs.context import current_center, current_desk, now_there
from programs.lifetime import for_everybody
from programs.models import Article, Center, FitCriterion, Licence, Location, Program, Question
from programs.search import find

# Articles on the home page.
NEWEST = 3
# Seconds.
ONE_HOUR = 3600


@require_safe
@for_everybody
def home(request):
    now = now_there(request)
    articles = Article.objects.published(now).filter(kind=Article.Kind.ARTICLE)
    questions = Question.objects.filter(program=None)
    center, hours = current_center(request), current_desk(request)
    context = {
        "programs": pages.published_programs(at=now),
        "articles": articles[:NEWEST],
        "questions": questions,
        "hours": hours,
        "structured": structured.graph(
            structured.website(center),
            structured.organization(center, hours),
            structured.faq(questions),
        ),
    }
    return render(request, "programs/home.html", context)


# /programs/


@require_safe
@for_everybody
def program_list(request):
    programs = pages.published_programs(at=now_there(request))
    return render(request, "programs/program_list.html", {"programs": programs})


@require_safe
@for_everybody
def compare(request):
    programs = pages.published_programs(at=now_there(request))
    fits = FitCriterion.objects.filter(is_fit=True)
    prefetch_related_objects(programs, Prefetch("criteria", fits, to_attr="fits"))
    trail = trails.to_comparison()
    context = {
        "programs": programs,
        "has_opening": any(program.next_opening for program in programs),
        "trail": trail,
        "structured": structured.graph(structured.breadcrumbs(trail)),
    }
    return render(request, "programs/compare.html", context)


@require_safe
@for_everybody
def program(request, slug):
    now = now_there(request)
    programs = pages.published_programs(at=now)
    shown = next((program for program in programs if program.slug == slug), None)
    if shown is None:
        return _moved(Program.objects.published(), slug)
    center = current_center(request)
    context = pages.program_page(shown, programs, at=now)
    context["structured"] = structured.graph(
        structured.organization(center),
        structured.program(shown, center),
        structured.review(shown),
        structured.faq(context["questions"]),
        structured.breadcrumbs(context["trail"]),
    )
    return render(request, "programs/program.html", context)


# /articles/


@require_safe
@for_everybody
def article_list(request):
    articles = Article.objects.published(timezone.now()).filter(kind=Article.Kind.ARTICLE)
    return render(request, "programs/article_list.html", {"articles": articles})


@require_safe
@for_everybody
def article(request, slug):
    return _text(request, [Article.Kind.ARTICLE], slug)


# Help before contact, and legal texts: at the root


@require_safe
@for_everybody
def help_list(request):
    return render(request, "programs/help.html", {"questions": _questions_of_center()})


@require_safe
@for_everybody
def legal(request, slug):
    return _text(request, [Article.Kind.HELP, Article.Kind.LEGAL], slug)


def _questions_of_center():
    return Question.objects.filter(program=None)


def _text(request, kinds, slug):
    texts = Article.objects.published(timezone.now())
    shown = texts.filter(kind__in=kinds, slug=slug).first()
    if shown is None:
        return _moved(texts, slug)
    center = current_center(request)
    context = pages.article_page(shown)
    context["structured"] = structured.graph(
        structured.organization(center),
        structured.article(shown, center) if shown.kind == Article.Kind.ARTICLE else None,
        structured.review(shown),
        structured.breadcrumbs(context["trail"]),
    )
    return render(request, pages.article_template(shown), context)


# /locations/


@require_safe
@for_everybody
def location(request, slug):
    now = now_there(request)
    shown = Location.objects.filter(slug=slug).first()
    if shown is None:
        return _moved(Location.objects.all(), slug)
    center, hours = current_center(request), current_desk(request)
    trail = trails.to_location(shown)
    context = {
        "location": shown,
        "page_of": shown,
        "programs": shown.programs.published(),
        "licences": Licence.objects.current(now.date()).filter(location=shown),
        "hours": hours,
        "trail": trail,
        "structured": structured.graph(
            structured.organization(center, hours),
            structured.location(shown, center),
            structured.breadcrumbs(trail),
        ),
    }
    return render(request, "programs/location.html", context)


def _moved(rows, slug):
    """Lead from an address that a page had before straight to where it is now.

    `rows` are the pages that may be shown; to any other nothing leads.
    """
    row = get_object_or_404(rows, old_slugs__slug=slug)
    response = redirect(row, permanent=True)
    # A browser may not remember it forever: the address can come back into use.
    patch_cache_control(response, max_age=ONE_HOUR)
    return response


@require_safe
def search(request):
    found = find(request.GET.get("q", ""), at=timezone.now())
    response = render(request, "programs/search.html", found._asdict())
    if found.query:
        add_never_cache_headers(response)
    return response


# When something is wrong


def bad_request(request, exception):
    return _failed(request, 400)


def not_found(request, exception):
    return _failed(request, 404)


def forbidden(request, exception):
    return _failed(request, 403)


def _failed(request, status: int):
    """Say what went wrong, on a page that repeats nothing of the request."""
    request.has_failed = True
    return render(request, f"{status}.html", {"canonical": ""}, status=status)


def server_error(request):
    """Answer with the phone number where there is one; the database may be the thing at fault."""
    try:
        center = Center.objects.first()
    except DatabaseFailure:
        center = None
    return HttpResponseServerError(render_to_string("500.html", {"center": center}))
