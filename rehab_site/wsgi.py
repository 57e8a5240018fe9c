"""The web server's way in. Refuses to serve when the encryption keys do not fit."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rehab_site.settings")
application = get_wsgi_application()

from django.db import connection  # noqa: E402

from intake.canary import prove_keys  # noqa: E402  (needs the apps loaded)

prove_keys()
# The threads that serve open connections of their own; this one would only lie idle.
connection.close()
