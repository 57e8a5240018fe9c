"""The site search: what it finds, in which order, and what it never shows."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from programs import search
from programs.models import Article, Program, Question, SearchTerm
from tests.programs.rows import make_article, make_center, make_program


@pytest.fixture
def site(db):
    """Two programs and two articles, small enough to know every word of them."""
    make_center()
    iop = make_program("iop", name="Intensive outpatient program", summary="Care by day.")
    iop.sections.create(heading="Families", body="Your **family** learns to support you.")
    iop.services.create(kind="holistic", name="Yoga", note="For calm.")
    iop.criteria.create(text="You sleep in a stable home.", is_fit=True)
    iop.criteria.create(text="You need detoxification.", is_fit=False)
    iop.questions.create(question="Can I keep working?", answer="Yes, most people do.")
    php = make_program("php", name="Partial hospitalization", summary="Most of the day.")
    php.sections.create(heading="A day here", body="Groups, lunch with peers, medication.")
    Question.objects.create(question="Do you speak Spanish?", answer="Sí, también en español.")
    make_article("families", title="For families", body="What a family member can do tonight.")
    make_article("privacy", kind="legal", title="Privacy", body="We keep no cookies.")
    search.rebuild()


def find(client, query: str):
    return client.get("/search/", {"q": query}).context["hits"]


def urls(client, query: str) -> list[str]:
    return [hit.url for hit in find(client, query)]


def test_a_word_is_found_wherever_it_stands_and_the_best_place_comes_first(client, site):
    section = Program.objects.get(slug="iop").sections.get()
    response = client.get("/search/?q=family")
    hits = response.context["hits"]
    assert [hit.url for hit in hits] == [
        "/articles/families/",
        f"/programs/iop/#section-{section.pk}",
    ]
    assert hits[1].excerpt == "Your <mark>family</mark> learns to support you."
    page = response.content.decode()
    assert "For families" in page
    assert "Your <mark>family</mark> learns" in page


@pytest.mark.parametrize(
    ("query", "url"),
    [
        ("yoga", "/programs/iop/"),
        ("holistic", "/programs/iop/"),
        ("IOP", "/programs/iop/"),
        ("stable home", "/programs/iop/"),
        ("keep working", "#question-"),
        ("Spanish", "/#question-"),
        ("lunch", "/programs/php/#section-"),
        ("tonight", "/articles/families/"),
        ("cookie", "/privacy/"),
    ],
)
def test_programs_sections_questions_articles_and_legal_texts_are_found(client, site, query, url):
    assert url in urls(client, query)[0]


@pytest.mark.parametrize("query", ["families", "FAMILY", "fam", "famili", "fámily", "family's"])
def test_forms_of_a_word_and_half_typed_ones_are_found(client, site, query):
    assert urls(client, query) == urls(client, "family")
    assert len(urls(client, query)) == 2


@pytest.mark.parametrize(
    ("query", "marked"),
    [
        ("espanol", "Sí, también en <mark>español</mark>."),
        ("tambien", "Sí, <mark>también</mark> en español."),
        ("TAMBIE\N{COMBINING ACUTE ACCENT}N", "Sí, <mark>también</mark> en español."),
    ],
)
def test_accents_make_no_difference(client, site, query, marked):
    assert [hit.excerpt for hit in find(client, query)] == [marked]


def test_stems_are_marked_in_the_excerpt(client, site):
    excerpt = find(client, "medications")[0].excerpt
    assert excerpt == "Groups, lunch with peers, <mark>medication</mark>."


def test_all_words_must_be_in_a_hit(client, site):
    assert urls(client, "family tonight") == ["/articles/families/"]


def test_if_no_place_has_all_words_any_of_them_will_do(client, site):
    assert urls(client, "yoga tonight") == ["/articles/families/", "/programs/iop/"]


def test_small_words_do_not_count(client, site):
    assert urls(client, "what about the family") == urls(client, "family")


def test_whom_a_program_does_not_fit_is_not_shown_as_if_it_fitted(client, site):
    assert urls(client, "detoxification") == []


@pytest.mark.parametrize(
    "query",
    [
        "",
        "   ",
        "the of and",
        "😀",
        "\x00",
        "a\x00b",
        "'\";--<script>alert(1)</script>",
        "% _ \\ * ( ) : & |",
        "\u202eevil\u202c",
        "x" * 5000,
        "word " * 1000,
        " ".join(f"w{number}" for number in range(60)),
        "\ud800",
        "İstanbul ß ﬁ 日本語",
        "'''",
        "-",
    ],
)
def test_no_query_breaks_the_page(client, site, query):
    encoded = query.encode("utf-8", "surrogatepass")
    response = client.get("/search/", {"q": encoded})
    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()


@pytest.mark.parametrize(
    "query",
    ["'\";<script>", "z" * 10_000, "zq " * 3_333, "the of and", "😀", "\x00", "\x00zq\x00"],
)
def test_a_query_of_nothing_real_finds_nothing_and_offers_a_person(client, site, query):
    response = client.get("/search/", {"q": query})
    html = response.content.decode()
    assert response.status_code == 200
    assert response.context["hits"] == []
    assert "<script>alert" not in html
    assert "';<script>" not in html
    # What only held control characters is an empty search; all else is answered.
    if query.strip("\x00"):
        assert "Nothing here speaks of" in html
        assert 'href="/callback/"' in html


def test_a_query_is_written_nowhere_and_no_cache_may_keep_its_page(client, site, caplog):
    caplog.set_level("DEBUG")
    response = client.get("/search/", {"q": "sentinelword family"})
    assert "no-store" in response.headers["Cache-Control"]
    kept = [record for record in caplog.records if record.name != "django.db.backends"]
    assert "sentinelword" not in " ".join(record.getMessage() for record in kept)
    assert not SearchTerm.objects.filter(stem__contains="sentinel").exists()


# Words of the field, and misspelled ones


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ("rehab", "/programs/residential/"),
        ("inpatient rehab", "/programs/residential/"),
        ("day treatment", "/programs/php/"),
        ("day program", "/programs/php/"),
        ("IOP", "/programs/iop/"),
        ("intensive outpatient", "/programs/iop/"),
        ("PHP", "/programs/php/"),
        ("partial hospitalization", "/programs/php/"),
        ("halfway house", "/programs/php/"),
        ("suboxone", "/programs/iop/"),
    ],
)
def test_the_names_that_people_use_lead_to_the_page(client, content, query, address):
    assert urls(client, query)[0] == address


@pytest.mark.parametrize(
    ("query", "word"),
    [("detox", "withdrawal"), ("sober living", "sober"), ("cost", "pay"), ("husband", "family")],
)
def test_a_word_of_the_same_meaning_is_marked_in_the_excerpt(client, content, query, word):
    marked = " ".join(hit.excerpt.lower() for hit in find(client, query))
    assert f"<mark>{word}</mark>" in marked


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("residental", "residential"),
        ("withdrawl", "withdrawal"),
        ("famliy", "family"),
        ("anxeity", "anxiety"),
        ("buprenorfine", "buprenorphine"),
        ("metadone", "methadone"),
        ("rehabb", "rehab"),
        ("husbnd", "husband"),
    ],
)
def test_a_misspelled_word_finds_what_the_right_one_finds(client, content, typed, meant):
    response = client.get("/search/", {"q": typed})
    assert [hit.url for hit in response.context["hits"]] == urls(client, meant)
    assert response.context["hits"]
    assert "Nothing here is spelled quite like that." in response.content.decode()
    assert not client.get("/search/", {"q": meant}).context["is_respelled"]


def test_only_the_misspelled_word_of_several_is_replaced(client, content):
    assert urls(client, "famliy tonight") == urls(client, "family tonight")


@pytest.mark.parametrize("query", ["xylophone", "qzx", "w59", "fam_ly", "987654"])
def test_what_is_like_nothing_here_is_not_bent_into_something(client, content, query):
    response = client.get("/search/", {"q": query})
    assert not response.context["is_respelled"]


def test_a_misspelled_word_never_finds_a_draft(client, site):
    make_article("draft", title="Kaleidoscope", published_at=None)
    search.rebuild()
    response = client.get("/search/", {"q": "kaleidoscpe"})
    assert (response.context["hits"], response.context["is_respelled"]) == ([], False)


def test_the_work_for_misspelled_words_is_bounded(client, content, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "programs.search.query.get_close_matches", lambda word, *_, **__: asked.append(word) or []
    )
    response = client.get("/search/", {"q": " ".join(f"zzqx{n}vv" for n in range(40))})
    assert response.status_code == 200
    assert 0 < len(asked) <= 4


def test_wildcards_are_letters_like_any_other(client, site):
    assert urls(client, "f%y") == urls(client, "f y")
    assert urls(client, "fam_ly") == []


def test_text_of_an_editor_is_escaped_in_the_excerpt(client, db):
    make_article("tags", title="Tags", body="Do not <script>alert(1)</script> the family & friends")
    search.rebuild()
    excerpt = find(client, "family")[0].excerpt
    assert "&lt;script&gt;" in excerpt
    assert "<mark>family</mark> &amp; friends" in excerpt


def test_a_long_text_is_cut_around_the_word_and_between_words(client, db):
    body = "before " * 100 + "needle " + "after " * 100
    make_article("long", body=body)
    search.rebuild()
    excerpt = find(client, "needle")[0].excerpt
    assert excerpt.startswith("… before")
    assert excerpt.endswith("after …")
    assert "<mark>needle</mark>" in excerpt
    assert len(excerpt) < 300


def test_a_query_of_more_than_200_characters_is_cut_and_says_so(client, site):
    context = client.get("/search/", {"q": "family " + "x" * 300}).context
    assert context["too_long"]
    assert len(context["query"]) == 200
    assert not client.get("/search/", {"q": "family"}).context["too_long"]


def test_at_most_fifty_places_are_shown(client, db):
    for number in range(60):
        make_article(f"text-{number}", title="Hope")
    search.rebuild()
    assert len(find(client, "hope")) == 50


def test_the_number_of_statements_does_not_grow_with_the_hits(client, site):
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            search.find("family yoga keep", at=timezone.now())
        return len(captured)

    few = statements()
    for number in range(30):
        make_article(f"more-{number}", title="Family", body="yoga")
        make_program(f"more-{number}").questions.create(question="Family?", answer="keep")
    search.rebuild()
    assert statements() <= few
    assert few <= 8


def test_drafts_are_found_only_once_they_are_published(client, site):
    draft = make_article("draft", title="Zebra", published_at=None)
    hidden = make_program("hidden", name="Zebra", is_published=False)
    hidden.sections.create(heading="Zebra", body="x")
    hidden.questions.create(question="Zebra?", answer="x")
    later = make_article("later", title="Zebra", published_at=timezone.now() + timedelta(days=1))
    search.rebuild()
    assert urls(client, "zebra") == []
    Article.objects.filter(pk=draft.pk).update(published_at=timezone.now())
    assert urls(client, "zebra") == ["/articles/draft/"]
    assert later.pk


def test_a_stale_index_never_shows_a_page_that_is_gone(client, site):
    Program.objects.filter(slug="iop").update(is_published=False)
    Article.objects.filter(slug="families").delete()
    assert SearchTerm.objects.filter(stem="famili").exists()
    assert urls(client, "family") == []


def test_pruning_forgets_the_words_of_what_is_gone(site):
    Program.objects.get(slug="iop").delete()
    search.prune()
    assert not SearchTerm.objects.filter(stem="yoga").exists()
    assert SearchTerm.objects.filter(stem="lunch").exists()


def test_indexing_one_program_leaves_the_others_as_they_were(client, site):
    php = Program.objects.get(slug="php")
    php.sections.update(body="Groups and kayaking.")
    before = urls(client, "family")
    search.index_program(php)
    assert "/programs/php/" in urls(client, "kayak")[0]
    assert urls(client, "lunch") == []
    assert urls(client, "family") == before
