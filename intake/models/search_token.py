"""Keyed digests by which staff find a lead without a readable index."""

from django.db import models

from intake.models.lead import Lead


class SearchToken(models.Model):
    """One digest of one searchable value of a lead; only `lookup` writes them."""

    class Kind(models.IntegerChoices):
        PHONE = 1
        LAST_FOUR = 2
        EMAIL = 3
        NAME = 4

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="search_tokens")
    kind = models.PositiveSmallIntegerField(choices=Kind.choices)
    digest = models.CharField(max_length=32)
    key_id = models.CharField(max_length=12)
    # The lead's own: of a common name the newest are looked at first.
    received_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["digest", "kind", "received_at", "lead"], name="search_token_newest"
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.lead_id}"
