"""Help before contact and texts about rights: found from where people need them."""

import re
from urllib.parse import urlsplit

import pytest

from programs.models import Article, Center, LanguageNotice
from tests.programs.rows import center_form, form_rows, make_article, make_center, make_program

HELP = {
    "/how-to-start/": "The assessment",
    "/paying-for-care/": "is not a guarantee of payment",
    "/the-first-day/": "When you arrive",
    "/for-families/": "What we can and cannot tell you",
}
RIGHTS = {
    "/your-rights/": "It counts a person who has <strong>applied</strong> for treatment",
    "/complaints/": "Nobody may punish you for complaining",
    "/nondiscrimination/": "Help in your language, free of charge",
    "/accessibility/": "WCAG",
    "/privacy/": "42 CFR Part 2",
}
WHERE_PEOPLE_NEED_IT = ("/", "/programs/iop/", "/callback/", "/insurance/", "/help/", "/privacy/")
LINK = re.compile(r'<a [^>]*href="([^"]+)"')


def links(page: str) -> set[str]:
    return set(LINK.findall(page))


@pytest.mark.parametrize(("address", "said"), [*HELP.items(), *RIGHTS.items()])
def test_a_help_page_says_what_people_need_and_whom_to_call(client, content, address, said):
    response = client.get(address)
    page = response.content.decode()
    assert response.status_code == 200
    assert said in page
    assert {"tel:+18882900925", "tel:911", "tel:988", "/callback/"} <= links(page)
    assert not response.cookies


@pytest.mark.parametrize("address", WHERE_PEOPLE_NEED_IT)
def test_help_and_rights_are_one_tap_away(client, content, address):
    page = client.get(address).content.decode()
    assert HELP.keys() | RIGHTS.keys() <= links(page)


def test_every_link_on_the_site_leads_somewhere(client, content):
    pages, waiting = {}, {"/"}
    while waiting:
        address = waiting.pop()
        response = client.get(address)
        assert response.status_code == 200, address
        pages[address] = response.content.decode()
        for link in links(pages[address]):
            url = urlsplit(link)
            if not url.scheme and url.path and url.path not in pages:
                waiting.add(url.path)
    assert HELP.keys() | RIGHTS.keys() < pages.keys()
    for address, page in pages.items():
        for link in links(page):
            url = urlsplit(link)
            if url.fragment and not url.scheme:
                target = pages[url.path or address]
                assert f'id="{url.fragment}"' in target, f"{address}: {link}"


def test_a_text_that_is_taken_off_the_site_is_linked_nowhere(client, content):
    Article.objects.filter(slug__in=["how-to-start", "complaints"]).update(published_at=None)
    for address in WHERE_PEOPLE_NEED_IT:
        chrome = re.sub(r'<div class="prose">.*?</div>', "", client.get(address).content.decode())
        assert not {"/how-to-start/", "/complaints/"} & links(chrome), address
    assert client.get("/how-to-start/").status_code == 404


def test_help_stands_at_the_root_and_not_among_the_articles(client, db):
    make_article("first-call", kind="help", title="Your first call")
    assert "Your first call" in client.get("/first-call/").content.decode()
    assert client.get("/articles/first-call/").status_code == 404
    assert not client.get("/articles/").context["articles"]
    assert "/first-call/" in client.get("/sitemap.xml").content.decode()


def test_a_program_page_shows_the_articles_about_it_and_no_other(client, db):
    make_center()
    make_article("about-iop", title="About IOP").programs.add(make_program())
    make_article("about-php", title="About PHP").programs.add(make_program("php"))
    page = client.get("/programs/iop/").content.decode()
    assert "About IOP" in page
    assert "About PHP" not in page


def test_language_help_and_whom_to_turn_to_stand_beside_every_text_about_rights(client, db):
    center = make_center(complaints_to="Patient advocate, extension 4")
    center.language_notices.create(
        language="العربية", tag="ar", text="المساعدة مجانية", checked_by="A. Translator"
    )
    make_article("privacy", kind="legal")
    make_article("first-call", kind="help")
    page = client.get("/privacy/").content.decode()
    assert '<dd lang="ar" dir="auto">المساعدة مجانية</dd>' in page
    assert "Patient advocate, extension 4" in page
    assert "A. Translator" not in page
    assert "extension 4" not in client.get("/first-call/").content.decode()


def test_what_nobody_has_told_us_is_left_out_and_listed_for_editors(editor):
    make_center()
    make_article("privacy", kind="legal")
    page = editor.get("/privacy/").content.decode()
    assert "Whom to turn to here" not in page
    assert "Help in your language" not in page
    missing = editor.get("/admin/programs/center/1/change/").content.decode()
    assert "Nobody is named to whom one can complain." in missing
    assert "The notice that language help is free is missing" in missing


def test_an_editor_enters_a_notice_that_a_translator_has_checked(editor):
    make_center()
    form = center_form(complaints_to="Patient advocate, extension 4")
    notice = {"language": "Español", "tag": "es", "text": "La ayuda es gratuita."}
    unchecked = form | form_rows("language_notices", notice)
    page = editor.post("/admin/programs/center/1/change/", unchecked)
    assert page.status_code == 200
    assert not LanguageNotice.objects.exists()

    checked = form | form_rows("language_notices", notice | {"checked_by": "A. Translator"})
    assert editor.post("/admin/programs/center/1/change/", checked).status_code == 302
    assert LanguageNotice.objects.get().text == "La ayuda es gratuita."
    assert Center.objects.get().complaints_to == "Patient advocate, extension 4"
