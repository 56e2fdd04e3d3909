"""What `RequestStatistics` promises, on each engine."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from adapters.monitoring.request_log.statistics import SqlRequestStatistics
from application.operations.queries import Comparison, Condition
from application.operations.request_statistics import BARS_MAX, Bar, Endpoint
from domain.errors import InvalidQuery
from tests.contracts.test_sink import Writing, row, writing_on
from tests.engines import ENGINES, SQLITE

MINUTE = timedelta(minutes=1)
NOW = (datetime.now(UTC) + timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)
"""Noon of tomorrow: PostgreSQL has partitions for two days, and midnight may come meanwhile."""


def at(minutes_ago: float, **changes: Any) -> Any:
    return row(**changes)._replace(time=int((NOW - minutes_ago * MINUTE).timestamp() * 1e6))


@pytest.fixture(params=ENGINES)
async def writing(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Writing]:
    async with writing_on(request.param, tmp_path) as writing:
        yield writing


def statistics_of(writing: Writing) -> SqlRequestStatistics:
    return SqlRequestStatistics(writing.kept.questions)


async def test_bars_begin_at_whole_steps_and_tell_statuses_apart(writing: Writing) -> None:
    await writing.add(
        at(3, status=200),
        at(2.999, status=302),
        at(2.5, status=404),
        at(2.001, status=500),
        at(1, status=503),
        at(0, status=200),  # not before the end
        at(10, status=200),  # before the beginning
    )
    since = NOW - 4 * MINUTE
    bars = await statistics_of(writing).histogram([], since=since, until=NOW, step=MINUTE)
    assert bars == [
        Bar(NOW - 3 * MINUTE, answered=2, refused=1, failed=1),
        Bar(NOW - MINUTE, answered=0, refused=0, failed=1),
    ]


async def test_a_histogram_counts_what_the_conditions_let_through(writing: Writing) -> None:
    await writing.add(at(2, path="/a"), at(2, path="/b"), at(2, path="/a"))
    only = Condition("path", Comparison.EQ, "/a")
    bars = await statistics_of(writing).histogram(
        [only], since=NOW - 5 * MINUTE, until=NOW, step=5 * MINUTE
    )
    assert sum(bar.answered for bar in bars) == 2


@pytest.mark.parametrize(
    ("ago", "step"),
    [(MINUTE * (BARS_MAX + 1), MINUTE), (-MINUTE, MINUTE), (MINUTE, timedelta(0))],
    ids=["too many bars", "an end before the beginning", "no step"],
)
async def test_a_histogram_has_a_range_and_a_limit(
    writing: Writing, ago: timedelta, step: timedelta
) -> None:
    with pytest.raises(InvalidQuery):
        await statistics_of(writing).histogram([], since=NOW - ago, until=NOW, step=step)


async def test_as_many_bars_as_there_may_be_are_given(writing: Writing) -> None:
    since = NOW - MINUTE * BARS_MAX
    assert await statistics_of(writing).histogram([], since=since, until=NOW, step=MINUTE) == []


async def test_endpoints_are_counted_by_method_and_route(writing: Writing) -> None:
    durations = [float(number) for number in range(1, 101)]
    await writing.add(
        *(
            at(1, method="GET", route="/api/user", status=status, duration_ms=each)
            for each, status in zip(durations, [200] * 90 + [401] * 7 + [500] * 3, strict=True)
        ),
        at(1, method="PUT", route="/api/user", status=200, duration_ms=7.0),
        at(1, method="POST", route="/api/user/login", status=403, duration_ms=250.0),
    )
    found = await statistics_of(writing).endpoints([], limit=10)
    assert found[0] == Endpoint("GET", "/api/user", 100, 7, 3, 50.0, 99.0, 100.0)
    assert found[1:] == [
        Endpoint("POST", "/api/user/login", 1, 1, 0, 250.0, 250.0, 250.0),
        Endpoint("PUT", "/api/user", 1, 0, 0, 7.0, 7.0, 7.0),
    ]
    refused = Condition("status", Comparison.GE, "400")
    assert [
        each.requests for each in await statistics_of(writing).endpoints([refused], limit=1)
    ] == [10]


async def test_what_is_counted_over_time_is_answered_from_an_index(tmp_path: Path) -> None:
    async with writing_on(SQLITE, tmp_path) as writing:
        plan = await writing.run(
            lambda c: c.execute(
                text(
                    "EXPLAIN QUERY PLAN SELECT time / 60000000, count(*), method, route, status,"
                    " duration_ms FROM requests WHERE time >= 1 AND time < 2 AND NOT"
                    " (route >= '/ops' AND route < '/opt') GROUP BY 1"
                )
            ).fetchall()
        )
        assert "USING COVERING INDEX ix_requests_time" in str(plan)
