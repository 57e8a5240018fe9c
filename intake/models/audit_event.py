"""Who saw or changed what: names of fields, never their values."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from intake.models.lead import Lead


class AuditEvent(models.Model):
    """One link of a lead's chain: `digest` covers this row and the link before it."""

    class Action(models.TextChoices):
        RECEIVED = "received", _("Received")
        VIEWED = "viewed", _("Opened")
        CARD_VIEWED = "card_viewed", _("Card image seen")
        CLAIMED = "claimed", _("Claimed")
        RELEASED = "released", _("Released")
        LEASE_ENDED = "lease_ended", _("Claim ended by itself")
        ATTEMPT_LOGGED = "attempt", _("Contact attempt logged")
        CLOSED = "closed", _("Closed")
        REOPENED = "reopened", _("Reopened")
        PIN_ISSUED = "pin_issued", _("New PIN issued")

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="audit_events")
    seq = models.PositiveIntegerField()
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    action = models.CharField(_("what"), max_length=12, choices=Action.choices)
    fields = models.CharField(_("fields"), max_length=400, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        ordering = ["lead", "seq"]
        constraints = [models.UniqueConstraint(fields=["lead", "seq"], name="audit_event_once")]

    def __str__(self):
        return f"{self.get_action_display()} {self.lead_id} {self.seq}"
