"""One lead's page in the order of a call, its actions, and its card images."""

from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db import transaction
from django.db.models import Prefetch
from django.http import Http404, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from intake import audit, drafts, receipts, spoken, windows, workflow
from intake.forms.staff import ActionForm, AttemptForm, CloseForm
from intake.models import CardImage, Lead
from intake.phones import Phone
from programs.context import current_center

FORMS = {
    "claim": ActionForm,
    "release": ActionForm,
    "reopen": ActionForm,
    "new-pin": ActionForm,
    "attempt": AttemptForm,
    "close": CloseForm,
}


def show(model_admin, request, lead: Lead, *, refused=None, new_pin="", status=200):
    """Show the lead, and write down that it was seen.

    `refused` is (action, form) of an action that was not taken: what was typed stays.
    `new_pin` is shown this once; it goes through no session, cookie or address.
    """
    at = timezone.now()
    with transaction.atomic():
        audit.record(lead, audit.Action.VIEWED, by=request.user, at=at)
    center = current_center(request)
    ours, theirs = center.time_zone, lead.timezone
    kept = drafts.recall(lead, by=request.user)
    forms = {
        name.replace("-", "_"): FORMS[name](
            initial={**kept.get(name, {}), "version": lead.version}, prefix=name
        )
        for name in _offered(lead, request.user, at=at)
    }
    if refused:
        forms[refused[0].replace("-", "_")] = refused[1]
    phone = Phone(lead.phone, lead.phone_extension)
    context = {
        **model_admin.admin_site.each_context(request),
        "is_nav_sidebar_enabled": False,
        "opts": model_admin.opts,
        "title": _("Lead %(reference)s") % {"reference": lead.reference},
        "lead": lead,
        "center": center,
        "phone": phone,
        "phone_written": phone.display(center.country),
        "callbacks": lead.callbacks.all(),
        "verifications": lead.verifications.select_related("carrier").prefetch_related(
            # The pictures themselves come one by one, each with its own audit row.
            Prefetch("card_images", CardImage.objects.defer("jpeg"))
        ),
        "attempts": lead.attempts.select_related("by"),
        "consents": lead.consents.select_related("text"),
        "events": lead.audit_events.select_related("by").order_by("-seq")[:40],
        "forms": forms,
        "kept": kept,
        "refused": refused and refused[1],
        "their_zone": windows.zone_label(theirs),
        "our_zone": windows.zone_label(ours),
        "is_same_clock": at.astimezone(ZoneInfo(theirs)).utcoffset()
        == at.astimezone(ZoneInfo(ours)).utcoffset(),
        "their_time": spoken.time_of_day(at, theirs),
        "our_time": spoken.time_of_day(at, ours),
        "promised": spoken.between(lead.promised_from, lead.promised_by, ours, now=at),
        "promised_there": spoken.between(lead.promised_from, lead.promised_by, theirs, now=at),
        "is_safe_now": windows.is_safe(lead.window, ZoneInfo(theirs), at=at),
        "is_mine": lead.owner_id == request.user.pk,
        "is_claimed": workflow.is_claimed_by_another(lead, request.user, at=at),
        "is_held": workflow.is_held_by_another(lead, request.user, at=at),
        "new_pin": new_pin,
        "can_act": model_admin.has_change_permission(request, lead),
        "at": at,
    }
    return TemplateResponse(request, "admin/intake/lead/page.html", context, status=status)


def _offered(lead: Lead, user, *, at) -> list[str]:
    """Return the actions that make sense now; `workflow` has the last word."""
    if not lead.is_open:
        return ["reopen", "new-pin"]
    if workflow.is_claimed_by_another(lead, user, at=at):
        return ["new-pin"]
    if workflow.is_held_by_another(lead, user, at=at):
        return ["claim", "new-pin"]
    return ["release" if lead.owner_id == user.pk else "claim", "attempt", "close", "new-pin"]


def act(model_admin, request, lead: Lead, action: str):
    """Take one action on the lead; a refused one is shown with everything typed."""
    if action not in FORMS:
        raise Http404
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    form = FORMS[action](request.POST, prefix=action)
    if not form.is_valid():
        return show(model_admin, request, lead, refused=(action, form), status=422)
    if action == "new-pin":
        pin = receipts.issue_new_pin(lead, by=request.user, at=timezone.now())
        return show(model_admin, request, lead, new_pin=pin)
    try:
        said = _do(action, lead, form.cleaned_data, by=request.user)
    except workflow.Refused as refusal:
        lead = model_admin.get_object(request, str(lead.pk))
        form = FORMS[action](
            {**request.POST.dict(), f"{action}-version": lead.version}, prefix=action
        )
        form.add_error(None, str(refusal))
        return show(model_admin, request, lead, refused=(action, form), status=409)
    drafts.erase(lead, action, by=request.user)
    messages.success(request, said)
    return redirect("admin:intake_lead_change", lead.pk)


def _do(action: str, lead: Lead, data: dict, *, by) -> str:
    """Take the action and return what to tell staff: also what happens next."""
    at, version = timezone.now(), data.pop("version")
    match action:
        case "claim":
            workflow.claim(lead, version=version, by=by, at=at)
            if lead.reached_at:
                return _("It is yours.")
            minutes = {"minutes": workflow.LEASE.seconds // 60}
            return _("It is yours. After %(minutes)d quiet minutes it goes back to the queue.") % (
                minutes
            )
        case "release":
            workflow.release(lead, version=version, by=by, at=at)
            return _("Given back to the queue.")
        case "reopen":
            workflow.reopen(lead, version=version, by=by, at=at)
            return _("Open again, and due now.")
        case "attempt":
            attempt = workflow.log_attempt(lead, version=version, by=by, at=at, **data)
            due, zone = attempt.lead.due_at, timezone.get_current_timezone_name()
            return _("Logged. The next step is due at %(time)s, %(day)s.") % {
                "day": spoken.short_day(due, zone, now=at),
                "time": spoken.time_of_day(due, zone),
            }
        case "close":
            workflow.close(lead, version=version, by=by, at=at, **data)
            return _("Closed.")


def card(request, lead: Lead, pk) -> HttpResponse:
    """Stream a decrypted card image to one pair of eyes, and write that down."""
    image = get_object_or_404(CardImage, pk=pk, verification__lead=lead)
    with transaction.atomic():
        audit.record(
            lead,
            audit.Action.CARD_VIEWED,
            by=request.user,
            at=timezone.now(),
            fields=[f"card_{image.side}"],
        )
    response = HttpResponse(image.jpeg, content_type="image/jpeg")
    response["Content-Disposition"] = "inline"
    return response
