"""The pages at the door: password, then code; setting the second factor up; leaving."""

from textwrap import wrap

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from intake import second_factor, sign_in
from intake.forms.sign_in import CodeForm, FirstCodeForm, SignInForm
from intake.staff import pages, qr
from programs.context import current_center

# Why somebody stands at the door again.
WHY = {
    "away": _("You were signed out because you were away. What you typed on a lead is kept."),
    "out": _("You are signed out."),
    "everywhere": _("You are signed out everywhere."),
    "unsent": _("You were signed out before this was sent, so nothing was saved."),
    "slow": _("That took a while. Please begin again."),
}
TOO_MANY, NOT_YET = 429, 422


def address(*, why: str = "", onward: str = "") -> str:
    """Return the address of the door, saying why and what comes after it."""
    said = {"why": why, "next": onward if onward != reverse("admin:index") else ""}
    query = urlencode({name: value for name, value in said.items() if value})
    return reverse("admin:login") + (f"?{query}" if query else "")


def password(site, request):
    """First step. Whoever is in already goes on."""
    at = timezone.now()
    onward = pages.of(request, request.POST.get("next") or request.GET.get("next", ""))
    if request.method != "POST":
        if site.has_permission(request):
            return redirect(onward)
        context = {"form": SignInForm(), "next": onward, "why": WHY.get(request.GET.get("why"))}
        return page(site, request, "admin/login.html", _("Sign in"), context)
    form, status = SignInForm(request.POST), NOT_YET
    if form.is_valid():
        try:
            user = sign_in.check_password(
                **form.cleaned_data, address=request.META.get("REMOTE_ADDR", ""), at=at
            )
        except sign_in.Refused as refusal:
            form.add_error(None, str(refusal))
            status = TOO_MANY if isinstance(refusal, sign_in.TooManyTries) else NOT_YET
        else:
            return _after_password(request, user, onward=onward, at=at)
    context = {"form": form, "next": onward}
    return page(site, request, "admin/login.html", _("Sign in"), context, status=status)


def _after_password(request, user, *, onward: str, at):
    if second_factor.of(user):
        sign_in.begin(request, user, onward=onward, at=at)
        return redirect("admin:login_code")
    if settings.STAFF_SECOND_FACTOR:
        second_factor.begin(user)
        sign_in.begin(request, user, onward=onward, at=at)
        return redirect("admin:login_set_up")
    sign_in.finish(request, user, proof="password", at=at)
    return redirect(onward)


def code(site, request):
    """Second step: a code of the app, or a recovery code."""
    at = timezone.now()
    waiting = sign_in.pending(request, at=at)
    if waiting is None:
        return redirect(address(why="slow" if request.method == "POST" else ""))
    user, onward = waiting
    form, status = CodeForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        try:
            proof = sign_in.check_code(user, form.cleaned_data["code"], at=at)
        except sign_in.Refused as refusal:
            form.add_error("code", str(refusal))
            status = TOO_MANY if isinstance(refusal, sign_in.TooManyTries) else NOT_YET
        else:
            sign_in.finish(request, user, proof=proof, at=at)
            if proof == "recovery":
                _tell_how_many_are_left(request, user)
            return redirect(onward)
    elif request.method == "POST":
        status = NOT_YET
    context = {"form": form}
    return page(site, request, "admin/login_code.html", _("Your code"), context, status=status)


def set_up(site, request):
    """Show the key of a new second factor, take a first code, then show recovery codes once."""
    at = timezone.now()
    waiting = sign_in.pending(request, at=at)
    user, onward = waiting or (request.user, reverse("admin:account"))
    factor = user.is_authenticated and second_factor.begun(user)
    if not factor or not (waiting or site.has_permission(request)):
        # Set up already (a reload of the last page), or too late.
        return redirect(address(why="slow" if request.method == "POST" else ""))
    form, status = FirstCodeForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        try:
            codes = sign_in.confirm_second_factor(user, form.cleaned_data["code"], at=at)
        except sign_in.Refused as refusal:
            form.add_error("code", str(refusal))
            status = TOO_MANY if isinstance(refusal, sign_in.TooManyTries) else NOT_YET
        else:
            sign_in.finish(request, user, proof="code", at=at)
            return show_recovery_codes(site, request, codes, onward=onward)
    elif request.method == "POST":
        status = NOT_YET
    link = second_factor.address(factor, issuer=_issuer(request))
    context = {
        "form": form,
        "link": link,
        "qr": qr.draw(link),
        "key": " ".join(wrap(factor.key, 4)),
    }
    title = _("Set up your second factor")
    return page(site, request, "admin/login_set_up.html", title, context, status=status)


def show_recovery_codes(site, request, codes: list[str], *, onward: str):
    """Show them in the answer itself: they go through no session, cookie or address."""
    context = {"codes": codes, "onward": onward}
    return page(site, request, "admin/recovery_codes.html", _("Your recovery codes"), context)


def leave(request):
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    sign_in.sign_out(request, at=timezone.now())
    return redirect(address(why="out"))


def page(site, request, template: str, title, context: dict, *, status: int = 200):
    """Answer with a page of the admin that shows no list of models."""
    usual = site.each_context(request) | {"title": title, "is_nav_sidebar_enabled": False}
    return render(request, template, usual | context, status=status)


def _issuer(request) -> str:
    center = current_center(request)
    return center.name if center else gettext("Admissions desk")


def _tell_how_many_are_left(request, user) -> None:
    left = second_factor.recovery_codes_left(user)
    said = ngettext(
        "That recovery code is used up; %(left)d is left. Your account page makes new ones.",
        "That recovery code is used up; %(left)d are left. Your account page makes new ones.",
        left,
    )
    messages.warning(request, said % {"left": left})
