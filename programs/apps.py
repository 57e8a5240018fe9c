from collections import Counter
from pathlib import Path

from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    name = "programs"
    verbose_name = "Public site"

    def ready(self):
        from programs import history

        # Here, not in the models, so that columns other apps add (translations) are kept too.
        history.keep()

    def load_content(self, language: str) -> Counter:
        """Load the pages of one language from their files, for the `load_content` command."""
        from programs import content_files, loading, search

        units = content_files.read_units(Path(self.path) / "content" / language)
        counts = loading.load(units)
        search.rebuild()
        return counts
