"""Lists that cost the same whatever their table holds, and those that are only read."""

from django.contrib import admin
from django.core.paginator import Paginator
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html


class CappedPaginator(Paginator):
    """Counts at most so many rows: no further than anybody reads."""

    LIMIT = 1000

    @cached_property
    def count(self):
        return self.object_list.order_by()[: self.LIMIT].count()


class LongList(admin.ModelAdmin):
    """A list under a `title` of its own, with the width of the page for itself."""

    title = ""
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    paginator = CappedPaginator

    def changelist_view(self, request, extra_context=None):
        context = {"title": self.title, "is_nav_sidebar_enabled": False}
        return super().changelist_view(request, context | (extra_context or {}))


class ListToRead(LongList):
    """A list of what hangs on leads. What is to be done is done on other pages."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


def lead_link(row, page: str = "admin:intake_lead_change") -> str:
    """Return the reference of a row's lead, which leads to a page of that lead."""
    return format_html('<a href="{}">{}</a>', reverse(page, args=[row.lead_id]), row.lead.reference)
