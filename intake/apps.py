from django.apps import AppConfig
from django.db.models.signals import post_migrate


class IntakeConfig(AppConfig):
    name = "intake"
    verbose_name = "Admissions"

    def ready(self):
        from intake import audit_guard

        post_migrate.connect(audit_guard.after_migrate, sender=self)

    def load_content(self):
        """Load carriers, consent wordings and groups; the `load_content` command calls this."""
        from intake import groups, loading

        groups.ensure()
        return loading.load()
