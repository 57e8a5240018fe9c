"""The site as granian serves it in `test_production`, and one address beyond Django's care."""

import os

from django.conf import settings

os.environ["DJANGO_SETTINGS_MODULE"] = "rehab_site.settings"
# Nobody has collected static files for this run.
PLAIN = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
settings.STORAGES = {**settings.STORAGES, "staticfiles": PLAIN}

from rehab_site.wsgi import application as site  # noqa: E402


def application(environ, start_response):
    if environ["PATH_INFO"] == "/fault-of-the-server/":
        raise ValueError(f"cannot take {environ}")
    return site(environ, start_response)
