"""Programs, with everything that stands on their pages, in the reader's order."""

from django.contrib import admin
from django.forms import ModelForm
from django.utils.translation import gettext_lazy as _

from programs import guide, pages, search
from programs.admin.ordering import OrderedInline
from programs.admin.public import PreviewedAdmin
from programs.context import now_there
from programs.models import FitCriterion, Program, ProgramSection, Question, Service


class SectionInline(OrderedInline, admin.StackedInline):
    model = ProgramSection
    fields = ("order", "heading", "body")


class ServiceInline(OrderedInline, admin.StackedInline):
    model = Service
    fields = (("order", "kind"), "name", "note")


class CriterionForm(ModelForm):
    """Offers the guide's answers by question; they are read once for all rows."""

    answers = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "guide_answer" in self.fields:
            self.fields["guide_answer"].choices = self.answers


class CriterionInline(OrderedInline, admin.StackedInline):
    model = FitCriterion
    form = CriterionForm
    fields = (("order", "is_fit", "guide_answer"), "text")

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        formset.form.answers = [("", _("none")), *guide.answers_by_question()]
        return formset


class QuestionInline(OrderedInline, admin.StackedInline):
    model = Question
    fields = ("order", "question", "answer")


@admin.register(Program)
class ProgramAdmin(PreviewedAdmin):
    list_display = (
        "name",
        "short_name",
        "level_code",
        "order",
        "is_published",
        "next_opening",
        "reviewed_by",
        "reviewed_on",
    )
    search_fields = ("name", "short_name")
    prepopulated_fields = {"slug": ("short_name",)}
    inlines = (ServiceInline, SectionInline, CriterionInline, QuestionInline)
    fieldsets = (
        (None, {"fields": ("name", "short_name", "slug", "summary")}),
        (_("Level of care"), {"fields": (("level_code", "level_name"), "level_edition")}),
        (_("Day and night"), {"fields": ("sleeps", "supervision")}),
        (
            _("Hours and length"),
            {
                "description": _("Leave a number empty when nobody has told you."),
                "fields": (
                    ("defined_hours_min", "defined_hours_max"),
                    ("usual_hours_min", "usual_hours_max"),
                    ("days_min", "days_max"),
                    ("length_min", "length_max", "length_unit"),
                    "length_note",
                    "next_opening",
                ),
            },
        ),
        (
            _("Publishing"),
            {
                "fields": (
                    "is_published",
                    ("published_from", "published_until"),
                    "order",
                    ("reviewed_by", "reviewed_on"),
                )
            },
        ),
    )

    def add_to_search(self, row):
        search.index_program(row)

    def public_page(self, request, row):
        now = now_there(request)
        others = pages.published_programs(at=now)
        context = pages.program_page(row, others, at=now, is_preview=True)
        return "programs/program.html", context
