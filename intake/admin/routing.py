"""The rules by which leads are offered, as managers edit them, and a place to try them out."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from intake import duty, offers, routing
from intake.choices import Target
from intake.forms.routing import TrialForm
from intake.models import RoutingRule

# Between neighbors, so that a rule can later be put in between.
STEP = 10


@admin.register(RoutingRule)
class RoutingRuleAdmin(admin.ModelAdmin):
    list_display = ["about", "number", "whom", "is_active", "trouble"]
    list_editable = ["number", "is_active"]
    list_select_related = ["program", "location", "person"]
    change_list_template = "admin/intake/routingrule/change_list.html"
    fieldsets = [
        (None, {"fields": [("number", "is_active")]}),
        (
            _("For which requests"),
            {
                "fields": ["language", "program", "location", "is_returning"],
                "description": _("All that is filled in must be so. Nothing: every request."),
            },
        ),
        (_("Whom to offer them to"), {"fields": ["target", "person"]}),
    ]

    def get_changeform_initial_data(self, request):
        last = RoutingRule.objects.aggregate(last=Max("number"))["last"] or 0
        return {"number": last + STEP}

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "person":
            kwargs["queryset"] = duty.who_may().order_by("username")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def changelist_view(self, request, extra_context=None):
        self.troubles = offers.troubles(self.get_queryset(request).select_related(
            *self.list_select_related
        ))  # fmt: skip
        context = {"title": _("Who gets which lead"), "is_nav_sidebar_enabled": False}
        return super().changelist_view(request, context | (extra_context or {}))

    @admin.display(description=_("requests"))
    def about(self, row: RoutingRule):
        return offers.as_rule(row).words

    @admin.display(description=_("offered to"))
    def whom(self, row: RoutingRule):
        return offers.name_of(row.person) if row.person else Target(row.target).label

    @admin.display(description=_("warning"))
    def trouble(self, row: RoutingRule):
        words = self.troubles.get(row.pk)
        return words and format_html('<span class="badge badge-late">{}</span>', words)

    def get_urls(self):
        trial = self.admin_site.admin_view(self.try_out)
        return [path("try/", trial, name="intake_routingrule_try"), *super().get_urls()]

    def try_out(self, request):
        """Show which rule a made-up request would meet, and what the others say to it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = TrialForm(request.GET or None)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Try the rules out"),
            "is_nav_sidebar_enabled": False,
            "form": form,
        }
        if form.is_valid():
            context |= _trial(form)
        return TemplateResponse(request, "admin/intake/routingrule/try.html", context)


def _trial(form: TrialForm) -> dict:
    at, facts, rules = form.cleaned_data["at"] or timezone.now(), form.facts, offers.in_use()
    ends = duty.until_when(at=at)
    people = offers.people(ends, rules)
    return {
        "at": at,
        "on_duty": [person.name for person in people],
        "decision": routing.decide(facts, rules, people),
        "steps": list(routing.steps(facts, rules, people)),
    }
