"""The throttle's contract, over memory and the database, and over one broken on purpose."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from adapters.sql.storage import Storage
from adapters.sql.throttle import SqlThrottle
from adapters.sql.turns import Turns
from domain.buckets import reserve_all
from domain.errors import TooManyAttempts
from domain.network import Client
from domain.throttle import Attempt, Limit, Throttle
from tests.contracts.storages import storage_at, storage_on
from tests.engines import POSTGRESQL, SQLITE
from tests.examples import CLIENT, MINUTE
from tests.fakes.system import FakeClock
from tests.fakes.throttle import MemoryThrottle
from tests.postgresql import demand, drop_database, new_database

SECOND = timedelta(seconds=1)
LIMIT = Limit(10, 5 * MINUTE)
ADA, BOB = [Attempt("ada", LIMIT)], [Attempt("bob", LIMIT)]

CONTRACT: list[Callable[[Throttle, FakeClock], Awaitable[None]]] = []


def promise(check: Callable[[Throttle, FakeClock], Awaitable[None]]) -> Any:
    CONTRACT.append(check)
    return check


async def passes(throttle: Throttle, attempts: Sequence[Attempt]) -> bool:
    try:
        await throttle.reserve(attempts, client=CLIENT)
    except TooManyAttempts:
        return False
    return True


async def waits(throttle: Throttle, attempts: Sequence[Attempt]) -> int:
    with pytest.raises(TooManyAttempts) as refusal:
        await throttle.reserve(attempts, client=CLIENT)
    return refusal.value.retry_after


async def use_up(throttle: Throttle, attempts: Sequence[Attempt]) -> None:
    for _ in range(10):
        assert await passes(throttle, attempts)


@promise
async def ten_pass_and_the_eleventh_waits_a_minute(throttle: Throttle, clock: FakeClock) -> None:
    await use_up(throttle, ADA)
    assert await waits(throttle, ADA) == 60
    assert await passes(throttle, BOB), "others are not concerned"


@promise
async def of_fifty_at_once_ten_pass(throttle: Throttle, clock: FakeClock) -> None:
    assert sum(await asyncio.gather(*(passes(throttle, ADA) for _ in range(50)))) == 10


@promise
async def the_wait_doubles_up_to_the_longest(throttle: Throttle, clock: FakeClock) -> None:
    await use_up(throttle, ADA)
    seen = []
    for _ in range(6):
        wait = await waits(throttle, ADA)
        seen.append(wait)
        clock.advance(wait * SECOND - SECOND)
        assert not await passes(throttle, ADA)
        clock.advance(SECOND)
        assert await passes(throttle, ADA), "one after each wait"
    assert seen == [60, 120, 240, 480, 900, 900]


@promise
async def a_window_without_waiting_forgets(throttle: Throttle, clock: FakeClock) -> None:
    for _ in range(9):
        assert await passes(throttle, ADA)
    clock.advance(5 * MINUTE)
    await use_up(throttle, ADA)
    clock.advance(6 * MINUTE)
    await use_up(throttle, ADA)
    assert await waits(throttle, ADA) == 60


@promise
async def waiting_longer_by_asking_again_does_not_happen(
    throttle: Throttle, clock: FakeClock
) -> None:
    await use_up(throttle, ADA)
    for _ in range(100):
        assert not await passes(throttle, ADA)
    clock.advance(MINUTE)
    assert await passes(throttle, ADA)


@promise
async def a_refund_takes_the_attempt_and_its_wait_back(
    throttle: Throttle, clock: FakeClock
) -> None:
    for _ in range(100):
        await throttle.reserve(ADA, client=CLIENT)
        await throttle.refund(ADA, client=CLIENT)
    await use_up(throttle, ADA)
    await throttle.refund(ADA, client=CLIENT)
    assert await passes(throttle, ADA)
    assert await waits(throttle, ADA) == 60
    await throttle.refund(BOB, client=CLIENT)


@promise
async def several_buckets_are_counted_together_or_not_at_all(
    throttle: Throttle, clock: FakeClock
) -> None:
    await use_up(throttle, ADA)
    for _ in range(20):
        assert not await passes(throttle, [*BOB, *ADA])
    await use_up(throttle, BOB)


@promise
async def the_longest_wait_counts(throttle: Throttle, clock: FakeClock) -> None:
    patient = [Attempt("patient", Limit(10, 5 * MINUTE, first_wait=10 * MINUTE))]
    await use_up(throttle, [*ADA, *patient])
    assert await waits(throttle, [*ADA, *patient]) == 600


@promise
async def clocks_that_jump_neither_freeze_nor_reset(throttle: Throttle, clock: FakeClock) -> None:
    await use_up(throttle, ADA)
    clock.advance(-2 * MINUTE)
    assert 60 <= await waits(throttle, ADA) <= 900
    clock.advance(3 * MINUTE)
    assert await passes(throttle, ADA)
    clock.advance(timedelta(days=-400))
    wait = await waits(throttle, ADA)
    assert 0 < wait <= 900, "no wait of four hundred days, and no new beginning"
    clock.advance(wait * SECOND)
    assert await passes(throttle, ADA)
    assert not await passes(throttle, ADA)


@promise
async def a_clock_set_back_keeps_what_was_counted(throttle: Throttle, clock: FakeClock) -> None:
    for _ in range(9):
        assert await passes(throttle, ADA)
    clock.advance(timedelta(days=-1))
    assert await passes(throttle, ADA)
    assert not await passes(throttle, ADA)


@promise
async def a_right_guess_takes_itself_back_and_forgets_the_failures_before(
    throttle: Throttle, clock: FakeClock
) -> None:
    failures = Attempt("failures", Limit(10, 60 * MINUTE))
    for _ in range(7):
        assert await passes(throttle, [*ADA, failures])
    assert await throttle.succeed([*ADA, failures], ends=failures, then=BOB, client=CLIENT) == 6
    assert await throttle.succeed([], ends=failures, then=(), client=CLIENT) == 0
    for _ in range(4):
        assert await passes(throttle, ADA), "one of seven was taken back"
    assert not await passes(throttle, ADA)
    for _ in range(9):
        assert await passes(throttle, BOB), "one was counted"
    assert not await passes(throttle, BOB)
    await use_up(throttle, [failures])


@promise
async def what_a_right_guess_counts_may_be_over_its_limit(
    throttle: Throttle, clock: FakeClock
) -> None:
    await use_up(throttle, BOB)
    failures = Attempt("failures", LIMIT)
    assert await passes(throttle, [*ADA, failures])
    with pytest.raises(TooManyAttempts):
        await throttle.succeed([*ADA, failures], ends=failures, then=BOB, client=CLIENT)
    await use_up(throttle, [*ADA, failures])


@asynccontextmanager
async def in_memory(clock: FakeClock, _: Path) -> AsyncIterator[Throttle]:
    yield MemoryThrottle(clock)


def throttle_on(storage: Storage, clock: FakeClock) -> SqlThrottle:
    return SqlThrottle(storage.transactions, Turns(), storage.reader, clock)


@asynccontextmanager
async def in_sqlite(clock: FakeClock, folder: Path) -> AsyncIterator[SqlThrottle]:
    async with storage_on(SQLITE, folder) as storage:
        yield throttle_on(storage, clock)


@asynccontextmanager
async def in_postgresql(clock: FakeClock, folder: Path) -> AsyncIterator[SqlThrottle]:
    async with storage_on(POSTGRESQL, folder) as storage:
        yield throttle_on(storage, clock)


@pytest.mark.parametrize("check", CONTRACT, ids=lambda check: check.__name__)
@pytest.mark.parametrize("adapter", [in_memory, in_sqlite, in_postgresql])
async def test_it_keeps_the_promise(adapter: Any, check: Any, tmp_path: Path) -> None:
    clock = FakeClock()
    async with adapter(clock, tmp_path) as throttle:
        await check(throttle, clock)


class CountsAfterwards(MemoryThrottle):
    """Looks, lets others look too, and only then counts."""

    async def reserve(self, attempts: Sequence[Attempt], *, client: Client) -> None:
        reservation = reserve_all(attempts, self._buckets, self._clock.now())
        await asyncio.sleep(0)
        self._buckets.update(reservation.buckets)
        reservation.demand()


class Forgiving(MemoryThrottle):
    async def refund(self, attempts: Sequence[Attempt], *, client: Client) -> None:
        pass


@pytest.mark.parametrize(
    ("broken", "check"),
    [
        (CountsAfterwards, of_fifty_at_once_ten_pass),
        (Forgiving, a_refund_takes_the_attempt_and_its_wait_back),
    ],
)
async def test_a_broken_throttle_is_caught(broken: type[MemoryThrottle], check: Any) -> None:
    clock = FakeClock()
    with pytest.raises((AssertionError, TooManyAttempts, pytest.fail.Exception)):
        await check(broken(clock), clock)


async def test_memory_stays_bounded_under_a_million_names() -> None:
    throttle = MemoryThrottle(FakeClock(), capacity=1000)
    for number in range(1_000_000):
        await throttle.reserve([Attempt(str(number), LIMIT)], client=CLIENT)
    assert len(throttle._buckets) == 1000


async def test_two_processes_on_one_file_count_together(tmp_path: Path) -> None:
    clock = FakeClock()
    async with in_sqlite(clock, tmp_path) as one, in_sqlite(clock, tmp_path) as other:
        both = [passes(each, ADA) for each in (one, other) for _ in range(25)]
        assert sum(await asyncio.gather(*both)) == 10
        assert not await passes(one, ADA)
        assert not await passes(other, ADA)


async def test_two_nodes_on_one_server_count_together() -> None:
    demand()
    clock, url = FakeClock(), new_database()
    async with storage_at(url) as one, storage_at(url) as other:
        nodes = throttle_on(one, clock), throttle_on(other, clock)
        both = [passes(each, ADA) for each in nodes for _ in range(25)]
        assert sum(await asyncio.gather(*both)) == 10
        assert [await passes(each, ADA) for each in nodes] == [False, False]
    drop_database(url)


async def test_two_nodes_do_not_wait_for_each_other_in_a_circle() -> None:
    """Whichever order the attempts are named in."""
    demand()
    clock, url = FakeClock(), new_database()
    async with storage_at(url) as one, storage_at(url) as other:
        nodes = throttle_on(one, clock), throttle_on(other, clock)
        many = [Attempt(f"key{number}", Limit(1_000, 5 * MINUTE)) for number in range(4)]
        reserved = [passes(nodes[n % 2], many if n % 2 else many[::-1]) for n in range(40)]
        assert all(await asyncio.gather(*reserved))
    drop_database(url)


async def test_no_count_is_lost_to_a_refund_that_empties_the_bucket() -> None:
    """Who waits for a bucket that is taken away meanwhile makes it anew."""
    demand()
    clock, url = FakeClock(), new_database()
    async with storage_at(url) as one, storage_at(url) as other:
        nodes = throttle_on(one, clock), throttle_on(other, clock)
        for turn in range(30):
            few = [Attempt(f"ada{turn}", Limit(5, 5 * MINUTE))]
            await nodes[0].reserve(few, client=CLIENT)
            refund = nodes[0].refund(few, client=CLIENT)
            reserved = (passes(nodes[n % 2], few) for n in range(16))
            _, *passed = await asyncio.gather(refund, *reserved)
            assert sum(map(bool, passed)) <= 5
    drop_database(url)


@pytest.mark.parametrize("in_database", [in_sqlite, in_postgresql])
async def test_what_is_over_is_forgotten(in_database: Any, tmp_path: Path) -> None:
    clock = FakeClock()
    async with in_database(clock, tmp_path) as throttle:
        await use_up(throttle, ADA)
        await throttle.reserve(BOB, client=CLIENT)
        clock.advance(5 * MINUTE)
        await throttle.forget()
        async with throttle._transactions.begin() as transaction:
            assert await transaction.all(text("SELECT key FROM throttle_buckets")) == [("ada",)]
