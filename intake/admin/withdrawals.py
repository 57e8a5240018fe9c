"""Permissions taken back that somebody still has to carry out, the most urgent first."""

from django.contrib import admin
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from intake.admin.paging import CappedPaginator
from intake.models import Withdrawal


class DoneFilter(admin.SimpleListFilter):
    """What is open, unless something else is asked for."""

    title = _("state")
    parameter_name = "done"

    def lookups(self, request, model_admin):
        return [("yes", _("Carried out")), ("all", _("All"))]

    def choices(self, changelist):
        first, *others = super().choices(changelist)
        yield {**first, "display": _("Still open")}
        yield from others

    def queryset(self, request, queryset):
        match self.value():
            case "yes":
                return queryset.exclude(done_at=None)
            case "all":
                return queryset
        return queryset.filter(done_at=None)


@admin.register(Withdrawal)
class WithdrawalAdmin(admin.ModelAdmin):
    """To read; they are recorded and carried out on the lead's page."""

    list_display = ["by_when", "of_lead", "kind", "told", "told_on", "recorded_by", "done_at"]
    list_display_links = None
    list_filter = [DoneFilter, "kind"]
    show_facets = admin.ShowFacets.NEVER
    list_select_related = ["lead", "recorded_by"]
    show_full_result_count = False
    paginator = CappedPaginator

    def changelist_view(self, request, extra_context=None):
        context = {"title": _("Permissions taken back"), "is_nav_sidebar_enabled": False}
        return super().changelist_view(request, context | (extra_context or {}))

    @admin.display(description=_("carry out by"), ordering="honour_by")
    def by_when(self, row: Withdrawal):
        day = formats.date_format(row.honour_by, "M j, Y")
        if row.done_at or row.honour_by >= timezone.localdate():
            return day
        return format_html('{} <span class="badge badge-late">{}</span>', day, _t("late"))

    @admin.display(description=_("lead"))
    def of_lead(self, row: Withdrawal):
        address = reverse("admin:intake_lead_change", args=[row.lead_id])
        return format_html('<a href="{}">{}</a>', address, row.lead.reference)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
