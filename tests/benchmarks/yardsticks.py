"""The least that Django can do for the same answers: a site without any middleware.

`/page/` returns fixed bytes, `/insert/` stores one row through a ModelForm. It has the
database and the server settings of the site that is measured against it.
"""

import os
from functools import cache
from pathlib import Path

from django.conf import settings

from rehab_site.settings import DATABASES, SECRET_KEY

settings.configure(
    SECRET_KEY=SECRET_KEY, ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, DATABASES=DATABASES
)

from django.core.wsgi import get_wsgi_application  # noqa: E402  (needs the settings)

application = get_wsgi_application()

from django.db import connection, models  # noqa: E402
from django.forms import modelform_factory  # noqa: E402
from django.http import HttpResponse, HttpResponseRedirect  # noqa: E402
from django.urls import path  # noqa: E402


class Row(models.Model):  # noqa: DJ008  (never shown)
    """What a callback form asks for, in plain text."""

    phone = models.CharField(max_length=64)
    name = models.CharField(max_length=120, blank=True)
    for_whom = models.CharField(max_length=10, blank=True)
    program = models.CharField(max_length=50, blank=True)
    window = models.CharField(max_length=10, blank=True)
    timezone = models.CharField(max_length=64, blank=True)
    message = models.TextField(blank=True)

    class Meta:
        app_label = "yardsticks"


RowForm = modelform_factory(Row, fields="__all__")


@cache
def compressed_page() -> bytes:
    return Path(os.environ["YARDSTICK_PAGE"]).read_bytes()


def page(request):
    content = compressed_page()
    # Without its length the server would send it in chunks, which is slower.
    headers = {"Content-Encoding": "gzip", "Content-Length": str(len(content))}
    return HttpResponse(content, headers=headers)


def insert(request):
    RowForm(request.POST).save()
    return HttpResponseRedirect("/page/", status=303, headers={"Content-Length": "0"})


urlpatterns = [path("page/", page), path("insert/", insert)]

with connection.schema_editor() as editor:
    editor.create_model(Row)
connection.close()
