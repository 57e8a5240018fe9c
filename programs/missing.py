"""What nobody has told us yet, and what time has made doubtful. Editors see the list.

Pages leave out what is missing. What is false cannot be published (`models.Truthful`); what
has become false since then is said here.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from programs import guide, languages, levels
from programs.models import Article, Center, GuideQuestion, Location, Program, Question
from programs.models.translated import Translated
from programs.models.truthful import Truthful

# How long a clinician's review, and somebody's look at the opening hours, can be relied on.
REVIEW_LASTS = timedelta(days=365)
HOURS_LAST = timedelta(days=180)
# How long before its end a license is worth a reminder.
RENEWAL_TAKES = timedelta(days=60)


def facts(*, on: date) -> list[str]:
    """Return a sentence for each fact that the public site needs and does not have."""
    pages = [
        *Program.objects.filter(is_published=True).prefetch_related(
            "sections", "services", "criteria", "questions"
        ),
        *Article.objects.exclude(published_at=None),
    ]
    return [
        *_about_center(on),
        *_about_locations(on),
        *_about_guide(),
        *(fact for page in pages for fact in _about_page(page, on)),
        *_about_translations([*Center.objects.all(), *Location.objects.all(), *pages]),
    ]


def about_page(page: Program | Article, *, on: date) -> Iterator[str]:
    """Yield what is doubtful about a page that is, or will be, published."""
    if page.is_for_visitors:
        yield from _about_page(page, on)
        yield from _about_translations([page])


def _about_page(page: Program | Article, on: date) -> Iterator[str]:
    yield from _untruths(page, *_parts(page))
    if isinstance(page, Program) and levels.defined(page.level_code) is None:
        yield _(
            "“%(page)s”: nobody can check the hours, because level “%(code)s” is not in our table."
        ) % {"page": page, "code": page.level_code}
    if isinstance(page, Program) or page.kind == Article.Kind.ARTICLE:
        yield from _about_review(page, on)


def _parts(page: Translated) -> Iterator[Truthful]:
    if isinstance(page, Program):
        for rows in (page.sections, page.services, page.criteria, page.questions):
            yield from rows.all()


def _about_translations(pages: list[Translated]) -> Iterator[str]:
    """Yield, for each language, which pages are not translated, or not reviewed, in one line."""
    for language in languages.others():
        name = languages.names()[language]
        english = [page for page in pages if _is_english(page, language)]
        if english:
            yield _("Not everything is translated into %(language)s: %(pages)s.") % {
                "language": name,
                "pages": ", ".join(map(str, english)),
            }
        unreviewed = [
            page for page in pages if page not in english and not page.translation_review(language)
        ]
        if unreviewed:
            yield _("No qualified translator has reviewed the %(language)s of: %(pages)s.") % {
                "language": name,
                "pages": ", ".join(map(str, unreviewed)),
            }


def _is_english(page: Translated, language: str) -> bool:
    return any(languages.missing(row, language) for row in (page, *_parts(page)))


def _about_review(page: Program | Article, on: date) -> Iterator[str]:
    if not page.reviewed_by:
        yield _("No clinician is named as reviewer of the page “%(page)s”.") % {"page": page}
    elif not page.reviewed_on:
        yield _("Nobody has said when the page “%(page)s” was reviewed.") % {"page": page}
    elif page.reviewed_on + REVIEW_LASTS < on:
        yield _("The page “%(page)s” was last reviewed on %(day)s. Have it reviewed again.") % {
            "page": page,
            "day": _day(page.reviewed_on),
        }


def _untruths(*rows: Truthful) -> Iterator[str]:
    for row in rows:
        for sentences in row.untruths().values():
            for said in sentences:
                yield _("“%(page)s”: %(said)s") % {"page": row, "said": said}


def _about_center(on: date) -> Iterator[str]:
    center = Center.objects.first()
    if center is None:
        yield _("Nobody has entered the center itself.")
        return
    yield from _untruths(center, *Question.objects.filter(program=None))
    if not center.hours_confirmed_on:
        yield _("Nobody has confirmed the opening hours. Every promised call is counted from them.")
    elif center.hours_confirmed_on + HOURS_LAST < on:
        yield _("The opening hours were last confirmed on %(day)s. Are they still true?") % {
            "day": _day(center.hours_confirmed_on)
        }
    if not center.legal_name:
        yield _("The legal name of the licensed entity is missing.")
    if not center.answered_by:
        yield _("Families are not told who answers the phone.")
    if not center.complaints_to:
        yield _("Nobody is named to whom one can complain. The pages about rights leave it out.")
    if not center.language_notices.exists():
        yield _(
            "The notice that language help is free is missing in the languages most spoken in "
            "your state."
        )


def _about_locations(on: date) -> Iterator[str]:
    for location in Location.objects.prefetch_related("licences"):
        yield from _untruths(location)
        if not location.street:
            yield _("%(location)s has no street address.") % {"location": location.name}
        if not location.licences.all():
            yield _("%(location)s has no license yet.") % {"location": location.name}
        for licence in location.licences.all():
            yield from _about_licence(licence, location, on)


def _about_licence(licence, location: Location, on: date) -> Iterator[str]:
    if licence.expires_on is None or licence.expires_on - RENEWAL_TAKES > on:
        return
    said = (
        _("The license %(number)s of %(location)s expires on %(day)s.")
        if licence.is_current(on)
        else _("The license %(number)s of %(location)s expired on %(day)s and is not shown.")
    )
    yield said % {
        "number": licence.number,
        "location": location.name,
        "day": _day(licence.expires_on),
    }


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")


def _about_guide() -> Iterator[str]:
    if GuideQuestion.objects.exists() and not guide.read().is_safe:
        yield _("The guide asks nobody about danger, so visitors do not get it.")
