"""Look-ups that travel together: exact, fair to each other, and never left waiting."""

import asyncio
from collections.abc import Mapping, Sequence
from itertools import pairwise

import pytest

from adapters.sql.batches import BATCH_MAX, Batches
from domain.errors import StorageUnavailable

SOON = 50  # seconds; what is promised comes at once


def key(number: int) -> bytes:
    return number.to_bytes(4)


class Table:
    """What is found, asked on the event loop."""

    def __init__(self, *keys: bytes) -> None:
        self.rows = dict.fromkeys(keys, "found")
        self.asked: list[Sequence[bytes]] = []

    def fetch(self, keys: Sequence[bytes]) -> Mapping[bytes, str]:
        self.asked.append(keys)
        return {each: self.rows[each] for each in keys if each in self.rows}


class SlowTable(Table):
    """The same, awaited: each batch waits until it is let go, or fails."""

    def __init__(self, *keys: bytes) -> None:
        super().__init__(*keys)
        self.under_way: list[asyncio.Future[None]] = []

    async def fetch_slowly(self, keys: Sequence[bytes]) -> Mapping[bytes, str]:
        under_way = asyncio.get_running_loop().create_future()
        self.under_way.append(under_way)
        found = self.fetch(keys)
        await under_way
        return found


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_those_of_one_turn_are_asked_for_together_and_each_key_once() -> None:
    table = Table(key(1), key(2))
    batches = Batches(table.fetch)
    wanted = [key(1), key(2), key(1), key(3)]
    found = await asyncio.gather(*map(batches.find, wanted))
    assert found == ["found", "found", "found", None]
    (asked,) = table.asked
    assert sorted(asked) == [key(1), key(2), key(3)]


async def test_nothing_is_remembered_from_one_batch_to_the_next() -> None:
    table = Table(key(1))
    batches = Batches(table.fetch)
    assert await batches.find(key(1)) == "found"
    del table.rows[key(1)]
    assert await batches.find(key(1)) is None
    table.rows[key(1)] = "again"
    assert await batches.find(key(1)) == "again"


async def test_a_crowd_is_asked_for_in_batches_of_bounded_size() -> None:
    table = Table()
    batches = Batches(table.fetch)
    await asyncio.gather(*(batches.find(key(number)) for number in range(3 * BATCH_MAX + 1)))
    assert [len(each) for each in table.asked] == [BATCH_MAX] * 3 + [1]


async def test_one_that_comes_while_a_batch_is_under_way_is_in_the_next() -> None:
    table = SlowTable(key(1))
    batches = Batches(table.fetch_slowly)
    first = asyncio.create_task(batches.find(key(1)))
    await settled()
    del table.rows[key(1)]  # committed after the first was sent
    second = asyncio.create_task(batches.find(key(1)))
    await settled()
    assert len(table.asked) == 1, "it waits"
    table.under_way[0].set_result(None)
    await settled()
    table.under_way[1].set_result(None)
    async with asyncio.timeout(SOON):
        assert await first == "found"
        assert await second is None


async def test_no_more_batches_are_under_way_than_may_be() -> None:
    table = SlowTable()
    batches = Batches(table.fetch_slowly, in_flight=2)
    waiting = []
    for number in range(5):
        waiting.append(asyncio.create_task(batches.find(key(number))))
        await settled()
    assert [len(each) for each in table.asked] == [1, 1]
    for number in range(3):
        table.under_way[number].set_result(None)
        await settled()
    async with asyncio.timeout(SOON):
        assert await asyncio.gather(*waiting) == [None] * 5
    assert [len(each) for each in table.asked] == [1, 1, 3]


@pytest.mark.parametrize("slow", [True, False])
async def test_a_batch_that_fails_fails_those_in_it_alone(*, slow: bool) -> None:
    fails = True

    def fetch(keys: Sequence[bytes]) -> Mapping[bytes, str]:
        if fails:
            raise StorageUnavailable
        return dict.fromkeys(keys, "found")

    async def fetch_slowly(keys: Sequence[bytes]) -> Mapping[bytes, str]:
        await asyncio.sleep(0)
        return fetch(keys)

    batches = Batches[str](fetch_slowly if slow else fetch)
    async with asyncio.timeout(SOON):
        failed = await asyncio.gather(
            *(batches.find(key(number)) for number in range(3)), return_exceptions=True
        )
        assert {type(each) for each in failed} == {StorageUnavailable}
        fails = False
        assert await batches.find(key(1)) == "found"


async def test_one_that_leaves_disturbs_nobody() -> None:
    table = SlowTable(key(1), key(2))
    batches = Batches(table.fetch_slowly)
    leaving, staying = (asyncio.create_task(batches.find(key(number))) for number in (1, 2))
    await settled()
    leaving.cancel()
    await settled()
    table.under_way[0].set_result(None)
    async with asyncio.timeout(SOON):
        assert await staying == "found"
    assert leaving.cancelled()


async def test_those_who_left_before_it_was_sent_are_not_asked_for() -> None:
    table = SlowTable(key(1), key(2))
    batches = Batches(table.fetch_slowly)
    under_way = asyncio.create_task(batches.find(key(1)))
    await settled()
    leaving = asyncio.create_task(batches.find(key(2)))
    await settled()
    leaving.cancel()
    await settled()
    table.under_way[0].set_result(None)
    assert await under_way == "found"
    await settled()
    assert table.asked == [[key(1)]]


async def test_nobody_waits_for_a_batch_that_never_comes() -> None:
    """When the batch is cancelled, as at the end of the loop, so are those who wait for it; and the
    next is sent.
    """
    table = SlowTable(key(1))
    batches = Batches(table.fetch_slowly)
    waiting = asyncio.create_task(batches.find(key(1)))
    await settled()
    table.under_way[0].cancel()
    async with asyncio.timeout(SOON):
        with pytest.raises(asyncio.CancelledError):
            await waiting
        following = asyncio.create_task(batches.find(key(1)))
        await settled()
        table.under_way[1].set_result(None)
        assert await following == "found"


async def test_the_order_in_which_they_came_is_kept() -> None:
    answered: list[int] = []
    batches = Batches(Table().fetch)

    async def ask(number: int) -> None:
        await batches.find(key(number))
        answered.append(number)

    await asyncio.gather(*(ask(number) for number in range(100)))
    assert all(earlier < later for earlier, later in pairwise(answered))
