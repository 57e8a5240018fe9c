"""Who saw and changed what, to read only: newest first, by person, action, lead and time."""

from datetime import date, datetime, time, timedelta
from urllib.parse import parse_qsl
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import StreamingHttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from intake import audit, spreadsheet
from intake.admin.lists import ListToRead
from intake.models import AuditEvent, Lead

# Rows of one file; a longer stretch is taken month by month.
FILE_LIMIT = 100_000


class PeriodFilter(admin.ListFilter):
    """From one day to another, both included, as the clock on the center's wall shows them."""

    title = _("when")
    template = "admin/intake/auditevent/period.html"
    FIRST, LAST = "from", "until"

    def __init__(self, request, params, model, model_admin):
        super().__init__(request, params, model, model_admin)
        for name in self.expected_parameters():
            if name in params:
                self.used_parameters[name] = _day(params.pop(name)[-1])

    def expected_parameters(self):
        return [self.FIRST, self.LAST]

    def has_output(self):
        return True

    def choices(self, changelist):
        """Return usual stretches as links, each with what the form of this filter keeps."""
        today = timezone.localdate()
        chosen = {name: day.isoformat() for name, day in self.used_parameters.items() if day}
        kept = parse_qsl(changelist.get_query_string(remove=self.expected_parameters())[1:])
        for display, days in ((_("Any time"), None), (_("Today"), 0), (_("Last 7 days"), 6)):
            asked = {}
            if days is not None:
                asked[self.FIRST] = (today - timedelta(days=days)).isoformat()
            address = changelist.get_query_string(asked, remove=self.expected_parameters())
            is_chosen = chosen == asked
            yield {"display": display, "query_string": address, "selected": is_chosen} | {
                "kept": kept, "first": chosen.get(self.FIRST), "last": chosen.get(self.LAST),
            }  # fmt: skip

    def queryset(self, request, queryset):
        first, last = (self.used_parameters.get(name) for name in self.expected_parameters())
        if first:
            queryset = queryset.filter(at__gte=_midnight(first))
        if last:
            queryset = queryset.filter(at__lt=_midnight(last + timedelta(days=1)))
        return queryset


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year < 3000 else None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


class WhoFilter(admin.RelatedFieldListFilter):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.empty_value_display = _("the person or the system")


class LeadFilter(admin.SimpleListFilter):
    """The events of one lead; its page links here."""

    title = _("lead")
    parameter_name = "lead"

    def lookups(self, request, model_admin):
        if not self.value():
            return []
        lead = self._lead().only("reference").first()
        return [(self.value(), lead.reference if lead else _("No such lead"))]

    def queryset(self, request, queryset):
        return queryset.filter(lead__in=self._lead()) if self.value() else queryset

    def _lead(self):
        try:
            return Lead.objects.filter(pk=UUID(self.value()))
        except ValueError:
            return Lead.objects.none()


@admin.register(AuditEvent)
class AuditEventAdmin(ListToRead):
    title = _("Who saw and changed what")
    list_display = ["at", "who", "action", "about", "names", "reason"]
    list_display_links = None
    empty_value_display = "–"
    list_filter = [PeriodFilter, LeadFilter, ("by", WhoFilter), "action"]
    list_select_related = ["by", "lead"]
    list_per_page = 50
    list_max_show_all = 50
    ordering = ["-at", "-id"]
    sortable_by = ()
    actions = None
    change_list_template = "admin/intake/auditevent/list.html"

    def get_urls(self):
        export = self.admin_site.admin_view(self.export)
        return [path("export/", export, name="intake_auditevent_export"), *super().get_urls()]

    def get_queryset(self, request):
        """Leave out what is not shown; of a lead its reference is enough."""
        columns = ("at", "action", "fields", "reason", "by__username", "lead__reference")
        return super().get_queryset(request).only(*columns)

    def lookup_allowed(self, lookup, value, request):
        """Other columns than the filters' cannot be asked about by typing an address."""
        filters = (PeriodFilter.FIRST, PeriodFilter.LAST, LeadFilter.parameter_name)
        is_filter = lookup in (*filters, "by__id__exact", "by__isnull", "action__exact")
        # On null bytes PostgreSQL would fail.
        return is_filter and "\0" not in str(value)

    @method_decorator(require_POST)
    def export(self, request):
        """Send the events of the list, as it is filtered, as a file for a spreadsheet."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        events = self.get_changelist_instance(request).queryset[:FILE_LIMIT]
        with transaction.atomic():
            audit.record_apart(
                audit.Action.EXPORTED, by=request.user, at=timezone.now(), fields=["audit_events"]
            )
        header = ["when", "who", "what", "lead", "fields", "reason"]
        # The rows are made while they are sent, when the center's clock is no longer set.
        zone = timezone.get_current_timezone()
        lines = spreadsheet.lines(_rows(header, events, zone))
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="audit-events.csv"'
        return response

    @admin.display(description=_("who"))
    def who(self, event: AuditEvent):
        return event.by.get_username() if event.by else _("the person or the system")

    @admin.display(description=_("lead"), empty_value="–")
    def about(self, event: AuditEvent):
        if event.lead is None:
            return None
        address = reverse("admin:intake_lead_change", args=[event.lead_id])
        return format_html('<a href="{}">{}</a>', address, event.lead.reference)

    @admin.display(description=_("fields"), empty_value="–")
    def names(self, event: AuditEvent):
        return event.fields.replace(" ", ", ")


def _rows(header: list[str], events, zone):
    yield header
    for event in events.iterator(chunk_size=2000):
        yield [
            timezone.localtime(event.at, zone).isoformat(timespec="seconds"),
            event.by.get_username() if event.by else "",
            event.get_action_display(),
            event.lead.reference if event.lead else "",
            event.fields,
            event.reason,
        ]
