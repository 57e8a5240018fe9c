"""Signs people out who are away, keeping what they typed; asks nothing of the database.

The clock itself is `staff_sessions`. Passive requests (marked by `passive` or the header
X-Passive) are answered without moving it.
"""

from django.contrib import admin
from django.contrib.auth import SESSION_KEY
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from intake import benefits, drafts, sign_in, staff_sessions, workflow
from intake.models import BenefitsCheck, Lead
from intake.staff import door, pages

PASSIVE_HEADER = "X-Passive"
AT_THE_DOOR = ("login", "login_code", "login_set_up")


def passive(view):
    """Mark a view whose requests say nothing about whether somebody is there."""
    view.is_passive = True
    return view


class IdleLogOff:
    """Middleware, below those of sessions, CSRF and authentication."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if not request.path.startswith("/admin/"):
            return None
        match, at = request.resolver_match, timezone.now()
        if SESSION_KEY not in request.session or not request.user.is_authenticated:
            if request.method != "POST" or match.url_name in AT_THE_DOOR:
                return None
            # A page from before somebody signed out: its form leads back to the page.
            return redirect(door.address(why="unsent", onward=pages.before(request)))
        if not staff_sessions.seconds_left(request.session, at=at):
            return self.log_off(request, at=at)
        if not (getattr(view, "is_passive", False) or PASSIVE_HEADER in request.headers):
            staff_sessions.touch(request.session, at=at)
        return None

    def log_off(self, request, *, at):
        if request.method == "POST":
            keep_what_was_typed(request, at=at)
            onward = pages.before(request)
        else:
            onward = pages.of(request, request.get_full_path())
        if onward == reverse("admin:index"):
            # At the door already: what comes after it still holds.
            onward = pages.of(request, request.GET.get("next", ""))
        sign_in.sign_out(request, at=at, reason="away")
        return redirect(door.address(why="away", onward=onward))


def keep_what_was_typed(request, *, at) -> bool:
    """Keep what came with a form of a lead that cannot be taken now."""
    lead, form = _form_of(request.resolver_match)
    if not form or not request.user.has_perm("intake.change_lead"):
        return False
    try:
        drafts.keep(lead, form, drafts.typed_in(request.POST, form), by=request.user, at=at)
    except drafts.TooLong:
        return False
    return True


def _form_of(match) -> tuple[Lead | None, str]:
    """Return the lead that an address is about, and the form that is sent there, if any."""
    if match.url_name in ("intake_lead_new", "draft_new_lead"):
        return None, drafts.NEW_LEAD
    if match.url_name in ("intake_lead_act", "draft"):
        lead = Lead.objects.filter(pk=match.kwargs["pk"]).first()
        return lead, match.kwargs["action"] if lead else ""
    if match.url_name in ("intake_benefitscheck_record", "intake_benefitscheck_reveal"):
        checks = BenefitsCheck.objects.select_related("lead").filter(pk=match.kwargs["pk"])
        if check := checks.first():
            return check.lead, benefits.form_name(check)
    return None, ""


def from_an_older_page(request):
    """Refuse a form of the admin whose page is from before its user signed in again."""
    # Browsers say from which site a form comes; what another site sends is never kept.
    is_ours = request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
    is_staff = request.user.is_authenticated and admin.site.has_permission(request)
    context = {
        "is_kept": is_ours and is_staff and keep_what_was_typed(request, at=timezone.now()),
        "back": pages.before(request)
        if is_staff
        else door.address(onward=pages.of(request, request.POST.get("next", ""))),
    }
    title = _("Nothing was saved")
    return door.page(admin.site, request, "admin/older_page.html", title, context, status=403)


@passive
@require_safe
def clock(request):
    """Say how many seconds are left, without being a sign of life."""
    return JsonResponse(_left(request))


@require_POST
def stay(request):
    return JsonResponse(_left(request))


def _left(request) -> dict[str, int]:
    return {"left": staff_sessions.seconds_left(request.session, at=timezone.now())}


@passive
@require_POST
def draft(request, pk=None, action=drafts.NEW_LEAD):
    """Keep what stands in a form of the lead's page, or of a new lead's, while one types."""
    if not request.user.has_perm("intake.change_lead"):
        raise PermissionDenied
    lead = get_object_or_404(Lead, pk=pk) if pk else None
    try:
        typed = drafts.typed_in(request.POST, action)
        drafts.keep(lead, action, typed, by=request.user, at=timezone.now())
    except drafts.TooLong:
        return HttpResponse(status=413)
    if lead:
        # Typing is no sign of life of a session, but it is work on the lead.
        workflow.prolong(lead, by=request.user, at=timezone.now())
    return HttpResponse(status=204)
