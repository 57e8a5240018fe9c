"""The lead sheet on paper: never without the notice, and masked unless somebody says why not."""

from django.db import transaction
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from intake import audit
from intake.admin import lead_page, reveal
from intake.models import Lead


def sheet(model_admin, request, lead: Lead):
    """Answer with the sheet to print, and write down who made it and what was on it."""
    at, user = timezone.now(), request.user
    form = lead_page.print_form(lead, user, request.POST)
    if not form.is_valid():
        return lead_page.show(model_admin, request, lead, refused=("print", form), status=422)
    is_open = form.cleaned_data.get("with_masked", False)
    verifications = list(reveal.rows_of(lead))
    with transaction.atomic():
        if is_open:
            shown = reveal.Reveal.of(verifications, reason=form.cleaned_data.get("reason", ""))
            details = {"fields": shown.fields, "reason": shown.reason}
            audit.record(lead, audit.Action.REVEALED, by=user, at=at, **details)
        audit.record(lead, audit.Action.PRINTED, by=user, at=at)
    context = {
        **lead_page.facts_of(request, lead, at=at),
        "title": _("Lead %(reference)s") % {"reference": lead.reference},
        "blocks": [reveal.block(row, lead, user, is_open=is_open) for row in verifications],
        "is_sheet": True,
    }
    return TemplateResponse(request, "admin/intake/lead/sheet.html", context)
