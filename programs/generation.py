"""One value that changes whenever something on a public page changes; all processes share it.

On one machine it is the length of a small file, which costs no more than a look. Several
nodes name a cache server in `CACHE_URL`, and it is a random word there. Whole pages are
kept for one generation (`rehab_site.page_cache`), and so is the little that every form and
page asks for (`kept`).
"""

import logging
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.core import checks
from django.core.cache import cache
from django.db import transaction

T = TypeVar("T")

KEY = "content-generation"
# Seconds during which a cache server that did not answer is not asked again.
AWAY = 1.0
# Seconds after which what is kept is read anew all the same: a change that could not be told
# (the disk is full, the cache server was away) is seen then.
KEPT = 60.0

logger = logging.getLogger(__name__)
_asked_again_at = 0.0
# A change that a cache server could not be told of; it is told as soon as it answers.
_is_owed = False
# What this process read: by name, in which generation, until when it counts, and what it was.
_kept: dict[object, tuple[object, float, object]] = {}


def kept(name: object, read: Callable[[], T]) -> T:
    """Return what `read` reads of what visitors are shown and sendings go by: kept for one
    generation, and a minute at most.

    Whoever gets it must not change it: others are given the same. Inside a transaction, which
    may have changed the content itself, it is read anew and not kept.
    """
    # Asked before reading: what changes meanwhile belongs to the next generation.
    now_in = None if transaction.get_connection().in_atomic_block else current()
    if now_in is None:
        return read()
    made_in, until, found = _kept.get(name, (None, 0.0, None))
    if made_in != now_in or time.monotonic() > until:
        found = read()
        _kept[name] = now_in, time.monotonic() + KEPT, found
    return found


def current() -> object:
    """Return the generation; None when nobody can say, so that nothing kept may be used."""
    if settings.GENERATION_FILE is None:
        return _on_the_server()
    try:
        found = os.stat(settings.GENERATION_FILE)
    except OSError:
        # Nothing was changed since the machine was set up.
        return _started()
    return found.st_ino, found.st_size


def renew() -> None:
    """Begin a new generation. It never fails: an editor's page is saved by now."""
    if settings.GENERATION_FILE is None:
        _tell_the_server()
        return
    try:
        _grow(settings.GENERATION_FILE)
    except OSError as error:
        logger.error("public pages may be old for some minutes: %s", error.strerror)


def content_changed(**kwargs) -> None:
    """Receive that a row of public content was saved or deleted; visitors see it at once."""
    transaction.on_commit(renew)


def _started() -> object:
    try:
        _grow(settings.GENERATION_FILE)
        found = os.stat(settings.GENERATION_FILE)
    except OSError:
        return None
    return found.st_ino, found.st_size


def _grow(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Appending is atomic: two editors make two generations, never one.
    with path.open("ab", buffering=0) as file:
        file.write(b".")


def _on_the_server() -> str | None:
    if _is_owed and not _tell_the_server():
        return None
    return _asked(lambda: cache.get_or_set(KEY, _a_word, timeout=None))


def _tell_the_server() -> bool:
    global _is_owed
    _is_owed = False
    if _asked(lambda: [cache.set(KEY, _a_word(), timeout=None)]) is None:
        _is_owed = True
    return not _is_owed


def _asked(ask: Callable):
    """Return what the cache server answers; None, at once, while it is away."""
    global _asked_again_at
    if time.monotonic() < _asked_again_at:
        return None
    try:
        return ask()
    except Exception as error:  # whatever the server's own library raises
        logger.warning("the cache server is away: %s", type(error).__name__)
        _asked_again_at = time.monotonic() + AWAY
        return None


def _a_word() -> str:
    return secrets.token_hex(8)


@checks.register(deploy=True)
def check_generation(app_configs, **kwargs) -> list[checks.CheckMessage]:
    path = settings.GENERATION_FILE
    if path is None or (current() is not None and os.access(path, os.W_OK)):
        return []
    return [
        checks.Warning(
            f"{path} cannot be written: public pages are old for minutes after a change.",
            hint="Make its folder writable for the web server, or set CACHE_URL.",
            id="programs.W001",
        )
    ]
