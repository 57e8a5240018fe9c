"""Markdown as editors write it, turned into HTML that is safe to show.

Two fences: the parser passes no raw HTML through, and what it makes is cleaned against
an allow list. The content security policy of the site is the third.
"""

import re
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt

from programs import languages

TAGS = {
    *("p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote"),
    *("a", "strong", "em", "code", "pre"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
# Links without a scheme (to our own pages) are allowed as well.
URL_SCHEMES = {"https", "mailto", "tel"}

TOP_HEADING = 2  # h1 is the page's own title

HEADING = re.compile(r"^ {0,3}#{1,6}\s+(.*?)([.?!:]?)\s*#*$", re.MULTILINE)
MARKS = re.compile(
    r"""!?\[(?P<words>[^\]]*)\]\([^)]*\)     # a link or an image
    | ^\s{0,3}(?:>|[-*+]|\d{1,9}[.)])\s+   # a quote or a list item
    | ^[\s|:-]+$                           # the line under a table's head
    | \|                                   # a table's cell
    | (?P<glue>[*`\\]|(?<!\w)_+|_+(?!\w))  # emphasis, code, escapes
    """,
    re.MULTILINE | re.VERBOSE,
)


def _heading_levels(state) -> None:
    """Keep the page's outline: no heading inside a text stands above TOP_HEADING."""
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{max(int(token.tag[1]), TOP_HEADING)}"


_parser = MarkdownIt("commonmark", {"html": False}).enable("table")
_parser.core.ruler.push("heading_levels", _heading_levels)


def to_html(text: str) -> str:
    """Return the text as HTML that holds nothing but the allowed tags and links.

    Links to our own pages lead to them in the language that is being spoken.
    """
    return _to_html(text, languages.current())


@lru_cache(maxsize=1024)
def _to_html(text: str, language: str) -> str:
    def in_language(tag: str, attribute: str, value: str) -> str:
        is_ours = attribute == "href" and value.startswith("/")
        return languages.path_in(language, value) if is_ours else value

    return nh3.clean(
        _parser.render(text),
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=None if language == languages.DEFAULT else in_language,
        url_schemes=URL_SCHEMES,
        link_rel=None,  # no link opens a new window, and the site sends no referrer
    )


def to_text(text: str) -> str:
    """Return the words of a Markdown text on one line, for the search and its excerpts."""
    sentences = HEADING.sub(lambda heading: heading[1] + (heading[2] or "."), text)
    plain = MARKS.sub(lambda mark: mark["words"] or ("" if mark["glue"] else " "), sentences)
    return " ".join(plain.split())
