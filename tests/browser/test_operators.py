"""Operators at the console: their own account, inviting others, the first steps."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.console import Console, of_settings, run_aside
from tests.client import connect
from tests.conftest import settings_in
from tests.examples import OTHER_PASSWORD, PASSWORD
from tests.operations.conftest import make_operator

SOON_MS = 100_000
"""Ten times as long as the page takes to look again."""


@contextmanager
def elsewhere(browser: Browser, address: str) -> Iterator[Page]:
    """Another browser."""
    context = browser.new_context()
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto(address)
    yield page
    context.close()


def test_an_operator_is_invited_by_a_link(console: Console, browser: Browser) -> None:
    page = console.page
    console.log_in()
    console.open("invitations?new=operator")
    page.get_by_label("For whom").fill("Grace")
    page.keyboard.press("Enter")
    link = page.locator("code.secret").inner_text()
    assert re.fullmatch(re.escape(console.url) + r"/ops/set-up#fdo_[\w-]{43}", link)
    page.get_by_role("button", name="Done").click()
    row = page.get_by_role("row", name=re.compile("Grace"))
    expect(row.locator(".badge.operator")).to_be_visible()
    console.shot("invitations")
    with elsewhere(browser, link) as other:
        expect(other.get_by_role("heading")).to_have_text("Become an operator")
        other.get_by_label("Name").fill("grace")
        other.get_by_label("Password", exact=True).fill(PASSWORD)
        other.keyboard.press("Enter")
        expect(other.get_by_role("heading", name="Monitor")).to_be_visible()
    with elsewhere(browser, link) as late:
        late.get_by_label("Name").fill("second")
        late.get_by_label("Password", exact=True).fill(PASSWORD)
        late.keyboard.press("Enter")
        expect(late.get_by_role("alert")).to_contain_text("not, or no longer, valid")
    console.open("invitations")
    expect(row).to_contain_text("used up")


def test_the_first_steps_tick_themselves_and_go(console: Console) -> None:
    page = console.page
    console.log_in()
    steps = page.get_by_role("region", name="First steps")
    expect(steps.get_by_role("listitem")).to_have_count(3)
    expect(steps.locator("li.done")).to_have_count(0)
    expect(steps.locator("code")).to_contain_text(f"curl -i {console.url}/api/user/signup")
    console.shot("first-steps")
    console.user("ada")
    done = steps.locator("li.done")
    expect(done).to_have_text([re.compile("Sign a test user up$")], timeout=SOON_MS)
    with connect(console.url) as root:
        root.log_in("root", PASSWORD)
        token = {"name": "script", "scopes": ["metrics.view"]}
        assert root.request("POST", "/api/ops/tokens", json=token).status == 200
        expect(done).to_have_count(2, timeout=SOON_MS)
        console.user("grace")
        assert root.request("POST", "/api/ops/users/3/promote").status == 200
    expect(done).to_have_count(3, timeout=SOON_MS)
    console.open("monitor")
    expect(page.get_by_role("heading", name="Monitor")).to_be_visible()
    expect(steps).to_have_count(0)


def test_the_first_steps_can_be_hidden(console: Console) -> None:
    page = console.page
    console.log_in()
    steps = page.get_by_role("region", name="First steps")
    steps.get_by_role("button", name="Hide").click()
    expect(steps).to_have_count(0)
    console.open("monitor")
    expect(page.locator(".tile").first).to_be_visible()
    expect(steps).to_have_count(0)


def test_the_command_of_the_first_step_works(console: Console) -> None:
    """As it stands there, but for the program that runs it."""
    page = console.page
    console.log_in()
    command = page.get_by_role("region", name="First steps").locator("code").inner_text()
    found = re.fullmatch(r"curl -i (\S+) -H '([\w-]+): (\S+)' -d '(.*)'", command)
    assert found
    address, header, value, body = found.groups()
    with connect(console.url) as client:
        path = address.removeprefix(console.url)
        answer = client.request("POST", path, headers={header: value}, content=body)
    assert (answer.status, answer.data["username"]) == (200, "ada")


def test_ones_own_account_is_in_reach(console: Console) -> None:
    page = console.page
    with connect(console.url) as phone:
        phone.log_in("root", PASSWORD)
        console.log_in()
        page.get_by_role("link", name="root").click()
        expect(page.locator("h1 ~ .badge.you")).to_be_visible()
        expect(page.locator("tbody .badge.you")).to_have_text("this one")
        page.get_by_role("button", name="End my other sessions").click()
        page.get_by_role("dialog").get_by_role("button", name="End my other sessions").click()
        expect(page.get_by_text("1 session has ended.")).to_be_visible()
        assert phone.me().status == 401
        phone.log_in("root", PASSWORD)
        page.get_by_role("button", name="Change my password").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Current password").fill(OTHER_PASSWORD)
        dialog.get_by_label("New password").fill(OTHER_PASSWORD)
        page.keyboard.press("Enter")
        expect(dialog.get_by_role("alert")).to_contain_text("password")
        dialog.get_by_label("Current password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_text("Your password is changed.")).to_be_visible()
        expect(page.locator("tbody .badge.you")).to_have_text("this one")
        assert phone.me().status == 401
        assert phone.log_in("root", OTHER_PASSWORD).status == 200


def test_nodes_have_a_view_of_their_own(console: Console) -> None:
    page = console.page
    console.log_in()
    page.get_by_role("link", name="Nodes").click()
    row = page.get_by_role("table", name="Nodes").locator("tbody tr")
    expect(row).to_have_count(1)
    expect(row.locator(".state.up")).to_be_visible(timeout=60_000)  # it has reported
    console.shot("nodes")
    row.get_by_role("link").click()
    expect(page.get_by_role("heading", name="Monitor")).to_be_visible()


def test_the_timeline_unfolds_pages_and_keeps_to_its_day(console: Console) -> None:
    page = console.page
    with connect(console.url) as ada:
        ada.sign_up("ada", PASSWORD)
        for _ in range(50):
            ada.sessions()
        console.log_in()
        console.recorded(51)
        console.open("users/2")
        timeline = page.get_by_role("table", name="Timeline")
        expect(timeline.locator("tbody tr")).to_have_count(30)
        page.mouse.move(700, 500)
        page.mouse.wheel(0, 100_000)
        expect(timeline.locator("tbody tr")).to_have_count(52)
        timeline.locator("tbody tr").first.click()
        expect(timeline.locator(".record")).to_contain_text("GET /api/user/sessions")
        timeline.locator("tbody > tr:not(.detail)").last.click()
        expect(timeline.locator(".detail").last).to_contain_text("User agent")
        page.get_by_role("button", name="Day before").click()
        expect(page.get_by_text("Nothing is on record of this day.")).to_be_visible()
        page.get_by_role("button", name="Day after").click()
        expect(timeline.locator("tbody tr").first).to_be_visible()
        expect(page.get_by_role("button", name="Day after")).to_have_count(0)
        page.get_by_role("button", name="All days").click()
        assert "day=" not in page.url


def test_users_are_found_by_the_address_of_their_sign_up(console: Console) -> None:
    page = console.page
    console.user("ada")
    console.log_in()
    console.open("users/2")
    page.get_by_role("definition").get_by_role("link", name="127.0.0.1").first.click()
    expect(page.locator(".chip")).to_have_text(re.compile("Signed up from is 127.0.0.1"))
    expect(page.locator("tbody tr")).to_have_count(1)
    page.set_viewport_size({"width": 390, "height": 800})
    expect(page.get_by_label("Select ada")).to_be_visible()
    console.shot("users-390")
    page.get_by_label("Select ada").check()
    expect(page.get_by_role("toolbar", name="Selected")).to_contain_text("1 selected")
    console.shot("users-390-selected")


def test_ones_session_is_known_after_the_password_was_asked_for(
    tmp_path: Path, browser: Browser
) -> None:
    settings = settings_in(tmp_path, fresh_login_minutes=0.02)
    run_aside(lambda: make_operator(settings))
    for console in of_settings(settings, browser):
        page = console.page
        console.user("ada")
        console.log_in()
        page.wait_for_timeout(1_500)
        page.get_by_role("link", name="Invitations").click()
        page.get_by_role("button", name="Invite an operator").click()
        page.get_by_role("dialog").get_by_role("button", name="Invite").click()
        page.get_by_label("Password of root").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Done").click()
        page.get_by_role("link", name="Sessions", exact=True).click()
        expect(page.locator("tbody .badge.you")).to_have_text("this one")
        page.get_by_label("Select all that are shown").check()
        page.get_by_role("toolbar").get_by_role("button", name="End", exact=True).click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("The one you are in stays.")
        dialog.get_by_role("button", name="End 1 session").click()
        expect(page.locator("tbody tr")).to_have_count(1)
        expect(page.locator("tbody .badge.you")).to_be_visible()


def test_what_is_called_off_stops_and_what_fails_is_said(console: Console) -> None:
    page = console.page
    for number in range(6):
        console.user(f"user{number}")
    console.log_in()
    console.open("sessions")
    ended: list[str] = []
    refuse = False

    def slowly(route: Route) -> None:
        if route.request.method != "DELETE":
            route.fallback()
        elif refuse and ended:
            body = '{"code": "too_many_attempts", "detail": "Wait a little."}'
            route.fulfill(status=429, body=body, content_type="application/problem+json")
        else:
            ended.append(route.request.url)
            page.wait_for_timeout(300)
            route.fallback()

    def end_all() -> None:
        page.get_by_label("Select all that are shown").check()
        page.get_by_role("toolbar").get_by_role("button", name="End", exact=True).click()
        page.get_by_role("dialog").get_by_role("button", name=re.compile("End . sessions")).click()

    page.route("**/api/ops/users/*/sessions/*", slowly)
    end_all()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(page.get_by_text(re.compile("1 session ended of 6."))).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(6)
    ended.clear()
    refuse = True
    end_all()
    expect(page.get_by_text("1 session ended of 5. Then: Wait a little.")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(5)


def test_a_day_can_be_typed_and_what_an_operator_did_to_nobody_is_shown(console: Console) -> None:
    page = console.page
    console.user("ada")
    console.recorded(1)
    with connect(console.url) as root:
        root.log_in("root", PASSWORD)
        logs = {"filter": "status:eq:200"}
        assert root.request("DELETE", "/api/ops/logs", params=logs).status == 200
    console.log_in()
    console.open("users/1")
    timeline = page.get_by_role("table", name="Timeline")
    expect(timeline.get_by_text("requests_forgotten")).to_be_visible()
    page.get_by_label("Day", exact=True).focus()
    page.keyboard.type("11262026")
    expect(page.get_by_text("Nothing is on record of this day.")).to_be_visible()
    assert "day=2026-11-26" in page.url
