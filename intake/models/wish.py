"""What a person wished for from their receipt, and what they asked for as their right."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from intake.choices import PrivacyWish, WishKind
from intake.fields import EncryptedTextField
from intake.models.lead import Lead
from intake.models.requests import Request


class Wish(Request):
    """One thing the person did on the receipt. A note keeps its words, the others none.

    Like every sending it is stored once, so a second press does nothing twice.
    """

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="wishes")
    what = models.CharField(_("what"), max_length=12, choices=WishKind.choices)
    text = EncryptedTextField(_("note"), blank=True)

    class Meta(Request.Meta):
        verbose_name = _("wish of the person")
        verbose_name_plural = _("wishes of the person")


class PrivacyRequest(models.Model):
    """A copy or an erasure that a person asked for; somebody has to answer by `due_on`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lead = models.ForeignKey(
        Lead, models.CASCADE, related_name="privacy_requests", verbose_name=_("lead")
    )
    what = models.CharField(_("asked for"), max_length=8, choices=PrivacyWish.choices)
    asked_at = models.DateTimeField(_("asked"))
    due_on = models.DateField(_("answer by"))
    done_at = models.DateTimeField(_("answered"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("answered by"),
    )
    answer = EncryptedTextField(_("how it was answered"), blank=True)

    class Meta:
        verbose_name = _("privacy request")
        verbose_name_plural = _("privacy requests")
        ordering = ["due_on", "asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["lead", "what"],
                condition=Q(done_at=None),
                name="privacy_request_open_once",
            ),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None)
                | Q(done_at__isnull=False, done_by__isnull=False),
                name="privacy_request_done_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["done_at", "due_on"], name="privacy_request_due")]

    def __str__(self):
        return str(self.id)
