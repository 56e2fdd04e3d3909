"""Lists in the console: walked, filtered, sorted, and come back to."""

import asyncio
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect

from entrypoints.services import build_services
from entrypoints.settings import Settings
from tests.browser.console import Console, of_settings, run_aside
from tests.conftest import settings_in
from tests.examples import PASSWORD
from tests.operations.conftest import COMMAND_LINE, make_operator


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


def test_a_list_is_filtered_by_the_kind_of_its_columns_and_tells_how_many_there_are(
    console: Console,
) -> None:
    page = console.page
    for name in ("ada", "bob"):
        console.user(name)
    console.log_in()
    console.open("events")
    count = page.locator(".count")
    expect(count).to_have_text("4 events")

    # a kind, from what there is
    page.get_by_label("Value").focus()
    expect(page.locator("datalist option[value=signed_up]")).to_have_text("signed_up (2)")
    page.keyboard.type("signed_up")
    page.keyboard.press("Enter")
    expect(page.locator(".chip")).to_contain_text("What is signed_up")
    expect(count).to_have_text("2 events")

    # a user, by name
    page.get_by_label("Column").select_option("Whom")
    page.get_by_label("Value").fill("nobody")
    page.keyboard.press("Enter")
    assert page.locator("input:invalid").evaluate("e => e.validationMessage") == (
        "Nobody has the name “nobody”."
    )
    page.get_by_label("Value").fill("ADA")
    page.keyboard.press("Enter")
    expect(page.locator(".chip").last).to_contain_text("Whom is ada")
    expect(count).to_have_text("1 event")
    expect(page.locator("tbody tr")).to_have_count(1)

    # and what does not fit says what to do
    page.get_by_label("Column").select_option("Operator")
    page.get_by_label("Comparison").select_option("is not empty")
    page.get_by_role("button", name="Filter", exact=True).click()
    expect(page.get_by_text("Nothing that fits has happened.")).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    expect(count).to_have_text("4 events")


def test_a_value_that_is_clicked_filters_and_with_alt_excludes(console: Console) -> None:
    page = console.page
    console.user("ada")
    console.log_in()
    console.open("events")
    first = page.locator("tbody tr")
    expect(first).to_have_count(3)
    page.get_by_role("button", name="signed_up").click()
    expect(page.locator(".chip")).to_contain_text("What is signed_up")
    expect(first).to_have_count(1)
    page.get_by_role("button", name="Without: What is signed_up").click()
    expect(first).to_have_count(3)
    page.get_by_role("button", name="signed_up").click(modifiers=["Alt"])
    expect(page.locator(".chip")).to_contain_text("What is not signed_up")
    expect(first).to_have_count(2)


def test_times_are_shown_and_typed_in_the_zone_that_is_chosen(
    tmp_path: Path, browser: Browser
) -> None:
    settings = settings_in(tmp_path)
    run_aside(lambda: make_operator(settings))
    for console in of_settings(settings, browser, timezone_id="America/New_York"):
        page = console.page
        console.log_in()
        console.open("events?since=2026-01-15T12:00:00Z&until=2026-01-15T13:00:00Z")
        assert page.get_by_label("From").input_value() == "2026-01-15T07:00"
        page.get_by_role("button", name="Times: local").click()
        expect(page.get_by_role("button", name="Times: UTC")).to_be_visible()
        assert page.get_by_label("From").input_value() == "2026-01-15T12:00"
        page.get_by_label("From").fill("2026-01-15T11:00")
        page.get_by_role("button", name="Show", exact=True).click()
        page.wait_for_url("**since=2026-01-15T11%3A00%3A00.000Z*")
        page.get_by_role("button", name="Times: UTC").click()
        expect(page.get_by_label("From")).to_have_value("2026-01-15T06:00")


def test_a_range_ends_now_or_lies_between_two_times(console: Console) -> None:
    page = console.page
    console.user("ada")
    console.log_in()
    console.open("users")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_label("Time").select_option("Last 15 minutes")
    page.wait_for_url("**last=15m")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_label("Time").select_option("Between …")
    page.get_by_label("From").fill("2001-01-01T00:00")
    page.get_by_label("Until").fill("2001-01-02T00:00")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nobody fits.")).to_be_visible()


def test_back_leads_to_the_same_place_with_as_many_rows(console: Console) -> None:
    page = console.page
    run_aside(lambda: add_users(console.settings, 200))
    console.log_in()
    console.open("users")
    rows = page.locator("tbody tr")
    for wanted in (100, 150):
        page.keyboard.press("End")
        page.mouse.wheel(0, 100_000)
        expect(rows).to_have_count(wanted)
    page.get_by_role("link", name="user75", exact=True).click()
    expect(page.get_by_role("heading", name="user75")).to_be_visible()
    left = page.evaluate("history.length")
    page.go_back()
    expect(rows).to_have_count(150)
    expect(page.get_by_role("link", name="user75", exact=True)).to_be_in_viewport()
    assert page.evaluate("history.length") == left


def add_users(settings: Settings, number: int) -> None:
    async def add() -> None:
        services = build_services(settings)
        async with services.running():
            for each in range(number):
                await services.use_cases.create_user(
                    username=f"user{each}", password=PASSWORD, caller=COMMAND_LINE
                )

    asyncio.run(add())


@pytest.mark.parametrize("table", ["users", "sessions", "events"])
def test_a_list_is_sorted_by_every_indexed_column_it_shows(console: Console, table: str) -> None:
    page = console.page
    console.user("ada")
    console.log_in()
    console.open(table)
    known = page.request.get(f"{console.url}/api/ops/tables").json()
    (columns,) = (each["columns"] for each in known if each["name"] == table)
    indexed = {each["name"] for each in columns if each["indexed"] and not each["nullable"]}
    hidden = {"users": {"username_key"}, "events": {"transaction_id"}}.get(table, set())
    sorted_by = set()
    for index in range(page.locator("th button").count()):
        page.locator("th button").nth(index).click()
        page.wait_for_url("**sort=*")
        sorted_by.add(page.url.rpartition("sort=")[2].lstrip("-"))
        expect(page.locator("th[aria-sort]")).to_have_count(1)
        expect(page.locator("tbody tr").first).to_be_visible()
    assert sorted_by == indexed - hidden


def test_what_a_row_refers_to_can_be_gone_to(console: Console) -> None:
    page = console.page
    console.user("ada")
    console.log_in()
    console.open("tables/sessions")
    expect(page.get_by_role("table", name="Rows of sessions").locator("tbody tr")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("tr.detail")).to_contain_text("auth_version")
    page.locator("tr.detail").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="root")).to_be_visible()


def test_ended_sessions_go_from_the_list_and_the_next_one_can_be_ended_at_once(
    console: Console,
) -> None:
    page = console.page
    for number in range(3):
        console.user(f"user{number}")
    console.log_in()
    console.open("sessions")
    left = page.evaluate("history.length")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(4)
    page.get_by_role("button", name="End", exact=True).first.focus()
    for remaining in (3, 2):
        page.keyboard.press("Enter")
        page.get_by_role("dialog").get_by_role("button", name="End session").focus()
        page.keyboard.press("Enter")
        expect(rows).to_have_count(remaining)
        others = page.get_by_role("button", name="End", exact=True)
        expect(others).to_have_count(remaining - 1)
        expect(others.first).to_be_focused()
        expect(page.locator(".count")).to_have_text(f"{remaining} sessions")
    assert page.evaluate("history.length") == left
    expect(rows.first).to_contain_text("root")
    expect(rows.first.locator(".badge.you")).to_have_text("this one")


def test_the_focus_stays_when_a_list_is_filtered_or_sorted(console: Console) -> None:
    page = console.page
    console.log_in()
    console.open("sessions")
    page.get_by_label("Value").fill("127.0.0.1")
    page.keyboard.press("Enter")
    expect(page.locator(".chip")).to_have_count(1)
    expect(page.get_by_label("Value")).to_be_focused()
    page.get_by_role("button", name="Expires").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Expires ↓")).to_be_focused()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    expect(page.locator("tbody tr").first).to_be_focused()


def test_a_page_that_cannot_be_had_on_the_way_back_is_asked_for_once(console: Console) -> None:
    page = console.page
    run_aside(lambda: add_users(console.settings, 60))
    console.log_in()
    console.open("users")
    rows = page.locator("tbody tr")
    page.mouse.wheel(0, 100_000)
    expect(rows).to_have_count(61)
    page.get_by_role("link", name="user0", exact=True).click()
    expect(page.get_by_role("heading", name="user0")).to_be_visible()
    asked = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=400, json={"detail": "Too slow.", "code": "query_too_slow"})

    page.route("**/users/rows?**", refuse)
    page.go_back()
    expect(page.get_by_text("Too slow.")).to_be_visible()
    page.wait_for_timeout(500)
    assert len([each for each in asked if "limit=61" in each]) == 1, asked
    page.unroute("**/users/rows?**")
    page.get_by_role("button", name="Try again").click()
    expect(rows.first).to_be_visible()


def test_going_back_takes_a_question_away_with_its_view(console: Console) -> None:
    page = console.page
    console.user("ada")
    console.log_in()
    console.open("users")
    page.get_by_role("link", name="ada").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Users")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
