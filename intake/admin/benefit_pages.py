"""One benefits check: what is known, the next step, and the form beside the masked card."""

from datetime import datetime

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from intake import audit, benefits, consent, drafts
from intake.admin import benefit_figures, reveal
from intake.changes import Refused
from intake.choices import CheckStatus
from intake.forms.benefits import (
    CheckForm,
    ExplainedForm,
    RecordForms,
    SendBackForm,
    last_day,
    written,
)
from intake.models import BenefitsCheck, Lead
from intake.notices import PART2_NOTICE
from programs.models import Program

CHANGE, APPROVE = "intake.change_benefitscheck", "intake.approve_benefitscheck"
# Each step: its form, what it needs, and the states in which it makes sense.
STEPS = {
    "start": (CheckForm, CHANGE, [CheckStatus.REQUESTED]),
    "approve": (CheckForm, APPROVE, [CheckStatus.RECORDED]),
    "send-back": (SendBackForm, APPROVE, [CheckStatus.RECORDED]),
    "explained": (ExplainedForm, CHANGE, [CheckStatus.APPROVED]),
    "again": (CheckForm, CHANGE, [CheckStatus.APPROVED, CheckStatus.EXPLAINED]),
}


def may(user, action: str) -> bool:
    return action not in STEPS or user.has_perm(STEPS[action][1])


def show(
    model_admin,
    request,
    check: BenefitsCheck,
    *,
    refused=None,
    revealed=None,
    card=None,
    status=200,
):
    """Show where the check stands; `refused` is (name, form) of a step that was not taken."""
    at, lead = timezone.now(), check.lead
    audit_view(request, lead, at=at, revealed=revealed)
    refused_name, refused_form = refused or ("", None)
    forms = {
        name: form_class(initial={"version": lead.version}, prefix=name)
        for name, (form_class, _permission, states) in STEPS.items()
        if lead.is_open and check.check_status in states and may(request.user, name)
    }
    if refused_name:
        forms[refused_name] = refused_form
    records = list(
        check.records.select_related(
            "started_by", "recorded_by", "sent_back_by", "approved_by", "explained_by"
        )
    )
    record = records[0] if records else None
    is_own = record is not None and record.recorded_by_id == request.user.pk
    context = {
        **_usual(model_admin, request, check, revealed=revealed, card=card, at=at),
        "title": _("Benefits of %(reference)s") % {"reference": lead.reference},
        "record": record,
        "is_expired": record is not None and record.is_expired(on=timezone.localdate(at)),
        "earlier": records[1:],
        "tables": benefit_figures.tables(record),
        "has_estimate": check.check_status not in (CheckStatus.REQUESTED, CheckStatus.IN_PROGRESS),
        "forms": {name.replace("-", "_"): form for name, form in forms.items()},
        "refused": refused_form,
        "needs_another": is_own and benefits.needs_second_person(at=at),
        "can_record": lead.is_open
        and check.check_status in (CheckStatus.IN_PROGRESS, CheckStatus.RECORDED)
        and request.user.has_perm(CHANGE),
    }
    return _page(request, "check.html", context, status)


def record(model_admin, request, check: BenefitsCheck):
    """Show the form to write benefits down, or take what was written."""
    if check.check_status not in (CheckStatus.IN_PROGRESS, CheckStatus.RECORDED):
        messages.info(request, _("There is nothing to write down in this state of the check."))
        return redirect("admin:intake_benefitscheck_change", check.pk)
    if request.method != "POST":
        return _record_page(model_admin, request, check)
    at = timezone.now()
    forms = _forms(check, at=at, data=request.POST)
    if not forms.is_valid():
        return _record_page(model_admin, request, check, forms=forms, status=422)
    version = forms.header.cleaned_data["version"]
    details = {"by": request.user, "at": at, "today": timezone.localdate(at)}
    try:
        benefits.record(check, forms.figures, version=version, **details)
    except Refused as refusal:
        check = model_admin.get_object(request, str(check.pk))
        typed = request.POST.copy()
        typed[f"{benefits.form_name(check)}-version"] = check.lead.version
        forms = _forms(check, at=at, data=typed)
        forms.is_valid()
        forms.header.add_error(None, str(refusal))
        return _record_page(model_admin, request, check, forms=forms, status=409)
    drafts.erase(check.lead, benefits.form_name(check), by=request.user)
    messages.success(request, _("Written down."))
    return redirect("admin:intake_benefitscheck_change", check.pk)


def reveal_card(model_admin, request, check: BenefitsCheck):
    """Show the page it was asked from with the masked details, this once.

    What stood in the form beside them comes back as it was typed.
    """
    prefix = benefits.form_name(check)
    is_writing = f"{prefix}-version" in request.POST
    card = reveal.form_for(check.pk, check.lead, request.user, request.POST)
    shown, status = None, 200
    if not card.is_valid():
        status = 422
    elif reveal.was_answered(check.lead, request.user, seen=card.cleaned_data["seen"]):
        messages.info(request, _("The details are masked again."))
        card = None
    else:
        row = reveal.rows_of(check.lead).get(pk=check.pk)
        shown = reveal.Reveal.of([row], reason=card.cleaned_data.get("reason", ""))
    if not is_writing:
        return show(model_admin, request, check, revealed=shown, card=card, status=status)
    typed = drafts.typed_in(request.POST, prefix)
    typed["version"] = request.POST[f"{prefix}-version"]
    forms = _forms(check, at=timezone.now(), initial=typed)
    return _record_page(
        model_admin, request, check, forms=forms, revealed=shown, card=card, status=status
    )


def act(model_admin, request, check: BenefitsCheck, action: str):
    """Take one step; a refused one is shown with everything typed."""
    if action not in STEPS:
        raise Http404
    form_class = STEPS[action][0]
    form = form_class(request.POST, prefix=action)
    if not form.is_valid():
        return show(model_admin, request, check, refused=(action, form), status=422)
    try:
        said = _do(action, check, dict(form.cleaned_data), by=request.user)
    except Refused as refusal:
        check = model_admin.get_object(request, str(check.pk))
        typed = request.POST.copy()
        typed[f"{action}-version"] = check.lead.version
        form = form_class(typed, prefix=action)
        form.add_error(None, str(refusal))
        return show(model_admin, request, check, refused=(action, form), status=409)
    messages.success(request, said)
    return redirect("admin:intake_benefitscheck_change", check.pk)


def _do(action: str, check: BenefitsCheck, data: dict, *, by) -> str:
    at = timezone.now()
    step, today = {**data, "by": by, "at": at}, {"today": timezone.localdate(at)}
    match action:
        case "start" | "again":
            benefits.start(check, **step, **today)
            return _("The benefits check has started.")
        case "approve":
            benefits.approve(check, **step, **today)
            return _("Approved. Now explain it to the family.")
        case "send-back":
            benefits.send_back(check, **step)
            return _("Sent back, with what to change.")
        case "explained":
            benefits.explain(check, **step, **today)
            return _("Noted down as explained.")


def _forms(check: BenefitsCheck, *, at: datetime, **kwargs) -> RecordForms:
    programs = Program.objects.filter(is_published=True)
    return RecordForms(
        programs, prefix=benefits.form_name(check), today=timezone.localdate(at), **kwargs
    )


def _record_page(
    model_admin, request, check: BenefitsCheck, *, forms=None, revealed=None, card=None, status=200
):
    at, lead = timezone.now(), check.lead
    audit_view(request, lead, at=at, revealed=revealed)
    row = benefits.current(check)
    is_kept = False
    if forms is None:
        today = timezone.localdate(at)
        kept = drafts.recall(lead, by=request.user, at=at).get(benefits.form_name(check), {})
        is_kept = bool(kept)
        usual = {"asked_on": today, "expires_on": last_day(today)}
        initial = {**usual, **written(row), **kept, "version": lead.version}
        forms = _forms(check, at=at, initial=initial)
    context = {
        **_usual(model_admin, request, check, revealed=revealed, card=card, at=at),
        "title": _("Write down the benefits of %(reference)s") % {"reference": lead.reference},
        "record": row,
        "forms": forms,
        "draft_name": benefits.form_name(check),
        "is_kept": is_kept,
        "has_errors": any(part.is_bound and part.errors for part in forms.parts),
    }
    return _page(request, "record.html", context, status)


def _usual(model_admin, request, check: BenefitsCheck, *, revealed, card, at) -> dict:
    """Return what both pages are given: the lead, and the card beside the work."""
    lead = check.lead
    row = reveal.rows_of(lead).get(pk=check.pk)
    block = reveal.block(
        row, lead, request.user, is_open=revealed is not None, seen=lead.audit_seq, refused=card
    )
    if block.form:
        # Its button shares a form with others that do not need its answer.
        block.form.use_required_attribute = False
    return {
        **model_admin.admin_site.each_context(request),
        "is_nav_sidebar_enabled": False,
        "opts": model_admin.opts,
        "check": check,
        "lead": lead,
        "card": block,
        "verification": block.verification,
        "sharing": consent.sharing(lead.consents.select_related("text"), on=timezone.localdate(at)),
        "part2_notice": PART2_NOTICE,
    }


def audit_view(request, lead: Lead, *, at: datetime, revealed: reveal.Reveal | None = None) -> None:
    """Write down that somebody saw benefits, and what of the card was revealed to them."""
    action, details = audit.Action.VIEWED, {"fields": ["benefits"]}
    if revealed:
        action = audit.Action.REVEALED
        details = {"fields": revealed.fields, "reason": revealed.reason}
    with transaction.atomic():
        audit.record(lead, action, by=request.user, at=at, **details)


def _page(request, template: str, context: dict, status: int):
    return TemplateResponse(request, f"admin/intake/benefits/{template}", context, status=status)
