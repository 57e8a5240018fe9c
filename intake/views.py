"""The public forms. These views write requests; what a person may see again is the receipt."""

from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_http_methods

from intake import abuse, parking, seats, submissions
from intake.form_page import FormPage, came_from_elsewhere, survives_faults
from intake.forms import AddInsuranceForm, CallbackForm, InsuranceForm
from intake.models import Lead
from intake.promises import Promise
from intake.receipt_views import confirm, current_receipt, said_closed
from intake.staff import idle


def receive_callback(form: CallbackForm, **sent) -> Lead:
    try:
        return submissions.receive_callback(
            form.contact, texts=form.texts, promise=form.promise, diary=form.diary, **sent
        )
    except seats.Taken:
        raise ValidationError({"appointment": form.said_taken()}) from None
    except abuse.NoAppointments:
        raise ValidationError({"appointment": form.said_too_many()}) from None


@transaction.atomic
def receive_insurance(form: InsuranceForm, *, nonce, at, **sent) -> Lead:
    cards = parking.take_up(nonce, at=at) | form.photos
    lead = submissions.receive_insurance(
        form.request,
        cards,
        texts=form.texts,
        nonce=nonce,
        promise=form.promise,
        at=at,
        **sent,
    )
    parking.clear(nonce)
    return lead


# A page of ours may begin a message: with FIRST_SHOWING, each LINE stands in the form at first.
FIRST_SHOWING, LINE = "first_showing", "line"

CALLBACK = FormPage("callback", CallbackForm, "intake/callback.html", receive_callback)
INSURANCE = FormPage("insurance", InsuranceForm, "intake/insurance.html", receive_insurance)


@require_http_methods(["GET", "HEAD", "POST"])
@survives_faults
def callback(request):
    if FIRST_SHOWING in request.POST:
        return _show_with_lines(request)
    return _show_or_take(request, CALLBACK)


@require_http_methods(["GET", "HEAD", "POST"])
@survives_faults
def insurance(request):
    return _show_or_take(request, INSURANCE)


def _show_or_take(request, page: FormPage):
    if request.method != "POST":
        # The program one comes from is about the center, not about a person.
        return page.show(request, initial={"program": request.GET.get("program", "")[:50]})
    lead, again = page.take(request)
    return confirm(request, lead) if lead else again


def _show_with_lines(request):
    """Show the form for the first time, with lines the person picked in the message.

    Nothing is stored: they can change the message, and send it or not.
    """
    lines = [] if came_from_elsewhere(request) else request.POST.getlist(LINE)
    response = CALLBACK.show(request, initial={"message": "\n".join(lines)})
    add_never_cache_headers(response)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@survives_faults
def add_insurance(request):
    """Attach insurance details to the request whose receipt this browser may see."""
    _allowed, lead = current_receipt(request)

    def receive(form, **sent):
        # Counts only where the call that was promised before is over.
        form.promise = form.clock.promise(lead.window, ZoneInfo(lead.timezone)) or Promise(
            lead.promised_from, lead.promised_by
        )
        return receive_insurance(form, onto=lead, **sent)

    page = FormPage("add-insurance", AddInsuranceForm, "intake/insurance.html", receive)
    if request.method != "POST":
        return page.show(request, initial={}) if lead else redirect("intake:receipt")
    try:
        stored, again = page.take(request, trouble="" if lead else said_closed())
    except submissions.Forgotten:
        stored, again = page.take(request, trouble=said_closed())
    return confirm(request, stored) if stored else again


def csrf_failed(request, reason=""):
    """Let the public forms show again what was typed; refuse everything else."""
    view = request.resolver_match.func
    if getattr(view, "survives_csrf_failure", False):
        request.csrf_failed = True
        return view(request, *request.resolver_match.args, **request.resolver_match.kwargs)
    if request.resolver_match.namespace == "admin":
        return idle.from_an_older_page(request)
    return render(request, "403.html", status=403)
