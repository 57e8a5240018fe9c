"""The lead list: who waits, in the order in which they are due."""

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.utils import timezone
from django.utils.html import format_html
from django.utils.timesince import timesince
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from intake import desk, leases, offers, promise_clock
from intake.admin import search
from intake.admin.lists import CappedPaginator
from intake.choices import Priority
from intake.models import Lead
from intake.promise_clock import Risk
from programs.context import current_center


def risk_now(request) -> Risk:
    """Return which promises are at risk, asked for once a request."""
    if not hasattr(request, "risk"):
        request.risk = Risk.now(current_center(request), at=timezone.now())
    return request.risk


class ShowFilter(admin.SimpleListFilter):
    """Open leads unless something else is asked for; a search looks through all."""

    title = _("which leads")
    parameter_name = "show"

    def lookups(self, request, model_admin):
        return [
            ("unclaimed", _("Nobody has it")),
            ("mine", _("Mine")),
            ("promises", _("Promise at risk")),
            ("late", _("Late")),
            ("unexplained", _("Broken, no reason yet")),
            ("suspected", _("Suspected spam")),
            ("closed", _("Ended")),
        ]

    def choices(self, changelist):
        for choice in super().choices(changelist):
            if choice["display"] == _("All") and not changelist.found:
                choice["display"] = _("All open")
            yield choice

    def queryset(self, request, queryset):
        if self.value() == "closed":
            return queryset.exclude(closed_at=None)
        if self.value() == "unexplained":
            newest = promise_clock.unexplained().order_by("-promised_by")
            return queryset.filter(pk__in=newest.values("lead")[: CappedPaginator.LIMIT])
        if self.value() is None and request.GET.get(search.PARAMETER):
            return queryset
        leads = queryset.open()
        if self.value() == "unclaimed":
            return leads.filter(owner=None)
        if self.value() == "mine":
            return leads.filter(owner=request.user)
        if self.value() == "promises":
            return leads.filter(
                promise_clock.running(), promised_by__lte=risk_now(request).at_risk_until
            )
        if self.value() == "late":
            return leads.filter(due_at__lt=timezone.now())
        if self.value() == "suspected":
            return leads.exclude(suspicion="")
        return leads


def _danger_badge():
    return format_html('<span class="badge badge-danger">{}</span>', Priority.DANGER.label)


class Queue(ChangeList):
    """A change list that also understands the token of a search."""

    def __init__(self, request, *args, **kwargs):
        self.found = request.GET.get(search.PARAMETER, "")
        self.user = request.user
        super().__init__(request, *args, **kwargs)

    def get_filters_params(self, params=None):
        """Leave out the token, and null bytes, on which PostgreSQL would fail."""
        return {
            name: [value.replace("\0", "") for value in values]
            for name, values in super().get_filters_params(params).items()
            if name != search.PARAMETER
        }

    def get_queryset(self, request, exclude_parameters=None):
        leads = super().get_queryset(request, exclude_parameters).prefetch_related("appointments")
        if self.found:
            leads = search.apply(leads, self.found, user=self.user, at=timezone.now())
        return leads

    def get_ordering(self, request, queryset):
        if self.params.get(ShowFilter.parameter_name) == "closed":
            return ["-closed_at", "-id"]
        return ["-priority", "due_at", "id"]


class QueueColumns:
    """What the list says about a lead. Nothing here opens an encrypted value."""

    list_display = [
        "reference",
        "due",
        "came_by",
        "about",
        "who_needs_help",
        "wants_call",
        "holder",
        "status",
        "age",
    ]

    @admin.display(description=_("due"))
    def due(self, lead: Lead):
        now = timezone.now()
        if lead.erased_at:
            return format_html('<span class="badge badge-quiet">{}</span>', _t("erased"))
        if not lead.is_open:
            return lead.get_disposition_display() or lead.get_status_display()
        danger = _danger_badge() if lead.priority else ""
        kind, word = promise_clock.pressing(lead, risk=self.risk)
        when = self._when(lead.due_at, now)
        return format_html('{}<span class="badge badge-{}">{}</span> {}', danger, kind, word, when)

    @admin.display(description=_("came by"))
    def came_by(self, lead: Lead):
        if not lead.suspicion:
            return lead.get_arrival_display()
        # In its place by its promise, like any other: it may be somebody in need.
        return format_html(
            '{} <span class="badge badge-suspect">{}</span>',
            lead.get_arrival_display(),
            _t("suspected spam"),
        )

    @admin.display(description=_("program"))
    def about(self, lead: Lead):
        return lead.program.short_name if lead.program else "–"

    @admin.display(description=_("who needs help"))
    def who_needs_help(self, lead: Lead):
        return lead.needs_help or "–"

    @admin.display(description=_("wants the call"))
    def wants_call(self, lead: Lead):
        if not lead.call_ok:
            return _t("Not to be called")
        now = timezone.now()
        for appointment in lead.appointments.all():
            if lead.is_open and appointment.ends_at > now:
                when = self._when(appointment.starts_at, now)
                return _t("By appointment: %(when)s") % {"when": when}
        return lead.get_window_display()

    def _when(self, moment, now) -> str:
        return desk.moment(moment, at=now, zone=self.zone)

    @admin.display(description=_("owner"))
    def holder(self, lead: Lead):
        if offers.is_offered(lead, at=timezone.now()):
            name = offers.name_of(lead.routed_to)
            return format_html(
                '<span class="badge badge-quiet">{}</span>',
                _t("offered to %(name)s first") % {"name": name},
            )
        if lead.owner is None:
            return format_html('<span class="badge badge-quiet">{}</span>', _t("nobody yet"))
        return leases.holder(lead, at=timezone.now(), zone=self.zone)

    @admin.display(description=_("age"))
    def age(self, lead: Lead):
        return timesince(lead.received_at, depth=1)

    def remember_clock(self, request) -> None:
        """Take the center's zone, in which staff read all times, and what is at risk now."""
        center = current_center(request)
        self.zone = center.time_zone if center else "UTC"
        self.risk = risk_now(request)
