"""Reads and writes a column as it stands in the database, past the fields that seal it."""

from django.db import connection


def column(row, name: str):
    """Return what the row's column holds: text, bytes or None."""
    table, field = row._meta.db_table, row._meta.get_field(name)
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{field.column}" FROM "{table}" WHERE id = %s', [_key_of(row)])
        (value,) = cursor.fetchone()
    return bytes(value) if isinstance(value, memoryview) else value


def put(row, name: str, value) -> None:
    """Write the row's column as somebody with access to the database could."""
    table, field = row._meta.db_table, row._meta.get_field(name)
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{table}" SET "{field.column}" = %s WHERE id = %s', [value, _key_of(row)]
        )


def _key_of(row):
    return row._meta.pk.get_db_prep_value(row.pk, connection)
