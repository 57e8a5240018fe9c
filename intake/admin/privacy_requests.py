"""Copies and erasures that people asked for, those due first. Answered on the lead's page."""

from django.contrib import admin
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from intake.admin.lists import ListToRead, lead_link
from intake.admin.withdrawals import DoneFilter
from intake.models import PrivacyRequest


class AnsweredFilter(DoneFilter):
    def lookups(self, request, model_admin):
        return [("yes", _("Answered")), ("all", _("All"))]


@admin.register(PrivacyRequest)
class PrivacyRequestAdmin(ListToRead):
    """To read; the answer itself is never in the list, and is masked nowhere else."""

    title = _("Copies and erasures asked for")
    list_display = ["by_when", "of_lead", "what", "asked_at", "done_at", "done_by"]
    list_display_links = None
    list_filter = [AnsweredFilter, "what"]
    fields = ["lead", "what", "asked_at", "due_on", "done_at", "done_by", "answer"]
    list_select_related = ["lead", "done_by"]

    @admin.display(description=_("answer by"), ordering="due_on")
    def by_when(self, row: PrivacyRequest):
        day = formats.date_format(row.due_on, "M j, Y")
        if row.done_at or row.due_on >= timezone.localdate():
            return day
        return format_html('{} <span class="badge badge-late">{}</span>', day, _t("late"))

    @admin.display(description=_("lead"))
    def of_lead(self, row: PrivacyRequest):
        return lead_link(row, "admin:intake_lead_privacy")
