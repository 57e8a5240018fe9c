"""Articles and legal texts."""

from datetime import datetime

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
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
            {
                "fields": (
                    "author",
                    ("reviewed_by", "reviewed_on"),
                    ("published_at", "published_until"),
                )
            },
        ),
    )

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        return super().formfield_for_manytomany(
            db_field, request, widget=CheckboxSelectMultiple, **kwargs
        )

    def add_to_search(self, row):
        search.index_article(row)

    def public_page(self, request, row):
        return pages.article_template(row), pages.article_page(row, is_preview=True)

    @admin.action(description=_("Publish the selected texts now"), permissions=["change"])
    def publish(self, request, queryset):
        now = timezone.now()
        # A text that is out already keeps its date.
        drafts = [text for text in queryset if not text.is_visible(now)]
        self._tell(request, sum(self._publish(request, text, at=now) for text in drafts))

    def _publish(self, request, text: Article, *, at: datetime) -> bool:
        """Publish it; when something in it is false, say so instead."""
        text.published_at, text.published_until = at, None
        try:
            text.clean()
        except ValidationError as refusal:
            for sentence in refusal.messages:
                self.message_user(request, f"{text}: {sentence}", messages.ERROR)
            return False
        self.save_model(request, text, form=None, change=True)
        return True

    @admin.action(description=_("Take the selected texts off the site"), permissions=["change"])
    def unpublish(self, request, queryset):
        published = queryset.exclude(published_at=None)
        for text in published:
            text.published_at = None
            self.save_model(request, text, form=None, change=True)
        self._tell(request, len(published))

    def _tell(self, request, number: int) -> None:
        said = ngettext("%(number)d text was changed.", "%(number)d texts were changed.", number)
        self.message_user(request, said % {"number": number})
