"""Rows that staff keep up to date: carriers, when to try again, and the wordings of consents."""

from django import forms
from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from intake import consent
from intake.models import CadenceStep, Carrier, ConsentText


@admin.register(Carrier)
class CarrierAdmin(admin.ModelAdmin):
    list_display = ["name", "network", "checked_on", "alert", "is_listed"]
    list_filter = ["network", "is_listed"]
    search_fields = ["name"]

    @admin.display(description=_("alert"))
    def alert(self, carrier):
        is_old = carrier.needs_check(on=timezone.localdate())
        return _("Check the network status again.") if is_old else ""


@admin.register(CadenceStep)
class CadenceStepAdmin(admin.ModelAdmin):
    """After each try in vain the next one follows; a manager says how soon."""

    list_display = ["attempt", "wait_hours"]
    ordering = ["attempt"]


class WordingForm(forms.ModelForm):
    valid_from = forms.SplitDateTimeField(
        label=_("Valid from"),
        required=False,
        widget=admin.widgets.AdminSplitDateTime,
        help_text=_("Empty: from now on."),
    )

    class Meta:
        model = ConsentText
        fields = ["kind", "language", "text", "valid_from"]

    def clean_valid_from(self):
        """Nobody saw these words yesterday, so they are not in force from then."""
        now = timezone.now()
        chosen = self.cleaned_data["valid_from"] or now
        if chosen < now:
            raise forms.ValidationError(_("Choose a time to come, or leave it empty."))
        return chosen


@admin.register(ConsentText)
class ConsentTextAdmin(admin.ModelAdmin):
    """New words are a new row: what people agreed to is never changed or deleted."""

    form = WordingForm
    list_display = ["kind", "language", "valid_from", "text", "published_by"]
    list_filter = ["kind", "language"]
    list_select_related = ["published_by"]

    def get_fields(self, request, obj=None):
        names = list(WordingForm.Meta.fields)
        return [*names, "sha256", "published_by"] if obj else names

    def get_readonly_fields(self, request, obj=None):
        return ["sha256", "published_by"] if obj else []

    def save_model(self, request, obj, form, change):
        published = consent.publish(
            kind=obj.kind,
            language=obj.language,
            text=obj.text,
            at=obj.valid_from,
            by=request.user,
        )
        obj.pk = published.pk

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
