"""One known text sealed under each encryption key, to prove that the keys fit."""

from django.db import models


class KeyCanary(models.Model):
    """A key that this database has been sealed with."""

    key_id = models.CharField(max_length=12, primary_key=True)
    sealed = models.TextField()

    def __str__(self):
        return self.key_id
