"""The queue of benefits checks, and the addresses of one check."""

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from intake import consent, desk, spoken
from intake.admin import benefit_pages, estimate_pages, reveal
from intake.admin.lists import ListToRead
from intake.choices import CheckStatus, ConsentKind
from intake.models import BenefitsCheck, BenefitsRecord, Consent
from programs.context import current_center


class StateFilter(admin.SimpleListFilter):
    """What is still to be done on open leads, unless something else is asked for."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return CheckStatus.choices

    def choices(self, changelist):
        first, *others = super().choices(changelist)
        yield {**first, "display": _("All to be done")}
        yield from others

    def queryset(self, request, queryset):
        if self.value() == CheckStatus.EXPLAINED:
            return queryset.filter(check_status=CheckStatus.EXPLAINED)
        queryset = queryset.filter(lead_is_open=True)
        if self.value() in CheckStatus.values:
            return queryset.filter(check_status=self.value())
        return queryset.exclude(check_status=CheckStatus.EXPLAINED)


class Queue(ChangeList):
    """The oldest promise first; of what is done, the newest."""

    def get_ordering(self, request, queryset):
        if self.params.get(StateFilter.parameter_name) == CheckStatus.EXPLAINED:
            return ["-due_at", "-id"]
        return ["due_at", "id"]

    def get_queryset(self, request, exclude_parameters=None):
        shared = Consent.objects.filter(text__kind=ConsentKind.SHARE).select_related("text")
        records = BenefitsRecord.objects.select_related("started_by", "recorded_by")
        return (
            super()
            .get_queryset(request, exclude_parameters)
            .prefetch_related(
                Prefetch("records", records), Prefetch("lead__consents", shared, to_attr="shared")
            )
        )

    def get_filters_params(self, params=None):
        """Leave out null bytes, on which PostgreSQL would fail."""
        return {
            name: [value.replace("\0", "") for value in values]
            for name, values in super().get_filters_params(params).items()
        }


@admin.register(BenefitsCheck)
class BenefitsCheckAdmin(ListToRead):
    """Nothing is edited by fields; `benefit_pages` asks for what each step needs."""

    title = _("Benefits checks")
    list_display = ["of_lead", "promised", "state", "insurance", "who", "lasts"]
    list_filter = [StateFilter]
    list_per_page = 25
    list_max_show_all = 25
    sortable_by = ()
    actions = None

    def get_urls(self):
        def page(view):
            return self.admin_site.admin_view(never_cache(view))

        def name(word):
            return f"intake_benefitscheck_{word}"

        return [
            path("<uuid:pk>/record/", page(self.record), name=name("record")),
            path("<uuid:pk>/reveal/", page(self.reveal), name=name("reveal")),
            path("<uuid:pk>/estimate/", page(self.estimate), name=name("estimate")),
            path("<uuid:pk>/estimate/print/", page(self.print_estimate), name=name("print")),
            path("<uuid:pk>/do/<slug:action>/", page(self.act), name=name("act")),
            *super().get_urls(),
        ]

    def get_changelist(self, request, **kwargs):
        return Queue

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("lead", "carrier")

    def lookup_allowed(self, lookup, value, request):
        """Other columns than the filter's cannot be asked about by typing an address."""
        return lookup == StateFilter.parameter_name

    @method_decorator(never_cache)
    def changelist_view(self, request, extra_context=None):
        center = current_center(request)
        self.zone = center.time_zone if center else "UTC"
        return super().changelist_view(request, extra_context)

    # The pages of one check

    @method_decorator([never_cache, require_safe])
    def change_view(self, request, object_id, form_url="", extra_context=None):
        return benefit_pages.show(self, request, self._check(request, object_id))

    def record(self, request, pk):
        check = self._check(request, pk, "intake.change_benefitscheck")
        return benefit_pages.record(self, request, check)

    def reveal(self, request, pk):
        check = self._check(request, pk, reveal.PERMISSION)
        if request.method != "POST":
            return redirect("admin:intake_benefitscheck_change", check.pk)
        return benefit_pages.reveal_card(self, request, check)

    @method_decorator(require_POST)
    def act(self, request, pk, action):
        check = self._check(request, pk)
        if not benefit_pages.may(request.user, action):
            raise PermissionDenied
        return benefit_pages.act(self, request, check, action)

    @method_decorator(require_safe)
    def estimate(self, request, pk):
        return estimate_pages.show(self, request, self._check(request, pk))

    def print_estimate(self, request, pk):
        check = self._check(request, pk)
        if request.method != "POST":
            return redirect("admin:intake_benefitscheck_estimate", check.pk)
        return estimate_pages.sheet(self, request, check)

    def history_view(self, request, object_id, extra_context=None):
        """Django's own history knows nothing of checks; the lead's page has the timeline."""
        return redirect("admin:intake_benefitscheck_change", self._check(request, object_id).pk)

    def _check(self, request, pk, *permissions: str) -> BenefitsCheck:
        """The only way to a check here: it asks for the permission first."""
        may_see_lead = request.user.has_perm("intake.view_lead")
        if not (self.has_view_permission(request) and may_see_lead):
            raise PermissionDenied
        if not request.user.has_perms(permissions):
            raise PermissionDenied
        check = self.get_object(request, str(pk))
        if check is None:
            raise Http404
        return check

    # What the list says. Nothing here opens an encrypted value.

    @admin.display(description=_("lead"))
    def of_lead(self, check: BenefitsCheck):
        return check.lead.reference

    @admin.display(description=_("promised by"))
    def promised(self, check: BenefitsCheck):
        now = timezone.now()
        when = desk.briefly(check.due_at, at=now, zone=self.zone)
        if check.check_status in (CheckStatus.APPROVED, CheckStatus.EXPLAINED):
            return when
        kind, word = desk.pressing(check, at=now)
        return format_html('<span class="badge badge-{}">{}</span> {}', kind, word, when)

    @admin.display(description=_("state"))
    def state(self, check: BenefitsCheck):
        said = check.get_check_status_display()
        shared = consent.sharing(check.lead.shared, on=timezone.localdate())
        if shared or check.check_status == CheckStatus.EXPLAINED:
            return said
        return format_html(
            '{} <span class="badge badge-risk">{}</span>', said, gettext("consent outstanding")
        )

    @admin.display(description=_("insurance"))
    def insurance(self, check: BenefitsCheck):
        return check.carrier or gettext("another one")

    @admin.display(description=_("last hand on it"))
    def who(self, check: BenefitsCheck):
        record = next(iter(check.records.all()), None)
        return (record.recorded_by or record.started_by) if record else "–"

    @admin.display(description=_("relied on until"))
    def lasts(self, check: BenefitsCheck):
        record = next(iter(check.records.all()), None)
        if record is None or record.expires_on is None:
            return "–"
        day = spoken.calendar_day(record.expires_on)
        if not record.is_expired(on=timezone.localdate()):
            return day
        return format_html('{} <span class="badge badge-late">{}</span>', day, gettext("over"))
