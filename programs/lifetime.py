"""Which pages are the same for everybody, and until when: the next change that has a date."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from functools import wraps
from zoneinfo import ZoneInfo

from django.db.models import QuerySet, Subquery
from django.http import HttpResponse
from django.utils import timezone

from programs.models import Article, Center, Program

# However quiet the calendar, in case a node was never told of a change.
LONGEST = timedelta(minutes=10)

# Columns whose time, when it comes, changes what visitors see.
DATED = (
    (Program, "published_from"),
    (Program, "published_until"),
    (Article, "published_at"),
    (Article, "published_until"),
)


def for_everybody(view: Callable) -> Callable:
    """Mark a view's good answers with `same_until`: nothing in them is about the visitor.

    Never for a page with a form that is posted, nor for one that depends on the query string.
    """

    @wraps(view)
    def page(request, *args, **kwargs) -> HttpResponse:
        at = timezone.now()
        # Every page asks for the center; the next date comes along in the same statement.
        request.center = _with_next_dates(Center.objects.all(), at).first()
        response = view(request, *args, **kwargs)
        if response.status_code == 200 and request.center:
            response.same_until = _ends(request, at)
        return response

    return page


def _with_next_dates(centers: QuerySet, at: datetime) -> QuerySet:
    return centers.annotate(
        **{
            f"next_{place}": Subquery(
                model.objects.filter(**{f"{column}__gt": at}).order_by(column).values(column)[:1]
            )
            for place, (model, column) in enumerate(DATED)
        }
    )


def _ends(request, at: datetime) -> datetime:
    center = request.center
    dates = [getattr(center, f"next_{place}") for place in range(len(DATED))]
    if hasattr(request, "desk"):
        dates.append(request.desk.next_change(at))
    # Licenses end and openings pass at midnight.
    zone = ZoneInfo(center.time_zone)
    tomorrow = at.astimezone(zone).date() + timedelta(days=1)
    midnight = datetime.combine(tomorrow, time(0), zone).astimezone(UTC)
    return min(midnight, at + LONGEST, *filter(None, dates))
