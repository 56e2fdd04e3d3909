"""Operators at work in the console: nothing from elsewhere, and no complaint of the browser."""

import asyncio
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from adapters.monitoring.metrics.figures import SqlFigures
from application.operations.metrics import Figures
from application.operations.nodes import WorkerName
from domain.secrets import OneTimeCode
from entrypoints.client import connect
from entrypoints.monitoring_storage import open_monitoring
from entrypoints.preparation import prepare
from entrypoints.server import set_up_code
from entrypoints.settings import Settings
from entrypoints.web_app import create_app
from tests.conftest import serving, settings_in
from tests.examples import PASSWORD
from tests.operations.conftest import make_operator

MARKUP = "<b>x</b>"
RIGHT_TO_LEFT = "אבג"
VIEWS = ["monitor", "users", "sessions", "events", "logs", "tables", "tokens", "settings"]
SIZES = [(1440, 900), (1024, 768), (390, 844)]


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

    def shot(self, name: str) -> None:
        if folder := os.environ.get("SCREENSHOTS"):
            self.page.screenshot(path=Path(folder) / f"{name}.png")


def of_settings(settings: Settings, browser: Browser) -> Iterator[Console]:
    complaints: list[str] = []
    with serving(create_app(settings, record=lambda _: None)) as url:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
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


@pytest.fixture
def console(tmp_path: Path, browser: Browser) -> Iterator[Console]:
    """With an operator, who has yet to log in."""
    settings = settings_in(tmp_path)
    run_aside(lambda: make_operator(settings))
    yield from of_settings(settings, browser)


def run_aside(job: Callable[[], None]) -> None:
    """Playwright occupies this thread's event loop."""
    thread = threading.Thread(target=job)
    thread.start()
    thread.join()


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
        for _ in range(len(VIEWS)):
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
    expect(page.get_by_text(f"from: {MARKUP}, to: grace")).to_be_visible()

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


def test_logs_unfold_copy_filter_and_have_addresses(console: Console) -> None:
    page = console.page
    console.user("ada")
    console.log_in()
    console.open("logs?filter=route:eq:/api/user/signup")
    expect(page.locator("tbody tr")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    detail = page.locator("tr.detail")
    expect(detail).to_contain_text('"password": "***"')
    expect(detail).to_contain_text("statements")
    page.emulate_media(color_scheme="dark")
    console.shot("logs")
    page.get_by_role("button", name="Copy as curl").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("curl --globoff --path-as-is -X 'POST' 'http://")
    assert PASSWORD not in copied
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Its address").click()
    expect(page.get_by_role("heading", name=re.compile("Request [0-9]+"))).to_be_visible()
    console.open("logs")
    page.get_by_label("Value").fill("403")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No request on record fits.")).to_be_visible()
    assert page.url.endswith("filter=status%3Aeq%3A403")
    page.get_by_role("button", name="Without status:eq:403").click()
    expect(page.locator("tbody tr").first).to_be_visible()


def test_tables_show_structure_and_rows_but_no_secret(console: Console) -> None:
    page = console.page
    console.user("ada")
    console.log_in()
    console.open("tables")
    page.get_by_role("link", name="users", exact=True).click()
    page.get_by_text("Structure").first.click()
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


def test_charts_show_the_range_that_was_chosen_and_what_stands_at_each_time(
    console: Console,
) -> None:
    page, now = console.page, int(time.time()) // 60 * 60
    measured = [now - 60 * ago for ago in range(1, 30) if ago not in (10, 11, 12)]
    run_aside(lambda: asyncio.run(_measure(console.settings, measured)))
    console.log_in()
    requests = page.locator("figure.chart").first
    svg = requests.locator("svg")
    assert requests.locator("path.main").count() == 2, "nothing was measured in between"
    texts = requests.locator("text").all_text_contents()
    assert "0" in texts
    assert sum(":" in each for each in texts) >= 5, "the whole hour, and not what was measured"
    first = page.evaluate("document.querySelector('path.main').getBBox().x")
    assert first > 250, "half an hour ago is in the middle"
    expect(requests.locator(".legend")).to_contain_text(f"all {measured[0] % 50}")
    svg.focus()
    page.keyboard.press("ArrowLeft")
    expect(requests.locator(".legend")).to_contain_text(f"all {measured[1] % 50}")
    other = page.locator("figure.chart").nth(2).locator(".when")
    assert other.inner_text() == requests.locator(".when").inner_text(), "all charts at once"
    page.wait_for_timeout(6_000)  # it has looked again
    assert page.evaluate("document.activeElement.tagName") == "svg"
    expect(requests.locator(".legend")).to_contain_text(f"all {measured[1] % 50}")

    box = svg.bounding_box()
    assert box
    page.mouse.move(box["x"] + 300, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 400, box["y"] + 50)
    page.mouse.up()
    expect(page.get_by_role("link", name="Whole range")).to_be_visible()
    assert "since=" in page.url
    assert "until=" in page.url
    console.shot("zoomed")


async def _measure(settings: Settings, minutes: list[int]) -> None:
    """As many requests in each as tell the minutes apart."""
    kept = open_monitoring(settings)
    figures = SqlFigures(kept.metrics)
    for began in minutes:
        counted = Figures({"requests": began % 50, "log_ins": 3}, {}, Figures().latency)
        await figures.add(WorkerName("node", "1"), began, counted)
    kept.questions.close()
    await kept.close()


def test_tables_are_walked_with_one_tab_stop_and_say_how_they_are_sorted(console: Console) -> None:
    page = console.page
    for number in range(3):
        console.user(f"user{number}")
    console.log_in()
    console.open("sessions")
    expect(page.locator("tbody tr")).to_have_count(4)
    assert page.locator("tbody tr[tabindex='0']").count() == 1
    assert page.locator("th[aria-sort]").count() == 0
    page.get_by_role("button", name="Expires").click()
    expect(page.locator("th[aria-sort=descending]")).to_have_text("Expires ↓")
    expect(page.locator("tbody tr")).to_have_count(4)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="user2")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Sessions")).to_be_visible()
    expect(page.get_by_role("link", name="user1")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_view_at_every_size_for_everybody(console: Console, scheme: str) -> None:
    page = console.page
    for name in ("ada", MARKUP, RIGHT_TO_LEFT):
        console.user(name)
    console.log_in()
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for view in (*VIEWS, "users/2", "tables/users"):
        console.open(view)
        page.wait_for_timeout(150)
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            over = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert over <= 0, f"{view} is wider than {width}"
            console.shot(f"{scheme}-{width}-{view.replace('/', '-')}")
        page.set_viewport_size({"width": 1440, "height": 900})
        found = Axe().run(page).response["violations"]
        serious = [each["id"] for each in found if each["impact"] in ("serious", "critical")]
        assert serious == [], view
