"""Each time somebody tried to reach a lead."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from intake.choices import Channel, HoursReason, Outcome
from intake.fields import EncryptedTextField
from intake.models.lead import Lead


class ContactAttempt(models.Model):
    """One try: who, when, how, and what came of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="attempts")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("when"))
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome.choices)
    hours_reason = models.CharField(
        _("why outside 8 to 21"), max_length=20, choices=HoursReason.choices, blank=True
    )
    note = EncryptedTextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("contact attempt")
        verbose_name_plural = _("contact attempts")
        ordering = ["-at"]

    def __str__(self):
        return f"{self.get_channel_display()}: {self.get_outcome_display()}"
