"""Switches the triggers of the audit trail off by force, as who owns the database can."""

from contextlib import contextmanager

from intake import audit_guard


@contextmanager
def unguarded(connection):
    if connection.vendor == "sqlite":
        audit_guard.remove(connection)
        yield
        audit_guard.install(connection)
        return
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield
        cursor.execute("SET session_replication_role = origin")
