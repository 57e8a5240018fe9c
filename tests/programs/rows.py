"""Makes public rows, and form fields for them; what a test does not care about is filled in."""

from datetime import UTC, datetime, time

from programs.models import Article, Center, Location, OpeningHours, Program

LONG_AGO = datetime(2026, 1, 5, 18, tzinfo=UTC)


def make_center(**fields) -> Center:
    fields = {
        "name": "Willow House",
        "phone": "916-555-0123",
        "crisis_wording": "In danger, call [911](tel:911) or [988](tel:988).",
        **fields,
    }
    return Center.objects.create(**fields)


def open_every_day(center: Center, opens: time, closes: time) -> None:
    for weekday in OpeningHours.Weekday.values:
        center.opening_hours.create(weekday=weekday, opens=opens, closes=closes)


def make_program(slug="iop", **fields) -> Program:
    fields = {
        "name": f"Program {slug}",
        "short_name": slug.upper(),
        "summary": "Care by day.",
        "level_code": "2.1",
        "level_edition": "ASAM Criteria, 3rd edition",
        "sleeps": Program.Sleeps.HOME,
        "supervision": "During sessions.",
        "is_published": True,
        **fields,
    }
    return Program.objects.create(slug=slug, **fields)


def make_article(slug="first-steps", **fields) -> Article:
    fields = {
        "title": "First steps",
        "summary": "Where to begin.",
        "body": "## Breathe\n\nThen call.",
        "published_at": LONG_AGO,
        **fields,
    }
    return Article.objects.create(slug=slug, **fields)


def make_location(slug="sacramento", **fields) -> Location:
    fields = {"name": "Sacramento", "city": "Sacramento", "region": "California", **fields}
    return Location.objects.create(slug=slug, **fields)


def form_rows(prefix: str, *rows: dict, initial: int = 0) -> dict[str, str]:
    """Return the fields of an inline in an admin form."""
    fields = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": initial}
    for place, row in enumerate(rows):
        fields.update({f"{prefix}-{place}-{name}": value for name, value in row.items()})
    return fields


def center_form(**answers) -> dict[str, str]:
    """Return the fields of the center's page in the admin, without opening hours."""
    return {
        "name": "Willow House",
        "phone": "916-555-0188",
        "country": "US",
        "time_zone": "America/Los_Angeles",
        "crisis_wording": "Call [911](tel:911).",
        "call_within_minutes": "60",
        "slot_minutes": "30",
        "calls_per_slot": "1",
        "leave_url": "https://news.example/",
        **form_rows("opening_hours"),
        **form_rows("closed_days"),
        **form_rows("language_notices"),
        **answers,
    }
