"""Counters that slow guessing down, kept under keyed digests."""

from django.db import models


class Throttle(models.Model):
    """How often something happened within one stretch of time."""

    key = models.CharField(max_length=32, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    until = models.DateTimeField(db_index=True)

    def __str__(self):
        return self.key
