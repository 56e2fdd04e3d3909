"""Operators at work in the console: nothing from elsewhere, and no complaint of the browser."""

import asyncio
import re
from pathlib import Path

from playwright.sync_api import Browser, expect

from domain.secrets import OneTimeCode
from entrypoints.preparation import prepare
from entrypoints.server import set_up_code
from entrypoints.settings import Settings
from tests.browser.console import MARKUP, Console, of_settings, run_aside
from tests.client import connect
from tests.conftest import settings_in
from tests.engines import rows
from tests.examples import PASSWORD
from tests.operations.conftest import make_operator


def offer(settings: Settings) -> OneTimeCode:
    found: list[OneTimeCode | None] = []

    async def ask() -> None:
        prepare(settings)
        found.append(await set_up_code(settings))

    run_aside(lambda: asyncio.run(ask()))
    assert found[0]
    return found[0]


def test_from_the_printed_link_to_the_event_without_the_mouse(
    tmp_path: Path, browser: Browser
) -> None:
    settings = settings_in(tmp_path)
    code = offer(settings)
    for console in of_settings(settings, browser):
        page, press = console.page, console.page.keyboard.press
        page.goto(f"{console.url}/ops/set-up#{code.value}")
        page.keyboard.type("root")
        press("Tab")
        page.keyboard.type(PASSWORD)
        console.shot("set-up")
        press("Enter")
        expect(page.get_by_role("heading", name="Monitor")).to_be_visible()
        console.user("ada")

        # watch the traffic
        press("Control+k")
        page.keyboard.type("logs")
        press("Enter")
        expect(page.get_by_role("heading", name="Logs")).to_be_visible()
        page.get_by_role("button", name="Live").focus()
        press("Enter")
        expect(page.get_by_text("Live.")).to_be_visible()
        console.user("bob")
        expect(page.get_by_text("/api/user/signup").first).to_be_visible()

        # find the user, end a session
        press("Control+k")
        page.keyboard.type("ad")
        expect(page.get_by_role("option", name="User ada")).to_be_visible()
        press("ArrowDown")
        for _ in range(20):
            if page.locator("[aria-selected=true]").inner_text().startswith("User"):
                break
            press("ArrowDown")
        press("Enter")
        expect(page.get_by_role("heading", name="ada")).to_be_visible()
        end = page.get_by_role("button", name="End", exact=True)
        end.focus()
        press("Enter")
        page.get_by_role("button", name="End session").focus()
        press("Enter")
        expect(page.get_by_text("Signed in nowhere.")).to_be_visible()
        expect(page.get_by_text("sessions_ended")).to_be_visible()

        # and the event of having done so
        press("Control+k")
        page.keyboard.type("events")
        press("Enter")
        expect(page.locator("tbody tr").first).to_contain_text("sessions_ended")
        expect(page.locator("tbody tr").first).to_contain_text("root")


def test_a_newcomer_is_told_how_to_begin(console: Console) -> None:
    page = console.page
    console.open("set-up")
    expect(page.get_by_role("heading", name="This link is not complete")).to_be_visible()
    page.get_by_role("link", name="To the login").click()
    expect(page.get_by_text("prints a link when it starts")).to_be_visible()
    page.get_by_label("Password", exact=True).fill("visible")
    page.get_by_label("Show the password").check()
    assert page.locator("#password").get_attribute("type") == "text"


def test_create_edit_disable_delete(console: Console) -> None:
    page = console.page
    console.log_in()
    console.open("users")
    page.get_by_role("button", name="New user").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("a b")
    dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("invisible character")
    dialog.get_by_label("Name").fill(MARKUP)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=MARKUP)).to_be_visible()
    assert page.locator("main b").count() == 0, "data is text"

    page.get_by_role("button", name="Change").click()
    dialog.get_by_label("Name").fill("grace")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="grace")).to_be_visible()
    expect(page.get_by_text(f"from {MARKUP} to grace")).to_be_visible()

    page.get_by_role("button", name="Disable").click()
    dialog.get_by_role("button", name="Disable grace").click()
    expect(page.get_by_role("button", name="Enable")).to_be_visible()
    page.get_by_role("button", name="Enable").click()
    expect(page.get_by_role("button", name="Disable")).to_be_visible()

    page.get_by_role("button", name="Reset code").click()
    code = dialog.locator("code").inner_text()
    assert re.fullmatch(r"[\w-]{43}", code)
    page.keyboard.press("Escape")
    expect(dialog.locator("code")).to_be_visible()
    dialog.get_by_role("button", name="Done").click()

    page.get_by_role("button", name="Delete").click()
    dialog.get_by_label("Type grace to confirm").fill("ada")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("another name")
    dialog.get_by_label("Type grace to confirm").fill("grace")
    console.shot("delete")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Users")).to_be_visible()
    expect(page.get_by_text("grace was deleted")).to_be_visible()


def test_the_second_of_two_editors_sees_what_changed(console: Console) -> None:
    page = console.page
    console.user("ada")
    console.log_in()
    console.open("users/2")
    page.get_by_role("button", name="Change").click()
    with connect(console.url) as other:
        other.log_in("root", PASSWORD)
        edit = {"version": 1, "username": "lovelace"}
        assert other.request("PATCH", "/api/ops/users/2", json=edit).status == 200
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("augusta")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("username is now lovelace")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="augusta")).to_be_visible()


def test_a_session_that_ends_leads_to_the_login_and_back(console: Console) -> None:
    page = console.page
    console.log_in()
    console.open("users?name=ad&kind=all&how=contains")
    page.context.clear_cookies()
    page.reload()
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    page.get_by_label("Name").fill("root")
    page.get_by_label("Password", exact=True).fill("wrong password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("wrong")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Users")).to_be_visible()
    assert page.url == f"{console.url}/ops/users?name=ad&kind=all&how=contains"
    page.goto(f"{console.url}/ops/login?next=https://evil.example/")
    page.get_by_label("Name").fill("root")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Monitor")).to_be_visible()
    assert page.url.startswith(console.url)


def test_an_ordinary_user_is_told_so(console: Console) -> None:
    console.user("ada")
    console.open("login")
    console.page.get_by_label("Name").fill("ada")
    console.page.get_by_label("Password", exact=True).fill(PASSWORD)
    console.page.keyboard.press("Enter")
    expect(console.page.get_by_role("alert")).to_contain_text("Only operators")


def test_tables_show_structure_and_rows_but_no_secret(console: Console) -> None:
    page = console.page
    console.user("ada")
    console.log_in()
    console.open("tables")
    page.get_by_role("link", name="users", exact=True).click()
    page.locator("summary").click()
    expect(page.get_by_role("row", name=re.compile("password_hash"))).to_contain_text("secret")
    heads = page.get_by_role("table", name="Rows of users").get_by_role("columnheader")
    assert "password_hash" not in " ".join(heads.all_inner_texts())
    page.get_by_role("button", name="username", exact=True).click()
    assert "sort=username" in page.url
    expect(page.get_by_role("columnheader", name="username ↑")).to_be_visible()


def test_tokens_are_made_shown_once_and_revoked(console: Console) -> None:
    page = console.page
    console.log_in()
    console.open("tokens")
    expect(page.get_by_text("No program has access.")).to_be_visible()
    page.get_by_role("button", name="New token").click()
    page.get_by_role("dialog").get_by_label("Name").fill("script")
    page.get_by_role("dialog").get_by_label("metrics.view").check()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("code")).to_contain_text("fdk_")
    dialog.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("fdk_")
    dialog.get_by_role("button", name="Done").click()
    page.get_by_role("button", name="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke script").click()
    expect(page.get_by_text("No program has access.")).to_be_visible()


def test_a_login_that_is_not_fresh_is_asked_for_again(tmp_path: Path, browser: Browser) -> None:
    settings = settings_in(tmp_path, fresh_login_minutes=0.02)
    run_aside(lambda: make_operator(settings))
    for console in of_settings(settings, browser):
        page = console.page
        console.user("ada")
        console.log_in()
        page.wait_for_timeout(1_500)
        console.open("users/2")
        page.get_by_role("button", name="Reset code").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("Is it you?")
        dialog.get_by_label("Password of root").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(dialog).to_contain_text("A code for ada")


def test_the_api_page_works_in_the_operators_session(console: Console) -> None:
    page = console.page
    console.log_in()
    page.get_by_role("link", name="API").click()
    block = page.locator("[id$=getOperator]")
    block.locator(".opblock-summary-control").click()
    block.get_by_role("button", name="Execute").click()
    expect(block.locator(".live-responses-table .response-col_status").last).to_contain_text("200")
    expect(block).to_contain_text('"username": "root"')


def test_offline_and_back(console: Console) -> None:
    page = console.page
    console.log_in()
    page.context.set_offline(True)
    page.get_by_role("link", name="Sessions", exact=True).click()
    expect(page.get_by_text("cannot be reached")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("tbody tr").first).to_be_visible()


def test_who_has_to_wait_is_seen_and_let_in_again(tmp_path: Path, browser: Browser) -> None:
    settings = settings_in(tmp_path, throttle="on")
    run_aside(lambda: make_operator(settings))
    for console in of_settings(settings, browser):
        page = console.page
        console.user("ada")
        with connect(console.url) as client:
            while client.log_in("ada", "wrong password").status == 403:
                pass
            console.log_in()
            console.open("users/2")
            expect(page.locator(".badge.waits")).to_contain_text("has to wait until")
            expect(page.get_by_text("wrong password", exact=True).first).to_be_visible()
            console.shot("waits")
            page.get_by_role("button", name="Reset throttling").click()
            dialog = page.get_by_role("dialog")
            expect(dialog).to_contain_text("guesses from 127.0.0.1")
            dialog.get_by_role("button", name="Reset throttling").click()
            expect(page.get_by_text("ada can try again at once.")).to_be_visible()
            expect(page.locator(".badge.waits")).to_have_count(0)
            expect(page.get_by_text("throttle_reset")).to_be_visible()
            assert client.log_in("ada", PASSWORD).status == 200


def test_roles_and_metadata_are_set_and_shown(console: Console) -> None:
    page = console.page
    console.user("ada")
    console.log_in()
    console.open("users/2")
    page.get_by_role("button", name="Roles").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Roles").fill("Member")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("A role is 1 to 32 of a to z")
    dialog.get_by_label("Roles").fill("member, editor")
    dialog.get_by_label("Metadata").fill('{"plan": "pro"}')
    page.keyboard.press("Enter")
    expect(page.locator(".facts").first).to_contain_text("editor, member")
    expect(page.locator(".facts").first).to_contain_text('{"plan":"pro"}')
    expect(page.get_by_text("roles_changed")).to_be_visible()
    console.shot("roles")


def test_who_disabled_whom_and_why_is_shown_and_can_be_undone_at_once(console: Console) -> None:
    page = console.page
    console.user("ada")
    console.log_in()
    console.open("users/2")
    page.get_by_role("button", name="Disable").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("spam \u202e")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("invisible character")
    dialog.get_by_label("Reason").fill(f"spam {MARKUP}")
    page.keyboard.press("Enter")
    expect(page.locator(".facts").first).to_contain_text(f"by root: spam {MARKUP}")
    expect(page.get_by_text("ada is disabled.")).to_be_visible()
    console.shot("disabled")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("ada is enabled.")).to_be_visible()
    expect(page.locator(".badge", has_text="disabled")).to_have_count(0)
    with connect(console.url) as ada:
        assert ada.log_in("ada", PASSWORD).status == 200


def test_setting_roles_leaves_metadata_as_they_are_to_the_last_digit(console: Console) -> None:
    page = console.page
    console.user("ada")
    text = '{"id":9007199254740993,"rate":1.0}'
    with connect(console.url) as root:
        root.log_in("root", PASSWORD)
        body = f'{{"version": 1, "metadata": {text}}}'.encode()
        json_type = {"Content-Type": "application/json"}
        path = "/api/ops/users/2/roles"
        assert root.request("PUT", path, content=body, headers=json_type).status == 200
    console.log_in()
    console.open("users/2")
    page.get_by_role("button", name="Roles").click()
    dialog = page.get_by_role("dialog")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing was changed.")).to_be_visible()
    page.get_by_role("button", name="Roles").click()
    dialog.get_by_label("Roles").fill("member")
    page.keyboard.press("Enter")
    expect(page.get_by_text("roles_changed")).to_be_visible()
    expect(page.get_by_text("metadata_changed")).to_have_count(1)
    assert rows(console.settings, "SELECT metadata FROM users WHERE id = 2") == [(text,)]
