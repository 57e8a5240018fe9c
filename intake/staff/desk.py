"""The first page after signing in for admissions staff; for others Django's list of models.

The page refreshes its lists in place, passively; everything on it works without that too.
"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from intake import desk, leases, pulse, referrals, taking
from intake.models import Lead
from intake.promise_clock import Risk
from intake.staff.idle import passive
from programs.context import current_center

PERMISSION = "intake.change_lead"
NOBODY = _("Nobody waits.")
NOBODY_FOR_YOU = _(
    "Nobody waits who fits the languages, programs and places you take on. "
    "You can still claim one of the others below yourself."
)


def show(site, request):
    since = desk.look(request.user, at=timezone.now())
    context = {
        **site.each_context(request),
        **_lists(request, since),
        "title": _("Desk"),
        "check_backs": referrals.to_check_back(on=timezone.localdate()),
        "is_nav_sidebar_enabled": False,
    }
    return TemplateResponse(request, "admin/desk/page.html", context)


@passive
@require_safe
def now(request):
    """Answer with the lists alone, for the page that is open already."""
    _must_be_of_admissions(request)
    since = desk.new_since(request.user, at=timezone.now())
    return TemplateResponse(request, "admin/desk/_lists.html", _lists(request, since))


def take_next(request):
    """Claim what is next for the user, and go there."""
    _must_be_of_admissions(request)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    lead = taking.take_next(by=request.user, at=timezone.now())
    if lead is None:
        others = Lead.objects.open().filter(owner=None).exists()
        messages.info(request, NOBODY_FOR_YOU if others else NOBODY)
        return redirect("admin:index")
    messages.success(request, leases.said_on_claim(lead))
    return redirect("admin:intake_lead_change", lead.pk)


def _must_be_of_admissions(request) -> None:
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied


def _lists(request, new_since) -> dict:
    center = current_center(request)
    at, zone = timezone.now(), center.time_zone if center else "UTC"
    return {
        "desk": desk.of(request.user, new_since=new_since, risk=Risk.now(center, at=at), zone=zone),
        "since": desk.briefly(new_since, at=at, zone=zone),
        "refreshed": at,
        "mail": pulse.standing(at=at),
    }
