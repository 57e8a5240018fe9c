"""Mail that has to go out, written in the transaction that made it necessary."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from intake.models.lead import Lead


class Outbox(models.Model):
    """A notification about a lead: what kind, and how its delivery stands.

    Holds no text: the mail is made when it is sent, from the reference alone.
    """

    class Kind(models.TextChoices):
        NEW_REQUEST = "new_request", _("New request")
        PROMISE_AT_RISK = "at_risk", _("Promise at risk")
        PROMISE_BREAKING = "breaking", _("Promise about to break")
        CHANGED = "changed", _("Changed by the person")

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="notifications")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    created_at = models.DateTimeField(_("created"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_try_at = models.DateTimeField(_("next try"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    last_error = models.CharField(
        _("last error"), max_length=80, blank=True, help_text=_("Only the kind of error.")
    )

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(
                fields=["next_try_at", "id"],
                name="outbox_waiting",
                condition=models.Q(sent_at=None),
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.lead_id}"
