"""Records of requests can be followed as they come."""

from collections.abc import Awaitable, Callable, Sequence

import pytest

from application.operations.queries import Comparison, Condition, Row, Tail, Value
from tests.fakes.traffic import FakeTables
from tests.unit.conftest import Desk


async def follow(
    desk: Desk,
    after: int | None,
    *conditions: Condition,
    limit: int = 50,
    arriving: Sequence[int] = (),
) -> tuple[list[Value], int]:
    """What was found when these have arrived during the wait, and where to go on."""
    tables = desk.requests
    assert isinstance(tables, FakeTables)

    async def wait(look: Callable[[], Awaitable[list[Row]]]) -> list[Row]:
        tables.ids.extend(arriving)
        return await look()

    tail = await desk.use_cases.follow_requests(
        conditions=conditions, columns=["id"], after=after, limit=limit, wait=wait
    )
    return [row["id"] for row in tail.rows], tail.next


@pytest.fixture
def desk() -> Desk:
    return Desk(requests=FakeTables([1, 2, 3, 4, 5]))


async def test_it_gives_what_came_after_an_id_oldest_first(desk: Desk) -> None:
    assert await follow(desk, 2) == ([3, 4, 5], 5)


async def test_without_an_id_it_gives_what_comes_from_now_on(desk: Desk) -> None:
    assert await follow(desk, None) == ([], 5)
    assert await follow(desk, None, arriving=[6, 7]) == ([6, 7], 7)


async def test_where_there_are_no_records_it_begins_with_the_first(desk: Desk) -> None:
    desk.requests = FakeTables()
    assert await follow(desk, None) == ([], 0)
    assert await follow(desk, 0, arriving=[1]) == ([1], 1)


async def test_after_a_wait_in_vain_it_goes_on_from_the_same_place(desk: Desk) -> None:
    assert await follow(desk, 5) == ([], 5)
    assert await follow(desk, 9) == ([], 9)


async def test_what_is_too_much_for_one_answer_is_in_the_next(desk: Desk) -> None:
    assert await follow(desk, 1, limit=2) == ([2, 3], 3)
    assert await follow(desk, 3, limit=2) == ([4, 5], 5)


async def test_the_conditions_hold_too(desk: Desk) -> None:
    early = Condition("id", Comparison.LE, "3")
    assert await follow(desk, 1, early) == ([2, 3], 3)


async def test_whoever_waits_may_look_again(desk: Desk) -> None:
    desk.requests = tables = FakeTables([1])

    async def wait(look: Callable[[], Awaitable[list[Row]]]) -> list[Row]:
        assert await look() == []
        tables.ids.append(2)
        return await look()

    tail = await desk.use_cases.follow_requests(
        conditions=[], columns=["id"], after=1, limit=9, wait=wait
    )
    assert tail == Tail([{"id": 2}], 2)
