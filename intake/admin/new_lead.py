"""The page on which staff type in a lead; its reference and PIN are shown once, to read out."""

from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from intake import by_staff, consent, drafts, nonces, receipts
from intake.choices import Arrival
from intake.forms.new_lead import NewLeadForm
from intake.promises import Clock
from programs.context import current_center

PAGE = "new-lead"


def show(model_admin, request):
    """Show the empty form, or take a filled one: sent twice, it is one lead."""
    at, trouble = timezone.now(), ""
    if "afresh" in request.POST:
        drafts.erase(None, drafts.NEW_LEAD, by=request.user)
        return redirect("admin:intake_lead_new")
    if request.method != "POST":
        kept = drafts.recall(None, by=request.user, at=at).get(drafts.NEW_LEAD)
        # What somebody allows is never taken over from a talk that may have been another's.
        typed = {name: kept[name] for name in kept or () if name not in NewLeadForm.CONSENTS}
        form = _form(request, at, initial={"arrival": Arrival.PHONE, **typed})
        return _render(model_admin, request, form, nonces.issue(PAGE, at=at), kept=kept)
    signed = request.POST.get("nonce", "")
    try:
        nonce = nonces.read(signed, PAGE, at=at)
    except nonces.NonceError:
        signed = nonces.issue(PAGE, at=at)
        trouble = _("This page was open for a long time. Everything is still here: press again.")
    form = _form(request, at, data=request.POST)
    if not form.is_valid() or trouble:
        return _render(model_admin, request, form, signed, trouble=trouble, status=422)
    lead = by_staff.receive(
        form.contact,
        texts=form.texts,
        nonce=nonce.value,
        promise=form.promise,
        arrival=Arrival(form.cleaned_data["arrival"]),
        by=request.user,
        at=at,
    )
    drafts.erase(None, drafts.NEW_LEAD, by=request.user)
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "is_nav_sidebar_enabled": False,
        "title": _("Lead %(reference)s is yours") % {"reference": lead.reference},
        "lead": lead,
        "pin": receipts.shown_pin(lead),
    }
    return TemplateResponse(request, "admin/intake/lead/new_done.html", context)


def _form(request, at, **kwargs) -> NewLeadForm:
    center = current_center(request)
    texts = consent.current_texts(language="en", at=at)
    return NewLeadForm(center=center, clock=Clock.of(center, at=at), texts=texts, **kwargs)


def _render(model_admin, request, form, nonce, *, trouble="", kept=None, status=200):
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "is_nav_sidebar_enabled": False,
        "title": _("New lead"),
        "form": form,
        "nonce": nonce,
        "trouble": trouble,
        "kept": kept,
    }
    return TemplateResponse(request, "admin/intake/lead/new.html", context, status=status)
