"""What the purge of old audit events leaves behind, and what lets it through the guard."""

from django.db import models

from intake.models.lead import Lead


class AuditCut(models.Model):
    """Where a chain begins since its front was purged: after this number and digest.

    `mac` is made with a key, so that nobody else can cut a chain and have it accepted.
    Without a lead it is about the chain of the events without one.
    """

    lead = models.OneToOneField(
        Lead, models.PROTECT, null=True, blank=True, related_name="audit_cut"
    )
    seq = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    mac = models.CharField(max_length=64)

    def __str__(self):
        return str(self.seq)


class AuditPermit(models.Model):
    """While this table has a row, the triggers let audit events be deleted.

    The purge adds the row and takes it away in one transaction, so nobody else ever sees it.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="audit_permit_is_one_row")
        ]

    def __str__(self):
        return "permit"
