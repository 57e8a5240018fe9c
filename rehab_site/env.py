"""Reads settings from the environment or `.env`, and refuses weak secrets.

Every refusal is one sentence that says what to set. `python -m rehab_site.env`
prints a fresh development `.env`; `make run` writes it once.
"""

import base64
import binascii
import re
import secrets
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

LONGEST_DAYS = 36_500


class Env(environ.FileAwareEnv):
    """Also reads SECRET_KEY_FILE and its like, as containers offer secrets."""

    def days(self, name: str, *, default: int) -> timedelta:
        """Return a stretch of whole days, refusing none at all."""
        value = self.str(name, default="") or str(default)
        if not re.fullmatch(r"[0-9]{1,5}", value) or not 1 <= int(value) <= LONGEST_DAYS:
            raise ImproperlyConfigured(
                f"Set {name} to a whole number of days, from 1 to {LONGEST_DAYS}."
            )
        return timedelta(days=int(value))


env = Env()
env.read_env(BASE_DIR / ".env")

KEY_BYTES = 32
MIN_SECRET_KEY_LENGTH = 50
# In days, two leap days included.
SIX_YEARS = 2192
KEY_ID = re.compile(r"[a-z0-9]{1,12}")


def secret_key() -> str:
    """Return SECRET_KEY, refusing one that is missing, short or a known default."""
    value = env.str("SECRET_KEY", default="")
    if _is_weak(value):
        raise ImproperlyConfigured(
            f"Set SECRET_KEY to at least {MIN_SECRET_KEY_LENGTH} random characters; "
            "`python -m rehab_site.env` prints a fresh one."
        )
    return value


def secret_key_fallbacks() -> list[str]:
    """Return what was SECRET_KEY before, as strong as that one has to be."""
    values = env.list("SECRET_KEY_FALLBACKS", default=[])
    if any(map(_is_weak, values)):
        raise ImproperlyConfigured(
            "Set SECRET_KEY_FALLBACKS to what was SECRET_KEY before, newest first, separated "
            f"by commas; each has at least {MIN_SECRET_KEY_LENGTH} characters."
        )
    return values


def _is_weak(secret: str) -> bool:
    return len(secret) < MIN_SECRET_KEY_LENGTH or len(set(secret)) < 5 or "insecure" in secret


def audit_retention_days() -> int:
    """Return how many days audit events are kept, refusing less than the law asks for."""
    value = env.str("AUDIT_RETENTION_DAYS", default=str(SIX_YEARS))
    if not value.isdecimal() or not SIX_YEARS <= int(value) <= 100 * 366:
        raise ImproperlyConfigured(
            f"Set AUDIT_RETENTION_DAYS to {SIX_YEARS} or more: records of who saw what are kept "
            "for six years (45 CFR 164.316(b)(2))."
        )
    return int(value)


def encryption_keys() -> dict[str, bytes]:
    """Return the field encryption keys by id, the one that encrypts first.

    FIELD_ENCRYPTION_KEYS is `id:base64,id:base64`; each key is 32 random bytes.
    """
    how = (
        "Set FIELD_ENCRYPTION_KEYS to `id:key` pairs (key: 32 random bytes in base64, "
        "newest first, separated by commas); `python -m rehab_site.env` prints a fresh one."
    )
    keys = {}
    for pair in filter(None, env.str("FIELD_ENCRYPTION_KEYS", default="").split(",")):
        kid, _, encoded = pair.strip().partition(":")
        try:
            key = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        except (binascii.Error, ValueError):
            key = b""
        if not KEY_ID.fullmatch(kid) or len(key) != KEY_BYTES or len(set(key)) < 8 or kid in keys:
            raise ImproperlyConfigured(how)
        keys[kid] = key
    if not keys:
        raise ImproperlyConfigured(how)
    return keys


def public_url(debug: bool) -> str:
    """Return the site's own address, without a slash at the end."""
    value = env.str("PUBLIC_URL", default="http://127.0.0.1:8000" if debug else "").rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path:
        raise ImproperlyConfigured("Set PUBLIC_URL to the site's address, like https://example.org")
    if parts.scheme == "http" and not debug:
        raise ImproperlyConfigured(
            "Set PUBLIC_URL to an https:// address: personal data never travels in the clear."
        )
    return value


def records_dir() -> Path:
    """Return the folder, outside the database, of what must outlive its backups."""
    value = env.str("RECORDS_DIR", default="") or str(BASE_DIR / "var" / "records")
    folder = Path(value)
    if not folder.is_absolute() or (folder.exists() and not folder.is_dir()):
        raise ImproperlyConfigured("Set RECORDS_DIR to the absolute path of a folder of its own.")
    return folder


def staff_second_factor(debug: bool) -> bool:
    """Say whether staff need a second factor: yes, unless told otherwise or in development."""
    value = env.str("STAFF_SECOND_FACTOR", default="").lower() or str(not debug).lower()
    if value not in ("true", "false"):
        raise ImproperlyConfigured("Set STAFF_SECOND_FACTOR to True or False.")
    return value == "true"


def benefits_second_person() -> str:
    """Return when somebody else than who recorded benefits has to approve them."""
    value = env.str("BENEFITS_SECOND_PERSON", default="").lower() or "always"
    if value not in ("always", "by-day", "never"):
        raise ImproperlyConfigured(
            "Set BENEFITS_SECOND_PERSON to always, by-day (only while the desk is open) or never."
        )
    return value


def staff_idle_minutes() -> int:
    """Return after how many quiet minutes staff are signed out.

    The warning comes two minutes before, and longer than an hour is no protection.
    """
    value = env.str("STAFF_IDLE_MINUTES", default="") or "15"
    if not re.fullmatch(r"[0-9]{1,2}", value) or not 3 <= int(value) <= 60:
        raise ImproperlyConfigured("Set STAFF_IDLE_MINUTES to a whole number from 3 to 60.")
    return int(value)


def lease() -> timedelta:
    """Return how long a claim lasts without work on the lead.

    Shorter than five minutes ends it while one looks something up; longer than an hour keeps
    a person waiting for somebody who went home.
    """
    value = env.str("LEASE_MINUTES", default="") or "15"
    if not re.fullmatch(r"[0-9]{1,2}", value) or not 5 <= int(value) <= 60:
        raise ImproperlyConfigured("Set LEASE_MINUTES to a whole number from 5 to 60.")
    return timedelta(minutes=int(value))


def cache_server() -> dict:
    """Return Django's setting for CACHE_URL; without one, for none that is shared."""
    url = env.str("CACHE_URL", default="")
    if not url:
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    parts = urlsplit(url)
    if parts.scheme not in ("redis", "rediss", "unix") or not (parts.hostname or parts.path):
        raise ImproperlyConfigured("Set CACHE_URL to a Redis server, like redis://cache:6379/0")
    # Seconds. Pages are made anew sooner than anybody waits for a server that is away.
    return {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": url,
        "OPTIONS": {"socket_connect_timeout": 0.2, "socket_timeout": 0.2},
    }


def fresh_development_env() -> str:
    key = base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode().rstrip("=")
    return (
        "# Made by `make run` for this machine only. Never commit it.\n"
        "DEBUG=True\n"
        f"SECRET_KEY={secrets.token_urlsafe(50)}\n"
        f"FIELD_ENCRYPTION_KEYS=k1:{key}\n"
    )


if __name__ == "__main__":
    print(fresh_development_env(), end="")
