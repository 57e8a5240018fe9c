"""The exact words people agreed to, and who agreed to which."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from intake.choices import ConsentKind
from intake.models.lead import Lead


class ConsentText(models.Model):
    """One wording. A changed wording is a new row; the newest valid one is shown."""

    kind = models.CharField(_("kind"), max_length=10, choices=ConsentKind.choices)
    language = models.CharField(_("language"), max_length=5, default="en")
    text = models.TextField(_("words"))
    valid_from = models.DateTimeField(_("valid from"))

    class Meta:
        verbose_name = _("consent wording")
        verbose_name_plural = _("consent wordings")
        ordering = ["kind", "language", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "language", "valid_from"], name="consent_text_version"
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()} ({self.language}, {self.valid_from:%Y-%m-%d})"


class Consent(models.Model):
    """A permission somebody gave, with the wording they saw."""

    class Given(models.TextChoices):
        FORM = "form", _("On the form")
        STAFF = "staff", _("Told to staff")

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="consents")
    text = models.ForeignKey(ConsentText, models.PROTECT, verbose_name=_("wording"))
    given_at = models.DateTimeField(_("given"))
    given = models.CharField(_("how"), max_length=5, choices=Given.choices)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["given_at", "pk"]

    def __str__(self):
        return f"{self.lead_id} {self.text_id}"
