"""Mail that has to go out, written in the transaction that made it necessary."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from intake.models.lead import Lead


class Outbox(models.Model):
    """A notification about a lead: what kind, for whom, and how its delivery stands.

    Holds no text: the mail is made when it is sent, from the reference alone. Without a
    recipient it is for whoever is on duty when it goes out, else for the desk's mailbox.
    """

    class Kind(models.TextChoices):
        NEW_REQUEST = "new_request", _("New request")
        DANGER = "danger", _("Possible danger")
        PROMISE_AT_RISK = "at_risk", _("Promise at risk")
        PROMISE_BREAKING = "breaking", _("Promise about to break")
        PROMISE_BROKEN = "broken", _("Promise broken")
        HANDED_OVER = "handed_over", _("Handed over to you")
        CHANGED = "changed", _("Changed by the person")

    class GivenUp(models.TextChoices):
        """Why a notification is not sent after all."""

        TOLD = "told", _("They were told another way")
        HANDLED = "handled", _("Somebody looks after the lead already")
        ADDRESS = "address", _("The address is wrong; it is being corrected")
        UNWANTED = "unwanted", _("They want no mail of this kind")

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="notifications")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("for"),
    )
    created_at = models.DateTimeField(_("created"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_try_at = models.DateTimeField(_("next try"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    last_error = models.CharField(
        _("last error"), max_length=80, blank=True, help_text=_("Only the kind of error.")
    )
    # No more tries by itself: it was tried too often, or the address was refused for good.
    failed_at = models.DateTimeField(_("failed"), null=True, blank=True)
    given_up_at = models.DateTimeField(_("given up"), null=True, blank=True)
    given_up_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    given_up_because = models.CharField(
        _("given up because"), max_length=10, choices=GivenUp.choices, blank=True
    )

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(
                fields=["next_try_at", "id"],
                name="outbox_waiting",
                condition=Q(sent_at=None, failed_at=None, given_up_at=None),
            ),
            models.Index(
                fields=["created_at"],
                name="outbox_unsent",
                condition=Q(sent_at=None, given_up_at=None),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(given_up_at=None, given_up_because="")
                | (Q(given_up_at__isnull=False) & ~Q(given_up_because="")),
                name="outbox_given_up_for_a_reason",
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.lead_id}"

    @property
    def is_settled(self) -> bool:
        """Say whether nothing more happens to it: it was sent, or somebody gave it up."""
        return self.sent_at is not None or self.given_up_at is not None


class WorkerPulse(models.Model):
    """When each running worker was last alive."""

    worker = models.CharField(max_length=32, unique=True)
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return self.worker
