"""Who the client is, is what the connection says, or what our own proxies say; nothing else."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import RequestFactory

from rehab_site.middleware import client_address

PROXIES = ["10.0.0.0/8", "192.0.2.7", "2001:db8:aaaa::/48"]


@pytest.fixture
def seen(settings):
    """Return what the request looks like behind the middleware."""
    settings.TRUSTED_PROXIES = PROXIES

    def ask(connected_from: str, forwarded: str | None = None, **headers):
        if forwarded is not None:
            headers["x-forwarded-for"] = forwarded
        request = RequestFactory().get("/", headers=headers, REMOTE_ADDR=connected_from)
        return client_address(lambda request: request)(request)

    return ask


@pytest.mark.parametrize(
    ("connected_from", "forwarded", "client"),
    [
        # Nobody between us.
        ("203.0.113.5", None, "203.0.113.5"),
        # Forged: from a stranger the header means nothing.
        ("203.0.113.5", "198.51.100.9", "203.0.113.5"),
        ("203.0.113.5", "10.0.0.1", "203.0.113.5"),
        # One proxy, two, and a stranger in front of them who claims to be somebody else.
        ("10.1.2.3", "198.51.100.9", "198.51.100.9"),
        ("192.0.2.7", " 198.51.100.9 , 10.0.0.4 ", "198.51.100.9"),
        ("10.1.2.3", "127.0.0.1, 198.51.100.9", "198.51.100.9"),
        ("10.1.2.3", "10.9.9.9, 198.51.100.9, 10.0.0.4, 10.0.0.5", "198.51.100.9"),
        # One of our own machines asks through our own proxies.
        ("10.1.2.3", "10.0.0.9, 10.0.0.4", "10.0.0.9"),
        ("192.0.2.8", "198.51.100.9", "192.0.2.8"),
        # IPv6, in one spelling; and IPv4 as a socket for both writes it.
        ("2001:db8:aaaa::1", "2001:DB8:BBBB:0:0:0:0:1", "2001:db8:bbbb::1"),
        ("2001:db8:cccc::1", "198.51.100.9", "2001:db8:cccc::1"),
        ("::ffff:10.1.2.3", "::ffff:198.51.100.9", "198.51.100.9"),
        # Garbage: as far as our proxies named addresses, and no farther.
        ("10.1.2.3", "", "10.1.2.3"),
        ("10.1.2.3", "unknown", "10.1.2.3"),
        ("10.1.2.3", "198.51.100.9, <script>, 10.0.0.4", "10.0.0.4"),
        ("10.1.2.3", "198.51.100.9:4711", "10.1.2.3"),
        ("10.1.2.3", ",,,", "10.1.2.3"),
        ("10.1.2.3", "9" * 10_000, "10.1.2.3"),
        ("10.1.2.3", "1.2.3, 999.1.1.1", "10.1.2.3"),
        ("", "198.51.100.9", ""),
        ("unix:", "198.51.100.9", "unix:"),
    ],
)
def test_the_client_is_the_last_one_our_proxies_do_not_vouch_for(
    seen, connected_from, forwarded, client
):
    assert seen(connected_from, forwarded).META["REMOTE_ADDR"] == client


def test_only_a_proxy_of_ours_may_say_that_the_request_came_by_https(seen):
    forged = {"x-forwarded-proto": "https", "x-forwarded-host": "evil.example"}
    assert seen("10.1.2.3", "198.51.100.9", **forged).is_secure()
    request = seen("203.0.113.5", "198.51.100.9", **forged)
    assert not request.is_secure()
    assert not any(name.startswith("HTTP_X_FORWARDED") for name in request.META)


def test_without_proxies_nobody_is_believed(seen, settings):
    settings.TRUSTED_PROXIES = []
    assert seen("127.0.0.1", "198.51.100.9").META["REMOTE_ADDR"] == "127.0.0.1"


def test_the_site_itself_uses_it(client):
    forwarded = {"x-forwarded-for": "198.51.100.9"}
    request = client.get("/healthz", REMOTE_ADDR="203.0.113.5", headers=forwarded).wsgi_request
    assert request.META["REMOTE_ADDR"] == "203.0.113.5"
    assert "HTTP_X_FORWARDED_FOR" not in request.META


@pytest.mark.parametrize("value", ["proxy.internal", "10.0.0.1/8", "*", "10.0.0.0/33"])
def test_a_setting_that_names_no_address_is_refused_with_a_sentence(settings, value):
    settings.TRUSTED_PROXIES = [value]
    with pytest.raises(ImproperlyConfigured, match="Set TRUSTED_PROXIES to addresses or networks"):
        client_address(HttpResponse)
