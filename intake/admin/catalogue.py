"""Rows that staff keep up to date: carriers, and the wordings of consents."""

from django.contrib import admin

from intake.models import Carrier, ConsentText


@admin.register(Carrier)
class CarrierAdmin(admin.ModelAdmin):
    list_display = ["name", "network", "checked_on", "is_listed"]
    list_filter = ["network", "is_listed"]
    search_fields = ["name"]


@admin.register(ConsentText)
class ConsentTextAdmin(admin.ModelAdmin):
    """New words are a new row: what people agreed to is never changed or deleted."""

    list_display = ["kind", "language", "valid_from", "text"]
    list_filter = ["kind", "language"]

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
