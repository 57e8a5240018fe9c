"""Content rows in the admin: each saving is kept with who made it, none overwrites unseen."""

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import TextField
from django.forms import CharField, HiddenInput, IntegerField, ModelForm
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from programs import history, languages
from programs.admin.side_by_side import REVIEW, SideBySide, reworded
from programs.models.translated import Translated


class Prose(CharField):
    """A text of several lines. Browsers send the ends of lines in their own way: no change."""

    def to_python(self, value):
        return super().to_python(value).replace("\r\n", "\n")


PROSE = {TextField: {"form_class": Prose}}


class EditorForm(ModelForm):
    """Carries the version its page was opened from; a save made from an older one is refused."""

    seen = IntegerField(required=False, widget=HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.latest = history.latest(self.instance) if self.instance.pk else None
        if self.latest:
            self.initial["seen"] = self.latest.pk

    def clean(self):
        cleaned = super().clean()
        seen = cleaned.get("seen")
        if seen and self.latest and seen != self.latest.pk:
            # Saying so once is enough: the next press is made knowing it.
            self.data = self.data.copy()
            self.data[self.add_prefix("seen")] = self.latest.pk
            self.add_error(None, self._overtaken())
        return cleaned

    def _overtaken(self) -> str:
        at = timezone.localtime(self.latest.history_date)
        return _(
            "%(who)s saved this page at %(time)s, after you had opened it. Nothing of yours is "
            "lost: it is all below, and theirs is under History. Compare the two; pressing Save "
            "again keeps yours."
        ) % {"who": history.who(self.latest) or _("Somebody"), "time": time_format(at, "H:i")}


class KeptAdmin(SideBySide, admin.ModelAdmin):
    """Writes down who saved and deleted what, and shows it under History."""

    form = EditorForm
    formfield_overrides = PROSE

    def get_object(self, request, object_id, from_field=None):
        row = super().get_object(request, object_id, from_field)
        if row and request.method == "POST":
            # Whoever saves at the same moment waits here, and then sees that we were first.
            list(self.model.objects.select_for_update().filter(pk=row.pk).values_list("pk"))
            row = super().get_object(request, object_id, from_field)
        return row

    def save_model(self, request, obj, form, change):
        obj._history_user = request.user
        super().save_model(request, obj, form, change)

    def save_formset(self, request, form, formset, change):
        for one in formset.forms:
            one.instance._history_user = request.user
        super().save_formset(request, form, formset, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        forms = [form, *(one for formset in formsets for one in formset.forms)]
        for language in reworded(forms):
            self._end_review(request, form, language)

    def _end_review(self, request, form, language: str) -> None:
        """Whoever reviewed a translation has not seen the words that stand there now."""
        page = form.instance
        names = [languages.in_language(name, language) for name in REVIEW]
        is_reviewed = isinstance(page, Translated) and page.translation_review(language)
        if not is_reviewed or set(names) & set(form.changed_data):
            return
        by, on = names
        setattr(page, by, "")
        setattr(page, on, None)
        page._history_user = request.user
        page.save()
        said = _(
            "The %(language)s words have changed since a translator reviewed them, so “%(page)s” "
            "says again that nobody has. Enter the review anew when it is done."
        ) % {"language": languages.names()[language], "page": page}
        messages.warning(request, said)

    def delete_model(self, request, obj):
        obj._history_user = request.user
        super().delete_model(request, obj)

    def delete_queryset(self, request, queryset):
        for row in queryset:
            self.delete_model(request, row)

    def history_view(self, request, object_id, extra_context=None):
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("History: %(page)s") % {"page": row},
            "opts": self.opts,
            "module_name": capfirst(self.opts.verbose_name_plural),
            "object": row,
            "changes": history.changes(row),
        }
        return render(request, "admin/programs/history.html", context)
