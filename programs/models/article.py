"""Articles, and the legal texts that are articles of another kind."""

from datetime import datetime

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class ArticleQuerySet(models.QuerySet):
    def published(self, at: datetime):
        """Texts of either kind that visitors may read at that time."""
        return self.filter(published_at__lte=at)


class Article(models.Model):
    """A text of its own: something to read, or a legal text at a fixed address."""

    class Kind(models.TextChoices):
        ARTICLE = "article", _("Article")
        LEGAL = "legal", _("Legal text")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.ARTICLE)
    title = models.CharField(_("title"), max_length=160)
    slug = models.SlugField(
        _("address on the site"),
        unique=True,
        help_text=_("/articles/…/, or /…/ for a legal text."),
    )
    summary = models.TextField(
        _("summary"), max_length=400, help_text=_("For lists and search results.")
    )
    body = models.TextField(_("text"), help_text=_("Markdown. Headings begin with ##."))
    author = models.CharField(_("author"), max_length=160, blank=True)
    reviewed_by = models.CharField(_("reviewed by"), max_length=160, blank=True)
    reviewed_on = models.DateField(_("reviewed on"), null=True, blank=True)
    published_at = models.DateTimeField(
        _("published at"), null=True, blank=True, help_text=_("Empty: a draft.")
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

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        if self.kind == self.Kind.LEGAL:
            return reverse("programs:legal", args=[self.slug])
        return reverse("programs:article", args=[self.slug])
