"""A real browser finds nothing on any page that its policies would have to stop."""

import pytest

from tests import builders, walk
from tests.browser.steps import sign_in
from tests.intake import desk

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("site")]

NOTE = """
  window.stopped = []
  document.addEventListener("securitypolicyviolation", (event) =>
    stopped.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`))
"""


def assert_nothing_stopped(page, path: str) -> None:
    page.goto(path, wait_until="networkidle")
    assert page.evaluate("window.stopped") == [], path


def test_no_public_page_is_stopped_from_anything(desktop):
    desktop.add_init_script(NOTE)
    paths = {page.path for page in walk.public_pages()} - {"/sitemap.xml", "/robots.txt"}
    for path in sorted(paths | {"/callback/?program=php", "/search/?q=family", "/not/here/"}):
        assert_nothing_stopped(desktop, path)


def test_no_page_of_the_staff_is_stopped_from_anything(desktop):
    desktop.add_init_script(NOTE)
    lead = builders.lead(name="Zora")
    desk.send_insurance(lead, images=1)
    sign_in(desktop, builders.staff("root", is_superuser=True))
    for path in (
        "/admin/",
        "/admin/lists/",
        desk.QUEUE,
        desk.page_of(lead),
        "/admin/programs/center/1/change/",
        "/admin/programs/program/",
        "/admin/programs/article/add/",
        "/admin/auth/user/add/",
        "/admin/password_change/",
    ):
        assert_nothing_stopped(desktop, path)


def test_what_a_policy_stops_is_noticed(browser, live_server):
    context = browser.new_context(base_url=live_server.url)
    context.add_init_script(NOTE)
    page = context.new_page()
    page.goto("/")
    page.evaluate("document.body.append(Object.assign(new Image(), {src: 'data:,x'}))")
    page.wait_for_function("stopped.length")
    assert "img-src" in page.evaluate("stopped[0]")
    context.close()
