"""Permissions taken back that somebody still has to carry out, the most urgent first."""

from django.contrib import admin
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from intake.admin.lists import ListToRead, lead_link
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
class WithdrawalAdmin(ListToRead):
    """To read; they are recorded and carried out on the lead's page."""

    title = _("Permissions taken back")
    list_display = ["by_when", "of_lead", "kind", "told", "told_on", "recorded_by", "done_at"]
    list_display_links = None
    list_filter = [DoneFilter, "kind"]
    list_select_related = ["lead", "recorded_by"]

    @admin.display(description=_("carry out by"), ordering="honour_by")
    def by_when(self, row: Withdrawal):
        day = formats.date_format(row.honour_by, "M j, Y")
        if row.done_at or row.honour_by >= timezone.localdate():
            return day
        return format_html('{} <span class="badge badge-late">{}</span>', day, _t("late"))

    @admin.display(description=_("lead"))
    def of_lead(self, row: Withdrawal):
        return lead_link(row)
