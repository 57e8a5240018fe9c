"""What a page shows, said once more for search engines: JSON-LD in the words of schema.org.

Every fact comes from the rows that the page shows. What nobody has told us is left out.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from programs import languages
from programs.hours import Desk
from programs.markdown import to_text
from programs.models import Article, Center, Location, OpeningHours, Program, Question
from programs.templatetags.prose import tel
from programs.trails import Crumb

MIDNIGHT, LAST_MINUTE = time(0), time(23, 59)


def graph(*nodes: dict | None) -> dict:
    """Return the nodes of a page as one document."""
    return {"@context": "https://schema.org", "@graph": [node for node in nodes if node]}


def organization(center: Center | None, desk: Desk | None = None) -> dict | None:
    """Return the center; with `desk`, also when its phone is answered."""
    if center is None:
        return None
    contact = desk and _known(
        type="ContactPoint",
        contactType="admissions",
        telephone=_telephone(center.phone, center),
        hoursAvailable=_hours(desk),
    )
    return _known(
        type="MedicalOrganization",
        id=_address("/#organization"),
        name=center.name,
        legalName=center.legal_name,
        url=_address("/"),
        telephone=_telephone(center.phone, center),
        contactPoint=contact,
    )


def website(center: Center | None) -> dict | None:
    return center and _known(
        type="WebSite",
        name=center.name,
        url=_address(reverse("programs:home")),
        inLanguage=languages.current(),
    )


def location(place: Location, center: Center | None) -> dict:
    """Return a place of treatment with the part of its address that is known."""
    address = _known(
        type="PostalAddress",
        streetAddress=place.street,
        addressLocality=place.city,
        addressRegion=place.region,
        postalCode=place.postal_code,
        addressCountry=center and center.country,
    )
    return _known(
        type="MedicalClinic",
        name=place.name,
        url=_address(place.get_absolute_url()),
        address=address,
        telephone=_telephone(place.phone, center),
        parentOrganization=_provider(center),
    )


def program(program: Program, center: Center | None) -> dict:
    return _known(
        type="Service",
        name=program.name,
        alternateName=program.short_name if program.short_name != program.name else "",
        url=_address(program.get_absolute_url()),
        description=program.summary,
        category=f"{program.level_code} {program.level_name}".strip(),
        provider=_provider(center),
    )


def review(text: Program | Article) -> dict | None:
    """Return who has reviewed a page, and when; nothing while nobody is named."""
    if not text.reviewed_by:
        return None
    return _known(
        type="MedicalWebPage",
        url=_address(text.get_absolute_url()),
        inLanguage=_language(text),
        reviewedBy=_known(type="Person", name=text.reviewed_by),
        lastReviewed=text.reviewed_on and text.reviewed_on.isoformat(),
    )


def article(text: Article, center: Center | None) -> dict:
    published = center and text.published_at.astimezone(ZoneInfo(center.time_zone)).date()
    return _known(
        type="Article",
        headline=text.title,
        description=text.summary,
        url=_address(text.get_absolute_url()),
        inLanguage=_language(text),
        author=text.author and _known(type="Person", name=text.author),
        datePublished=published and published.isoformat(),
        publisher=_provider(center),
    )


def faq(questions: Iterable[Question]) -> dict | None:
    asked = [
        _known(
            type="Question",
            name=question.question,
            acceptedAnswer=_known(type="Answer", text=to_text(question.answer)),
        )
        for question in questions
    ]
    return _known(type="FAQPage", mainEntity=asked) if asked else None


def breadcrumbs(trail: list[Crumb]) -> dict:
    steps = [
        _known(type="ListItem", position=place, name=crumb.name, item=_address(crumb.url))
        for place, crumb in enumerate(trail, start=1)
    ]
    return _known(type="BreadcrumbList", itemListElement=steps)


def _provider(center: Center | None) -> dict | None:
    return center and {"@id": _address("/#organization")}


def _language(text: Program | Article) -> str:
    return languages.of_text(text, "summary")


def _address(path: str) -> str:
    return settings.PUBLIC_URL + path


def _telephone(phone: str, center: Center | None) -> str:
    return tel(phone, center.country).removeprefix("tel:") if phone and center else ""


def _hours(desk: Desk) -> list[dict]:
    """Return the week, days with the same hours together."""
    days = defaultdict(list)
    for weekday, stretches in sorted(desk.weekly.items()):
        for stretch in stretches:
            days[stretch].append(OpeningHours.Weekday(weekday).name.title())
    return [
        _known(
            type="OpeningHoursSpecification",
            dayOfWeek=names,
            opens=f"{opens:%H:%M}",
            # Midnight would be read as the beginning of the day.
            closes=f"{LAST_MINUTE if closes == MIDNIGHT else closes:%H:%M}",
        )
        for (opens, closes), names in days.items()
    ]


def _known(*, type: str, id: str = "", **facts) -> dict:
    """Return a node with the facts that are not empty."""
    named = {"@type": type, "@id": id, **facts}
    return {name: value for name, value in named.items() if value}
