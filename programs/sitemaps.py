"""Every public page in every language, for search engines."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from programs import languages
from programs.models import Article, Location, Program


def public_pages(*, at: datetime) -> Iterator[dict]:
    """Yield each page's address, and when it last changed where that is known.

    Every language has an entry of its own, which names the others.
    """
    for path, changed in _paths(at):
        alternates = languages.alternates(path)
        for language in languages.codes():
            location = settings.PUBLIC_URL + languages.path_in(language, path)
            yield {"location": location, "lastmod": changed, "alternates": alternates}


def _paths(at: datetime) -> Iterator[tuple[str, datetime | None]]:
    programs = list(Program.objects.published(at))
    texts = list(Article.objects.published(at))
    articles = [text for text in texts if text.kind == Article.Kind.ARTICLE]
    newest_program = max((program.updated_at for program in programs), default=None)
    newest_article = max((article.updated_at for article in articles), default=None)
    newest = max(filter(None, [newest_program, newest_article]), default=None)

    yield reverse("programs:home"), newest
    yield reverse("programs:programs"), newest_program
    yield reverse("programs:compare"), newest_program
    yield reverse("programs:guide"), None
    yield reverse("programs:articles"), newest_article
    yield reverse("programs:help"), None
    for page in [*programs, *texts]:
        yield page.get_absolute_url(), page.updated_at
    for location in Location.objects.all():
        yield location.get_absolute_url(), None
    for form in ("intake:callback", "intake:insurance"):
        yield reverse(form), None
