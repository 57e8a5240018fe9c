"""A column per language for every text, and who has reviewed a translation.

The English columns are filled with what the pages say now, in their histories too.
"""

from django.db import migrations, models
from django.db.models import F

LANGUAGES = ("en", "es")
TEXTS = {
    'article': {
        'body': models.TextField(help_text='Markdown. Headings begin with ##.', verbose_name='text'),
        'summary': models.TextField(help_text='For lists and search results.', max_length=400, verbose_name='summary'),
        'title': models.CharField(max_length=160, verbose_name='title'),
    },
    'center': {
        'answered_by': models.CharField(blank=True, help_text='In plain words, for example: our own admissions staff, not a call center.', max_length=200, verbose_name='who answers the phone'),
        'complaints_to': models.CharField(blank=True, help_text='The office or the job, and how to reach it, for complaints and questions about rights, for example: Patient advocate, extension 4. Left out while empty.', max_length=200, verbose_name='who takes complaints'),
        'crisis_wording': models.TextField(help_text='The notice on every page, in Markdown. Keep 911 and 988 in it; write phone links as [988](tel:988).', verbose_name='crisis wording'),
        'introduction': models.TextField(blank=True, help_text='For the home page. Markdown.', verbose_name='introduction'),
        'tagline': models.CharField(blank=True, help_text='One calm sentence under the name on the home page.', max_length=200, verbose_name='tagline'),
    },
    'fitcriterion': {
        'text': models.CharField(max_length=300, verbose_name='reason'),
    },
    'guideanswer': {
        'ask': models.CharField(blank=True, help_text='A question to ask us, shown with the result. Left out while empty.', max_length=200, verbose_name='worth asking'),
        'says': models.TextField(blank=True, help_text='Only where the guide stops. Markdown. The phone numbers follow.', verbose_name='what the page says then'),
        'text': models.CharField(max_length=200, verbose_name='answer'),
    },
    'guidequestion': {
        'hint': models.CharField(blank=True, help_text='One sentence under the question.', max_length=300, verbose_name='hint'),
        'text': models.CharField(max_length=200, verbose_name='question'),
    },
    'location': {
        'description': models.TextField(blank=True, help_text='How to get here, parking, the entrance. Markdown.', verbose_name='description'),
        'name': models.CharField(max_length=120, verbose_name='name'),
    },
    'program': {
        'length_note': models.CharField(blank=True, max_length=300, verbose_name='what the length depends on'),
        'level_edition': models.CharField(help_text='Where the code comes from, for example: ASAM Criteria, 3rd edition.', max_length=120, verbose_name='edition'),
        'level_name': models.CharField(blank=True, max_length=120, verbose_name='name of the level'),
        'name': models.CharField(help_text='In full: Intensive outpatient program.', max_length=120, verbose_name='name'),
        'short_name': models.CharField(help_text='For example: IOP.', max_length=40, verbose_name='short name'),
        'summary': models.TextField(help_text='Two or three sentences for lists, search results and the top of the page.', max_length=400, verbose_name='summary'),
        'supervision': models.CharField(help_text='For example: staff on site day and night; or: during sessions.', max_length=200, verbose_name='supervision'),
    },
    'programsection': {
        'body': models.TextField(help_text='Markdown.', verbose_name='text'),
        'heading': models.CharField(max_length=160, verbose_name='heading'),
    },
    'question': {
        'answer': models.TextField(help_text='Markdown.', verbose_name='answer'),
        'question': models.CharField(max_length=200, verbose_name='question'),
    },
    'service': {
        'name': models.CharField(max_length=120, verbose_name='name'),
        'note': models.CharField(blank=True, help_text='What it is, in a sentence.', max_length=300, verbose_name='in plain words'),
    },
}
REVIEW = {
    'translation_reviewed_by': models.CharField(blank=True, help_text='A qualified translator. While this is empty, the page says that none has.', max_length=160, verbose_name='translation reviewed by'),
    'translation_reviewed_on': models.DateField(blank=True, null=True, verbose_name='translation reviewed on'),
}
REVIEWED = ('article', 'center', 'location', 'program')


def columns(table):
    """Yield the name and the field of each new column; a history has the same ones."""
    model = table.removeprefix('historical')
    texts = TEXTS[model]
    if model in REVIEWED:
        yield from ((name, field.clone()) for name, field in REVIEW.items())
        texts = texts | REVIEW
    for name, field in texts.items():
        for language in LANGUAGES:
            own = field.clone()
            own.null = True
            yield f'{name}_{language}', own


def fill_english(apps, schema_editor):
    for table in TABLES:
        texts = TEXTS[table.removeprefix('historical')]
        rows = apps.get_model('programs', table).objects
        rows.update(**{f'{name}_en': F(name) for name in texts})


TABLES = [table for model in TEXTS for table in (model, f'historical{model}')]


class Migration(migrations.Migration):

    dependencies = [
        ('programs', '0008_appointments'),
    ]

    operations = [
        *(
            migrations.AddField(model_name=table, name=name, field=field)
            for table in TABLES
            for name, field in columns(table)
        ),
        migrations.RunPython(fill_english, migrations.RunPython.noop, elidable=True),
    ]
