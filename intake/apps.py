from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "intake"
    verbose_name = "Admissions"

    def load_content(self, language="en"):
        """Load carriers, consent wordings and groups; the `load_content` command calls this."""
        from intake import groups, loading

        groups.ensure()
        return loading.load(language)
