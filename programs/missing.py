"""What nobody has told us yet. Pages leave it out; editors see the list."""

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from programs.models import Article, Center, Licence, Location, Program


def facts(*, on: date) -> list[str]:
    """Return a sentence for each fact that the public site needs and does not have."""
    return [*_about_center(), *_about_locations(on), *_about_reviews()]


def _about_center() -> Iterator[str]:
    center = Center.objects.first()
    if center is None:
        yield _("Nobody has entered the center itself.")
        return
    if not center.hours_confirmed_on:
        yield _("Nobody has confirmed the opening hours. Every promised call is counted from them.")
    if not center.legal_name:
        yield _("The legal name of the licensed entity is missing.")
    if not center.answered_by:
        yield _("Families are not told who answers the phone.")


def _about_locations(on: date) -> Iterator[str]:
    licensed = set(Licence.objects.current(on).values_list("location_id", flat=True))
    for location in Location.objects.all():
        if not location.street:
            yield _("%(location)s has no street address.") % {"location": location.name}
        if location.pk not in licensed:
            yield _("%(location)s has no current license.") % {"location": location.name}


def _about_reviews() -> Iterator[str]:
    said = _("No clinician is named as reviewer of the page “%(page)s”.")
    for program in Program.objects.published().filter(reviewed_by=""):
        yield said % {"page": program.name}
    unreviewed = Article.objects.filter(kind=Article.Kind.ARTICLE, reviewed_by="")
    for article in unreviewed.exclude(published_at=None):
        yield said % {"page": article.title}
