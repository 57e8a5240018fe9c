"""What treatment may cost under a plan: on the screen for staff, on paper for the family."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from intake import audit, benefits, costs, spoken
from intake.admin.benefit_pages import audit_view
from intake.amounts import money, whole_dollars
from intake.choices import CheckStatus
from intake.estimates import Step
from intake.forms.benefits import WeeksForm
from intake.models import BenefitsCheck, BenefitsRecord
from intake.notices import PART2_NOTICE
from programs import languages
from programs.context import current_center

# From when on there is something to reckon with, and to tell a family.
RECKONED = (CheckStatus.RECORDED, CheckStatus.APPROVED, CheckStatus.EXPLAINED)
TOLD = (CheckStatus.APPROVED, CheckStatus.EXPLAINED)
SHEET = "admin/intake/benefits/estimate_sheet.html"


@dataclass(frozen=True)
class Row:
    """One line of the arithmetic, for both ends of the range."""

    label: str
    low: tuple[str, str]
    high: tuple[str, str]
    is_total: bool


@dataclass(frozen=True)
class Part:
    """One network: how much, in how many days, and how it is reckoned."""

    network: str
    days: str
    between: str
    rows: list[Row]
    doubts: tuple[str, ...]
    missing: str


def show(model_admin, request, check: BenefitsCheck):
    """Show each program's range with its arithmetic, in and out of network side by side."""
    record = _record_of(check)
    if record is None:
        messages.info(request, _("Nothing is written down yet that could be reckoned with."))
        return redirect("admin:intake_benefitscheck_change", check.pk)
    at = timezone.now()
    audit_view(request, check.lead, at=at)
    form = WeeksForm(request.GET or None, initial={"weeks": costs.USUAL_WEEKS})
    weeks = form.cleaned_data["weeks"] if form.is_valid() else costs.USUAL_WEEKS
    context = {
        **model_admin.admin_site.each_context(request),
        **_context(request, check, record, weeks=weeks, at=at),
        "is_nav_sidebar_enabled": False,
        "opts": model_admin.opts,
        "title": _("Estimate %(reference)s") % {"reference": check.lead.reference},
        "form": form,
        "can_print": _why_not_print(check, record, at=at) == "",
    }
    return TemplateResponse(request, "admin/intake/benefits/estimate.html", context)


def sheet(model_admin, request, check: BenefitsCheck):
    """Answer with the sheet for the family, and write down that it was made."""
    at, record = timezone.now(), _record_of(check)
    if why := _why_not_print(check, record, at=at):
        messages.error(request, why)
        return redirect("admin:intake_benefitscheck_estimate", check.pk)
    form = WeeksForm(request.POST)
    weeks = form.cleaned_data["weeks"] if form.is_valid() else costs.USUAL_WEEKS
    back = f"{reverse('admin:intake_benefitscheck_estimate', args=[check.pk])}?weeks={weeks}"
    # In the language of the person it is for, where the site speaks it.
    theirs = check.lead.language
    with override(theirs if theirs in languages.codes() else languages.DEFAULT):
        context = _context(request, check, record, weeks=weeks, at=at)
        asked = request.POST.get("program")
        named = [part for part in context["parts"] if str(part[0].pk) == asked]
        # What is missing is for staff to write down, not for the family to read.
        parts = [
            (program, reckoned)
            for program, networks in named or context["parts"]
            if (reckoned := [part for part in networks if not part.missing])
        ]
        context |= {
            "title": _("Estimate %(reference)s") % {"reference": check.lead.reference},
            "center": current_center(request),
            "parts": parts,
            "back": back,
        }
        page = TemplateResponse(request, SHEET, context).render() if parts else None
    if page is None:
        messages.error(request, _("Nothing is written down yet that could be reckoned with."))
        return redirect(back)
    with transaction.atomic():
        audit.record(check.lead, audit.Action.PRINTED, by=request.user, at=at, fields=["estimate"])
    return page


def _record_of(check: BenefitsCheck) -> BenefitsRecord | None:
    return benefits.current(check) if check.check_status in RECKONED else None


def _why_not_print(check: BenefitsCheck, record: BenefitsRecord | None, *, at: datetime) -> str:
    if record is None or check.check_status not in TOLD:
        return _("Nothing goes to the family before these benefits are approved.")
    if record.is_expired(on=timezone.localdate(at)):
        return _("These benefits can’t be relied on any more. Ask the insurance company again.")
    return ""


def _context(
    request, check: BenefitsCheck, record: BenefitsRecord, *, weeks: int, at: datetime
) -> dict:
    found = costs.of(record, weeks=weeks, today=timezone.localdate(at))
    return {
        "check": check,
        "lead": check.lead,
        "record": record,
        "is_approved": check.check_status in TOLD,
        "is_expired": record.is_expired(on=timezone.localdate(at)),
        "weeks": weeks,
        "at": at,
        "relied_on": spoken.calendar_day(record.expires_on),
        "parts": [
            (program, [_part(one) for one in group])
            for program, group in groupby(found, key=lambda one: one.program)
        ],
        "part2_notice": PART2_NOTICE,
    }


def _part(one: costs.ProgramCosts) -> Part:
    if one.estimate is None:
        return Part(one.network.label, "", "", [], (), one.missing)
    low, high = one.estimate.low.total, one.estimate.high.total
    between = _("%(low)s to %(high)s") % {
        "low": whole_dollars(low),
        "high": whole_dollars(high, up=True),
    }
    return Part(
        network=one.network.label,
        days=_days(one.days),
        between=between if low != high else money(low),
        rows=[
            Row(line.label, _cell(line.low), _cell(line.high), line.is_total)
            for line in one.estimate.lines
        ],
        doubts=one.doubts,
        missing="",
    )


def _cell(step: Step | None) -> tuple[str, str]:
    return ("", "–") if step is None else (step.how, money(step.amount))


def _days(days: tuple[int, int]) -> str:
    low, high = days
    if low == high:
        return ngettext("%(days)s day", "%(days)s days", low) % {"days": low}
    return _("%(low)s to %(high)s days") % {"low": low, "high": high}
