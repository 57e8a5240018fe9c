"""Which page of the admin somebody comes from or goes on to. Never one outside it."""

from urllib.parse import urlsplit

from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme

# Addresses that only take what a form sends, or that end where they begin.
NOT_PAGES = {
    "login", "login_code", "login_set_up", "logout", "account_act", "clock", "stay", "draft",
    "draft_new_lead", "intake_lead_search", "desk_now", "take_next",
}  # fmt: skip


def of(request, address: str) -> str:
    """Return the page to show for that address: itself, the lead it acts on, or the start."""
    start, parts = reverse("admin:index"), urlsplit(address or "")
    is_ours = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    if not is_ours or not parts.path.startswith(start):
        return start
    try:
        match = resolve(parts.path)
    except Resolver404:
        return start
    if match.url_name == "intake_lead_act":
        return reverse("admin:intake_lead_change", args=[match.kwargs["pk"]])
    if match.url_name in NOT_PAGES:
        return start
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def before(request) -> str:
    """Return the page whose form was sent: for a lead's action its lead, else the referrer."""
    here = of(request, request.path)
    return here if here != reverse("admin:index") else of(request, request.headers.get("Referer"))
