"""The center: one row, edited in place."""

from django.contrib import admin
from django.db.models import URLField
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from programs import missing
from programs.admin.kept import PROSE, KeptAdmin
from programs.context import now_there
from programs.models import Center, ClosedDay, LanguageNotice, OpeningHours


class OpeningHoursInline(admin.TabularInline):
    model = OpeningHours
    extra = 0


class ClosedDayInline(admin.TabularInline):
    model = ClosedDay
    extra = 0


class LanguageNoticeInline(admin.StackedInline):
    model = LanguageNotice
    extra = 0


@admin.register(Center)
class CenterAdmin(KeptAdmin):
    formfield_overrides = PROSE | {URLField: {"assume_scheme": "https"}}
    inlines = (OpeningHoursInline, ClosedDayInline, LanguageNoticeInline)
    fieldsets = (
        (None, {"fields": ("name", "tagline", "introduction", "legal_name")}),
        (_("Phone"), {"fields": ("phone", "text_number", "country", "answered_by")}),
        (_("In a crisis"), {"fields": ("crisis_wording",)}),
        (_("Leaving a form in a hurry"), {"fields": ("leave_url",)}),
        (_("Rights"), {"fields": ("complaints_to",)}),
        (
            _("When somebody answers"),
            {"fields": ("time_zone", "call_within_minutes", "hours_confirmed_on")},
        ),
        (_("Appointments for a call"), {"fields": ("slot_minutes", "calls_per_slot")}),
    )

    def has_add_permission(self, request):
        return super().has_add_permission(request) and not Center.objects.exists()

    def has_delete_permission(self, request, obj=None):
        return False

    def changelist_view(self, request, extra_context=None):
        """Go straight to the row; the list of one is of no use."""
        if Center.objects.exists():
            return redirect(reverse("admin:programs_center_change", args=[1]))
        return super().changelist_view(request, extra_context)

    def view_on_site(self, center):
        return reverse("programs:home")

    def render_change_form(self, request, context, *args, **kwargs):
        context["missing"] = missing.facts(on=now_there(request).date())
        return super().render_change_form(request, context, *args, **kwargs)
