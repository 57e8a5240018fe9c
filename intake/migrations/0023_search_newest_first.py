from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('intake', '0001_squashed_0022_hand_overs'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='searchtoken',
            name='search_token_digest',
        ),
        migrations.AddField(
            model_name='searchtoken',
            name='received_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(
            'UPDATE intake_searchtoken SET received_at = '
            '(SELECT received_at FROM intake_lead WHERE intake_lead.id = lead_id)',
            migrations.RunSQL.noop,
        ),
        migrations.AlterField(
            model_name='searchtoken',
            name='received_at',
            field=models.DateTimeField(),
        ),
        migrations.AddIndex(
            model_name='searchtoken',
            index=models.Index(fields=['digest', 'kind', 'received_at', 'lead'], name='search_token_newest'),
        ),
    ]
