"""The exact words people agreed to, who agreed to which, and what was taken back."""

import uuid
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from intake.choices import ConsentKind, Given, TakenBack, Told
from intake.fields import EncryptedTextField
from intake.models.lead import Lead
from intake.models.referral import ReceivingProvider


class ConsentText(models.Model):
    """One wording. A changed wording is a new row; the newest valid one is shown.

    `consent.publish` makes the rows, with the hash by which the words can be proved.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=ConsentKind.choices)
    language = models.CharField(_("language"), max_length=5, default="en")
    text = models.TextField(_("words"))
    sha256 = models.CharField(_("SHA-256 of the words"), max_length=64, editable=False)
    valid_from = models.DateTimeField(_("valid from"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("published by"),
        help_text=_("Empty: it came with the application."),
    )

    class Meta:
        verbose_name = _("consent wording")
        verbose_name_plural = _("consent wordings")
        ordering = ["kind", "language", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "language", "valid_from"], name="consent_text_version"
            ),
            models.CheckConstraint(condition=~Q(sha256=""), name="consent_text_has_hash"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} ({self.language}, {self.valid_from:%Y-%m-%d})"


class Withdrawal(models.Model):
    """A permission taken back: hidden here at once, everywhere else by `honour_by`."""

    lead = models.ForeignKey(
        Lead, models.CASCADE, related_name="withdrawals", verbose_name=_("lead")
    )
    kind = models.CharField(_("permission"), max_length=10, choices=TakenBack.choices)
    told = models.CharField(_("how it was told"), max_length=10, choices=Told.choices)
    told_on = models.DateField(_("told on"))
    honour_by = models.DateField(_("carry out by"))
    recorded_at = models.DateTimeField(_("recorded"))
    # None: the person did it alone, on the receipt.
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("recorded by"),
    )
    done_at = models.DateTimeField(_("carried out everywhere"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("carried out by"),
    )

    class Meta:
        verbose_name = _("withdrawal")
        verbose_name_plural = _("withdrawals")
        ordering = ["honour_by", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None)
                | Q(done_at__isnull=False, done_by__isnull=False),
                name="withdrawal_done_by_somebody",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.lead_id}"


class Consent(models.Model):
    """A permission somebody gave, with the wording they saw."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="consents")
    text = models.ForeignKey(ConsentText, models.PROTECT, verbose_name=_("wording"))
    given_at = models.DateTimeField(_("given"))
    given = models.CharField(_("how"), max_length=10, choices=Given.choices)
    # Sharing is the patient's own to allow: a relative's tick is kept, but does not count.
    from_patient = models.BooleanField(_("by the patient"), default=False)
    expires_on = models.DateField(_("last day"), null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # Whom a consent to share is for: this provider and nobody else; none means the insurer.
    provider = models.ForeignKey(
        ReceivingProvider, models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawal = models.ForeignKey(
        Withdrawal, models.CASCADE, null=True, blank=True, related_name="consents"
    )

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["given_at", "pk"]

    def __str__(self):
        return f"{self.lead_id} {self.text_id}"

    def is_in_force(self, *, on: date) -> bool:
        """Say whether it counts on that day: neither taken back nor expired."""
        return self.withdrawal_id is None and (self.expires_on is None or on <= self.expires_on)


class SharingTerms(models.Model):
    """What a patient signed, beyond the wording: the elements of 42 CFR 2.31.

    Who shares is the center; that it can be taken back and how stands in the wording;
    how it was signed and until when is on the consent.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    consent = models.OneToOneField(Consent, models.CASCADE, related_name="terms")
    patient_name = EncryptedTextField(_("patient’s name"))
    recipient = EncryptedTextField(_("to whom"))
    what = EncryptedTextField(_("what may be shared"))
    purpose = EncryptedTextField(_("what for"))
    signed_on = models.DateField(_("signed on"))

    class Meta:
        verbose_name = _("terms of sharing")
        verbose_name_plural = _("terms of sharing")

    def __str__(self):
        return str(self.id)
