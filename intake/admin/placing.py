"""The actions between “reached” and the end of a lead, and the appointment as a file."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from intake import agreements, assessments, audit, calendar_file, consent, referrals, spoken
from intake.changes import Refused
from intake.choices import Disposition, Status
from intake.forms import placing as forms
from intake.forms.staff import ActionForm
from intake.models import Consent, Lead, Referral
from programs.context import current_center

FORMS = {
    "schedule": forms.AssessmentForm,
    "call-off": forms.CallOffForm,
    "assessed": ActionForm,
    "admit": ActionForm,
    "refer": forms.ReferForm,
    "share-with": forms.ShareWithForm,
    "checked-back": forms.CheckedBackForm,
}
# When we ask whether somebody arrived, unless another day is chosen.
CHECK_BACK_AFTER = timedelta(days=7)


@dataclass(frozen=True)
class Placed:
    """A referral on the lead's page, with what can still be done about it."""

    referral: Referral
    consent: Consent | None
    share: forms.ShareWithForm | None
    checked: forms.CheckedBackForm | None


def offered(lead: Lead) -> list[str]:
    """Return what can follow from where the lead stands."""
    match lead.status:
        case Status.REACHED:
            return ["schedule", "assessed", "refer"]
        case Status.ASSESSMENT_SCHEDULED:
            return ["schedule", "call-off", "assessed", "refer"]
        case Status.ASSESSED:
            return ["admit", "schedule", "refer"]
    return []


def placed(lead: Lead, consents, *, may: bool, at: datetime) -> list[Placed]:
    """Return the referrals of a lead that ended with one."""
    if lead.disposition != Disposition.REFERRED_OUT:
        return []
    today = timezone.localdate(at)
    rows = []
    for referral in lead.referrals.select_related("provider", "by"):
        signed = consent.sharing(consents, on=today, provider=referral.provider)
        share = checked = None
        if may and signed is None:
            share = forms.ShareWithForm(
                initial=_terms(lead, referral, today), prefix="share-with", auto_id="share-%s"
            )
        if may and referral.checked_at is None:
            initial = {"referral": referral.pk}
            checked = forms.CheckedBackForm(initial=initial, prefix="checked-back", auto_id=False)
        rows.append(Placed(referral, signed, share, checked))
    return rows


def _terms(lead: Lead, referral: Referral, today) -> dict:
    return {
        "version": lead.version,
        "referral": referral.pk,
        "patient_name": lead.patient_name or lead.name,
        "recipient": str(referral.provider),
        "what": _("Name, phone, language, that treatment was asked for, and why we refer"),
        "purpose": _("To be received and treated there"),
        "signed_on": today,
        "expires_on": today + consent.SHARING_LASTS,
    }


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
        case "refer":
            data.pop("nothing_of_value")
            today = timezone.localdate(at)
            referral = referrals.refer(lead, today=today, **details, **data)
            return _("Referred to %(provider)s, and closed.") % {"provider": referral.provider}
        case "share-with":
            referral = _referral(lead, data.pop("referral"))
            agreements.record_sharing(
                lead,
                today=timezone.localdate(at),
                provider=referral.provider,
                **details,
                **data,
            )
            return _("The patient’s consent is recorded. The hand-off sheet can be made.")
        case "checked-back":
            referral = _referral(lead, data.pop("referral"))
            referrals.check_back(referral, by=by, at=at, **data)
            return _("Written down.")
    raise ValueError(action)


def _referral(lead: Lead, key) -> Referral:
    referral = lead.referrals.select_related("provider").filter(pk=key).first()
    if referral is None:
        raise Refused(_("This is not part of this lead any more."))
    return referral


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
