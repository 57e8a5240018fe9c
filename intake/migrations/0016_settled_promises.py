"""Settles the promises of leads that came before there was a clock."""

from django.db import migrations
from django.db.models import F, Q
from django.utils import timezone

BATCH = 2000


def settle(apps, schema_editor):
    leads = apps.get_model("intake", "Lead").objects.filter(promise_kept=None)
    record = apps.get_model("intake", "PromiseRecord")
    was_kept = Q(first_attempt_at__lte=F("promised_by"))
    was_owed = Q(promised_by__lt=timezone.now(), call_ok=True) & (
        Q(closed_at=None) | Q(closed_at__gt=F("promised_by"))
    )
    for outcome, which in (("kept", was_kept), ("broken", was_owed & ~was_kept)):
        columns = ("pk", "promised_from", "promised_by", "first_attempt_at")
        batch = []
        for pk, start, end, tried in leads.filter(which).values_list(*columns).iterator(BATCH):
            is_kept = outcome == "kept"
            batch.append(
                record(
                    lead_id=pk,
                    promised_from=start,
                    promised_by=end,
                    outcome=outcome,
                    settled_at=tried if is_kept else end,
                    answered_at=None if is_kept else tried,
                )
            )
            if len(batch) == BATCH:
                record.objects.bulk_create(batch)
                batch = []
        record.objects.bulk_create(batch)
        leads.filter(which).update(promise_kept=outcome == "kept")


class Migration(migrations.Migration):
    dependencies = [("intake", "0015_promise_clock")]
    operations = [migrations.RunPython(settle, migrations.RunPython.noop)]
