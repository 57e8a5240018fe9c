"""What a person sees of their own request: no more than that it arrived and what follows."""

from django.conf import settings
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from intake import receipts, seats, spoken
from intake.form_page import has_failed_csrf, survives_faults
from intake.forms import ReceiptForm
from intake.models import Lead


def confirm(request, lead: Lead):
    """Answer a form that was stored: send the person on to the receipt.

    A browser that keeps no cookies could not be let in there; it gets the receipt at once.
    """
    at = timezone.now()
    if has_failed_csrf(request):
        response = _render_receipt(request, lead, shows_pin=True, has_cookie=False, at=at)
    else:
        response = _let_in(lead, shows_pin=True, at=at)
    add_never_cache_headers(response)
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@survives_faults
def receipt(request):
    """Show the receipt this browser may see, or ask for reference and PIN."""
    at = timezone.now()
    if request.method == "POST":
        if "close" in request.POST:
            response = redirect("intake:receipt")
            receipts.delete_cookie(response)
            return response
        return _sign_in(request, at)
    allowed = receipts.read_cookie(request.COOKIES, at=at)
    lead = allowed and Lead.objects.with_caller().filter(pk=allowed.lead_id).first()
    if not lead:
        context = {"form": ReceiptForm(), "is_gone": bool(allowed)}
        return render(request, "intake/receipt_sign_in.html", context)
    return _render_receipt(request, lead, shows_pin=allowed.shows_pin, has_cookie=True, at=at)


def _render_receipt(request, lead: Lead, *, shows_pin: bool, has_cookie: bool, at):
    is_waiting = lead.is_open and lead.reached_at is None
    context = {
        "appointment": is_waiting and seats.of(lead),
        "lead": lead,
        "pin": receipts.shown_pin(lead) if shows_pin else "",
        "has_cookie": has_cookie,
        "is_waiting": is_waiting,
        "is_late": is_waiting and lead.promised_by <= at,
        "call_comes": spoken.between(lead.promised_from, lead.promised_by, lead.timezone, now=at),
        "has_insurance": lead.verifications.exists(),
    }
    return render(request, "intake/receipt.html", context)


def _let_in(lead: Lead, *, shows_pin: bool, at):
    """Send the browser to the receipt it may see now, with nothing about it in the address."""
    response = HttpResponseRedirect(reverse("intake:receipt"), status=303)
    receipts.issue_cookie(response, lead, shows_pin=shows_pin, at=at, secure=settings.IS_HTTPS)
    return response


def _sign_in(request, at):
    form = ReceiptForm(request.POST)
    status = 422
    if has_failed_csrf(request):
        form.add_error(
            None,
            _(
                "Please press the button once more. If you see this again, your browser keeps no "
                "cookies, and a receipt needs one: please call us."
            ),
        )
        status = 403
    elif form.is_valid():
        address = request.META.get("REMOTE_ADDR", "")
        try:
            lead = receipts.find(
                form.cleaned_data["reference"], form.cleaned_data["pin"], address=address, at=at
            )
        except receipts.TooManyTries:
            form.add_error(None, _("Too many tries. Please wait a quarter of an hour, or call us."))
            status = 429
        else:
            if lead:
                return _let_in(lead, shows_pin=False, at=at)
            form.add_error(
                None, _("Reference and PIN don’t belong together. Please check both, or call us.")
            )
    return render(request, "intake/receipt_sign_in.html", {"form": form}, status=status)
