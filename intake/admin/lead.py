"""Leads in the admin: the queue, and the page of one lead. Nothing is edited by fields."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from intake import lookup
from intake.admin import (
    actions,
    lead_page,
    new_lead,
    placing,
    printing,
    referral,
    reveal,
    same,
    search,
)
from intake.admin.bulk import BulkActions
from intake.admin.lists import LongList
from intake.admin.privacy import PrivacyPages
from intake.admin.queue import Queue, QueueColumns, ShowFilter
from intake.models import Lead
from programs.context import current_center


@admin.register(Lead)
class LeadAdmin(QueueColumns, BulkActions, PrivacyPages, LongList):
    title = _("Who waits")
    list_display_links = ["reference"]
    list_select_related = ["owner", "program", "routed_to"]
    list_filter = [ShowFilter, "status", "program", "arrival", "location", "language"]
    empty_value_display = "–"
    list_per_page = 25
    list_max_show_all = 25
    sortable_by = ()
    change_list_template = "admin/intake/lead/queue.html"

    def get_urls(self):
        def page(view):
            return self.admin_site.admin_view(never_cache(view))

        return [
            path("new/", page(self.new), name="intake_lead_new"),
            path("search/", page(self.search), name="intake_lead_search"),
            path("<uuid:pk>/card/<uuid:card>/", page(self.card), name="intake_lead_card"),
            path("<uuid:pk>/reveal/<uuid:form>/", page(self.reveal), name="intake_lead_reveal"),
            path("<uuid:pk>/same/", page(self.same), name="intake_lead_same"),
            path("<uuid:pk>/appointment.ics", page(self.calendar), name="intake_lead_calendar"),
            path("<uuid:pk>/hand-off/<uuid:to>/", page(self.hand_off), name="intake_lead_hand_off"),
            path("<uuid:pk>/give/<slug:action>/", page(self.give), name="intake_lead_give"),
            path("<uuid:pk>/print/", page(self.print_sheet), name="intake_lead_print"),
            path("<uuid:pk>/do/<slug:action>/", page(self.act), name="intake_lead_act"),
            *self.privacy_urls(),
            *super().get_urls(),
        ]

    def get_changelist(self, request, **kwargs):
        return Queue

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def lookup_allowed(self, lookup, value, request):
        """Other columns than the filters' cannot be asked about by typing an address."""
        asked = lookup.partition("__")[0]
        is_filter = asked in (ShowFilter.parameter_name, *self.list_filter)
        return is_filter and super().lookup_allowed(lookup, value, request)

    @method_decorator(never_cache)
    def changelist_view(self, request, extra_context=None):
        self.remember_clock(request)
        try:
            return super().changelist_view(request, extra_context)
        except search.SearchExpired:
            messages.info(request, _("This search is over. Please search again."))
            return redirect("admin:intake_lead_changelist")

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def new(self, request):
        """Type in a lead for somebody who is on the phone, or at the door."""
        if not request.user.has_perm("intake.change_lead"):
            raise PermissionDenied
        return new_lead.show(self, request)

    @method_decorator(require_POST)
    def search(self, request):
        """Turn typed words into a token, and go to the list of what they find."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        address = reverse("admin:intake_lead_changelist")
        try:
            token, is_cut = search.token(
                request.POST.get("words", "")[:200],
                region=current_center(request).country,
                user=request.user,
                at=timezone.now(),
            )
        except search.NothingToSearch:
            messages.error(
                request,
                _(
                    "Search for a phone number, its last four digits, an email address, "
                    "a reference, or at least three letters of a name."
                ),
            )
            return redirect(address)
        if is_cut:
            said = _(
                "Very many fit: only the newest %(number)d of them are looked at. Another word, "
                "or the whole number, finds fewer."
            )
            messages.info(request, said % {"number": lookup.MOST})
        return HttpResponseRedirect(f"{address}?{search.PARAMETER}={token}")

    @method_decorator([never_cache, require_safe])
    def change_view(self, request, object_id, form_url="", extra_context=None):
        lead = self._lead(request, object_id)
        return (
            self.tombstone(request, lead) if lead.erased_at else lead_page.show(self, request, lead)
        )

    @method_decorator(require_safe)
    def card(self, request, pk, card):
        return reveal.card(request, self._lead(request, pk, reveal.PERMISSION), card)

    def reveal(self, request, pk, form):
        lead = self._lead(request, pk, reveal.PERMISSION)
        if request.method != "POST":
            return redirect("admin:intake_lead_change", lead.pk)
        return lead_page.reveal_block(self, request, lead, form)

    def print_sheet(self, request, pk):
        lead = self._lead(request, pk)
        if request.method != "POST":
            return redirect("admin:intake_lead_change", lead.pk)
        return printing.sheet(self, request, lead)

    @method_decorator(require_safe)
    def same(self, request, pk):
        lead = self._lead(request, pk)
        if lead.erased_at:
            return redirect("admin:intake_lead_change", lead.pk)
        return same.show(self, request, lead)

    @method_decorator(require_safe)
    def calendar(self, request, pk):
        lead = self._lead(request, pk)
        if lead.assessment_at is None:
            raise Http404
        return placing.calendar(request, lead)

    def hand_off(self, request, pk, to):
        lead = self._lead(request, pk, "intake.change_lead")
        if request.method != "POST":
            return redirect("admin:intake_lead_change", lead.pk)
        return referral.hand_off(request, lead, to)

    @method_decorator(require_safe)
    def give(self, request, pk, action):
        lead = self._lead(request, pk)
        if not actions.may(request.user, action):
            raise PermissionDenied
        return lead_page.give(self, request, lead, action)

    def act(self, request, pk, action):
        lead = self._lead(request, pk)
        if not actions.may(request.user, action):
            raise PermissionDenied
        if lead.erased_at:
            messages.error(request, _("Nothing is left of this lead: it was erased."))
            return redirect("admin:intake_lead_change", lead.pk)
        return lead_page.act(self, request, lead, action)

    def history_view(self, request, object_id, extra_context=None):
        """Django's own history knows nothing of leads; their page has the timeline."""
        return redirect("admin:intake_lead_change", self._lead(request, object_id).pk)

    def _lead(self, request, pk, *permissions: str) -> Lead:
        """The only way to a lead here: it asks for the permission first."""
        if not self.has_view_permission(request) or not request.user.has_perms(permissions):
            raise PermissionDenied
        lead = self.get_object(request, str(pk))
        if lead is None:
            raise Http404
        return lead

    def get_object(self, request, object_id, from_field=None):
        """Return the lead together with the rows that its page names."""
        beside = ("owner", "program", "possibly_same", "merged_into")
        try:
            return self.get_queryset(request).select_related(*beside).get(pk=object_id)
        except (Lead.DoesNotExist, ValidationError):
            return None
