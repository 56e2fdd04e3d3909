"""An operator at the console, in a browser that complains of anything from elsewhere."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Route, expect

from entrypoints.settings import Settings
from entrypoints.web_app import create_app
from tests.client import connect
from tests.conftest import serving
from tests.examples import PASSWORD

MARKUP = "<b>x</b>"
RIGHT_TO_LEFT = "אבג"


@dataclass
class Console:
    """A page of the console, and a way to be somebody else meanwhile."""

    page: Page
    url: str
    settings: Settings
    complaints: list[str]

    def open(self, view: str) -> None:
        self.page.goto(f"{self.url}/ops/{view}")
        expect(self.page.locator("main")).not_to_have_attribute("aria-busy", "true")

    def log_in(self) -> None:
        self.open("login")
        self.page.get_by_label("Name").fill("root")
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("heading", name="Monitor")).to_be_visible()

    def user(self, name: str) -> None:
        with connect(self.url) as client:
            assert client.sign_up(name, PASSWORD).status == 200

    def recorded(self, wanted: int) -> None:
        """Wait until so many requests of others than operators are on record."""
        outside = {"filter": ["route:not_prefix:/api/ops", "route:not_prefix:/ops"]}
        with connect(self.url) as root:
            assert root.log_in("root", PASSWORD).status == 200
            for _ in range(100):
                found = root.request("GET", "/api/ops/logs/count", params=outside)
                if found.data["count"] > wanted:  # and that of this login
                    return
                time.sleep(0.1)
        raise AssertionError("They were not recorded.")

    def shot(self, name: str) -> None:
        if folder := os.environ.get("SCREENSHOTS"):
            self.page.screenshot(path=Path(folder) / f"{name}.png")


def of_settings(settings: Settings, browser: Browser, **options: Any) -> Iterator[Console]:
    complaints: list[str] = []
    with serving(create_app(settings, record=lambda _: None)) as url:
        context = browser.new_context(viewport={"width": 1440, "height": 900}, **options)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        context.set_default_timeout(15_000)

        def only_ours(route: Route) -> None:
            if route.request.url.startswith((url, "data:")):
                route.continue_()
            else:
                complaints.append(f"outside request: {route.request.url}")
                route.abort()

        context.route("**/*", only_ours)
        page = context.new_page()
        # An answer of 4xx is an "error" to the browser; what it may be, the tests say themselves.
        page.on(
            "console",
            lambda m: (
                complaints.append(m.text)
                if m.type == "error" and "Failed to load resource" not in m.text
                else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "response",
            lambda r: complaints.append(f"{r.status} {r.url}") if r.status >= 500 else None,
        )
        # What a view that is left still waits for, it aborts.
        excused = ("net::ERR_ABORTED", "net::ERR_INTERNET_DISCONNECTED")
        page.on(
            "requestfailed",
            lambda r: None if r.failure in excused else complaints.append(f"{r.failure} {r.url}"),
        )
        yield Console(page, url, settings, complaints)
        context.close()
    assert complaints == []


def run_aside(job: Callable[[], None]) -> None:
    """Playwright occupies this thread's event loop."""
    thread = threading.Thread(target=job)
    thread.start()
    thread.join()
