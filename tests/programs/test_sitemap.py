"""What search engines are told."""

from xml.etree import ElementTree

from tests.programs.rows import make_article, make_location, make_program

NAMESPACE = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def entries(client) -> dict[str, str | None]:
    response = client.get("/sitemap.xml")
    assert response["Content-Type"] == "application/xml"
    urls = ElementTree.fromstring(response.content).findall("s:url", NAMESPACE)
    return {
        url.findtext("s:loc", namespaces=NAMESPACE): url.findtext("s:lastmod", namespaces=NAMESPACE)
        for url in urls
    }


def test_the_sitemap_lists_every_public_page_that_answers(client, content):
    listed = entries(client)
    for path in ("/", "/programs/", "/programs/compare/", "/programs/iop/", "/articles/"):
        assert listed[f"http://testserver{path}"], f"{path} has a date"
    for path in ("/privacy/", "/locations/sacramento/", "/callback/", "/insurance/"):
        assert f"http://testserver{path}" in listed
    for address in listed:
        assert client.get(address.removeprefix("http://testserver")).status_code == 200


def test_the_sitemap_keeps_drafts_and_private_places_to_itself(client, db):
    make_program("iop")
    make_program("draft-program", is_published=False)
    make_article("draft-article", published_at=None)
    make_location()
    listed = " ".join(entries(client))
    assert "/programs/iop/" in listed
    assert "draft" not in listed
    assert "/admin/" not in listed
    assert "/receipt/" not in listed


def test_robots_are_sent_to_the_sitemap_and_away_from_private_places(client):
    response = client.get("/robots.txt")
    lines = response.content.decode().splitlines()
    assert response["Content-Type"] == "text/plain"
    assert "Disallow: /admin/" in lines
    assert "Disallow: /receipt/" in lines
    assert "Sitemap: http://testserver/sitemap.xml" in lines
