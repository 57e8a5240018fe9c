"""What staff have typed into a lead's forms and not sent: kept for its writer alone.

It comes back into the form after signing in again, and goes when the form is sent, with
the lead, or after a week; where there is no lead yet, after a day. Sealed on the server;
never in the browser or in a session.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import Q
from django.http import QueryDict

from intake.models import Draft, Lead

LIFETIME = timedelta(days=7)
# No lead leads to it, so nobody who asks to be forgotten finds it.
LIFETIME_WITHOUT_LEAD = timedelta(days=1)
# The form of a lead that is not there yet; its fields have no prefix.
NEW_LEAD = "new-lead"
# What the page itself puts into its forms.
OF_THE_PAGE = {"csrfmiddlewaretoken", "nonce", "version", "afresh"}
# Answers that stand in the form of a new lead before anybody types.
BEFOREHAND = {"arrival", "window", "timezone", "language"}
# Characters; a note has 4,000.
LONGEST = 50_000


class TooLong(ValueError):
    """Nobody typed that."""


def typed_in(data: QueryDict, form: str) -> dict[str, str | list[str]]:
    """Return what a person wrote into the form, without what the page itself put in."""
    prefix = "" if form == NEW_LEAD else f"{form}-"
    typed = {}
    for name, values in data.lists():
        field = name.removeprefix(prefix)
        if name.startswith(prefix) and field not in OF_THE_PAGE:
            typed[field] = values if len(values) > 1 else values[0]
    return typed


def keep(
    lead: Lead | None, form: str, typed: Mapping[str, str | list[str]], *, by, at: datetime
) -> None:
    """Keep what stands in the form now; nothing typed, nothing kept."""
    filled = {name: value for name, value in typed.items() if "".join(value).strip()}
    if lead is None and filled.keys() <= BEFOREHAND:
        filled = {}
    text = json.dumps(filled)
    if len(text) > LONGEST or len(form) > Draft._meta.get_field("form").max_length:
        raise TooLong
    if text == "{}":
        return erase(lead, form, by=by)
    Draft.objects.update_or_create(
        user=by, lead=lead, form=form, defaults={"typed": text, "saved_at": at}
    )
    return None


def recall(lead: Lead | None, *, by, at: datetime) -> dict[str, dict[str, str | list[str]]]:
    """Return what the user has typed so far, by form."""
    lifetime = LIFETIME if lead else LIFETIME_WITHOUT_LEAD
    kept = Draft.objects.filter(user=by, lead=lead, saved_at__gt=at - lifetime)
    return {draft.form: json.loads(draft.typed) for draft in kept}


def erase(lead: Lead | None, form: str, *, by) -> None:
    """Forget the draft of a form that was sent."""
    Draft.objects.filter(user=by, lead=lead, form=form).delete()


def erase_all(lead: Lead) -> None:
    """Forget everybody's drafts of a lead that is erased."""
    Draft.objects.filter(lead=lead).delete()


def sweep(*, at: datetime) -> int:
    is_old = Q(saved_at__lte=at - LIFETIME)
    is_old |= Q(lead=None, saved_at__lte=at - LIFETIME_WITHOUT_LEAD)
    return Draft.objects.filter(is_old).delete()[0]
