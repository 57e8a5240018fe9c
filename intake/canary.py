"""Proof at every start that the encryption keys fit this database."""

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from intake import crypto
from intake.fields import encrypted_fields, sealed_under
from intake.models import KeyCanary, SearchToken

SONG = "the keys fit"


def prove_keys() -> None:
    """Raise ImproperlyConfigured when a key is missing or is another one than before."""
    known = {row.key_id: row.sealed for row in KeyCanary.objects.all()}
    for kid, sealed in known.items():
        if kid not in settings.FIELD_ENCRYPTION_KEYS:
            raise ImproperlyConfigured(
                f"FIELD_ENCRYPTION_KEYS lacks the key “{kid}”, which {rows_that_need(kid)} rows in "
                "this database still need. Put it back after the newest key, then run "
                "`manage.py rotate_keys`."
            )
        try:
            crypto.unseal_text(sealed, bound_to=f"canary:{kid}")
        except crypto.DecryptionError:
            raise ImproperlyConfigured(
                f"The key “{kid}” in FIELD_ENCRYPTION_KEYS is not the one this database was "
                "sealed with. Set the original key; a new key needs a new id."
            ) from None
    kid = crypto.primary_key_id()
    if kid not in known:
        sealed = crypto.seal_text(SONG, bound_to=f"canary:{kid}")
        KeyCanary.objects.get_or_create(key_id=kid, defaults={"sealed": sealed})


def rows_that_need(kid: str) -> int:
    """Count the rows that are sealed, or found by a digest made, under that key."""
    models = filter(encrypted_fields, apps.get_app_config("intake").get_models())
    sealed = sum(sealed_under(model, kid).count() for model in models)
    return sealed + SearchToken.objects.filter(key_id=kid).count()


def retire(kid: str) -> None:
    """Forget a key that no row is sealed with any more."""
    KeyCanary.objects.filter(key_id=kid).delete()
