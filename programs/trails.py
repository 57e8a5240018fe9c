"""The way from the home page to a page, as it stands above the page's title."""

from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from programs.models import Article, Location, Program


class Crumb(NamedTuple):
    """A page on the way."""

    name: str
    url: str


def to_program(program: Program) -> list[Crumb]:
    return [_home(), _programs(), Crumb(program.short_name, program.get_absolute_url())]


def to_comparison() -> list[Crumb]:
    return [_home(), _programs(), Crumb(_("Compare the programs"), reverse("programs:compare"))]


def to_article(text: Article) -> list[Crumb]:
    """Return the way to a text of any kind; legal ones stand at the root."""
    above = {Article.Kind.ARTICLE: [_articles()], Article.Kind.HELP: [_help()]}
    return [_home(), *above.get(text.kind, []), Crumb(text.title, text.get_absolute_url())]


def to_location(location: Location) -> list[Crumb]:
    return [_home(), Crumb(location.name, location.get_absolute_url())]


def _home() -> Crumb:
    return Crumb(_("Home"), reverse("programs:home"))


def _programs() -> Crumb:
    return Crumb(_("Programs"), reverse("programs:programs"))


def _help() -> Crumb:
    return Crumb(_("Before you call"), reverse("programs:help"))


def _articles() -> Crumb:
    return Crumb(_("Articles"), reverse("programs:articles"))
