"""Public pages kept whole, in the bytes that are sent: no statement, no template, no middleware.

Kept in each process's memory is only what a view marked as the same for everybody
(`programs.lifetime`), and only when the request it was made for brought no cookie and no query:
so there was nobody to know anything of. A page is given out for one generation of the content
(`programs.generation`) and until its own time is over; when nobody can tell the generation,
every page is made anew.
"""

import gzip
import hashlib
import time
from functools import lru_cache

import brotli
from django.http import HttpResponse, HttpResponseNotModified

from programs import generation

# More pages than a center has; beyond, somebody is trying out host names.
MOST_PAGES = 500
COMPRESS = {
    "br": lambda body: brotli.compress(body, mode=brotli.MODE_TEXT),
    "gzip": lambda body: gzip.compress(body, mtime=0),
    "": lambda body: body,
}
# What is said anew for each encoding.
OF_THE_BODY = {"content-encoding", "content-length", "vary"}


class Page:
    """An answer of ours, with all its headers, in every encoding that was asked for so far."""

    def __init__(self, response: HttpResponse, made_in: object):
        self.made_in = made_in
        self.until = response.same_until.timestamp()
        self.body = response.content
        if response.get("Content-Encoding") == "gzip":
            self.body = gzip.decompress(self.body)
        # Weak: the same page, whatever its encoding.
        self.etag = f'W/"{hashlib.sha256(self.body).hexdigest()[:24]}"'
        self.headers = {
            name: value for name, value in response.items() if name.lower() not in OF_THE_BODY
        } | {"Cache-Control": "no-cache", "ETag": self.etag, "Vary": "Accept-Encoding"}
        self.ready = {}

    def is_fresh(self, now_in: object) -> bool:
        return self.made_in == now_in and time.time() < self.until

    def answer(self, request) -> HttpResponse:
        if _names(request.META.get("HTTP_IF_NONE_MATCH", ""), self.etag):
            return HttpResponseNotModified(headers=self.headers)
        encoding = _encoding(request.META.get("HTTP_ACCEPT_ENCODING", ""))
        if encoding not in self.ready:
            self.ready[encoding] = self._packed(encoding)
        packed = self.ready[encoding]
        response = HttpResponse(b"" if request.method == "HEAD" else packed.content)
        # Shared by all answers, which nobody further out changes: copying takes longer than all.
        response.headers = packed.headers
        return response

    def _packed(self, encoding: str) -> HttpResponse:
        body = COMPRESS[encoding](self.body)
        headers = self.headers | {"Content-Length": str(len(body))}
        if encoding:
            headers["Content-Encoding"] = encoding
        return HttpResponse(body, headers=headers)


def page_cache(get_response):
    pages: dict[tuple, Page] = {}

    def middleware(request):
        if request.method not in ("GET", "HEAD") or request.META.get("QUERY_STRING"):
            return get_response(request)
        now_in = generation.current()
        if now_in is None:
            pages.clear()
            return get_response(request)
        # Only a host and a scheme that passed every check has ever been put in.
        key = (request.scheme, request.META.get("HTTP_HOST"), request.path_info)
        page = pages.get(key)
        if page is None or not page.is_fresh(now_in):
            response = get_response(request)
            if request.method == "HEAD" or not _is_for_everybody(response):
                return response
            page = Page(response, now_in)
            if not request.META.get("HTTP_COOKIE"):
                if len(pages) >= MOST_PAGES:
                    pages.clear()
                pages[key] = page
        return page.answer(request)

    return middleware


def _is_for_everybody(response: HttpResponse) -> bool:
    return (
        hasattr(response, "same_until")
        and response.status_code == 200
        and not response.cookies
        and response.get("Vary", "Accept-Encoding") == "Accept-Encoding"
    )


def _names(if_none_match: str, etag: str) -> bool:
    """Whether the visitor's copy is this one, or any (RFC 9110, weak comparison)."""
    if not if_none_match:
        return False
    named = [one.strip().removeprefix("W/") for one in if_none_match.split(",")]
    return etag.removeprefix("W/") in named or "*" in named


@lru_cache(maxsize=256)
def _encoding(accepted: str) -> str:
    """Return the smallest of our encodings that the browser takes; "" is none."""
    takes = set()
    for one in accepted.lower().split(","):
        name, *parameters = (part.strip() for part in one.split(";"))
        if not any(p.startswith("q=") and not p[2:].strip("0.") for p in parameters):
            takes.add(name)
    return next((name for name in ("br", "gzip") if name in takes), "")
