"""How much a first visit to a page carries over the wire: its HTML, style sheets, scripts."""

import gzip
import http.client
import re

from tests.benchmarks.server import HOST, Server

# Ten full segments: what a fresh connection carries in its first round trip (RFC 6928).
BYTES_AT_ONCE = 14_600
PROXIED = {"Host": "center.example", "X-Forwarded-Proto": "https", "Accept-Encoding": "gzip"}
LINKED = re.compile(r'<link rel="stylesheet" href="([^"]+)"|<script[^>]* src="([^"]+)"')


def size(site: Server, path: str) -> int:
    """Return the bytes of the page and of what it links to, compressed as they are sent."""
    page = fetch(site, path)
    links = LINKED.findall(gzip.decompress(page).decode())
    return len(page) + sum(len(fetch(site, style or script)) for style, script in links)


def fetch(site: Server, path: str) -> bytes:
    """Return the body of an answer as it came, compressed."""
    connection = http.client.HTTPConnection(HOST, site.port, timeout=30)
    connection.request("GET", path, headers=PROXIED)
    response = connection.getresponse()
    if response.status != 200 or response.headers["Content-Encoding"] != "gzip":
        raise SystemExit(f"{path} answered {response.status}, or not compressed.")
    body = response.read()
    connection.close()
    return body
