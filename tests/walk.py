"""Every address of the site, read from the URL resolver: a new view is covered by itself."""

from collections.abc import Iterator
from typing import NamedTuple

from django.urls import URLPattern, get_resolver, reverse

# Something that exists for each argument an address may have.
ARGUMENTS = {"slug": "iop", "object_id": "1"}


class Page(NamedTuple):
    path: str
    view: object


def public_pages() -> Iterator[Page]:
    """Yield the address and the view of every page outside the admin."""
    yield from _pages(get_resolver().url_patterns, "")


def _pages(patterns, namespace: str) -> Iterator[Page]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            names = pattern.pattern.converters
            arguments = {name: ARGUMENTS[name] for name in names}
            prefix = f"{namespace}:" if namespace else ""
            # Those without a name of their own are known by their view.
            known = f"{prefix}{pattern.name}" if pattern.name else pattern.callback
            yield Page(reverse(known, kwargs=arguments), pattern.callback)
        elif pattern.namespace != "admin":
            yield from _pages(pattern.url_patterns, pattern.namespace or namespace)
