"""Rows are taken page by page, as long as whoever asks may see them."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from application.operations.queries import Comparison, Condition
from domain.errors import NotAnOperator
from tests.fakes.traffic import FakeTables
from tests.unit.conftest import Desk


async def nothing() -> None:
    """Whoever asks still may."""


async def taken(
    desk: Desk, *conditions: Condition, demand: Callable[[], Awaitable[object]] = nothing
) -> list[list[Any]]:
    """The ids of each page; of these, the desk's use case has three a page."""
    pages = desk.use_cases.export_rows(
        FakeTables(list(range(1, 9))),
        "requests",
        conditions=conditions,
        columns=["id"],
        sort="id",
        demand=demand,
    )
    return [[row["id"] for row in page] async for page in pages]


async def test_every_row_comes_once_in_its_order(desk: Desk) -> None:
    assert await taken(desk) == [[1, 2, 3], [4, 5, 6], [7, 8]]


async def test_the_conditions_hold_and_nothing_is_one_empty_page(desk: Desk) -> None:
    assert await taken(desk, Condition("id", Comparison.GT, "6")) == [[7, 8]]
    assert await taken(desk, Condition("id", Comparison.GT, "8")) == [[]]


async def test_who_loses_the_right_gets_no_further_page(desk: Desk) -> None:
    asked = 0

    async def demand() -> None:
        nonlocal asked
        asked += 1
        if asked == 2:
            raise NotAnOperator

    with pytest.raises(NotAnOperator):
        await taken(desk, demand=demand)
    assert asked == 2
