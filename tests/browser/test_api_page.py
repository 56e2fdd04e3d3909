"""Somebody tries the API on its page."""

import os
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.examples import fresh_name


def execute(page: Page, operation: str, body: str | None = None) -> None:
    block = page.locator(f"#operations-Account-{operation}")
    block.locator(".opblock-summary-control").click()
    if body is not None:
        block.locator("textarea.body-param__text").fill(body)
    block.get_by_role("button", name="Execute").click()


def test_sign_up_and_read_with_the_session_cookie(page: Page) -> None:
    name = fresh_name()
    page.goto("/schema")
    execute(page, "signUp", f'{{"username": "{name}", "password": "123123"}}')
    signed_up = page.locator("#operations-Account-signUp .live-responses-table")
    expect(signed_up.locator(".response-col_status").last).to_contain_text("200")
    expect(signed_up).to_contain_text(name)

    execute(page, "getUser")
    read = page.locator("#operations-Account-getUser .live-responses-table")
    expect(read.locator(".response-col_status").last).to_contain_text("200")
    expect(read).to_contain_text(name)

    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / "api.png", full_page=True)


def test_every_operation_is_there(page: Page) -> None:
    page.goto("/schema")
    for tag, operation in (
        ("Account", "signUp"),
        ("Account", "logIn"),
        ("Account", "logOut"),
        ("Account", "getUser"),
        ("Account", "updateUser"),
        ("Health", "healthz"),
        ("Health", "readyz"),
    ):
        expect(page.locator(f"#operations-{tag}-{operation}")).to_be_visible()
