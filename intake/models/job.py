"""When each recurring job is due next."""

from django.db import models


class Job(models.Model):
    """A job of the worker, one row each: whoever moves the time ahead does the work."""

    name = models.CharField(max_length=20, primary_key=True)
    next_run_at = models.DateTimeField()

    def __str__(self):
        return self.name
