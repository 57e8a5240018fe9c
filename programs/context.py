"""What every page is given: the center, the footer's places and texts, the page's own address."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, FilteredRelation, Q
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from programs import generation, languages, pages
from programs.hours import Desk
from programs.models import Center, Licence, Location

# What the switch of languages takes along: what is looked for, and what a form is about.
CARRIED = ("q", "program")
LICENCE_FIELDS = ("number", "kind", "issuer", "expires_on", "link")


@dataclass
class Place:
    """A location as the footer shows it, with the licenses that are current."""

    name: str
    street: str
    city: str
    region: str
    url: str
    licences: list[Licence]


def center(request) -> dict:
    """Context processor. Everything in it waits for its first use, so error pages stay cheap."""
    texts = SimpleLazyObject(lambda: pages.texts_by_kind(at=timezone.now()))
    return {
        "center": SimpleLazyObject(lambda: current_center(request)),
        "help_pages": SimpleLazyObject(lambda: texts["help_pages"]),
        "legal_pages": SimpleLazyObject(lambda: texts["legal_pages"]),
        "places": SimpleLazyObject(lambda: list(places(on=now_there(request).date()))),
        "site_url": settings.PUBLIC_URL,
        "canonical": settings.PUBLIC_URL + request.path,
        "alternates": languages.alternates(request.path),
        "switch": SimpleLazyObject(lambda: _switch(request)),
        # Where a text of the page had to be shown in English (`programs.templatetags.language`).
        "in_english": set(),
    }


def _switch(request) -> list[tuple[str, str, str]]:
    """Return each other language: its code, its own name, and this very page in it."""
    path = "/"
    # A page that does not exist has no other language either; on a page that says what went
    # wrong, nothing of what was sent is repeated, or even read: it may be what went wrong.
    if request.resolver_match and not getattr(request, "has_failed", False):
        carried = {name: request.GET[name] for name in CARRIED if name in request.GET}
        path = request.path + (f"?{urlencode(carried)}" if carried else "")
    return [
        (code, name, languages.path_in(code, path))
        for code, name in languages.names().items()
        if code != languages.current()
    ]


def current_center(request) -> Center | None:
    """Return the center, the same for a whole request; None before any content is loaded."""
    if not hasattr(request, "center"):
        request.center = generation.kept("center", Center.objects.first)
    return request.center


def current_desk(request) -> Desk | None:
    """Return the admissions desk, the same for a whole request.

    A page that looks at it here is made anew when the desk opens or closes.
    """
    if not hasattr(request, "desk") and (center := current_center(request)):
        request.desk = Desk.load(center)
    return getattr(request, "desk", None)


def now_there(request) -> datetime:
    """Return the time it is, on the center's clock."""
    center = current_center(request)
    return timezone.localtime(timezone=ZoneInfo(center.time_zone) if center else UTC)


def places(*, on: date) -> Iterable[Place]:
    """Return all locations with their current licenses, in one query."""
    is_current = Q(licences__expires_on__gte=on) | Q(licences__expires_on=None)
    rows = (
        Location.objects.annotate(
            licence=FilteredRelation("licences", condition=is_current & ~Q(licences__number=""))
        )
        .annotate(**{f"licence_{field}": F(f"licence__{field}") for field in LICENCE_FIELDS})
        .order_by("order", "name", "pk", "licence__kind", "licence__number")
    )
    found: dict[int, Place] = {}
    for row in rows:
        place = found.setdefault(
            row.pk,
            Place(row.name, row.street, row.city, row.region, row.get_absolute_url(), []),
        )
        if row.licence_number:
            fields = {field: getattr(row, f"licence_{field}") for field in LICENCE_FIELDS}
            place.licences.append(Licence(**fields))
    return found.values()
