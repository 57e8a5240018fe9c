"""Articles and legal texts."""

from django.contrib import admin
from django.forms import CheckboxSelectMultiple
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from programs import pages, search
from programs.admin.public import PreviewedAdmin
from programs.models import Article


@admin.register(Article)
class ArticleAdmin(PreviewedAdmin):
    list_display = ("title", "kind", "published_at", "author", "reviewed_by", "reviewed_on")
    list_filter = ("kind",)
    search_fields = ("title", "summary")
    prepopulated_fields = {"slug": ("title",)}
    actions = ("publish", "unpublish")
    fieldsets = (
        (None, {"fields": ("kind", "title", "slug", "summary", "body", "programs")}),
        (
            _("Publishing"),
            {"fields": ("author", ("reviewed_by", "reviewed_on"), "published_at")},
        ),
    )

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        return super().formfield_for_manytomany(
            db_field, request, widget=CheckboxSelectMultiple, **kwargs
        )

    def add_to_search(self, row):
        search.index_article(row)

    def is_public(self, row):
        return row.published_at is not None and row.published_at <= timezone.now()

    def public_page(self, request, row):
        return pages.article_template(row), pages.article_page(row, is_preview=True)

    @admin.action(description=_("Publish the selected texts now"), permissions=["change"])
    def publish(self, request, queryset):
        now = timezone.now()
        # A text that is out already keeps its date.
        drafts = queryset.exclude(published_at__lte=now)
        self._tell(request, drafts.update(published_at=now, updated_at=now))

    @admin.action(description=_("Take the selected texts off the site"), permissions=["change"])
    def unpublish(self, request, queryset):
        published = queryset.exclude(published_at=None)
        self._tell(request, published.update(published_at=None, updated_at=timezone.now()))

    def _tell(self, request, number: int) -> None:
        said = ngettext("%(number)d text was changed.", "%(number)d texts were changed.", number)
        self.message_user(request, said % {"number": number})
