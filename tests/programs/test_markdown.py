"""What editors write reaches visitors as safe HTML."""

import pytest

from programs.markdown import to_html, to_text
from tests.programs.rows import make_article


def test_an_article_reads_as_it_was_written(client, db):
    make_article(body="## First\n\nSome **bold** words and [a call](tel:988).\n\n- one\n- two")
    page = client.get("/articles/first-steps/").content.decode()
    assert "<h2>First</h2>" in page
    assert "Some <strong>bold</strong> words" in page
    assert '<a href="tel:988">a call</a>' in page
    assert "<li>one</li>" in page


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<svg onload=alert(1)>",
        "<img src=x onerror=alert(1)>",
        "![pixel](https://tracker.example/p.gif)",
        '<p style="color:red" onclick="alert(1)">x</p>',
        "<iframe src=https://evil.example></iframe>",
        "<a href='javascript:alert(1)'>x</a>",
    ],
)
def test_no_markup_of_an_editor_gets_through(hostile):
    html = to_html(f"Before.\n\n{hostile}\n\nAfter {hostile}")
    for tag in ("<script", "<svg", "<img", "<iframe", "<a ", "<p style"):
        assert tag not in html


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,<b>x</b>",
        "vbscript:x",
        "file:///etc/passwd",
        "http://plain.example",
        "java&#115;cript:alert(1)",
    ],
)
def test_a_link_leads_only_to_safe_addresses(address):
    assert "href" not in to_html(f"[press]({address})")
    assert "href" not in to_html(f"[press]: {address}\n\n[press]")


@pytest.mark.parametrize(
    "address", ["https://samhsa.gov/", "mailto:a@b.example", "tel:+19165550123", "/programs/iop/"]
)
def test_a_link_to_a_safe_address_stays(address):
    assert f'href="{address}"' in to_html(f"[press]({address})")


def test_no_heading_of_a_text_competes_with_the_title_of_the_page():
    html = to_html("# One\n\n## Two\n\n### Three\n\nUnderlined\n===")
    assert "<h1" not in html
    assert "<h2>One</h2>" in html
    assert "<h2>Two</h2>" in html
    assert "<h3>Three</h3>" in html
    assert "<h2>Underlined</h2>" in html


def test_a_table_is_a_table():
    assert "<th>Level</th>" in to_html("| Level | Hours |\n|---|--:|\n| IOP | 9 |")


def test_the_words_of_a_text_stand_without_its_marks():
    assert to_text("You *can* [call us](tel:988) **today**.") == "You can call us today."
    assert to_text("## Why now?\n\n- 12-step_like\n> said") == "Why now? 12-step_like said"
    assert to_text("| a | b |\n|--|--:|\n| 1 | 2 |") == "a b 1 2"
    assert to_text("### Hours\n\n9 to 12") == "Hours. 9 to 12"
