"""The way from the home page to a page, as it stands above the page's title."""

from typing import NamedTuple

from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext as _

from programs.models import Article, Location, Program


class Crumb(NamedTuple):
    """A page on the way."""

    name: str
    url: str
    # Whose text the name is, so that one that is not translated is marked up as English.
    row: Model | None = None
    text: str = ""


def to_program(program: Program) -> list[Crumb]:
    return [_home(), _programs(), _of(program, "short_name")]


def to_comparison() -> list[Crumb]:
    return [_home(), _programs(), Crumb(_("Compare the programs"), reverse("programs:compare"))]


def to_article(text: Article) -> list[Crumb]:
    """Return the way to a text of any kind; legal ones stand at the root."""
    above = {Article.Kind.ARTICLE: [_articles()], Article.Kind.HELP: [_help()]}
    return [_home(), *above.get(text.kind, []), _of(text, "title")]


def to_location(location: Location) -> list[Crumb]:
    return [_home(), _of(location, "name")]


def _of(row: Model, text: str) -> Crumb:
    return Crumb(getattr(row, text), row.get_absolute_url(), row, text)


def _home() -> Crumb:
    return Crumb(_("Home"), reverse("programs:home"))


def _programs() -> Crumb:
    return Crumb(_("Programs"), reverse("programs:programs"))


def _help() -> Crumb:
    return Crumb(_("Before you call"), reverse("programs:help"))


def _articles() -> Crumb:
    return Crumb(_("Articles"), reverse("programs:articles"))
