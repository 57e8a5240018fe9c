"""New rows of an ordered list go to its end, without an editor counting."""

from django.contrib import admin
from django.db.models import Max, QuerySet

from programs.admin.kept import PROSE
from programs.admin.side_by_side import SideBySide

# Between neighbors, so that a row can later be put in between.
STEP = 10


def next_order(rows: QuerySet) -> int:
    return (rows.aggregate(last=Max("order"))["last"] or 0) + STEP


class OrderedInline(SideBySide, admin.options.InlineModelAdmin):
    """An inline whose rows stand in the order of their numbers."""

    extra = 0
    ordering = ("order", "pk")
    formfield_overrides = PROSE

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        order = formset.form.base_fields.get("order")
        if obj and order:
            parent = {formset.fk.name: obj}
            order.initial = next_order(self.model.objects.filter(**parent))
        return formset
