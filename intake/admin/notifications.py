"""What became of each notification; one that nobody got is tried again or given up here."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from intake import offers, outbox
from intake.admin.lists import ListToRead, lead_link
from intake.changes import Refused
from intake.models import Outbox

PERMISSION = "intake.change_outbox"
# Why somebody gives a notification up; the other reason is the worker's own.
REASONS = [choice for choice in Outbox.GivenUp.choices if choice[0] != Outbox.GivenUp.UNWANTED]


class GiveUpForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Why no mail is needed"),
        choices=[("", _("Choose…")), *REASONS],
        error_messages={"required": _("Choose a reason: it is written down.")},
    )


class DeliveryFilter(admin.SimpleListFilter):
    title = _("delivery")
    parameter_name = "delivery"

    def lookups(self, request, model_admin):
        return [
            ("late", _("Late or failed")),
            ("failed", _("Failed: not tried any more")),
            ("waiting", _("Waiting")),
            ("dropped", _("Given up")),
        ]

    def queryset(self, request, queryset):
        match self.value():
            case "late":
                return queryset.filter(pk__in=outbox.late(at=timezone.now()).values("pk"))
            case "failed":
                return queryset.filter(sent_at=None, given_up_at=None, failed_at__isnull=False)
            case "waiting":
                return queryset.filter(sent_at=None, given_up_at=None)
            case "dropped":
                return queryset.exclude(given_up_at=None)
        return queryset


@admin.register(Outbox)
class OutboxAdmin(ListToRead):
    """To read; the two things one can do have small forms of their own."""

    title = _("Notifications")
    list_display = ["what", "of_lead", "whom", "created_at", "state", "attempts", "last_error"]
    list_display_links = ["what"]
    list_select_related = ["lead", "recipient"]
    list_filter = [DeliveryFilter, "kind"]
    sortable_by = ()
    actions = None

    def get_urls(self):
        act = self.admin_site.admin_view(never_cache(self.act))
        return [
            path("<int:pk>/do/<slug:action>/", act, name="intake_outbox_act"),
            *super().get_urls(),
        ]

    @admin.display(description=_("kind"))
    def what(self, row: Outbox):
        return row.get_kind_display()

    @admin.display(description=_("lead"))
    def of_lead(self, row: Outbox):
        return lead_link(row)

    @admin.display(description=_("for"))
    def whom(self, row: Outbox):
        if row.recipient:
            return offers.name_of(row.recipient)
        return gettext("the desk’s mailbox") if row.attempts else gettext("whoever is on duty")

    @admin.display(description=_("state"))
    def state(self, row: Outbox):
        return format_html('<span class="badge badge-{}">{}</span>', *_state(row))

    @method_decorator([never_cache, require_safe])
    def change_view(self, request, object_id, form_url="", extra_context=None):
        return self._page(request, self._row(request, object_id), GiveUpForm())

    def act(self, request, pk, action):
        """Try one again, or give it up with a reason."""
        row = self._row(request, pk)
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        if action not in ("retry", "give-up"):
            raise Http404
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        form = GiveUpForm(request.POST)
        if action == "give-up" and not form.is_valid():
            return self._page(request, row, form, status=422)
        how = {"by": request.user, "at": timezone.now()}
        try:
            if action == "retry":
                outbox.try_again(row, **how)
                messages.success(request, gettext("It is tried again now."))
            else:
                outbox.give_up(row, reason=form.cleaned_data["reason"], **how)
                messages.success(request, gettext("Given up; the reason is written down."))
        except Refused as refusal:
            messages.error(request, str(refusal))
        return redirect("admin:intake_outbox_changelist")

    def _row(self, request, pk) -> Outbox:
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_object(request, str(pk))
        if row is None:
            raise Http404
        return row

    def _page(self, request, row: Outbox, form: GiveUpForm, *, status: int = 200):
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": row.get_kind_display(),
            "is_nav_sidebar_enabled": False,
            "row": row,
            "whom": self.whom(row),
            "state": _state(row),
            "form": form,
            "can_act": not row.is_settled and request.user.has_perm(PERMISSION),
        }
        template = "admin/intake/outbox/page.html"
        return TemplateResponse(request, template, context, status=status)


def _state(row: Outbox) -> tuple[str, str]:
    """Return how it stands: the kind of badge, and its words."""
    if row.sent_at:
        return "ok", gettext("sent")
    if row.given_up_at:
        return "quiet", row.get_given_up_because_display()
    if row.failed_at:
        return "late", gettext("failed: not tried any more")
    if row.created_at <= timezone.now() - outbox.LATE_AFTER:
        return "late", gettext("late")
    return "quiet", gettext("waiting")
