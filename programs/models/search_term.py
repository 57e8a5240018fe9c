"""The site search's inverted index."""

from django.db import models


class SearchTerm(models.Model):
    """A word stem that occurs on a page, and how much it counts there.

    `source` and `source_id` name what holds the word (a program, section, question or
    article). Rows are rebuilt by `programs.search`.
    """

    class Source(models.TextChoices):
        PROGRAM = "program"
        SECTION = "section"
        QUESTION = "question"
        ARTICLE = "article"

    language = models.CharField(max_length=5)
    stem = models.CharField(max_length=40)
    source = models.CharField(max_length=10, choices=Source.choices)
    source_id = models.BigIntegerField()
    weight = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["language", "stem", "source", "source_id"], name="search_term_once"
            )
        ]
        indexes = [models.Index(fields=["source", "source_id"], name="search_term_source")]

    def __str__(self):
        return f"{self.stem} {self.source} {self.source_id}"
