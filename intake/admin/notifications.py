"""What became of each notification, to read only."""

from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from intake import outbox
from intake.admin.paging import CappedPaginator
from intake.models import Outbox


class DeliveryFilter(admin.SimpleListFilter):
    title = _("delivery")
    parameter_name = "delivery"

    def lookups(self, request, model_admin):
        return [("late", _("Late")), ("waiting", _("Waiting"))]

    def queryset(self, request, queryset):
        if self.value() == "late":
            late = outbox.late(at=timezone.now()).values("pk")
            return queryset.filter(pk__in=late)
        if self.value() == "waiting":
            return queryset.filter(sent_at=None)
        return queryset


@admin.register(Outbox)
class OutboxAdmin(admin.ModelAdmin):
    list_display = [
        "lead",
        "kind",
        "created_at",
        "attempts",
        "next_try_at",
        "sent_at",
        "last_error",
    ]
    list_select_related = ["lead"]
    list_filter = [DeliveryFilter]
    list_display_links = None
    show_full_result_count = False
    paginator = CappedPaginator

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
