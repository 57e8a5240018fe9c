from django.apps import AppConfig
from django.db.models.signals import post_delete, post_migrate, post_save


class IntakeConfig(AppConfig):
    name = "intake"
    verbose_name = "Admissions"

    def ready(self):
        from intake import audit_guard
        from intake.models import ConsentText, RoutingRule
        from programs.generation import content_changed

        post_migrate.connect(audit_guard.after_migrate, sender=self)
        # What every sending asks for is kept until it changes, like the public content.
        for model in (ConsentText, RoutingRule):
            for signal in (post_save, post_delete):
                signal.connect(content_changed, sender=model)

    def load_content(self):
        """Load carriers, consent wordings and groups; the `load_content` command calls this."""
        from intake import groups, loading

        groups.ensure()
        return loading.load()
