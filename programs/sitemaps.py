"""Every public page, for search engines."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from programs.models import Article, Location, Program


def public_pages(*, at: datetime) -> Iterator[dict]:
    """Yield each page's address, and when it last changed where that is known."""
    programs = list(Program.objects.published(at))
    texts = list(Article.objects.published(at))
    articles = [text for text in texts if text.kind == Article.Kind.ARTICLE]
    newest_program = max((program.updated_at for program in programs), default=None)
    newest_article = max((article.updated_at for article in articles), default=None)
    newest = max(filter(None, [newest_program, newest_article]), default=None)

    yield _entry(reverse("programs:home"), newest)
    yield _entry(reverse("programs:programs"), newest_program)
    yield _entry(reverse("programs:compare"), newest_program)
    yield _entry(reverse("programs:guide"))
    yield _entry(reverse("programs:articles"), newest_article)
    yield _entry(reverse("programs:help"))
    for page in [*programs, *texts]:
        yield _entry(page.get_absolute_url(), page.updated_at)
    for location in Location.objects.all():
        yield _entry(location.get_absolute_url())
    for form in ("intake:callback", "intake:insurance"):
        yield _entry(reverse(form))


def _entry(path: str, changed: datetime | None = None) -> dict:
    return {"location": settings.PUBLIC_URL + path, "lastmod": changed}
