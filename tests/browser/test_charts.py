"""The charts of the console."""

import asyncio
import time

from playwright.sync_api import expect

from adapters.monitoring.metrics.figures import SqlFigures
from application.operations.metrics import Figures
from application.operations.nodes import WorkerName
from entrypoints.monitoring_storage import open_monitoring
from entrypoints.settings import Settings
from tests.browser.console import Console, run_aside


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
