"""The yardstick of the queue: what Django's admin gives as it comes, over as many plain rows.

`python -m tests.benchmarks.stock ROWS` makes the rows in an empty database, then answers
what it is asked for, as `growth` does.
"""

import sys

from django.conf import settings

from rehab_site.settings import DATABASES, SECRET_KEY

ADMIN_NEEDS = ("auth", "contenttypes", "sessions", "messages")
settings.configure(
    SECRET_KEY=SECRET_KEY,
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    DATABASES=DATABASES,
    USE_TZ=True,
    STATIC_URL="static/",
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=["django.contrib.admin", *(f"django.contrib.{name}" for name in ADMIN_NEEDS)],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
)

import django  # noqa: E402  (needs the settings)

django.setup()

from django.contrib import admin  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import path, reverse  # noqa: E402

from tests.benchmarks import answering  # noqa: E402


class Row(models.Model):
    """What a queue of leads shows, in plain text."""

    reference = models.CharField(max_length=9)
    name = models.CharField(max_length=120)
    phone = models.CharField(max_length=20)
    status = models.CharField(max_length=10, choices=[(str(i), f"Status {i}") for i in range(6)])
    owner = models.ForeignKey(User, models.SET_NULL, null=True)
    received_at = models.DateTimeField()

    class Meta:
        app_label = "auth"
        ordering = ["received_at"]

    def __str__(self):
        return self.reference


@admin.register(Row)
class RowAdmin(admin.ModelAdmin):
    list_display = ["reference", "name", "phone", "status", "owner", "received_at"]
    list_filter = ["status", "owner"]
    search_fields = ["reference", "name", "phone"]
    date_hierarchy = "received_at"


urlpatterns = [path("admin/", admin.site.urls)]

# A number for each row, as the database at hand makes them.
NUMBERS = {
    "postgresql": "SELECT n FROM generate_series(1, %s) AS n",
    "sqlite": "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers "
    "WHERE n < %s) SELECT n FROM numbers",
}
MOMENT = {
    "postgresql": "timestamptz '2026-01-01' + n * interval '1 minute'",
    "sqlite": "datetime('2026-01-01', '+' || n || ' minutes')",
}


def prepare(rows: int) -> None:
    call_command("migrate", verbosity=0)
    User.objects.create_superuser("bench")
    with connection.schema_editor() as editor:
        editor.create_model(Row)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO {Row._meta.db_table} (reference, name, phone, status, received_at)
            SELECT 'R' || n, 'Robin Example ' || n, '916555' || n,
                CAST(n %% 6 AS text), {MOMENT[connection.vendor]}
            FROM ({NUMBERS[connection.vendor]}) AS numbers""",
            [rows],
        )
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")


def things_asked() -> dict:
    staff = Client()
    staff.force_login(User.objects.get())
    queue = reverse("admin:auth_row_changelist")
    known = Row.objects.all()[20]

    def asks(address: str) -> None:
        response = staff.get(address)
        if response.status_code != 200:
            raise SystemExit(f"{address} answered {response.status_code}.")

    # Each beside what it is the yardstick of.
    return {
        "queue": lambda: asks(queue),
        "queue, by status": lambda: asks(f"{queue}?status__exact=3"),
        "search by phone": lambda: asks(f"{queue}?q={known.phone}"),
        "search by name": lambda: asks(f"{queue}?q=Robin"),
        "lead page": lambda: asks(reverse("admin:auth_row_change", args=[known.pk])),
    }


if __name__ == "__main__":
    prepare(int(sys.argv[1]))
    answering.answer(things_asked(), growing={Row._meta.db_table})
