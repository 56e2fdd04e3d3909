"""Records of requests can be followed as they come."""

from collections.abc import Awaitable, Callable, Sequence

import pytest

from application.operations.queries import Row, Tail, Value
from tests.fakes.traffic import FakeRequestTail
from tests.unit.conftest import Desk


async def follow(
    desk: Desk, after: str | None, *, limit: int = 50, arriving: Sequence[int] = ()
) -> tuple[list[Value], str]:
    """What was found when these have arrived during the wait, and where to go on."""
    tail = desk.request_tail
    assert isinstance(tail, FakeRequestTail)

    async def wait(look: Callable[[], Awaitable[Sequence[Row]]]) -> Sequence[Row]:
        tail.ids.extend(arriving)
        return await look()

    found = await desk.use_cases.follow_requests(
        conditions=[], columns=["id"], after=after, limit=limit, wait=wait
    )
    return [row["id"] for row in found.rows], found.next


@pytest.fixture
def desk() -> Desk:
    return Desk(request_tail=FakeRequestTail([1, 2, 3, 4, 5]))


async def test_it_gives_what_came_after_the_last_look_oldest_first(desk: Desk) -> None:
    assert await follow(desk, "2") == ([3, 4, 5], "5")


async def test_without_one_it_gives_what_comes_from_now_on(desk: Desk) -> None:
    assert await follow(desk, None) == ([], "5")
    assert await follow(desk, None, arriving=[6, 7]) == ([6, 7], "7")


async def test_after_a_wait_in_vain_it_goes_on_from_the_same_place(desk: Desk) -> None:
    assert await follow(desk, "5") == ([], "5")
    assert await follow(desk, "9") == ([], "9")


async def test_what_is_too_much_for_one_answer_is_in_the_next(desk: Desk) -> None:
    assert await follow(desk, "1", limit=2) == ([2, 3], "3")
    assert await follow(desk, "3", limit=2) == ([4, 5], "5")


async def test_whoever_waits_may_look_again_and_goes_on_from_the_last_look(desk: Desk) -> None:
    desk.request_tail = tail = FakeRequestTail([1])

    async def wait(look: Callable[[], Awaitable[Sequence[Row]]]) -> Sequence[Row]:
        assert await look() == []
        tail.ids.append(2)
        assert await look() == [{"id": 2}]
        return await look()

    found = await desk.use_cases.follow_requests(
        conditions=[], columns=["id"], after="1", limit=9, wait=wait
    )
    assert found == Tail([], "2")
