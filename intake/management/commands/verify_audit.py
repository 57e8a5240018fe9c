"""Proves that no audit event was changed, removed or slipped in. Ends with 1 if one was."""

from django.core.management.base import BaseCommand, CommandError

from intake import audit_check


class Command(BaseCommand):
    help = (
        "Check every chain of audit events, the anchors in RECORDS_DIR and the triggers of the "
        "database. Names the first broken event of each chain; changes nothing."
    )

    def handle(self, **options):
        report = audit_check.verify()
        counts = f"events: {report.events}, chains: {report.chains}, anchors: {report.anchors}"
        if not report.wrong:
            self.stdout.write(f"The audit trail is whole. {counts}")
            return
        shown = "\n".join(map(str, report.shown))
        raise CommandError(f"The audit trail is broken. {counts}, wrong: {report.wrong}\n{shown}")
