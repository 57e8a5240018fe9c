"""To whom people are referred whom we cannot help here, and what came of it.

No money stands beside a referral, and nobody is ranked by what they send (18 USC 220).
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from intake.choices import CheckedBack, ProviderKind, ReferralReason
from intake.fields import EncryptedTextField
from intake.models.lead import Lead


class ReceivingProvider(models.Model):
    """Somebody whom people can be referred to. No terms, no fees: only where and what."""

    name = models.CharField(_("name"), max_length=160, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=ProviderKind.choices)
    levels = models.CharField(
        _("levels of care"), max_length=120, blank=True, help_text=_("For example: 3.7, 4.")
    )
    city = models.CharField(_("city"), max_length=80, blank=True)
    phone = models.CharField(_("phone"), max_length=40)
    notes = models.TextField(
        _("notes"),
        max_length=1000,
        blank=True,
        help_text=_("Hours, languages, how to refer. Nothing about any person, and no money."),
    )
    is_active = models.BooleanField(
        _("can be chosen"), default=True, help_text=_("Untick instead of deleting.")
    )

    class Meta:
        verbose_name = _("receiving provider")
        verbose_name_plural = _("receiving providers")
        ordering = ["name"]

    def __str__(self):
        return self.name


class Referral(models.Model):
    """One lead closed by a referral: to whom, why, and when we ask whether they arrived."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="referrals")
    provider = models.ForeignKey(
        ReceivingProvider, models.PROTECT, related_name="+", verbose_name=_("to")
    )
    reason = models.CharField(_("why"), max_length=12, choices=ReferralReason.choices)
    note = EncryptedTextField(_("note"), blank=True)
    referred_at = models.DateTimeField(_("referred"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    check_back_on = models.DateField(_("check back on"), null=True, blank=True)
    checked_at = models.DateTimeField(_("checked back"), null=True, blank=True)
    came_of_it = models.CharField(
        _("what came of it"), max_length=12, choices=CheckedBack.choices, blank=True
    )

    class Meta:
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        ordering = ["-referred_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(checked_at=None, came_of_it="")
                | (Q(checked_at__isnull=False) & ~Q(came_of_it="")),
                name="referral_checked_says_what",
            )
        ]
        indexes = [
            models.Index(
                fields=["check_back_on", "id"],
                name="referral_to_check_back",
                condition=Q(checked_at=None, check_back_on__isnull=False),
            )
        ]

    def __str__(self):
        return str(self.id)
