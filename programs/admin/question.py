"""Questions about the whole center. Those of a program are edited with the program."""

from django.contrib import admin
from django.forms import ModelForm

from programs import search
from programs.admin.ordering import next_order
from programs.admin.public import SearchedAdmin
from programs.models import Question


class OrderForm(ModelForm):
    """A line of the list. What is wrong with a field that is not on it is said of the line."""

    def add_error(self, field, error):
        is_elsewhere = field is None and hasattr(error, "error_dict")
        super().add_error(field, error.messages if is_elsewhere else error)


@admin.register(Question)
class QuestionAdmin(SearchedAdmin):
    list_display = ("question", "order")
    list_editable = ("order",)
    fields = ("question", "answer", "order")

    def get_queryset(self, request):
        return super().get_queryset(request).filter(program=None)

    def get_changelist_form(self, request, **kwargs):
        return super().get_changelist_form(request, form=OrderForm, **kwargs)

    def get_changeform_initial_data(self, request):
        return {"order": next_order(self.get_queryset(request))}

    def add_to_search(self, row):
        search.index_question(row)
