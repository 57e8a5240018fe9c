"""How long to wait before trying again: rows that a manager edits."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class CadenceStep(models.Model):
    """After so many tries in vain, wait so long; `cadence` keeps the next one inside the day."""

    attempt = models.PositiveSmallIntegerField(
        _("after try"),
        unique=True,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
        help_text=_(
            "1 is the first try in vain. Tries without a row of their own wait as long as the "
            "next row says. After the last row, staff may close the lead as not reached."
        ),
    )
    wait_hours = models.PositiveSmallIntegerField(
        _("wait, in hours"),
        validators=[MinValueValidator(1), MaxValueValidator(24 * 30)],
        help_text=_(
            "At least so long. The next try comes at the first time after that which suits the "
            "person and our opening hours."
        ),
    )

    class Meta:
        verbose_name = _("next try")
        verbose_name_plural = _("next tries")
        ordering = ["attempt"]

    def __str__(self):
        return _("after try %(attempt)d: %(hours)d hours") % {
            "attempt": self.attempt,
            "hours": self.wait_hours,
        }
