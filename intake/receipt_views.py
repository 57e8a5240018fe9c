"""What a person sees of their own request: no more than that it arrived and what follows."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from intake import merging, receipts, seats, spoken, wishes
from intake.choices import WishKind
from intake.form_page import has_failed_csrf, survives_faults
from intake.forms import ReceiptForm
from intake.forms.wishes import FORMS
from intake.models import Lead
from intake.receipts import Pass

# What each wish answers, when it is done.
DONE = {
    WishKind.TIME: gettext_lazy("The time is changed. We call you then."),
    WishKind.NOTE: gettext_lazy("Your note has arrived. Thank you."),
    WishKind.PERMISSIONS: gettext_lazy("It is taken back, from now on."),
    WishKind.CANCEL: gettext_lazy("The request is canceled. We do not call you."),
    WishKind.PRIVACY: gettext_lazy("We have written it down, and get in touch with you."),
}


def confirm(request, lead: Lead):
    """Answer a form that was stored: send the person on to the receipt.

    A browser that keeps no cookies could not be let in there; it gets the receipt at once.
    """
    at = timezone.now()
    if has_failed_csrf(request):
        response = _render_receipt(request, lead, None, at=at)
    else:
        response = let_in(lead, shows_pin=True, at=at)
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
    allowed, lead = current_receipt(request)
    if not lead:
        context = {"form": ReceiptForm(), "is_gone": bool(allowed)}
        return render(request, "intake/receipt_sign_in.html", context)
    return _render_receipt(request, lead, allowed, at=at)


def current_receipt(request) -> tuple[Pass | None, Lead | None]:
    """Return what this browser's cookie allows, and the lead whose receipt it may see."""
    allowed = receipts.read_cookie(request.COOKIES, at=timezone.now())
    return allowed, allowed and Lead.objects.with_caller().filter(pk=allowed.lead_id).first()


def said_closed() -> str:
    """Return what to do when the receipt closed while a form behind it was filled in."""
    return format_html(
        _(
            "Your receipt has closed itself, as it does after 30 minutes. Everything you typed is "
            "still here. <a {}>Open the receipt in a new tab</a> with your reference and PIN, "
            "then come back here and press the button again."
        ),
        format_html('href="{}" target="_blank"', reverse("intake:receipt")),
    )


def _render_receipt(request, lead: Lead, allowed: Pass | None, *, at):
    """Show the receipt. Nothing is `allowed` beyond it to a browser that keeps no cookie."""
    # Work on a merged request goes on elsewhere; the person need not know of that.
    at_work = merging.root(lead)
    is_waiting = wishes.can_choose_time(at_work)
    context = {
        "lead": lead,
        "pin": receipts.shown_pin(lead) if allowed is None or allowed.shows_pin else "",
        "has_cookie": allowed is not None,
        "is_open": at_work.is_open,
        "at_work": at_work,
        "done": DONE.get(allowed.done) if allowed else None,
        "standing": (
            _("We tried to reach you.") if at_work.first_attempt_at else _("We have your request.")
        ),
        "is_waiting": is_waiting,
        "is_late": is_waiting and at_work.promised_by <= at,
        "appointment": is_waiting and seats.of(at_work),
        "call_comes": spoken.between(
            at_work.promised_from, at_work.promised_by, at_work.timezone, now=at
        ),
        "has_insurance": lead.verifications.exists(),
        "wishes": [
            (f"intake:{kind}", form.heading)
            for kind, form in FORMS.items()
            if allowed and form.is_offered(lead if form.is_own else at_work)
        ],
        "owed": [
            (row, timezone.localtime(row.asked_at, ZoneInfo(lead.timezone)))
            for row in lead.privacy_requests.filter(done_at=None)
        ],
    }
    return render(request, "intake/receipt.html", context)


def let_in(lead: Lead, *, shows_pin: bool, at, done: str = ""):
    """Send the browser to the receipt it may see now, with nothing about it in the address."""
    response = HttpResponseRedirect(reverse("intake:receipt"), status=303)
    receipts.issue_cookie(
        response, lead, shows_pin=shows_pin, at=at, secure=settings.IS_HTTPS, done=done
    )
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
                return let_in(lead, shows_pin=False, at=at)
            form.add_error(
                None, _("Reference and PIN don’t belong together. Please check both, or call us.")
            )
    return render(request, "intake/receipt_sign_in.html", {"form": form}, status=status)
