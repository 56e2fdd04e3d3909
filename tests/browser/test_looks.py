"""Every view, at every size, in both schemes, for everybody."""

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.console import MARKUP, RIGHT_TO_LEFT, Console, of_settings, run_aside
from tests.conftest import settings_in
from tests.examples import PASSWORD
from tests.operations.conftest import make_operator

VIEWS = [
    "monitor",
    "users",
    "sessions",
    "events",
    "logs",
    "tables",
    "invitations",
    "tokens",
    "nodes",
    "settings",
]
DEEPER = ["users/2", "tables/users", "logs/1", "logs?by=endpoint", "nowhere", "users/999"]
SIZES = [(1440, 900), (1024, 768), (720, 450), (390, 844)]
"""The third is the first at a zoom of 200 %."""


def complaints(page: Page) -> list[str]:
    """What axe finds serious."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {each['nodes'][0]['html'][:120]}"
        for each in found
        if each["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_view_at_every_size_for_everybody(console: Console, scheme: str) -> None:
    page = console.page
    for name in ("ada", MARKUP, RIGHT_TO_LEFT):
        console.user(name)
    console.log_in()
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for view in (*VIEWS, *DEEPER):
        console.open(view)
        page.wait_for_timeout(150)
        assert page.locator("main h1").count() == 1, view
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            over = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert over <= 0, f"{view} is wider than {width}"
            assert cut_off(page) == [], f"{view} at {width}"
            name = "".join(each if each.isalnum() else "-" for each in view)
            console.shot(f"{scheme}-{width}-{name}")
        assert complaints(page) == [], f"{view} on a phone"
        page.set_viewport_size({"width": 1440, "height": 900})
        assert complaints(page) == [], view


def cut_off(page: Page) -> list[str]:
    """Cells of a few letters' width with more than that in them, and what lies right of all."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("main td, main button")]
            .filter((each) => each.checkVisibility() && !each.closest(".scrolls"))
            .filter((each) => {
                const box = each.getBoundingClientRect();
                const narrow = each.matches("td.wide, td.long") && box.width < 100;
                return box.right > innerWidth + 1 || (narrow && each.textContent.length > 20);
            })
            .map((each) => each.outerHTML.slice(0, 100))"""
    )
    return found


def unfold_a_record(page: Page) -> None:
    page.locator("tbody tr").first.click(position={"x": 2, "y": 2})
    expect(page.locator("tr.detail")).to_be_visible()
    for each in page.locator("tr.detail summary").all():
        each.click()


def ask_to_remove(page: Page) -> None:
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def make_a_token(page: Page) -> None:
    page.get_by_role("button", name="New token").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def open_the_palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("a")
    expect(page.get_by_role("option", name="ada")).to_be_visible()


def open_the_palette_in_vain(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("nobody at all")
    expect(page.get_by_text("Nothing has this name")).to_be_visible()


def show_the_keys(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()


def choose_a_range(page: Page) -> None:
    page.get_by_label("Time", exact=True).select_option("Between …")
    expect(page.get_by_label("From")).to_be_visible()


OPENED: dict[str, tuple[str, Callable[[Page], None]]] = {
    "record": ("logs?own=yes", unfold_a_record),
    "event": ("events", unfold_a_record),
    "removal": ("logs?filter=status:ge:200", ask_to_remove),
    "token": ("tokens", make_a_token),
    "palette": ("monitor", open_the_palette),
    "nothing": ("monitor", open_the_palette_in_vain),
    "keys": ("monitor", show_the_keys),
    "range": ("sessions", choose_a_range),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", OPENED)
def test_what_is_opened_is_for_everybody_too(console: Console, state: str, scheme: str) -> None:
    page = console.page
    view, open_ = OPENED[state]
    console.user("ada")
    console.log_in()
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        console.open(view)
        open_(page)
        over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(over) <= 0, width
        console.shot(f"{scheme}-{width}-opened-{state}")
        assert complaints(page) == [], width


def test_the_theme_is_chosen_and_kept(console: Console) -> None:
    page = console.page
    console.log_in()

    def paper() -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    page.emulate_media(color_scheme="light")
    light = paper()
    for name in ("Theme: system", "Theme: light"):
        page.get_by_role("button", name=name).click()
    expect(page.get_by_role("button", name="Theme: dark")).to_be_focused()
    assert paper() != light
    page.reload()
    expect(page.get_by_role("button", name="Theme: dark")).to_be_visible()
    assert paper() != light
    page.goto(f"{console.url}/schema")
    expect(page.locator("html.dark-mode")).to_have_count(1)
    page.get_by_role("link", name="To the console").click()
    expect(page.get_by_role("heading", name="Monitor")).to_be_visible()


def test_it_says_what_runs_where_and_what_each_setting_is_for(console: Console) -> None:
    page = console.page
    console.log_in()
    expect(page.get_by_role("contentinfo")).to_contain_text(str(console.settings.data_dir))
    expect(page.get_by_role("contentinfo")).to_contain_text("Frontdesk 0.")
    console.open("settings")
    threads = page.locator("tr").filter(has_text="FRONTDESK_HASH_THREADS")
    expect(threads).to_contain_text("not set: one for each core")
    expect(threads).to_contain_text("Threads of a worker that hash passwords.")


def test_on_a_phone_a_menu_has_all_views_and_the_way_out(console: Console) -> None:
    page = console.page
    console.log_in()
    page.set_viewport_size({"width": 390, "height": 844})
    console.open("users")
    expect(page.get_by_role("button", name="Log out")).not_to_be_visible()
    page.get_by_role("button", name="Menu").click()
    console.shot("menu")
    page.get_by_role("link", name="Sessions", exact=True).click()
    expect(page.get_by_role("heading", name="Sessions")).to_be_visible()
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("button", name="Log in")).to_be_visible()


def test_the_palette_does_things_and_finds_addresses_and_requests(console: Console) -> None:
    page = console.page
    console.log_in()
    for typed, found in (
        ("new tok", "New access token"),
        ("new us", "New user"),
        ("show the k", "Keys"),
    ):
        page.keyboard.press("Control+k")
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog").get_by_role("heading", name=found)).to_be_visible()
        button = "Done" if found == "Keys" else "Cancel"
        page.get_by_role("dialog").get_by_role("button", name=button).click()
    page.keyboard.press("Control+k")
    page.keyboard.type("127.0.0.1")
    page.get_by_role("option", name="Sessions from").click()
    expect(page.locator(".chip")).to_contain_text("Address is 127.0.0.1")
    expect(page.locator("tbody tr")).to_have_count(1)
    answered = page.request.get(f"{console.url}/api/ops/me")
    page.keyboard.press("Control+k")
    page.keyboard.type(answered.headers["x-request-id"])
    page.get_by_role("option", name="Request", exact=False).last.click()
    expect(page.locator(".chip")).to_contain_text("Request id is")
    expect(page.get_by_role("heading", name="Logs")).to_be_visible()


def test_what_is_switched_off_is_named(tmp_path: Path, browser: Browser) -> None:
    settings = settings_in(tmp_path, request_log="off", metrics="off")
    run_aside(lambda: make_operator(settings))
    for console in of_settings(settings, browser):
        page = console.page
        page.goto(f"{console.url}/ops/login")
        page.get_by_label("Name").fill("root")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_text("FRONTDESK_METRICS is off")).to_be_visible()
        console.open("logs")
        expect(page.get_by_text("FRONTDESK_REQUEST_LOG is off")).to_be_visible()


def test_a_session_that_ends_while_a_dialog_is_open_leads_to_the_login(console: Console) -> None:
    page = console.page
    console.log_in()
    console.open("users")
    page.get_by_role("button", name="New user").click()
    page.context.clear_cookies()
    page.get_by_role("dialog").get_by_label("Name").fill("ada")
    page.get_by_role("dialog").get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_label("Name").fill("root")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Users")).to_be_visible()
