"""Referrals: to whom, when we check back, and the sheet that goes with the patient.

The sheet is made only with the patient's own consent for that provider, and carries its
scope and the notice (42 CFR 2.31, 2.32).
"""

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from intake import audit, consent
from intake.admin.lists import ListToRead, lead_link
from intake.models import Consent, Lead, ReceivingProvider, Referral
from intake.notices import PART2_NOTICE
from intake.phones import Phone
from programs.context import current_center

# What the sheet tells, under the names of the lead's fields.
TOLD = ("patient_name", "phone", "language", "needs_interpreter", "program")


def hand_off(request, lead: Lead, pk):
    """Answer with the sheet for the receiving provider, and write down that it was made."""
    at = timezone.now()
    referral = lead.referrals.select_related("provider").filter(pk=pk).first()
    if referral is None:
        raise Http404
    given = consent.sharing(
        lead.consents.select_related("text", "terms"),
        on=timezone.localdate(at),
        provider=referral.provider,
    )
    if given is None:
        messages.error(
            request,
            gettext("Nothing goes to %(provider)s before the patient has signed for it.")
            % {"provider": referral.provider},
        )
        return redirect("admin:intake_lead_change", lead.pk)
    with transaction.atomic():
        audit.record(lead, audit.Action.HANDED_OFF, by=request.user, at=at, fields=TOLD)
    center = current_center(request)
    context = {
        "title": gettext("Hand-off %(reference)s") % {"reference": lead.reference},
        "lead": lead,
        "referral": referral,
        "given": given,
        "center": center,
        "at": at,
        "phone": Phone(lead.phone, lead.phone_extension).display(center.country),
        "part2_notice": PART2_NOTICE,
    }
    return TemplateResponse(request, "admin/intake/lead/handoff.html", context)


@admin.register(ReceivingProvider)
class ReceivingProviderAdmin(admin.ModelAdmin):
    list_display = ["name", "kind", "levels", "city", "phone", "is_active"]
    list_filter = ["kind", "is_active"]
    search_fields = ["name", "city", "levels"]

    def has_delete_permission(self, request, obj=None):
        return False


class CheckBackFilter(admin.SimpleListFilter):
    """What still has to be asked, unless something else is wanted."""

    title = _("check back")
    parameter_name = "asked"

    def lookups(self, request, model_admin):
        return [("all", _("All referrals"))]

    def choices(self, changelist):
        first, *others = super().choices(changelist)
        yield {**first, "display": _("Still to ask")}
        yield from others

    def queryset(self, request, queryset):
        if self.value() == "all":
            return queryset
        return queryset.filter(checked_at=None, check_back_on__isnull=False)


@admin.register(Referral)
class ReferralAdmin(ListToRead):
    """To read; people are referred, and asked about, on the lead's page."""

    title = _("Referrals: check back")
    list_display = ["when", "of_lead", "provider", "may_ask", "reason", "day", "came_of_it"]
    list_display_links = None
    list_filter = [CheckBackFilter, "reason"]
    list_select_related = ["lead", "provider"]
    ordering = ["check_back_on", "id"]
    sortable_by = ()

    @admin.display(description=_("check back on"))
    def when(self, row: Referral):
        if row.check_back_on is None:
            return "–"
        day = formats.date_format(row.check_back_on, "M j, Y")
        if row.checked_at or row.check_back_on > timezone.localdate():
            return day
        return format_html('{} <span class="badge badge-risk">{}</span>', day, gettext("due"))

    def get_queryset(self, request):
        consents = Prefetch("lead__consents", Consent.objects.select_related("text"))
        return super().get_queryset(request).prefetch_related(consents)

    @admin.display(description=_("whom to ask"))
    def may_ask(self, row: Referral):
        """Before the patient has signed, the provider is told nothing: only they are asked."""
        signed = consent.sharing(
            row.lead.consents.all(), on=timezone.localdate(), provider=row.provider
        )
        if signed:
            return gettext("the person, or the provider")
        return format_html(
            '{} <span class="badge badge-risk">{}</span>',
            gettext("the person alone"),
            gettext("no consent"),
        )

    @admin.display(description=_("referred"))
    def day(self, row: Referral):
        return formats.date_format(timezone.localtime(row.referred_at), "M j, Y")

    @admin.display(description=_("lead"))
    def of_lead(self, row: Referral):
        return lead_link(row)
