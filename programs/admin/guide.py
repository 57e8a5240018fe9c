"""The guide's questions, and a place to try it out with everything that is not public yet."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from programs import guide
from programs.admin.kept import KeptAdmin
from programs.admin.ordering import OrderedInline, next_order
from programs.guide_views import guide_page
from programs.models import GuideAnswer, GuideQuestion


class AnswerInline(OrderedInline, admin.StackedInline):
    model = GuideAnswer
    fields = (("order", "text"), "slug", ("leads_to", "says"), "ask")
    prepopulated_fields = {"slug": ("text",)}


@admin.register(GuideQuestion)
class GuideQuestionAdmin(KeptAdmin):
    list_display = ("text", "comes_first", "is_published", "order")
    list_editable = ("order",)
    fields = ("text", "slug", "hint", ("is_published", "order"))
    prepopulated_fields = {"slug": ("text",)}
    inlines = (AnswerInline,)

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("answers")

    @admin.display(description=_("can stop the guide"), boolean=True)
    def comes_first(self, question):
        return question.can_stop

    def get_changeform_initial_data(self, request):
        return {"order": next_order(GuideQuestion.objects.all())}

    def get_urls(self):
        trial = self.admin_site.admin_view(self.try_out)
        return [path("try/", trial, name="programs_guidequestion_try"), *super().get_urls()]

    @method_decorator(sensitive_post_parameters())
    def try_out(self, request):
        """Lead the editor through the guide as it is saved, drafts and all."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return guide_page(request, guide.read(with_drafts=True), is_preview=True)
