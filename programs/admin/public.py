"""What the admin of public texts has in common: the search index, addresses, previews."""

from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404
from django.shortcuts import render
from django.urls import path, resolve, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from programs import languages, missing, search
from programs.admin.kept import EditorForm, KeptAdmin
from programs.models import OldSlug


class SearchedAdmin(KeptAdmin):
    """Keeps the site search in step with what editors save and delete."""

    def add_to_search(self, row: Model) -> None:
        raise NotImplementedError

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        self.add_to_search(form.instance)

    def delete_model(self, request, obj):
        super().delete_model(request, obj)
        search.prune()

    def delete_queryset(self, request, queryset):
        super().delete_queryset(request, queryset)
        search.prune()


class MovingAdmin(KeptAdmin):
    """Where an editor changes a page's address, the old one leads to the new."""

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if form and change and "slug" in form.changed_data:
            OldSlug.objects.remember(form.initial["slug"], of=obj)


ROWS = {"summary": 3, "body": 24}


class PageForm(EditorForm):
    """Refuses an address where another page of the site stands already, like /search/ or /es/."""

    class Meta:
        widgets = {
            name: AdminTextareaWidget(attrs={"rows": rows})
            for text, rows in ROWS.items()
            for name in (text, *(languages.in_language(text, code) for code in languages.others()))
        }

    def clean(self):
        cleaned = super().clean()
        if slug := cleaned.get("slug"):
            names = {field.name for field in self._meta.model._meta.concrete_fields}
            page = self._meta.model(**{k: v for k, v in cleaned.items() if k in names})
            address = page.get_absolute_url()
            is_a_language = languages.of_path(address) != languages.DEFAULT
            if is_a_language or resolve(address).kwargs.get("slug") != slug:
                self.add_error("slug", _("Another page of the site has this address."))
        return cleaned


class PreviewedAdmin(MovingAdmin, SearchedAdmin):
    """Shows the page as visitors will see it, before it is published."""

    form = PageForm

    def public_page(self, request, row: Model) -> tuple[str, dict]:
        """Return the public template and its context."""
        raise NotImplementedError

    def view_on_site(self, row):
        return row.get_absolute_url() if row.is_visible(timezone.now()) else None

    def get_urls(self):
        preview = self.admin_site.admin_view(self.preview)
        return [path("<int:pk>/preview/", preview, name=self._preview_name), *super().get_urls()]

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj:
            # About the page as it is saved; what was refused just now stands beside its field.
            if request.method == "GET":
                context["missing"] = list(missing.about_page(obj, on=timezone.localdate()))
            context["preview_url"] = reverse(f"admin:{self._preview_name}", args=[obj.pk])
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def preview(self, request, pk):
        row = self.get_object(request, str(pk))
        if row is None:
            raise Http404
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        return render(request, *self.public_page(request, row))

    @property
    def _preview_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_preview"
