"""How each promise to call ended: kept, broken and why, or moved because the person wished so."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from intake.choices import PromiseBroken, PromiseOutcome
from intake.models.lead import Lead


class PromiseRecord(models.Model):
    """One promise that is settled. The one that still runs stands on the lead itself.

    Holds times and codes only, so that what was promised is still counted when the
    person is forgotten.
    """

    # Without an index of its own: the constraint begins with it.
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="promises", db_index=False)
    promised_from = models.DateTimeField(_("promised from"))
    promised_by = models.DateTimeField(_("promised by"))
    outcome = models.CharField(_("outcome"), max_length=6, choices=PromiseOutcome.choices)
    settled_at = models.DateTimeField(_("settled"))
    # Of a broken promise: when somebody tried after all.
    answered_at = models.DateTimeField(_("first attempt after"), null=True, blank=True)
    because = models.CharField(
        _("broken because"), max_length=10, choices=PromiseBroken.choices, blank=True
    )
    escalated_at = models.DateTimeField(_("escalated"), null=True, blank=True)

    class Meta:
        verbose_name = _("settled promise")
        verbose_name_plural = _("settled promises")
        ordering = ["promised_by", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["lead", "promised_from", "promised_by"], name="promise_counts_once"
            ),
            models.CheckConstraint(
                condition=Q(outcome=PromiseOutcome.BROKEN) | Q(because="", answered_at=None),
                name="promise_reason_only_if_broken",
            ),
        ]
        indexes = [
            models.Index(fields=["promised_by", "outcome"], name="promise_by_time"),
            models.Index(
                fields=["promised_by"],
                name="promise_unexplained",
                condition=Q(outcome=PromiseOutcome.BROKEN, because=""),
            ),
        ]

    def __str__(self):
        return f"{self.get_outcome_display()} {self.lead_id}"

    @property
    def lacks_reason(self) -> bool:
        return self.outcome == PromiseOutcome.BROKEN and not self.because
