"""The watch on every browser test notices what it exists to notice."""

import pytest

from tests.browser.conftest import Watch

pytestmark = pytest.mark.once

ORIGIN = "http://center.example"
POLICY = {"Content-Security-Policy": "default-src 'self'; script-src 'self' 'unsafe-inline'"}


@pytest.fixture
def problems_of(browser):
    """Return a function that shows a page with this body and says what the watch noticed."""
    context = browser.new_context()

    def answer(route):
        if route.request.resource_type == "document":
            page = f"<!doctype html><title>Page</title>{body}"
            route.fulfill(body=page, content_type="text/html", headers=POLICY, status=status)
        else:
            route.fulfill(status=404)

    def problems_of(html, answered=200):
        nonlocal body, status
        body, status = html, answered
        page = context.new_page()
        page.route("**/*", answer)
        watch = Watch(page, ORIGIN)
        page.goto(ORIGIN)
        return " ".join(watch.problems)

    body, status = "", 200
    yield problems_of
    context.close()


def test_a_clean_page_has_no_problems(problems_of):
    assert problems_of("<p>Hello</p>") == ""


def test_a_page_may_answer_404_on_purpose(problems_of):
    assert problems_of("<p>Not here</p>", answered=404) == ""


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("<script>console.error('out of order')</script>", "console: out of order"),
        ("<script>undefinedFunction()</script>", "script error: undefinedFunction"),
        ("<p style='color: red'>Red</p>", "Content Security Policy"),
        ("<img src='/missing.png' alt=''>", "404: http://center.example/missing.png"),
        ("<img src='http://elsewhere.example/pixel.png' alt=''>", "elsewhere.example"),
        ("<script>fetch('http://elsewhere.example/')</script>", "elsewhere.example"),
    ],
)
def test_a_problem_is_noticed(problems_of, body, problem):
    assert problem in problems_of(body)
