"""Triggers by which the database itself keeps audit events as they are.

They stop mistakes, and statements slipped in; whoever owns the database can drop them, and
for that there are the chain's key and the anchors. On SQLite a migration that rebuilds a
table loses the triggers on it, so they are put in place after every `migrate`.
"""

from collections.abc import Iterator

from django.db import connections

# The tables they stand on and ask.
TABLES = ("intake_auditevent", "intake_audithead", "intake_auditcut", "intake_auditpermit",
          "intake_lead")  # fmt: skip
REFUSAL = "audit events are only ever added"

PERMITTED = "EXISTS (SELECT 1 FROM intake_auditpermit)"
# SQLite: INSERT OR REPLACE removes the old row without asking the trigger for deletes.
TAKEN = """EXISTS (SELECT 1 FROM intake_auditevent WHERE id = NEW.id)
    OR EXISTS (SELECT 1 FROM intake_auditevent WHERE lead_id = NEW.lead_id AND seq = NEW.seq)"""

# Name, what sets it off, and when it refuses.
TRIGGERS = [
    ("audit_event_update", "UPDATE ON intake_auditevent", ""),
    ("audit_event_delete", "DELETE ON intake_auditevent", f"NOT {PERMITTED}"),
    # A chain's head and its cut only move forward.
    ("audit_head_update", "UPDATE ON intake_audithead", "NEW.audit_seq < OLD.audit_seq"),
    ("audit_head_delete", "DELETE ON intake_audithead", ""),
    ("audit_cut_update", "UPDATE ON intake_auditcut", "NEW.seq <= OLD.seq"),
    ("audit_cut_delete", "DELETE ON intake_auditcut", ""),
    ("audit_lead_update", "UPDATE OF audit_seq ON intake_lead", "NEW.audit_seq < OLD.audit_seq"),
]
ONLY_ON = {
    "sqlite": [("audit_event_replace", "INSERT ON intake_auditevent", TAKEN)],
    "postgresql": [
        (f"{table}_truncate", f"TRUNCATE ON {table}", "")
        for table in ("intake_auditevent", "intake_audithead", "intake_auditcut")
    ],
}


def install(connection) -> None:
    """Put every trigger in place, anew where it is there already."""
    remove(connection)
    with connection.cursor() as cursor:
        for statement in _creating(connection.vendor):
            cursor.execute(statement)


def remove(connection) -> None:
    """Take every trigger away."""
    with connection.cursor() as cursor:
        for name, *_ in _triggers(connection.vendor):
            if connection.vendor == "postgresql":
                cursor.execute(f"DROP FUNCTION IF EXISTS {name} CASCADE")
            else:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def missing(connection) -> list[str]:
    """Return the triggers that are not there, or do not fire."""
    catalog = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A')",
    }
    with connection.cursor() as cursor:
        cursor.execute(catalog[connection.vendor])
        found = {name for (name,) in cursor.fetchall()}
    return [name for name, *_ in _triggers(connection.vendor) if name not in found]


def _triggers(vendor: str) -> list[tuple[str, str, str]]:
    return TRIGGERS + ONLY_ON[vendor]


def _creating(vendor: str) -> Iterator[str]:
    if vendor == "sqlite":
        for name, event, refuses in _triggers(vendor):
            when = f"WHEN {refuses} " if refuses else ""
            yield (
                f"CREATE TRIGGER {name} BEFORE {event} {when}"
                f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
        return
    for name, event, refuses in _triggers(vendor):
        # A trigger's WHEN may not ask another table; the function may.
        condition = f"IF {refuses} THEN" if refuses else "IF TRUE THEN"
        yield f"""
            CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                {condition}
                    RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation';
                END IF;
                RETURN {"OLD" if event.startswith("DELETE") else "NEW"};
            END $$"""
        each = "STATEMENT" if event.startswith("TRUNCATE") else "ROW"
        yield f"CREATE TRIGGER {name} BEFORE {event} FOR EACH {each} EXECUTE FUNCTION {name}()"


def after_migrate(sender, using: str, **_) -> None:
    """Put the triggers in place once their tables are there; Django calls this."""
    connection = connections[using]
    if set(TABLES) <= set(connection.introspection.table_names()):
        install(connection)
