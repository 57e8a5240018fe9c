"""The only module that touches keys: sealing personal data, keyed digests.

A sealed value is `v1.<key id>.` followed by nonce and AES-256-GCM ciphertext, bound
to the place where it stands, so that it cannot be moved to another row or column.
Every purpose has its own key, derived by HKDF from the secrets in the environment.
"""

import base64
import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

VERSION = b"v1"
NONCE_BYTES = 12


class DecryptionError(Exception):
    """A sealed value does not open: wrong key, wrong place, or changed. Names no value."""


def primary_key_id() -> str:
    """Return the id of the key that seals what is written now."""
    return next(iter(settings.FIELD_ENCRYPTION_KEYS))


def header(key_id: str) -> bytes:
    """Return the bytes with which everything sealed under that key begins."""
    return VERSION + b"." + key_id.encode() + b"."


@lru_cache(maxsize=128)
def _derived(master: bytes, purpose: str) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=purpose.encode()).derive(master)


@lru_cache(maxsize=32)
def _cipher(master: bytes) -> AESGCM:
    return AESGCM(_derived(master, "seal"))


def seal(plain: bytes, *, bound_to: str) -> bytes:
    """Encrypt under the primary key, bound to a place such as `table.column:id`."""
    kid = primary_key_id()
    nonce = os.urandom(NONCE_BYTES)
    cipher = _cipher(settings.FIELD_ENCRYPTION_KEYS[kid])
    return header(kid) + nonce + cipher.encrypt(nonce, plain, bound_to.encode())


def unseal(sealed: bytes, *, bound_to: str) -> bytes:
    """Decrypt, or raise DecryptionError when key, place or content do not match."""
    try:
        version, kid, rest = bytes(sealed).split(b".", 2)
        master = settings.FIELD_ENCRYPTION_KEYS[kid.decode()]
        if version != VERSION:
            raise ValueError
        nonce, body = rest[:NONCE_BYTES], rest[NONCE_BYTES:]
        return _cipher(master).decrypt(nonce, body, bound_to.encode())
    except (InvalidTag, KeyError, ValueError):
        raise DecryptionError(f"cannot open a value of {bound_to.partition(':')[0]}") from None


def seal_text(plain: str, *, bound_to: str) -> str:
    """Like `seal`, for text columns and cookies: the part after the key id in base64."""
    version, kid, rest = seal(plain.encode(), bound_to=bound_to).split(b".", 2)
    return f"{version.decode()}.{kid.decode()}.{base64.urlsafe_b64encode(rest).decode()}"


def unseal_text(sealed: str, *, bound_to: str) -> str:
    """Like `unseal`, for what `seal_text` made."""
    try:
        version, kid, rest = sealed.split(".", 2)
        raw = f"{version}.{kid}.".encode() + base64.urlsafe_b64decode(rest)
    except ValueError:
        raise DecryptionError(f"cannot open a value of {bound_to.partition(':')[0]}") from None
    return unseal(raw, bound_to=bound_to).decode()


def digest(purpose: str, value: str, *, key_id: str | None = None) -> str:
    """Return a keyed digest of 128 bits in hex; equal values of one purpose match."""
    master = settings.FIELD_ENCRYPTION_KEYS[key_id or primary_key_id()]
    key = _derived(master, f"digest:{purpose}")
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()[:32]


def digests(purpose: str, value: str) -> list[str]:
    """Return the digests under every key, so that a look-up works amid a rotation."""
    return [digest(purpose, value, key_id=kid) for kid in settings.FIELD_ENCRYPTION_KEYS]


def chain_digest(content: str, *, purpose: str = "audit", secret: str | None = None) -> str:
    """Return a link of the audit chain, in hex.

    Its key follows from SECRET_KEY, which stays when encryption keys are rotated away.
    """
    key = _derived((secret or settings.SECRET_KEY).encode(), purpose)
    return hmac.new(key, content.encode(), hashlib.sha256).hexdigest()


def is_chain_digest(digest: str, content: str, *, purpose: str = "audit") -> bool:
    """Say whether the link was made under SECRET_KEY or one that was SECRET_KEY before."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return any(
        hmac.compare_digest(digest, chain_digest(content, purpose=purpose, secret=secret))
        for secret in secrets
    )


def lasting_digest(purpose: str, value: str) -> str:
    """Return a keyed digest in hex that outlives every rotation of the encryption keys.

    For what is written nowhere else and too long to be tried out, so that it could not be
    digested anew. Its key follows from SECRET_KEY.
    """
    key = _derived(settings.SECRET_KEY.encode(), f"digest:{purpose}")
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()
