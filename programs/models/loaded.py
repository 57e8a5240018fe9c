"""What `load_content` has put in, so that it never overwrites an editor's work."""

from django.db import models


class LoadedContent(models.Model):
    """A content file's identity and a digest of the rows as they were loaded.

    Rows that no longer match the digest were edited by staff; rows that are gone were
    deleted by staff. Both are left alone.
    """

    key = models.CharField(max_length=120, unique=True)
    digest = models.CharField(max_length=64)

    def __str__(self):
        return self.key
