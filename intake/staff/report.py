"""The managers' page: how the center answers, the morning ledger, and the list to take away."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import StreamingHttpResponse
from django.template.response import TemplateResponse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from intake import audit, ledger, periods, report, spoken, spreadsheet
from intake.notices import PART2_NOTICE
from intake.promise_clock import Risk
from intake.staff import charts
from programs.context import current_center

PERMISSION, EXPORT = "intake.manage_lead", "intake.export_lead"
# The weekend too, on a Monday morning.
LEDGER_DAYS = 7


def show(site, request):
    """Show the report of the period that the address names, and the ledger up to yesterday."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    at, zone = timezone.now(), timezone.get_current_timezone()
    today = timezone.localdate(at)
    choices = periods.choices(today=today, zone=zone)
    period = periods.chosen(request.GET.get("period", ""), choices)
    counted = report.of(period, risk=Risk.now(current_center(request), at=at))
    days = ledger.of(today - timedelta(days=LEDGER_DAYS), today - timedelta(days=1), zone=zone)
    context = {
        **site.each_context(request),
        "title": _("How we answer"),
        "is_nav_sidebar_enabled": False,
        "at": at,
        "period": period,
        "choices": choices,
        "report": counted,
        "since": _waited(counted.waiting["since"], at),
        "waits": [_said(counted.waits.median), _said(counted.waits.ninetieth)],
        "steps": _steps(counted.steps),
        "endings": _bars(counted.endings),
        "referred_to": _bars(counted.referred_to),
        "reasons": _bars(counted.promises.explained),
        "promises_chart": _promises_chart(counted, period),
        "times_charts": [_weekdays_chart(counted), _hours_chart(counted)],
        "yesterday": days[0],
        "days": days,
        "wrong_days": [day for day in days if not day.adds_up],
        "may_export": request.user.has_perm(EXPORT),
    }
    return TemplateResponse(request, "admin/report/page.html", context)


@require_POST
def export(request):
    """Send the requests of the period as a file; who took it is written down."""
    if not request.user.has_perm(EXPORT):
        raise PermissionDenied
    at, zone = timezone.now(), timezone.get_current_timezone()
    choices = periods.choices(today=timezone.localdate(at), zone=zone)
    period = periods.chosen(request.POST.get("period", ""), choices)
    with transaction.atomic():
        audit.record_apart(
            audit.Action.EXPORTED,
            by=request.user,
            at=at,
            fields=["leads", *(name.partition("__")[0] for name in report.COLUMNS)],
            reason=period.code,
        )
    response = StreamingHttpResponse(
        spreadsheet.lines(_rows(period)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="requests-{period.code}.csv"'
    response["Cache-Control"] = "no-store, private"
    return response


def _rows(period: periods.Period):
    """Yield the notice, the heads, and a row for each lead."""
    yield [PART2_NOTICE]
    yield [name.partition("__")[0] for name in report.COLUMNS]
    for row in report.listed(period).iterator(chunk_size=2000):
        # The rows are made while they are sent, when the center's clock is no longer set.
        yield [
            timezone.localtime(cell, period.zone).isoformat(timespec="minutes")
            if report.is_moment(cell)
            else cell
            for cell in row
        ]


def _said(wait: timedelta | None) -> str:
    return "–" if wait is None else spoken.duration(wait)


def _waited(since, at) -> str:
    return spoken.duration(at - since) if since else ""


def _steps(steps: dict[str, int]) -> list[tuple[str, int, float]]:
    """Return how far people came, each step as a share of who asked."""
    words = {
        "received": _("Asked for help"),
        "tried": _("We tried to reach them"),
        "reached": _("Reached"),
        "assessments": _("Assessment scheduled or done"),
        "admitted": _("Admitted"),
        "referred": _("Referred to another provider"),
    }
    return [
        (word, steps[name], charts.share(steps[name], steps["received"]))
        for name, word in words.items()
    ]


def _bars(rows: list[tuple[str, int]]) -> list[tuple[str, int, float]]:
    most = max((n for _label, n in rows), default=0)
    return [(label, n, charts.share(n, most)) for label, n in rows]


def _promises_chart(counted: report.Report, period: periods.Period) -> charts.Chart:
    by_day = counted.promises.by_day
    return charts.columns(
        "promises",
        _("Promises by day"),
        _("%(kept)d promises kept and %(broken)d broken, by the day on which they were due.")
        % {"kept": counted.promises.kept, "broken": counted.promises.broken},
        (_("Day"), _("Kept"), _("Broken")),
        [(formats.date_format(day, "M j"), *by_day.get(day, (0, 0))) for day in period.days],
    )


def _weekdays_chart(counted: report.Report) -> charts.Chart:
    names = [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")]
    return _times_chart(
        "weekdays",
        _("By weekday"),
        _("Weekday"),
        list(zip(names, counted.by_weekday(), strict=True)),
    )


def _hours_chart(counted: report.Report) -> charts.Chart:
    names = [str(hour) for hour in range(24)]
    return _times_chart(
        "hours",
        _("By hour of the day"),
        _("Hour"),
        list(zip(names, counted.by_hour(), strict=True)),
    )


def _times_chart(name: str, title: str, head: str, rows) -> charts.Chart:
    busiest, (most, _kept) = max(rows, key=lambda row: row[1][0])
    said = _("Most requests come at %(when)s: %(n)d.") % {"when": busiest, "n": most}
    return charts.columns(
        name,
        title,
        said if most else _("No requests."),
        (head, _("Called as promised"), _("Other requests")),
        [(label, kept, came - kept) for label, (came, kept) in rows],
    )
