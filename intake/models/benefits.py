"""What an insurance company said about one plan, and who wrote it down and stood for it."""

import uuid
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from intake.choices import AskedHow, CopayPer, ExplainedTo, Known, Network, SentBack
from intake.fields import EncryptedDateField, EncryptedDecimalField, EncryptedTextField
from intake.models.requests import InsuranceVerification
from programs.models import Program


class BenefitsCheck(InsuranceVerification):
    """An insurance form as work to be done: the queue of benefits checks lists these."""

    class Meta:
        proxy = True
        verbose_name = _("benefits check")
        verbose_name_plural = _("benefits checks")
        ordering = ["due_at", "id"]
        permissions = [("approve_benefitscheck", _("Can approve what was recorded"))]


def _who():
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )


class BenefitsRecord(models.Model):
    """One asking of the insurance company. Asking again makes another row; the newest counts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    verification = models.ForeignKey(InsuranceVerification, models.CASCADE, related_name="records")
    started_at = models.DateTimeField(_("started"))
    started_by = _who()

    asked_on = models.DateField(_("asked on"), null=True, blank=True)
    asked_how = models.CharField(
        _("how it was asked"), max_length=10, choices=AskedHow.choices, blank=True
    )
    representative = EncryptedTextField(_("who answered"), blank=True)
    call_reference = EncryptedTextField(_("call reference"), blank=True)
    manager = EncryptedTextField(_("who manages these benefits"), blank=True)
    renews_on = EncryptedDateField(_("plan year starts again on"), null=True, blank=True)
    notes = EncryptedTextField(_("notes"), blank=True)
    expires_on = models.DateField(_("can be relied on until"), null=True, blank=True)

    recorded_at = models.DateTimeField(_("recorded"), null=True, blank=True)
    recorded_by = _who()
    sent_back_for = models.CharField(
        _("sent back because"), max_length=12, choices=SentBack.choices, blank=True
    )
    sent_back_note = EncryptedTextField(_("what to change"), blank=True)
    sent_back_by = _who()
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    approved_by = _who()
    explained_at = models.DateTimeField(_("explained"), null=True, blank=True)
    explained_by = _who()
    explained_to = models.CharField(
        _("explained to"), max_length=10, choices=ExplainedTo.choices, blank=True
    )

    class Meta:
        verbose_name = _("benefits")
        verbose_name_plural = _("benefits")
        default_permissions = ()
        ordering = ["-started_at", "-id"]
        constraints = [
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{step}_at": None, f"{step}_by": None})
                    | Q(**{f"{step}_at__isnull": False, f"{step}_by__isnull": False}),
                    name=f"benefits_{step}_by_somebody",
                )
                for step in ("recorded", "approved", "explained")
            ),
            models.CheckConstraint(
                condition=Q(approved_at=None)
                | Q(recorded_at__isnull=False, expires_on__isnull=False),
                name="benefits_approved_were_recorded",
            ),
        ]

    def __str__(self):
        return str(self.id)

    def is_expired(self, *, on: date) -> bool:
        return self.expires_on is not None and self.expires_on < on


class NetworkBenefits(models.Model):
    """What is to be paid in a year before the plan pays, in or out of its network."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    record = models.ForeignKey(BenefitsRecord, models.CASCADE, related_name="networks")
    network = models.CharField(_("network"), max_length=3, choices=Network.choices)
    deductible = EncryptedDecimalField(_("deductible"), null=True, blank=True)
    deductible_met = EncryptedDecimalField(_("of it met"), null=True, blank=True)
    family_deductible = EncryptedDecimalField(_("family deductible"), null=True, blank=True)
    family_deductible_met = EncryptedDecimalField(_("of it met"), null=True, blank=True)
    limit = EncryptedDecimalField(_("out-of-pocket maximum"), null=True, blank=True)
    limit_met = EncryptedDecimalField(_("of it met"), null=True, blank=True)
    family_limit = EncryptedDecimalField(_("family out-of-pocket maximum"), null=True, blank=True)
    family_limit_met = EncryptedDecimalField(_("of it met"), null=True, blank=True)

    class Meta:
        verbose_name = _("benefits of a network")
        verbose_name_plural = _("benefits of networks")
        default_permissions = ()
        ordering = ["network"]
        constraints = [
            models.UniqueConstraint(fields=["record", "network"], name="network_benefits_once")
        ]

    def __str__(self):
        return str(self.id)


class LevelBenefits(models.Model):
    """What the plan pays for one program."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey(NetworkBenefits, models.CASCADE, related_name="levels")
    # The level stays readable when the program is gone from the site.
    program = models.ForeignKey(Program, models.SET_NULL, null=True, related_name="+")
    level = models.CharField(_("level of care"), max_length=40)
    covered = models.CharField(
        _("covered"), max_length=7, choices=Known.choices, default=Known.UNKNOWN
    )
    prior_authorization = models.CharField(
        _("prior authorization"), max_length=7, choices=Known.choices, default=Known.UNKNOWN
    )
    deductible_applies = models.CharField(
        _("deductible applies"), max_length=7, choices=Known.choices, default=Known.UNKNOWN
    )
    copay = EncryptedDecimalField(_("copay"), null=True, blank=True)
    copay_per = models.CharField(
        _("copay for"), max_length=4, choices=CopayPer.choices, default=CopayPer.DAY
    )
    # Percent that the patient pays.
    coinsurance = EncryptedDecimalField(_("coinsurance"), null=True, blank=True)
    day_limit = EncryptedDecimalField(_("day or visit limit"), null=True, blank=True)
    days_used = EncryptedDecimalField(_("of these used"), null=True, blank=True)
    allowed_low = EncryptedDecimalField(_("plan allows a day, from"), null=True, blank=True)
    allowed_high = EncryptedDecimalField(_("up to"), null=True, blank=True)
    charge = EncryptedDecimalField(_("we charge a day"), null=True, blank=True)

    class Meta:
        verbose_name = _("benefits of a level of care")
        verbose_name_plural = _("benefits of levels of care")
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["network", "program"], name="level_benefits_once")
        ]

    def __str__(self):
        return str(self.id)
