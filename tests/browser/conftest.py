"""A real Chromium on the live server; each page refuses errors and foreign requests.

The browser is CHROMIUM, else the one installed. Without one the tests are skipped, or
fail where CI or REQUIRE_BROWSER is set.
"""

import os
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

from tests import content

SCREENS = {"phone": (360, 740), "tablet": (768, 1024), "desktop": (1280, 900)}
SCHEMES = ("light", "dark")
# Milliseconds; nothing here takes longer, even on a busy machine.
PATIENCE = 15_000
expect.set_options(timeout=PATIENCE)

# Decorates a test of `page` that every visitor's screen must pass.
on_every_screen = pytest.mark.parametrize(
    "page",
    [(screen, scheme) for screen in SCREENS for scheme in SCHEMES],
    indirect=True,
    ids="-".join,
)


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


def chromium() -> str | None:
    """Return the path of the Chromium to drive, if there is one."""
    names = (os.environ.get("CHROMIUM"), "/usr/bin/chromium", "chromium", "chromium-browser")
    return next(filter(None, (shutil.which(name) for name in names if name)), None)


@pytest.fixture(scope="session")
def browser():
    path = chromium()
    if path is None:
        insists = os.environ.get("CI") or os.environ.get("REQUIRE_BROWSER")
        give_up = pytest.fail if insists else pytest.skip
        give_up("No Chromium found: install chromium, or set CHROMIUM to its path.")
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    if os.geteuid() == 0:
        quiet.append("--no-sandbox")
    # Playwright keeps an event loop in this thread; queries beside it are safe all the same.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=quiet)
        yield browser
        browser.close()


class Watch:
    """Notes whatever goes wrong on a page; `problems` must stay empty."""

    def __init__(self, page, origin: str):
        self.origin = urlsplit(origin)
        self.problems = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.problems.append(f"script error: {error}"))
        page.on("request", self._request)
        page.on("response", self._response)

    def _console(self, message):
        # Violations of the content security policy are told here too. A failed load is
        # judged by its response: a page that answers 404 on purpose is not a problem.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.problems.append(f"console: {message.text}")

    def _request(self, request):
        url = urlsplit(request.url)
        if url.scheme != "about" and url[:2] != self.origin[:2]:
            self.problems.append(f"left the origin: {request.url}")

    def _response(self, response):
        if response.status >= 400 and response.request.resource_type != "document":
            self.problems.append(f"{response.status}: {response.url}")


@pytest.fixture
def site(live_server):
    """The center with the content it ships with."""
    content.put()


@pytest.fixture
def open_page(browser, live_server):
    """Return a function that opens a watched page on a screen of SCREENS."""
    contexts, watches = [], []

    def open_page(screen="desktop", scheme="light", **options):
        width, height = SCREENS[screen]
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            has_touch=screen != "desktop",
            is_mobile=screen != "desktop",
            locale="en-US",
            timezone_id="America/Los_Angeles",
            **options,
        )
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        contexts.append(context)
        watches.append(Watch(page, live_server.url))
        return page

    yield open_page
    for context in contexts:
        context.close()
    problems = [problem for watch in watches for problem in watch.problems]
    assert not problems, "\n".join(problems)


@pytest.fixture
def page(request, open_page):
    """A desktop in daylight, unless the test is run `on_every_screen`."""
    return open_page(*getattr(request, "param", ()))


@pytest.fixture
def phone(open_page):
    return open_page("phone")


@pytest.fixture
def tablet(open_page):
    return open_page("tablet")


@pytest.fixture
def desktop(open_page):
    return open_page("desktop")


@pytest.fixture
def axe():
    """Return a function that refuses any accessibility violation on the page as it is.

    With `rules`, by name, only those are checked; those `without` are not.
    """

    def refuse_violations(page, rules=(), without=()):
        options = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})
        options["rules"] = {rule: {"enabled": False} for rule in without}
        results = Axe().run(page, options=options)
        assert results.violations_count == 0, results.generate_report()

    return refuse_violations
