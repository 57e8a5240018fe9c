"""What the rows of public pages have in common: published, they may say nothing false."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from programs import claims, languages


class Truthful(models.Model):
    """A row whose words visitors read. `clean` refuses what is false once it is for visitors.

    The admin and `load_content` both clean; what becomes false with time is an alert
    (`programs.missing`).
    """

    class Meta:
        abstract = True

    @property
    def is_for_visitors(self) -> bool:
        return True

    def untruths(self) -> dict[str, list[str]]:
        """Return, by field, a sentence for each thing that is false."""
        found = {}
        for column in self._meta.concrete_fields:
            is_prose = isinstance(column, (models.CharField, models.TextField))
            if not is_prose or column.choices or isinstance(column, models.SlugField):
                continue
            if languages.is_english_twin(column):
                continue
            text = column.value_from_object(self) or ""
            # dict: each word once, in the order written
            if words := dict.fromkeys(claims.unsourced(text)):
                found[column.name] = [_unsourced(word) for word in words]
        return found

    def clean(self):
        super().clean()
        if self.is_for_visitors and (untruths := self.untruths()):
            raise ValidationError(untruths)


class PartOfProgram(Truthful):
    """A row on a program's page, public with it. Outside a program it is always public."""

    class Meta:
        abstract = True

    @property
    def is_for_visitors(self) -> bool:
        program = getattr(self, "program", None)
        return program is None or program.is_for_visitors


def _unsourced(word: str) -> str:
    return _(
        "“%(word)s” is a claim that needs a source. Name it in the same paragraph, as "
        "“Source: …” or as a link to it, or say it without that word."
    ) % {"word": word}
