"""The page of `examples/sister_site`, at a sister subdomain of Frontdesk."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, expect

from entrypoints.web_app import create_app
from tests.conftest import serving, settings_in
from tests.examples import PASSWORD
from tests.startup.processes import ROOT, free_port

SIGN_UP = """async (body) => (await fetch("/api/user/signup", {
  method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(body),
})).status"""


class Files(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def static_site(name: str = "sister_site") -> Iterator[int]:
    """As `python -m http.server --directory examples/NAME`; its port."""
    handler = partial(Files, directory=str(ROOT / "examples" / name))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield int(server.server_address[1])
        finally:
            server.shutdown()
            thread.join()


def test_it_greets_who_is_signed_in_at_its_sister(tmp_path: Path, browser: Browser) -> None:
    port = free_port()
    with static_site() as site:
        settings = settings_in(
            tmp_path,
            public_origin=f"http://accounts.example.test:{port}",
            cookie_domain="example.test",
            trusted_origins=(f"http://app.example.test:{site}",),
        )
        with serving(create_app(settings, record=lambda _: None), port=port):
            context = browser.new_context()
            page = context.new_page()
            address = f"http://app.example.test:{site}/?port={port}"
            page.goto(address)
            expect(page.locator("#hello")).to_have_text("Log in first.")
            page.goto(f"http://accounts.example.test:{port}/schema")
            body = {"username": "ada", "password": PASSWORD}
            assert page.evaluate(SIGN_UP, body) == 200
            page.goto(address)
            expect(page.locator("#hello")).to_have_text("Hello ada")
            context.close()


def test_people_log_in_on_a_page_of_the_application(tmp_path: Path, browser: Browser) -> None:
    port = free_port()
    with static_site("sign_in") as site:
        settings = settings_in(tmp_path, trusted_origins=(f"http://127.0.0.1:{site}",))
        with serving(create_app(settings, record=lambda _: None), port=port):
            page = browser.new_context().new_page()
            page.goto(f"http://127.0.0.1:{port}/schema")
            assert page.evaluate(SIGN_UP, {"username": "ada", "password": PASSWORD}) == 200
            page.context.clear_cookies()
            page.goto(f"http://127.0.0.1:{site}/?frontdesk=http://127.0.0.1:{port}")
            for password, said in (
                ("wrong", "The username or the password is wrong."),
                (PASSWORD, "Hello ada"),
            ):
                page.fill("[name=username]", "ada")
                page.fill("[name=password]", password)
                page.click("button")
                expect(page.get_by_role("alert")).to_have_text(said)
            assert page.context.cookies()
