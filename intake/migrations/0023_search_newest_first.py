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
        migrations.AddIndex(
            model_name='searchtoken',
            index=models.Index(fields=['digest', 'kind', 'id', 'lead'], name='search_token_newest'),
        ),
    ]
