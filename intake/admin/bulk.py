"""What managers do with many leads of the list at once: choose, say how, then see what was done."""

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from intake import bulk
from intake.forms.staff import AssignForm, CloseManyForm

PERMISSION = "intake.move_lead"
# So many of the leads that were left as they are are named, each with the reason.
NAMED = 10


class BulkActions:
    """The part of the lead's admin that acts on the chosen rows."""

    actions = ("assign", "close_many")

    def has_move_permission(self, request) -> bool:
        return request.user.has_perm(PERMISSION)

    @admin.action(permissions=["move"], description=_("Assign to a colleague"))
    def assign(self, request, queryset):
        return self._ask_and_do(request, queryset, "assign", AssignForm, bulk.assign)

    @admin.action(permissions=["move"], description=_("Close"))
    def close_many(self, request, queryset):
        return self._ask_and_do(request, queryset, "close_many", CloseManyForm, bulk.close)

    def _ask_and_do(self, request, queryset, action: str, form_class, act):
        leads = list(queryset[: bulk.AT_ONCE + 1])
        if len(leads) > bulk.AT_ONCE:
            said = gettext("Nothing was done: choose at most %(number)d leads at once.")
            messages.error(request, said % {"number": bulk.AT_ONCE})
            return None
        is_answered = "answered" in request.POST
        form = form_class(request.POST if is_answered else None)
        if not form.is_valid():
            context = {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "is_nav_sidebar_enabled": False,
                "title": self.get_action(action)[2],
                "action": action,
                "checkbox": ACTION_CHECKBOX_NAME,
                "leads": leads,
                "form": form,
            }
            template, status = "admin/intake/lead/bulk.html", 422 if is_answered else 200
            return TemplateResponse(request, template, context, status=status)
        self._tell(request, act(leads, by=request.user, at=timezone.now(), **form.cleaned_data))
        return None

    def _tell(self, request, done: bulk.Done) -> None:
        if done.changed:
            number = len(done.changed)
            said = ngettext("%(number)d lead: done.", "%(number)d leads: done.", number)
            messages.success(request, said % {"number": number})
        for lead, why in done.refused[:NAMED]:
            said = gettext("%(reference)s was left as it is. %(why)s")
            messages.warning(request, said % {"reference": lead.reference, "why": why})
        more = len(done.refused[NAMED:])
        if more:
            said = gettext("%(number)d more were left as they are.")
            messages.warning(request, said % {"number": more})
