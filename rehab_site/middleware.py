"""What must happen before Django looks at a request."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import transaction
from django.template.response import TemplateResponse
from django.utils import timezone, translation

from intake import audit
from programs import languages
from programs.context import current_center

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST")

# Nothing here needs to see, hear, locate or charge anybody.
PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer", "browsing-topics", "camera", "display-capture", "geolocation",
        "gyroscope", "magnetometer", "microphone", "midi", "payment", "usb",
    )
)  # fmt: skip


def client_address(get_response):
    """Set REMOTE_ADDR to the client's address, believing only our own proxies.

    The one rule for the whole project: X-Forwarded-For is read from the right, past
    every address in TRUSTED_PROXIES, as far as it names addresses; from anybody else the
    headers are dropped.
    """
    try:
        networks = [ip_network(value) for value in settings.TRUSTED_PROXIES]
    except ValueError:
        raise ImproperlyConfigured(
            "Set TRUSTED_PROXIES to addresses or networks, like 127.0.0.1,10.0.0.0/8."
        ) from None

    def is_trusted(address: IPv4Address | IPv6Address | None) -> bool:
        return any(address in network for network in networks if address)

    # Those of our proxies that have been here, so that each is read only once.
    proxies = set()

    def is_proxy(address: str) -> bool:
        if address not in proxies and is_trusted(_address(address)):
            proxies.add(address)
        return address in proxies

    def middleware(request):
        if is_proxy(request.META.get("REMOTE_ADDR", "")):
            forwarded = request.META.get("HTTP_X_FORWARDED_FOR")
            hops = forwarded.split(",") if forwarded else []
            for address in map(_address, reversed(hops)):
                if address:
                    request.META["REMOTE_ADDR"] = str(address)
                if not is_trusted(address):
                    break
        else:
            for header in FORWARDED:
                request.META.pop(header, None)
        return get_response(request)

    return middleware


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """Return the address in its one spelling; a dual-stack socket writes IPv4 as IPv6."""
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def language_of_the_address(get_response):
    """Speak the language that the path names, and no other: /es/ is Spanish.

    No cookie, no session and no header of the browser has a say, so a page is the same for
    everybody. The admin is in English.
    """

    def middleware(request):
        language = languages.of_path(request.path_info)
        with translation.override(language):
            response = get_response(request)
        response.headers["Content-Language"] = language
        return response

    return middleware


def refuse_oversized(get_response):
    """Answer 413 before a byte of the body is read when a request is too large."""

    def middleware(request):
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            length = 0
        if length > settings.MAX_REQUEST_BYTES:
            return TemplateResponse(request, "413.html", status=413).render()
        return get_response(request)

    return middleware


def private_by_default(get_response):
    """Keep the admin, and every answer to something sent, out of all caches.

    Powerful browser features are off everywhere, and no other site may embed what is ours.
    """

    def middleware(request):
        response = get_response(request)
        if request.path.startswith("/admin/") or request.method not in ("GET", "HEAD"):
            response.headers["Cache-Control"] = "no-store, private"
        response.headers["Permissions-Policy"] = PERMISSIONS
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        return response

    return middleware


def back_keeps_forms(get_response):
    """Let the visitor's own browser, and nobody else, keep an open form for its Back button.

    A form as it is first shown holds nothing of a person, so it is `private, no-cache` and not
    `no-store`: that would empty it for whoever looks something up halfway through, or goes
    Back to correct the number. What they typed stays in the memory of that browser until the
    tab is closed; whoever must leave no trace has "Leave this page", which gives up the form's
    place in the history. Receipts and all answers to a sent form are `no-store`.

    Opening a form sets a cookie. With `Cookie` in `Vary`, Back would fetch a fresh form with a
    fresh nonce, and what is sent from there would be a second lead. So it is taken out.
    """

    def middleware(request):
        response = get_response(request)
        if "private" in response.get("Cache-Control", ""):
            vary = response.get("Vary", "").split(", ")
            del response["Vary"]
            if kept := ", ".join(name for name in vary if name != "Cookie"):
                response["Vary"] = kept
        return response

    return middleware


def center_clock(get_response):
    """Show and read all times in the admin as the clock on the center's wall shows them."""

    def middleware(request):
        center = current_center(request) if request.path.startswith("/admin/") else None
        if center is None:
            return get_response(request)
        with timezone.override(ZoneInfo(center.time_zone)):
            return get_response(request)

    return middleware


class RefusalsRecorded:
    """Writes down who was refused which page of the admin, without the ids in its address."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        is_refusal = isinstance(exception, PermissionDenied) and request.user.is_authenticated
        if is_refusal and request.path.startswith("/admin/"):
            with transaction.atomic():
                audit.record_apart(
                    audit.Action.REFUSED,
                    by=request.user,
                    at=timezone.now(),
                    fields=[request.resolver_match.url_name],
                )
