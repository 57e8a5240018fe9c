"""How a public form is shown, sent, and sent again: nothing typed is ever lost.

Forms work without a session and without JavaScript. What goes wrong (an old page, a
blocked cookie, a wrong field, the database away) shows the same form with everything
still in it, and a way through.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DatabaseError, InterfaceError
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers, patch_cache_control
from django.utils.translation import gettext as _

from intake import abuse, consent, nonces, parking, spoken, windows
from intake.forms.contact import ContactForm
from intake.models import Lead
from intake.nonces import Nonce
from intake.promises import Clock
from programs import languages
from programs.context import current_center

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class FormPage:
    """One public form: its name (which its nonces carry), class, template and receiver.

    `receive(form, nonce=, at=, sending=)` stores a valid form and returns its lead. What only
    shows there (somebody else was faster) it raises as a ValidationError.
    """

    name: str
    form_class: type[ContactForm]
    template: str
    receive: Callable[..., Lead]
    # What the form is made with beside what all of them need.
    more: Mapping = field(default_factory=dict)

    def show(self, request, *, initial: dict):
        """Answer a first visit with an empty form."""
        at = timezone.now()
        form = self._form(request, at, initial=initial)
        response = self._render(request, form, nonces.issue(self.name, at=at), at)
        # A nonce is for one person: no proxy may hand this page to a second one. The browser
        # may keep it, so that Back still shows what was typed.
        patch_cache_control(response, private=True, no_cache=True)
        return response

    def take(self, request, *, trouble: str = "") -> tuple[Lead | None, object]:
        """Return (lead, None) for a form that was stored, or (None, response) to show again.

        With `trouble`, which the person is told, it is always shown again.
        """
        at = timezone.now()
        address = request.META.get("REMOTE_ADDR", "")
        signed, nonce, wrong = self._check_origin(request, at)
        trouble, is_flooded = trouble or wrong, False
        kept = parking.parked_sides(nonce.value, at=at) if self._has_photos else set()
        takes_photos = not request.FILES or abuse.takes_photos(address, at=at)
        form = self._form(
            request,
            at,
            data=request.POST,
            files=request.FILES,
            kept=kept,
            takes_photos=takes_photos,
        )
        if form.is_valid() and not trouble:
            # A page that was shown again, or that Back brought up, has its first time still.
            took = at - nonce.issued_at
            sending = abuse.Sending(address, took=took, is_trapped=form.is_trapped)
            try:
                return self.receive(form, nonce=nonce.value, at=at, sending=sending), None
            except abuse.TooMany as flood:
                trouble, is_flooded = str(flood) or self._come_back_later(form), True
            except ValidationError as error:
                form.add_error(None, error)
        if self._has_photos:
            for side, pages in form.photos.items():
                parking.park(nonce.value, side, pages, at=at)
            form.kept_cards = parking.parked_sides(nonce.value, at=at)
        response = self._render(request, form, signed, at, trouble=trouble, is_flooded=is_flooded)
        if is_flooded or not takes_photos:
            response.status_code = 429
        else:
            response.status_code = 403 if trouble else 422
        add_never_cache_headers(response)
        return None, response

    def _come_back_later(self, form) -> str:
        return _(
            "So many requests came from your internet connection in the last hour that we can "
            "take no more from it right now. Everything you typed is still here: leave this page "
            "open and press the button again in an hour, or call us now at %(phone)s."
        ) % {"phone": form.center.phone}

    @property
    def _has_photos(self) -> bool:
        return hasattr(self.form_class, "photos")

    def _check_origin(self, request, at: datetime) -> tuple[str, Nonce, str]:
        """Return the nonce, signed and read, and what is wrong with the page, if anything.

        Where the CSRF cookie is missing (blocked, or lost overnight), a valid nonce sent from
        our own origin is proof enough: nobody is signed in here, so nothing can be ridden on.
        """
        signed = request.POST.get("nonce", "")
        try:
            nonce = nonces.read(signed, self.name, at=at)
            trouble = ""
        except nonces.NonceError:
            # Everything is filled in already: who presses again at once is not too fast.
            signed = nonces.issue(self.name, at=at - abuse.FASTEST)
            nonce = nonces.read(signed, self.name, at=at)
            trouble = _(
                "This page was open for a long time, so it needs one more press: "
                "everything you typed is still here. Please press the button again."
            )
        if came_from_elsewhere(request):
            trouble = _(
                "We could not make sure that this came from our own page. Everything you typed "
                "is still here. Please press the button again. If this does not help, your "
                "browser blocks what we need: please call %(phone)s."
            ) % {"phone": current_center(request).phone}
        return signed, nonce, trouble

    def _form(self, request, at, *, kept=frozenset(), takes_photos=True, **kwargs):
        center = current_center(request)
        texts = consent.current_texts(language=languages.current(), at=at)
        photos = {"kept_cards": kept, "takes_photos": takes_photos} if self._has_photos else {}
        clock = Clock.of(center, at=at)
        shared = {"center": center, "clock": clock, "texts": texts, **self.more}
        return self.form_class(**shared, **photos, **kwargs)

    def _render(self, request, form, signed, at, *, trouble="", is_flooded=False):
        opening = form.clock.desk.next_opening(at)
        zone = form.center.time_zone
        context = {
            "form": form,
            "nonce": signed,
            "trouble": trouble,
            "is_flooded": is_flooded,
            "opens": opening
            and {
                "day": spoken.day(opening, zone, now=at),
                "time": spoken.time_of_day(opening, zone),
                "zone": windows.zone_label(zone),
            },
        }
        return render(request, self.template, context)


def survives_faults(view):
    """Mark a view that answers a failed CSRF check itself, and lose nothing to a fault.

    When the database is away the page still shows what was typed and can be sent again.
    """

    @wraps(view)
    def guarded(request, *args, **kwargs):
        try:
            return view(request, *args, **kwargs)
        except (DatabaseError, InterfaceError) as error:
            if request.method != "POST":
                raise
            logger.error("form not stored error=%s", type(error).__name__)
            typed = [
                (name, value)
                for name, values in request.POST.lists()
                for value in values
                if name != "csrfmiddlewaretoken"
            ]
            response = render(request, "intake/unavailable.html", {"typed": typed}, status=503)
            add_never_cache_headers(response)
            return response

    guarded.survives_csrf_failure = True
    return guarded


def has_failed_csrf(request) -> bool:
    """Say whether this came without the CSRF cookie or with a wrong token."""
    return getattr(request, "csrf_failed", False)


def came_from_elsewhere(request) -> bool:
    """Say whether neither the CSRF cookie nor the browser says that this is from our own page."""
    ours = (f"{request.scheme}://{request.get_host()}", settings.PUBLIC_URL)
    return has_failed_csrf(request) and request.headers.get("Origin", "") not in ours
