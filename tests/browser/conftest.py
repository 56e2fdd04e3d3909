"""Debian's Chromium, driven by Playwright; outside requests blocked, every complaint a failure."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

from tests.browser.console import Console, of_settings, run_aside
from tests.conftest import settings_in
from tests.operations.conftest import make_operator

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP *.example.test 127.0.0.1",
]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One for this folder: while it is open, its event loop occupies the main thread."""
    if not CHROMIUM.exists():
        if os.environ.get("CI"):
            pytest.fail("CI needs Chromium: apt-get install chromium")
        pytest.skip("Chromium is not installed; the browser tests need: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, live_url: str) -> Iterator[Page]:
    """A page that fails the test for any console error, policy violation or outside request."""
    complaints: list[str] = []
    context = browser.new_context(base_url=live_url)
    context.set_default_timeout(15_000)

    def only_ours(route: Route) -> None:
        if route.request.url.startswith((live_url, "data:")):
            route.continue_()
        else:
            complaints.append(f"outside request: {route.request.url}")
            route.abort()

    context.route("**/*", only_ours)
    page = context.new_page()
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(f"failed: {request.url}"))
    yield page
    context.close()
    assert complaints == []


@pytest.fixture
def console(tmp_path: Path, browser: Browser) -> Iterator[Console]:
    """With an operator, who has yet to log in."""
    settings = settings_in(tmp_path)
    run_aside(lambda: make_operator(settings))
    yield from of_settings(settings, browser)
