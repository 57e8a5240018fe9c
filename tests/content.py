"""The default content for tests: loaded by the real command once, then put back row by row."""

from datetime import date, time

from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction

from intake import groups
from programs import generation

# By table: the names of its columns, and its rows as the command left them.
_rows: dict[str, tuple[list[str], list[tuple]]] = {}
AT_ONCE = 1000


def put() -> None:
    """Fill empty tables with the content the site ships with."""
    if not _rows:
        # Else the rows of one test would be put into all others.
        assert not any(model.objects.exists() for model in _models())
        call_command("load_content", verbosity=0)
        with connection.cursor() as cursor:
            for model in _models():
                table = model._meta.db_table
                cursor.execute(f'SELECT * FROM "{table}"')
                names = [column[0] for column in cursor.description]
                _rows[table] = names, cursor.fetchall()
        return
    groups.ensure()
    with transaction.atomic(), connection.cursor() as cursor:
        for table, (names, rows) in _rows.items():
            for first in range(0, len(rows), AT_ONCE):
                _insert(cursor, table, names, rows[first : first + AT_ONCE])
        for statement in connection.ops.sequence_reset_sql(no_style(), _models()):
            cursor.execute(statement)
    generation.renew()


def _models() -> list:
    """The models whose rows may come from the content's files."""
    return [
        model
        for name in ("programs", "intake")
        for model in apps.get_app_config(name).get_models(include_auto_created=True)
    ]


def _insert(cursor, table: str, names: list[str], rows: list[tuple]) -> None:
    columns = ", ".join(f'"{name}"' for name in names)
    places = ", ".join([f"({', '.join(['%s'] * len(names))})"] * len(rows))
    # Times as they are written: SQLite's own way of doing that is about to go.
    values = [str(one) if isinstance(one, date | time) else one for row in rows for one in row]
    cursor.execute(f'INSERT INTO "{table}" ({columns}) VALUES {places}', values)
