"""One's own account: second factor, password, where one is signed in, what one is told of."""

from django.conf import settings
from django.contrib import messages
from django.contrib.admin.forms import AdminPasswordChangeForm
from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from intake import audience, duty, second_factor, sign_in, staff_sessions
from intake.forms.events import EventsForm
from intake.forms.sign_in import ProofForm
from intake.models import StaffSession
from intake.staff import door


def show(site, request, *, refused: tuple[str, ProofForm] | None = None, status: int = 200):
    """Show the account. `refused` is (action, form) of what was asked for without a proof."""
    forms = {action: ProofForm(prefix=action) for action in ("codes", "reset")}
    if refused:
        forms[refused[0]] = refused[1]
    sessions = staff_sessions.of(request.user)
    context = {
        "factor": second_factor.of(request.user),
        "codes_left": second_factor.recovery_codes_left(request.user),
        "is_required": settings.STAFF_SECOND_FACTOR,
        "forms": forms,
        "sessions": [_described(row, request) for row in sessions],
        "idle_minutes": settings.STAFF_IDLE_MINUTES,
        "events_form": _events_form(request.user),
    }
    return door.page(site, request, "admin/account.html", _("Your account"), context, status=status)


def _described(row: StaffSession, request) -> dict:
    return {
        "device": row.get_decoded().get(sign_in.DEVICE),
        "began_at": row.began_at,
        "seen_at": row.seen_at,
        "is_this": row.session_key == request.session.session_key,
    }


def _events_form(user) -> EventsForm | None:
    """Return the choice of what to be told of, for those who are told at all."""
    if not user.has_perm(duty.PERMISSION):
        return None
    return EventsForm(initial={"events": audience.events_of([user])[user.pk]})


def _choose_events(request):
    if not request.user.has_perm(duty.PERMISSION):
        raise PermissionDenied
    form = EventsForm(request.POST)
    if not form.is_valid():
        raise BadRequest
    audience.choose(request.user, form.cleaned_data["events"])
    messages.success(request, _("Saved. From now on you are told of what you ticked."))
    return redirect("admin:account")


def act(site, request, action: str):
    """Do one thing with the account; what touches the second factor asks for a proof first."""
    if action not in ("begin", "codes", "reset", "everywhere", "events"):
        raise Http404
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    at, user = timezone.now(), request.user
    if action == "begin":
        second_factor.begin(user)
        return redirect("admin:login_set_up")
    if action == "events":
        return _choose_events(request)
    if action == "everywhere":
        sign_in.sign_out_everywhere(user, by=user, at=at)
        request.session.flush()
        return redirect(door.address(why="everywhere"))
    form, status = ProofForm(request.POST, prefix=action), door.NOT_YET
    if form.is_valid():
        try:
            sign_in.check_again(user, form.cleaned_data["proof"], at=at)
        except sign_in.Refused as refusal:
            form.add_error("proof", str(refusal))
            if isinstance(refusal, sign_in.TooManyTries):
                status = door.TOO_MANY
        else:
            return _do(site, request, action, at=at)
    return show(site, request, refused=(action, form), status=status)


def _do(site, request, action: str, *, at):
    if action == "codes":
        codes = sign_in.renew_recovery_codes(request.user, at=at)
        return door.show_recovery_codes(site, request, codes, onward=reverse("admin:account"))
    # The old phone is out from here on; where one is asked for, the new one is set up now.
    user = request.user
    sign_in.reset_second_factor(user, by=user, at=at)
    second_factor.begin(user)
    request.session.flush()
    sign_in.begin(request, user, onward=reverse("admin:account"), at=at)
    return redirect("admin:login_set_up")


class PasswordForm(AdminPasswordChangeForm):
    """Django's, but whoever sits at a colleague's desk cannot try old passwords for hours."""

    def clean_old_password(self):
        password = self.cleaned_data["old_password"]
        try:
            sign_in.check_password_again(self.user, password, at=timezone.now())
        except sign_in.Refused as refusal:
            raise ValidationError(str(refusal)) from None
        return password


def change_password(site, request):
    """Django's own page; whoever else was signed in with the old password is signed out."""
    response = PasswordChangeView.as_view(
        form_class=PasswordForm,
        success_url=reverse("admin:account"),
        extra_context=site.each_context(request),
    )(request)
    if response.status_code == 302:
        staff_sessions.end_all(request.user, but=request.session.session_key)
        messages.success(request, _("Your password is changed, and all other devices signed out."))
    return response
