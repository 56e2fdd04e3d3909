"""Records of requests in the console."""

import re

from playwright.sync_api import expect

from tests.browser.console import Console
from tests.client import connect
from tests.examples import PASSWORD
from tests.operations.conftest import eventually


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
    page.get_by_role("button", name="Without: Status is 403").click()
    expect(page.locator("tbody tr").first).to_be_visible()


def test_a_bar_stands_for_requests_and_a_drag_over_some_shows_only_them(console: Console) -> None:
    page = console.page
    recorded(console)
    console.open("logs?last=15m")
    figure = page.locator("figure.chart")
    expect(figure.locator(".legend")).to_contain_text(re.compile("failed 0 *refused 2 *answered 2"))
    expect(figure.locator("rect.main")).not_to_have_count(0)
    svg = figure.locator("svg")
    svg.focus()
    page.keyboard.press("Home")
    expect(figure.locator(".legend")).to_contain_text("refused 0")
    box = svg.bounding_box()
    assert box
    page.mouse.move(box["x"] + 80, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 50)
    page.mouse.up()
    page.wait_for_url("**since=*until=*")
    expect(page.get_by_text("No request on record fits.")).to_be_visible()
    expect(page.get_by_label("Time")).to_have_value("between")


def test_endpoints_are_compared_and_lead_to_their_requests(console: Console) -> None:
    page = console.page
    recorded(console)
    console.open("logs?last=1d&by=endpoint")
    rows = page.locator("tbody tr")
    expect(rows.filter(has_text="/api/user/signup").locator("td").nth(2)).to_have_text("1")
    expect(rows.filter(has_text="no such path")).to_contain_text("100 %")
    page.get_by_role("button", name="Slowest").click()
    expect(page.locator("th[aria-sort=descending]")).to_have_text("Slowest ↓")
    page.get_by_role("button", name="1 refused").first.click()
    expect(page.locator(".chip")).to_have_count(4)
    expect(page.locator("tbody tr")).to_have_count(1)


def test_a_record_has_neighbours_of_those_that_fit(console: Console) -> None:
    page = console.page
    recorded(console)
    console.open("logs?filter=status:ge:400")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Its address").click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("Request")
    newest, facts = heading.inner_text(), page.locator(".record .facts")
    refused = ["404 not_found", "401 not_signed_in"]
    refused.remove(next(each for each in refused if each in facts.inner_text()))
    expect(page.get_by_role("link", name="← Newer")).to_have_count(0)
    page.keyboard.press("n")
    expect(heading).not_to_have_text(newest)
    expect(page.get_by_role("link", name="Older →")).to_have_count(0)
    expect(facts).to_contain_text(refused[0])
    page.keyboard.press("p")
    expect(heading).to_have_text(newest)
    page.get_by_role("link", name="All requests").click()
    expect(page.locator("tbody tr")).to_have_count(2)


def test_removing_says_how_many_there_are(console: Console) -> None:
    page = console.page
    recorded(console)
    console.open("logs?last=1d&filter=status:eq:404")
    page.get_by_role("button", name="Remove").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading")).to_have_text("Remove 1 record?")
    dialog.get_by_role("button", name="Remove 1 record").click()
    expect(page.get_by_text("1 record was removed.")).to_be_visible()
    expect(page.get_by_text("No request on record fits.")).to_be_visible()


def recorded(console: Console) -> None:
    """Two requests that are answered and two that are refused, and until they are on record."""
    console.log_in()
    with connect(console.url) as client:
        assert client.sign_up("ada", PASSWORD).status == 200
        assert client.me().status == 200
        assert client.request("GET", "/nowhere").status == 404
        assert client.another().me().status == 401
    page = console.page

    def is_recorded() -> bool:
        found = page.request.get(f"{console.url}/api/ops/logs?filter=status:eq:401")
        return bool(found.json()["rows"])

    eventually(is_recorded)
    forgotten = page.request.delete(f"{console.url}/api/ops/logs?filter=route:eq:/api/user/login")
    assert forgotten.ok
