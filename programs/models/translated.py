"""Who has reviewed the translation of a page. One pair of columns for each language."""

from datetime import date
from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _


class Review(NamedTuple):
    by: str
    on: date | None


class Translated(models.Model):
    """A page that stands in several languages (`programs.translation`)."""

    translation_reviewed_by = models.CharField(
        _("translation reviewed by"),
        max_length=160,
        blank=True,
        help_text=_("A qualified translator. While this is empty, the page says that none has."),
    )
    translation_reviewed_on = models.DateField(_("translation reviewed on"), null=True, blank=True)

    class Meta:
        abstract = True

    def translation_review(self, language: str) -> Review | None:
        """Return who has reviewed the page in that language; None when nobody has."""
        by = getattr(self, f"translation_reviewed_by_{language}")
        return Review(by, getattr(self, f"translation_reviewed_on_{language}")) if by else None
