"""Every text of a page beside its translations. The first field of a text is the English one."""

from collections.abc import Iterator

from django.contrib.admin.options import BaseModelAdmin
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from modeltranslation.fields import TranslationField

from programs import languages

REVIEW = ("translation_reviewed_by", "translation_reviewed_on")


def reworded(forms: list) -> Iterator[str]:
    """Yield each language in which a text of these forms was changed."""
    for language in languages.others():
        for form in forms:
            texts = set(languages.texts(type(form.instance))) - set(REVIEW)
            if set(_in(language, *texts)) & set(form.changed_data):
                yield language
                break


class SideBySide(BaseModelAdmin):
    """Shows what its `fields` or `fieldsets` name, with a row of its own for each text."""

    def get_fieldsets(self, request, obj=None):
        sets = [
            (title, options | {"fields": _rows(self.model, options["fields"])})
            for title, options in super().get_fieldsets(request, obj)
        ]
        if REVIEW[0] in languages.texts(self.model) and languages.others():
            reviews = [_in(language, *REVIEW) for language in languages.others()]
            sets.append((_("Translation"), {"fields": reviews}))
        return sets

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(db_field, TranslationField):
            language = db_field.language
            name = capfirst(db_field.translated_field.verbose_name)
            field.label = f"{name} ({languages.names()[language]})"
            if db_field.translated_field.name not in REVIEW:
                field.help_text = ""
                field.widget.attrs["lang"] = language
        return field


def _rows(model, fields) -> list:
    """Return the rows of a form; a row is a name or a tuple of names."""
    texts = languages.texts(model)
    rows = []
    for row in fields:
        names = (row,) if isinstance(row, str) else tuple(row)
        if alone := tuple(name for name in names if name not in texts):
            rows.append(alone)
        rows += [
            (name, *(_in(language, name)[0] for language in languages.others()))
            for name in names
            if name in texts
        ]
    return rows


def _in(language: str, *names: str) -> tuple[str, ...]:
    return tuple(languages.in_language(name, language) for name in names)
