from collections import Counter
from pathlib import Path

from django.apps import AppConfig

UNSEEN = {"LoadedContent", "SearchTerm"}


class ProgramsConfig(AppConfig):
    name = "programs"
    verbose_name = "Public site"

    def ready(self):
        from programs import history

        # Here, not in the models, so that columns other apps add (translations) are kept too.
        history.keep()
        self._tell_when_content_changes()

    def _tell_when_content_changes(self) -> None:
        from django.db.models.signals import m2m_changed, post_delete, post_save
        from simple_history.models import HistoricalChanges

        from programs.generation import content_changed

        for model in self.get_models():
            # What visitors never see: the search's index, the loader's memory, old versions.
            if model.__name__ in UNSEEN or issubclass(model, HistoricalChanges):
                continue
            post_save.connect(content_changed, sender=model)
            post_delete.connect(content_changed, sender=model)
            for field in model._meta.many_to_many:
                m2m_changed.connect(content_changed, sender=field.remote_field.through)

    def load_content(self) -> Counter:
        """Load the pages from their files in all languages, for the `load_content` command."""
        from programs import (
            content_files,
            content_translations,
            generation,
            languages,
            loading,
            search,
        )

        content = Path(self.path) / "content"
        units = content_files.read_units(content / languages.DEFAULT)
        for language in languages.others():
            content_translations.add(units, content / language, language)
        counts = loading.load(units)
        search.rebuild()
        # Also for what changed outside of us, by SQL or from a backup.
        generation.content_changed()
        return counts
