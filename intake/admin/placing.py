"""The actions between “reached” and the end of a lead, and the appointment as a file."""

from datetime import datetime

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from intake import assessments, audit, calendar_file, spoken
from intake.choices import Status
from intake.forms import placing as forms
from intake.forms.staff import ActionForm
from intake.models import Lead
from programs.context import current_center

FORMS = {
    "schedule": forms.AssessmentForm,
    "call-off": forms.CallOffForm,
    "assessed": ActionForm,
    "admit": ActionForm,
}


def offered(lead: Lead) -> list[str]:
    """Return what can follow from where the lead stands."""
    match lead.status:
        case Status.REACHED:
            return ["schedule", "assessed"]
        case Status.ASSESSMENT_SCHEDULED:
            return ["schedule", "call-off", "assessed"]
        case Status.ASSESSED:
            return ["admit", "schedule"]
    return []


def do(action: str, lead: Lead, data: dict, *, version: int, by, at: datetime) -> str:
    """Take the action and return what to tell staff."""
    details = {"version": version, "by": by, "at": at}
    match action:
        case "schedule":
            assessments.schedule(lead, **details, **data)
            when, zone = data["assessment_at"], timezone.get_current_timezone_name()
            return _("The assessment is at %(time)s, %(day)s.") % {
                "time": spoken.time_of_day(when, zone),
                "day": spoken.short_day(when, zone, now=at),
            }
        case "call-off":
            assessments.call_off(lead, **details, **data)
            return _("It is off. The lead is due now: agree on another time, or close it.")
        case "assessed":
            assessments.hold(lead, **details)
            return _("Assessed. Admit them, or refer them to where they fit better.")
        case "admit":
            assessments.admit(lead, **details)
            return _("Admitted. The lead is closed.")
    raise ValueError(action)


def calendar(request, lead: Lead) -> HttpResponse:
    """Answer with the appointment for somebody's calendar, and write down that it was made."""
    at = timezone.now()
    with transaction.atomic():
        audit.record(lead, audit.Action.EXPORTED, by=request.user, at=at, fields=["assessment_at"])
    content = calendar_file.appointment(
        str(lead.pk),
        lead.assessment_at,
        assessments.LASTS,
        phone=current_center(request).phone,
        sequence=lead.version,
        at=at,
    )
    response = HttpResponse(content, content_type=calendar_file.CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{calendar_file.FILE_NAME}"'
    return response
