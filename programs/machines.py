"""What only machines read: the sitemap and robots.txt, once for all languages."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from programs import languages, sitemaps
from programs.lifetime import for_everybody


@require_safe
@for_everybody
def sitemap(request):
    context = {"urlset": list(sitemaps.public_pages(at=timezone.now()))}
    return render(request, "sitemap.xml", context, content_type="application/xml")


@require_safe
def robots(request):
    receipts = [languages.path_in(language, "/receipt/") for language in languages.codes()]
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in ["/admin/", *receipts]),
        f"Sitemap: {settings.PUBLIC_URL}{reverse('sitemap')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")
