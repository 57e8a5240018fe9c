"""What was sent with a lead: callback requests, insurance forms, card photos."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from intake.choices import CardSide, CheckStatus, HolderRelationship, PlanType, Window
from intake.fields import EncryptedBytesField, EncryptedDateField, EncryptedTextField
from intake.models.carrier import Carrier
from intake.models.lead import Lead


class Request(models.Model):
    """One sending of a form. The same nonce with the same content is stored once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    received_at = models.DateTimeField(_("received"))
    form_nonce = models.CharField(max_length=64, editable=False)
    content_digest = models.CharField(max_length=32, editable=False)

    class Meta:
        abstract = True
        ordering = ["received_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["form_nonce", "content_digest"], name="%(class)s_sent_once"
            )
        ]

    def __str__(self):
        return str(self.id)


class CallbackRequest(Request):
    """A wish to be called."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="callbacks")
    # The lead has the newest number; each request keeps the one it came with.
    phone_typed = EncryptedTextField(_("phone as typed"), blank=True)
    window = models.CharField(_("wants the call"), max_length=10, choices=Window.choices)
    timezone = models.CharField(_("time zone"), max_length=64)
    message = EncryptedTextField(_("message"), blank=True)

    class Meta(Request.Meta):
        verbose_name = _("callback request")
        verbose_name_plural = _("callback requests")


class InsuranceVerification(Request):
    """Insurance details sent for a verification of benefits."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="verifications")
    birth_date = EncryptedDateField(_("patient’s date of birth"), null=True, blank=True)
    carrier = models.ForeignKey(
        Carrier, models.PROTECT, null=True, blank=True, verbose_name=_("carrier")
    )
    carrier_other = EncryptedTextField(_("carrier, as typed"), blank=True)
    carrier_phone = EncryptedTextField(_("carrier’s phone"), blank=True)
    member_id = EncryptedTextField(_("member ID"), blank=True)
    group_number = EncryptedTextField(_("group number"), blank=True)
    plan_type = models.CharField(
        _("plan type"), max_length=10, choices=PlanType.choices, blank=True
    )
    holder_relationship = models.CharField(
        _("held by"), max_length=10, choices=HolderRelationship.choices, blank=True
    )
    holder_name = EncryptedTextField(_("holder’s name"), blank=True)
    holder_birth_date = EncryptedDateField(_("holder’s date of birth"), null=True, blank=True)
    message = EncryptedTextField(_("message"), blank=True)
    check_status = models.CharField(
        _("benefits check"),
        max_length=12,
        choices=CheckStatus.choices,
        default=CheckStatus.REQUESTED,
    )
    # Until when the family was promised to hear from us; benefits are checked in that order.
    due_at = models.DateTimeField(_("promised by"))
    # Said here too, so that the queue finds its few rows without looking at any lead.
    lead_is_open = models.BooleanField(default=True, editable=False)

    class Meta(Request.Meta):
        verbose_name = _("insurance form")
        verbose_name_plural = _("insurance forms")
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                name="check_open",
                condition=Q(lead_is_open=True) & ~Q(check_status=CheckStatus.EXPLAINED),
            ),
            models.Index(
                fields=["check_status", "due_at", "id"],
                name="check_open_by_status",
                condition=Q(lead_is_open=True),
            ),
            models.Index(
                fields=["due_at", "id"],
                name="check_explained",
                condition=Q(check_status=CheckStatus.EXPLAINED),
            ),
        ]


class Card(models.Model):
    """One page of a card photo: a re-encoded JPEG, sealed. The original is not kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    side = models.CharField(_("side"), max_length=5, choices=CardSide.choices)
    page = models.PositiveSmallIntegerField(_("page"), default=1)
    jpeg = EncryptedBytesField()
    width = models.PositiveSmallIntegerField(_("width"))
    height = models.PositiveSmallIntegerField(_("height"))

    class Meta:
        abstract = True

    def __str__(self):
        return str(self.id)


class CardImage(Card):
    """A card photo that was sent."""

    verification = models.ForeignKey(
        InsuranceVerification, models.CASCADE, related_name="card_images"
    )

    class Meta:
        verbose_name = _("card image")
        verbose_name_plural = _("card images")
        ordering = ["side", "page"]
        constraints = [
            models.UniqueConstraint(
                fields=["verification", "side", "page"], name="card_image_once_a_side"
            )
        ]


class ParkedCard(Card):
    """A good photo from a form that had an error elsewhere; kept for an hour."""

    form_nonce = models.CharField(max_length=64, db_index=True)
    parked_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["side", "page"]
