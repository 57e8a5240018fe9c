"""The public pages in a second language: an address for each, and nothing that remembers."""

import re
from datetime import date

import pytest

from programs import search
from programs.models import Article, Center, Program
from tests import page
from tests.programs.rows import make_article, make_center, make_location, make_program

PAGES = [
    "/",
    "/programs/",
    "/programs/compare/",
    "/programs/iop/",
    "/find-your-level/",
    "/articles/",
    "/articles/which-level-of-care/",
    "/help/",
    "/how-to-start/",
    "/privacy/",
    "/locations/sacramento/",
    "/search/",
    "/callback/",
    "/insurance/",
    "/receipt/",
]
NOT_TRANSLATED = "Algunas partes de esta página todavía no están traducidas."
NOT_REVIEWED = "Ninguna persona traductora calificada ha revisado todavía la traducción."


@pytest.fixture
def site(db):
    """A small site of which only a program and the center are translated."""
    make_center(
        tagline="Calm help", tagline_es="Ayuda tranquila", crisis_wording_es="[911](tel:911)"
    )
    program = make_program(
        name="Evening program",
        name_es="Programa de la tarde",
        summary_es="Atención de día.",
        level_edition_es="ASAM, 3.ª edición",
        supervision_es="Durante las sesiones.",
        short_name_es="IOP",
    )
    program.sections.create(heading="Weeks", body="[Call](/callback/)", heading_es="Semanas")
    make_article()
    make_location()


def in_english(html: str) -> list[str]:
    """Return the elements that are marked up as English, without the page and the switch."""
    found = re.findall(r'<[^>]* lang="en"[^>]*>', html)
    return [one for one in found if not re.match('<html|<a class="switch"', one)]


def link_of(html: str, language: str) -> str:
    """Return where the switch to that language leads."""
    return re.search(rf'<a class="switch" href="([^"]+)" hreflang="{language}"', html)[1]


@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_there_in_spanish_and_the_switch_stays_on_it(client, content, address):
    english, spanish = client.get(address), client.get(f"/es{address}")
    assert (english.status_code, spanish.status_code) == (200, 200)
    for response, language in ((english, "en"), (spanish, "es")):
        assert f'<html lang="{language}"' in response.content.decode()
        assert response["Content-Language"] == language
        assert "Accept-Language" not in response.get("Vary", "")
        assert set(response.cookies) <= {"csrftoken"}
    assert link_of(english.content.decode(), "es") == f"/es{address}"
    assert link_of(spanish.content.decode(), "en") == address
    # All of it is translated, and nobody has reviewed that yet.
    assert NOT_TRANSLATED not in page.text_of(spanish)
    assert NOT_REVIEWED in page.text_of(spanish)
    assert not in_english(spanish.content.decode())
    # Whoever reads Spanish stays there; only the switch leads out.
    ours = set(re.findall(r'<a [^>]*href="(/[^"]*)"', spanish.content.decode()))
    assert {link for link in ours if not link.startswith("/es/")} == {address}


def test_the_path_alone_says_the_language(client, content):
    client.cookies["django_language"] = "es"
    answer = client.get("/programs/iop/", HTTP_ACCEPT_LANGUAGE="es-MX,es;q=0.9")
    assert '<html lang="en"' in answer.content.decode()


@pytest.mark.parametrize(
    "address", ["/xx/", "/xx/programs/", "/en/", "/en/programs/iop/", "/es-mx/", "/es/es/", "/ES/"]
)
def test_a_language_that_does_not_exist_is_not_found(client, content, address):
    answer = client.get(address)
    assert answer.status_code == 404
    language = "es" if address.startswith("/es/") else "en"
    assert f'<html lang="{language}"' in answer.content.decode()


def test_an_error_is_told_in_the_language_of_its_address(client, content):
    missing = client.get("/es/programs/nothing-here/")
    assert missing.status_code == 404
    assert "Esta página no está aquí" in page.text_of(missing)
    assert client.get("/es").headers["Location"] == "/es/"


def test_a_text_that_is_not_translated_stands_in_english_and_says_so(client, site):
    html = client.get("/es/programs/iop/").content.decode()
    assert NOT_TRANSLATED in html
    assert "<h1>Programa de la tarde" in html
    assert ">Semanas</h2>" in html
    # Its links lead to Spanish pages all the same.
    assert '<div lang="en"><p><a href="/es/callback/">Call</a></p>' in html
    article = client.get("/es/articles/first-steps/").content.decode()
    assert '<h1 lang="en">First steps</h1>' in article
    assert '"inLanguage":"en"' in article
    english = client.get("/programs/iop/").content.decode()
    assert not in_english(english)
    assert "Evening program" in english


def test_a_translation_of_blanks_is_none(client, site):
    Program.objects.update(name_es="")
    assert '<h1 lang="en">Evening program' in client.get("/es/programs/iop/").content.decode()


def test_a_page_says_who_has_reviewed_its_translation(client, site):
    assert NOT_REVIEWED in page.text_of(client.get("/es/programs/iop/"))
    Program.objects.update(
        translation_reviewed_by_es="Lidia Prueba, ATA", translation_reviewed_on_es=date(2026, 11, 3)
    )
    said = page.text_of(client.get("/es/programs/iop/"))
    assert "revisó la traducción: Lidia Prueba, ATA, 3 de noviembre de 2026." in said
    assert NOT_REVIEWED not in said
    # Each page for itself; what is put together from many has the review of the center.
    assert NOT_REVIEWED in page.text_of(client.get("/es/locations/sacramento/"))
    assert NOT_REVIEWED in page.text_of(client.get("/es/programs/"))
    Center.objects.update(translation_reviewed_by_es="Lidia Prueba, ATA")
    assert "revisó la traducción: Lidia Prueba, ATA." in page.text_of(client.get("/es/programs/"))
    assert "Lidia" not in page.text_of(client.get("/programs/iop/"))


def test_search_engines_are_told_of_each_language(client, site):
    html = client.get("/es/programs/iop/").content.decode()
    assert '<link rel="canonical" href="http://testserver/es/programs/iop/">' in html
    assert '<meta property="og:locale" content="es_US">' in html
    there = {"en": "/programs/iop/", "es": "/es/programs/iop/", "x-default": "/programs/iop/"}
    for source in (html, client.get("/programs/iop/").content.decode()):
        found = re.findall(r'<link rel="alternate" hreflang="([\w-]+)" href="([^"]+)">', source)
        assert dict(found) == {key: f"http://testserver{path}" for key, path in there.items()}
    assert "alternate" not in client.get("/es/nothing-here/").content.decode()
    home = client.get("/es/").content.decode()
    assert '"url":"http://testserver/es/","inLanguage":"es"' in home


def test_the_switch_takes_along_what_is_looked_for_and_nothing_else(client, site):
    html = client.get("/search/", {"q": 'yoga "<b>', "from": "ad"}).content.decode()
    assert link_of(html, "es") == "/es/search/?q=yoga+%22%3Cb%3E"
    assert link_of(client.get("/callback/?program=iop").content.decode(), "es") == (
        "/es/callback/?program=iop"
    )


# Search


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("adicciones", "La adicción"),
        ("ADICCION", "La adicción"),
        ("adicción", "La adicción"),
        ("rehabilitacion", "Rehabilitaciones"),
        ("rehabilitación", "Rehabilitaciones"),
        ("las terapias familiares", "Terapia familiar"),
    ],
)
def test_spanish_is_searched_by_its_stems_with_or_without_accents(client, db, query, found):
    make_center()
    for title in ("La adicción", "Rehabilitaciones", "Terapia familiar", "El primer día"):
        slug = title.split()[-1].lower().replace("ó", "o").replace("í", "i")
        make_article(slug, title="Text", title_es=title, summary_es="…", body_es="…")
    search.rebuild()
    html = client.get("/es/search/", {"q": query}).content.decode()
    assert f">{found}</a>" in html.replace("<mark>", "").replace("</mark>", "")
    assert "El primer día" not in html
    assert 'href="/es/articles/' in html


def test_each_language_is_searched_by_its_own_words(client, site):
    search.rebuild()
    assert 'href="/es/programs/iop/"' in client.get("/es/search/?q=tarde").content.decode()
    assert "/programs/iop/" not in page.text_of(client.get("/search/?q=tarde"))
    assert 'href="/programs/iop/"' in client.get("/search/?q=evening").content.decode()
    # What is not translated is found by its English words.
    assert 'href="/es/articles/first-steps/"' in client.get("/es/search/?q=steps").content.decode()


def test_the_default_content_is_found_by_what_people_call_it(client, content):
    for query in ("centro de rehabilitación", "aseguranza", "desintoxicación", "alcohol"):
        assert 'class="hit"' in client.get("/es/search/", {"q": query}).content.decode(), query


# The page cache


def test_a_save_renews_both_languages_at_once(transactional_db, page_cache, client):
    make_center()
    make_article(title_es="Primeros pasos")
    for address, old in (("", "First steps"), ("/es", "Primeros pasos")):
        for _ in range(2):
            assert old in client.get(f"{address}/articles/first-steps/").content.decode()
    article = Article.objects.get()
    article.title, article.title_es = "New words", "Otras palabras"
    article.save()
    assert "New words" in client.get("/articles/first-steps/").content.decode()
    assert "Otras palabras" in client.get("/es/articles/first-steps/").content.decode()


def test_a_kept_spanish_page_costs_no_statement(
    transactional_db, page_cache, client, django_assert_num_queries, content
):
    first = client.get("/es/programs/iop/")
    with django_assert_num_queries(0):
        second = client.get("/es/programs/iop/")
    assert second.content == first.content
    assert second["Content-Language"] == "es"
    assert second["Vary"] == "Accept-Encoding"
