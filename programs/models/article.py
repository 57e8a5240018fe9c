"""Articles, and the help and legal texts that are articles of another kind."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from programs.models.translated import Translated
from programs.models.truthful import Truthful


class ArticleQuerySet(models.QuerySet):
    def published(self, at: datetime):
        """Texts of any kind that visitors may read at that time."""
        return self.filter(
            Q(published_until=None) | Q(published_until__gt=at), published_at__lte=at
        )


class Article(Translated, Truthful):
    """A text of its own: something to read, or help or rights at the root of the site."""

    class Kind(models.TextChoices):
        ARTICLE = "article", _("Article")
        HELP = "help", _("Before you call")
        LEGAL = "legal", _("Legal text")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.ARTICLE)
    title = models.CharField(_("title"), max_length=160)
    slug = models.SlugField(
        _("address on the site"),
        unique=True,
        help_text=_("/articles/…/, or /…/ for help and legal texts."),
    )
    summary = models.TextField(
        _("summary"), max_length=400, help_text=_("For lists and search results.")
    )
    body = models.TextField(_("text"), help_text=_("Markdown. Headings begin with ##."))
    author = models.CharField(_("author"), max_length=160, blank=True)
    reviewed_by = models.CharField(_("reviewed by"), max_length=160, blank=True)
    reviewed_on = models.DateField(_("reviewed on"), null=True, blank=True)
    published_at = models.DateTimeField(
        _("published at"),
        null=True,
        blank=True,
        help_text=_("Empty: a draft. Later than now: published then."),
    )
    published_until = models.DateTimeField(
        _("until"), null=True, blank=True, help_text=_("Empty: until somebody unpublishes it.")
    )
    programs = models.ManyToManyField(
        "programs.Program",
        verbose_name=_("about these programs"),
        related_name="articles",
        blank=True,
    )
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["-published_at", "title"]
        constraints = [
            models.CheckConstraint(
                condition=Q(published_until__gt=F("published_at"))
                | Q(published_until=None)
                | Q(published_at=None),
                name="article_published_in_order",
                violation_error_message=_("A page comes off the site after it came on."),
            )
        ]

    def __str__(self):
        return self.title

    @property
    def is_for_visitors(self) -> bool:
        """Now or at a later time."""
        return self.published_at is not None

    def is_visible(self, at: datetime) -> bool:
        """Whether visitors may read it at that time, as `published` has it."""
        is_late = self.published_until and self.published_until <= at
        return self.published_at is not None and self.published_at <= at and not is_late

    def get_absolute_url(self):
        if self.kind == self.Kind.ARTICLE:
            return reverse("programs:article", args=[self.slug])
        return reverse("programs:legal", args=[self.slug])
