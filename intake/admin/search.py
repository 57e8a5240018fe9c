"""Search by staff, without a personal word in any address.

The words come by POST and become keyed digests; the result's address carries those,
sealed, bound to the user and for a short time, through paging and back links too.
"""

import json
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from intake import audit, crypto, lookup
from intake.models import Lead

PARAMETER = "found"
LIFETIME = timedelta(minutes=60)
BOUND_TO = "admin:search"


class NothingToSearch(ValueError):
    """The text is neither a number, a reference, an address nor three letters of a name."""


class SearchExpired(ValueError):
    """The token is too old, another person's, or not ours."""


def token(text: str, *, region: str, user, at: datetime) -> tuple[str, bool]:
    """Return what the address of the results carries instead of the words, and whether more
    leads are meant than it finds.

    That somebody searched is written down, with the kinds of terms and never the terms.
    """
    reference = lookup.reference_in(text)
    terms = lookup.terms(text, region)
    if not reference and not terms:
        raise NothingToSearch
    kinds = {lookup.Kind(kind).name.lower() for kind, _digests in terms}
    if reference:
        kinds.add("reference")
    with transaction.atomic():
        audit.record_apart(audit.Action.SEARCHED, by=user, at=at, fields=kinds)
    content = {
        "reference": reference,
        "terms": terms,
        "user": user.pk,
        "until": int((at + LIFETIME).timestamp()),
    }
    return crypto.seal_text(json.dumps(content), bound_to=BOUND_TO), lookup.is_cut(terms)


def apply(leads: QuerySet, sealed: str, *, user, at: datetime) -> QuerySet:
    """Keep the leads that the search behind the token finds."""
    try:
        content = json.loads(crypto.unseal_text(sealed, bound_to=BOUND_TO))
    except crypto.DecryptionError:
        raise SearchExpired from None
    if content["user"] != user.pk or content["until"] < at.timestamp():
        raise SearchExpired
    # Eight letters of a name can look like a reference: a name, unless a lead has that one.
    # Asked for apart: as one condition with the terms, it walks over every lead there is.
    if content["reference"]:
        known = Lead.objects.filter(reference=content["reference"]).values_list("pk").first()
        if known:
            return leads.filter(pk__in=known)
    return lookup.matching(leads, content["terms"])
