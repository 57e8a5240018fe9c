"""Places of treatment and their licenses."""

from django.contrib import admin
from django.db.models import Count, URLField
from django.forms import CheckboxSelectMultiple
from django.utils.translation import gettext_lazy as _

from programs.admin.public import MovingAdmin
from programs.models import Licence, Location


class LicenceInline(admin.TabularInline):
    model = Licence
    extra = 0
    formfield_overrides = {URLField: {"assume_scheme": "https"}}
    verbose_name = _("license")
    verbose_name_plural = _("licenses")

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        return super().formfield_for_manytomany(
            db_field, request, widget=CheckboxSelectMultiple, **kwargs
        )


@admin.register(Location)
class LocationAdmin(MovingAdmin):
    list_display = ("name", "street", "city", "region", "phone", "license_count")
    prepopulated_fields = {"slug": ("name",)}
    inlines = (LicenceInline,)
    fieldsets = (
        (None, {"fields": ("name", "slug", "description", "programs", "order")}),
        (_("Address"), {"fields": ("street", ("city", "region", "postal_code"), "phone")}),
        (_("On the map"), {"fields": (("latitude", "longitude"),), "classes": ("collapse",)}),
    )

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(license_count=Count("licences"))

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        return super().formfield_for_manytomany(
            db_field, request, widget=CheckboxSelectMultiple, **kwargs
        )

    @admin.display(description=_("licenses"), ordering="license_count")
    def license_count(self, location):
        return location.license_count
