"""What `Leases` promises, over the fake and over both engines."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.sql.leases import SqlLeases
from domain.ports import Leases
from tests.contracts.storages import storage_on
from tests.engines import ENGINES
from tests.fakes.system import FakeClock, FakeLeases

LONG, SHORT = timedelta(hours=1), timedelta(milliseconds=20)
Wait = Callable[[timedelta], Awaitable[None]]
Adapter = tuple[Leases, Wait]


@asynccontextmanager
async def fake(_: Path) -> AsyncIterator[Adapter]:
    clock = FakeClock()

    async def wait(time: timedelta) -> None:
        clock.advance(time)

    yield FakeLeases(clock), wait


def on(engine: str) -> Any:
    @asynccontextmanager
    async def leases(folder: Path) -> AsyncIterator[Adapter]:
        async def wait(time: timedelta) -> None:
            await asyncio.sleep(time.total_seconds())

        async with storage_on(engine, folder) as storage:
            yield SqlLeases(storage.transactions, storage.take_lease), wait

    leases.__name__ = engine
    return leases


@pytest.fixture(params=[fake, *map(on, ENGINES)], ids=lambda each: each.__name__)
async def adapter(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Adapter]:
    async with request.param(tmp_path) as made:
        yield made


async def take(leases: Leases, holder: str, *names: str, length: timedelta = LONG) -> set[str]:
    taken: Collection[str] = await leases.take(names, holder, length)
    return set(taken)


async def test_a_lease_that_is_free_is_taken_and_nobody_else_gets_it(adapter: Adapter) -> None:
    leases, _ = adapter
    assert await take(leases, "a", "metrics") == {"metrics"}
    assert await take(leases, "b", "metrics", "mail") == {"mail"}
    assert await take(leases, "a", "metrics", "mail") == {"metrics"}, "renewed"


async def test_a_lease_that_has_ended_is_free(adapter: Adapter) -> None:
    leases, wait = adapter
    await take(leases, "a", "metrics", length=SHORT)
    await wait(2 * SHORT)
    assert await take(leases, "b", "metrics") == {"metrics"}
    assert await take(leases, "a", "metrics") == set()


async def test_who_renews_keeps_it(adapter: Adapter) -> None:
    leases, wait = adapter
    await take(leases, "a", "metrics", length=SHORT)
    await take(leases, "a", "metrics", length=LONG)
    await wait(2 * SHORT)
    assert await take(leases, "b", "metrics") == set()


async def test_what_is_given_back_is_free_and_others_keep_theirs(adapter: Adapter) -> None:
    leases, _ = adapter
    await take(leases, "a", "metrics")
    await take(leases, "b", "mail")
    await leases.give_back("a")
    assert await take(leases, "c", "metrics", "mail") == {"metrics"}


@pytest.mark.parametrize("kind", ENGINES)
async def test_a_clock_that_was_set_back_keeps_nobody_waiting(kind: str, tmp_path: Path) -> None:
    """The end of a dead holder's lease is further away than any lease lasts."""
    async with storage_on(kind, tmp_path) as storage:
        leases = SqlLeases(storage.transactions, storage.take_lease)
        await take(leases, "dead", "metrics", length=timedelta(days=1))
        assert await take(leases, "heir", "metrics", length=timedelta(seconds=30)) == {"metrics"}


async def test_who_would_keep_it_for_less_long_does_not_take_it_over(adapter: Adapter) -> None:
    leases, _ = adapter
    await take(leases, "a", "metrics", length=LONG)
    assert await take(leases, "b", "metrics", length=LONG - timedelta(seconds=1)) == set()


async def test_of_many_who_ask_at_once_one_gets_it(adapter: Adapter) -> None:
    leases, _ = adapter
    for lease in map(str, range(10)):
        taken = await asyncio.gather(*(take(leases, f"{n}", lease) for n in range(20)))
        assert sum(map(len, taken)) == 1
