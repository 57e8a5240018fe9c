"""The pages behind a receipt on which people change their request themselves."""

from datetime import date
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from intake import merging, seats, submissions, wishes
from intake.changes import Refused
from intake.choices import ConsentKind, PrivacyWish, WishKind
from intake.form_page import FormPage, survives_faults
from intake.forms.wishes import FORMS
from intake.models import Lead
from intake.receipt_views import current_receipt, let_in, said_closed
from intake.wishes import Sent

TEMPLATE = "intake/wish.html"


def _choose_time(lead: Lead, sent: Sent, form) -> None:
    data = form.cleaned_data
    try:
        wishes.choose_time(
            lead,
            sent,
            window=data["window"],
            zone=data["timezone"],
            promise=form.promise,
            is_appointment=data["appointment"] is not None,
            diary=form.diary,
        )
    except seats.Taken:
        raise ValidationError({"appointment": form.said_taken()}) from None


def _add_note(lead: Lead, sent: Sent, form) -> None:
    wishes.add_note(lead, sent, form.cleaned_data["note"], clock=form.clock)


def _take_back(lead: Lead, sent: Sent, form) -> None:
    kinds = [ConsentKind(kind) for kind in form.cleaned_data["kinds"]]
    wishes.take_back(lead, sent, kinds, today=_today(sent, form))


def _cancel(lead: Lead, sent: Sent, form) -> None:
    wishes.cancel(lead, sent)


def _ask_privacy(lead: Lead, sent: Sent, form) -> None:
    kind = PrivacyWish(form.cleaned_data["kind"])
    wishes.ask_privacy(lead, sent, kind, today=_today(sent, form))


def _today(sent: Sent, form) -> date:
    """Return the day it is at the desk, from which days are counted."""
    return timezone.localdate(sent.at, ZoneInfo(form.center.time_zone))


CARRY_OUT = {
    WishKind.TIME: _choose_time,
    WishKind.NOTE: _add_note,
    WishKind.PERMISSIONS: _take_back,
    WishKind.CANCEL: _cancel,
    WishKind.PRIVACY: _ask_privacy,
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@survives_faults
def wish(request, kind: WishKind):
    """Show the form of one wish, or do what was wished for and go back to the receipt."""
    form_class = FORMS[kind]
    allowed, lead = current_receipt(request)
    about = lead if lead is None or form_class.is_own else merging.root(lead)

    def receive(form, *, nonce, at, sending):
        try:
            CARRY_OUT[kind](about, Sent(nonce, at), form)
        except Refused as refusal:
            raise ValidationError(str(refusal)) from None
        return lead

    page = FormPage(f"wish-{kind}", form_class, TEMPLATE, receive, more={"known": about})
    if request.method != "POST":
        if about is None or not form_class.is_offered(about):
            return redirect("intake:receipt")
        return page.show(request, initial=form_class.initial_of(about))
    done, again = _take(page, request, trouble="" if lead else said_closed())
    if again:
        return again
    return let_in(done, shows_pin=allowed.shows_pin, at=timezone.now(), done=kind)


def _take(page: FormPage, request, *, trouble: str):
    """Take the form; where the lead was erased meanwhile, say so with what was typed."""
    try:
        return page.take(request, trouble=trouble)
    except submissions.Forgotten:
        return page.take(request, trouble=said_closed())
