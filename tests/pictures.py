"""`make pictures`: the console as README and docs show it, with the life of `frontdesk demo`.

It wants Debian's `chromium`, and fonts for the names of people everywhere (`fonts-noto-core`,
`fonts-noto-cjk`).
"""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from playwright.sync_api import Page, expect, sync_playwright

from entrypoints.demo.fill import Login, fill, settings_of
from entrypoints.web_app import create_app
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.client import connect
from tests.conftest import serving

FOLDER = Path(__file__).parents[1] / "docs/pictures"
WIDE = {"width": 1280, "height": 800}
SCHEMES: tuple[str, ...] = ("light", "dark")


@contextmanager
def demo() -> Iterator[tuple[str, Login]]:
    """A service that has lived for a month, and who operates it."""
    logins: list[Login] = []
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_of(Path(folder) / "data")
        # Playwright occupies this thread's event loop.
        thread = Thread(target=lambda: logins.append(asyncio.run(fill(settings))))
        thread.start()
        thread.join()
        with serving(create_app(settings, record=lambda _: None)) as url:
            yield url, logins[0]


def throttled(url: str, login: Login) -> str:
    """The path of somebody who has to wait."""
    with connect(url) as client:
        assert client.log_in(login.username, login.password).status == 200
        query = {"filter": "problem:eq:too_many_attempts", "limit": 1}
        (row,) = client.request("GET", "/api/ops/logs", params=query).data["rows"]
        return f"users/{row['user_id']}"


def take(page: Page, url: str, views: dict[str, str]) -> None:
    """Each view, in both schemes."""
    for name, view in views.items():
        for scheme in SCHEMES:
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            page.goto(f"{url}/ops/{view}")
            expect(page.locator("main")).not_to_have_attribute("aria-busy", "true")
            page.wait_for_timeout(500)
            page.screenshot(path=FOLDER / f"{name}-{scheme}.png")
            print(f"docs/pictures/{name}-{scheme}.png")


def main() -> None:
    """Take them all anew."""
    FOLDER.mkdir(exist_ok=True)
    with demo() as (url, login), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": WIDE["width"], "height": WIDE["height"]})
        page.goto(f"{url}/ops/login")
        page.get_by_label("Name").fill(login.username)
        page.get_by_label("Password", exact=True).fill(login.password)
        page.keyboard.press("Enter")
        memory = page.locator(".tile").filter(has_text="Memory")
        expect(memory).to_contain_text("MiB", timeout=60_000)
        views = {"monitor": "monitor", "user": throttled(url, login), "logs": "logs?last=1h"}
        take(page, url, views)
        browser.close()


if __name__ == "__main__":
    main()
