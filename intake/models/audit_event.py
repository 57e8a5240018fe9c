"""Who saw or changed what: names of fields, never their values."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from intake.models.lead import Lead


class AppendOnly(Exception):
    """Somebody tried to change or remove an audit event."""


class AuditEventQuerySet(models.QuerySet):
    """Audit events can be read and added. The purge alone goes past this, with a permit."""

    def update(self, **values):
        raise AppendOnly

    def bulk_update(self, objects, fields, batch_size=None):
        raise AppendOnly

    def delete(self):
        raise AppendOnly

    delete.queryset_only = True


class AuditEvent(models.Model):
    """One link of a chain: `digest` covers this row and the link before it.

    Each lead has a chain; events that are about no lead (sign-ins, searches) share one.
    `fields` are names, `reason` is a code of a short list: neither ever holds a value.
    Rows are only ever added; triggers in the database see to it too (`intake.audit_guard`).
    """

    class Action(models.TextChoices):
        # What happened to a lead, or was seen of it.
        RECEIVED = "received", _("Received")
        VIEWED = "viewed", _("Opened")
        REVEALED = "revealed", _("Masked details shown")
        CARD_VIEWED = "card_viewed", _("Card image seen")
        CLAIMED = "claimed", _("Claimed")
        RELEASED = "released", _("Released")
        LEASE_PROLONGED = "prolonged", _("Claim prolonged by working on it")
        LEASE_ENDED = "lease_ended", _("Claim ended by itself")
        CALL_STARTED = "calling", _("Calling")
        ATTEMPT_LOGGED = "attempt", _("Contact attempt logged")
        ROUTED = "routed", _("Offered to somebody by a rule")
        HANDED_OVER = "handed_over", _("Handed over to a colleague")
        MOVED = "moved", _("Moved by a manager")
        PRIORITIZED = "priority", _("Priority changed")
        ESCALATED = "escalated", _("Promise at risk: escalated")
        PROMISE_BROKEN = "broken", _("Promise broken")
        PROMISE_EXPLAINED = "explained", _("Reason of a broken promise recorded")
        CONTACT_EDITED = "edited", _("Contact plan changed")
        ASSESSMENT_SET = "assessment", _("Assessment scheduled")
        ASSESSED = "assessed", _("Assessed")
        ADMITTED = "admitted", _("Admitted")
        LINKED = "linked", _("Said to be the same person, or not")
        MERGED = "merged", _("Merged")
        UNMERGED = "unmerged", _("Merge undone")
        CLOSED = "closed", _("Closed")
        CHECKED_BACK = "checked_back", _("Checked back on a referral")
        REOPENED = "reopened", _("Reopened")
        PIN_ISSUED = "pin_issued", _("New PIN issued")
        CONSENT_RECORDED = "consent", _("Consent recorded")
        CONSENT_WITHDRAWN = "withdrawn", _("Permission withdrawn")
        WITHDRAWAL_DONE = "honoured", _("Withdrawal carried out")
        WISHED = "wished", _("Changed by the person")
        PRIVACY_ANSWERED = "answered", _("Privacy request answered")
        CHECK_STARTED = "check", _("Benefits check started")
        CHECK_RECORDED = "check_done", _("Benefits recorded")
        CHECK_APPROVED = "check_ok", _("Benefits approved")
        CHECK_RETURNED = "check_back", _("Benefits sent back")
        CHECK_EXPLAINED = "check_told", _("Benefits explained to the family")
        PRINTED = "printed", _("Printed")
        EXPORTED = "exported", _("Copy made")
        HANDED_OFF = "handed_off", _("Handed to somebody outside")
        MAIL_RETRIED = "mail_again", _("Notification tried again")
        MAIL_GIVEN_UP = "mail_dropped", _("Notification given up")
        HELD = "held", _("Legal hold set")
        HOLD_LIFTED = "hold_lifted", _("Legal hold lifted")
        ERASED = "erased", _("Erased")
        # What is about no lead.
        SEARCHED = "searched", _("Searched")
        SIGNED_IN = "signed_in", _("Signed in")
        SIGNED_OUT = "signed_out", _("Signed out")
        SIGN_IN_FAILED = "failed", _("Sign-in failed")
        LOCKED_OUT = "locked_out", _("Locked out")
        UNLOCKED = "unlocked", _("Unlocked by an administrator")
        REFUSED = "refused", _("Refused: not allowed")
        FACTOR_ENROLLED = "enrolled", _("Second factor set up")
        FACTOR_RESET = "factor_reset", _("Second factor reset")
        RECOVERY_USED = "recovery", _("Recovery code used")
        PURGED = "purged", _("Old audit events removed")
        RESTORED = "restored", _("Taken up again after a restore")

    # Without indexes of their own: those below, and the constraints, begin with these columns.
    lead = models.ForeignKey(
        Lead,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="audit_events",
        db_index=False,
        verbose_name=_("lead"),
    )
    seq = models.PositiveIntegerField(_("number"))
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("who"),
    )
    action = models.CharField(_("what"), max_length=12, choices=Action.choices)
    fields = models.TextField(_("fields"), blank=True)
    reason = models.CharField(_("reason"), max_length=20, blank=True)
    digest = models.CharField(max_length=64)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        ordering = ["lead", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["lead", "seq"], name="audit_event_once"),
            models.UniqueConstraint(
                fields=["seq"], condition=Q(lead=None), name="audit_event_once_apart"
            ),
        ]
        # The list shows the newest first; each filter ends in that order.
        indexes = [
            models.Index(fields=["at", "id"], name="audit_event_at"),
            models.Index(fields=["by", "at", "id"], name="audit_event_by"),
            models.Index(fields=["action", "at", "id"], name="audit_event_action"),
        ]

    def __str__(self):
        return f"{self.get_action_display()} {self.seq}"

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise AppendOnly
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise AppendOnly

    def get_action_display(self) -> str:
        # Django's own makes a table of all labels for each row: a sixth of a lead's page.
        return LABELS.get(self.action, self.action)


LABELS = dict(AuditEvent.Action.choices)


class AuditHead(models.Model):
    """Where the chain of the events without a lead stands: one row, as a lead's own fields.

    `anchor` is the digest of the last line written outside the database.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    audit_seq = models.PositiveIntegerField(default=0)
    audit_head = models.CharField(max_length=64, blank=True)
    anchor = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="audit_head_is_one_row")]

    def __str__(self):
        return str(self.audit_seq)
