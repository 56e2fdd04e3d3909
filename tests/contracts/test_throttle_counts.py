"""What is counted against one account, shown and forgotten: over memory and both databases, and
over stores broken on purpose.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, text
from sqlalchemy.dialects import postgresql, sqlite

from adapters.sql import throttle_counts
from adapters.sql.storage import Storage
from adapters.sql.tables import throttle_buckets
from adapters.sql.throttle import SqlThrottle
from adapters.sql.turns import Turns
from adapters.sql.unit_of_work import SqlUnitOfWorkFactory
from domain.errors import TooManyAttempts
from domain.network import networks_of
from domain.ports import UnitOfWorkFactory
from domain.throttle import Attempt, Counted, LimitName, Throttle, ThrottlePolicy, Wait, Waits
from domain.user import User
from tests.contracts.storages import storage_at, storage_on
from tests.engines import POSTGRESQL, SQLITE
from tests.examples import ADA, BOB, CLIENT, HASH, MINUTE, NOON
from tests.fakes.store import FakeCounts, FakeStore
from tests.fakes.system import FakeClock
from tests.fakes.throttle import MemoryThrottle
from tests.postgresql import demand, drop_database, new_database

POLICY = ThrottlePolicy()
ONE, TWELVE = User(1, ADA, HASH, NOON), User(12, BOB, HASH, NOON)
NAMES = {1: "a1", 12: "a12"}
DAY = timedelta(days=1)


@dataclass
class World:
    """One place for counts, seen through its ports."""

    throttle: Throttle
    begin: UnitOfWorkFactory
    clock: FakeClock

    async def guess(
        self, user: User, count: int = 1, *, address: str = "192.0.2.1", device: str | None = None
    ) -> int:
        """So many guesses, and say how many passed."""
        return await self.attempt(
            POLICY.for_login(NAMES[user.id], user, networks_of(address), device), count
        )

    async def attempt(self, attempts: Sequence[Attempt], count: int = 1) -> int:
        passed = 0
        for _ in range(count):
            try:
                await self.throttle.reserve(attempts, client=CLIENT)
            except TooManyAttempts:
                continue
            passed += 1
        return passed

    async def look(self, user: User, at_most: int = 100) -> Waits:
        return await self.throttle.look(counted(user), at_most=at_most)

    async def forget(self, user: User) -> int:
        async with self.begin() as work:
            return await work.counts.forget(counted(user))


def counted(user: User) -> list[Counted]:
    return POLICY.of_account(NAMES[user.id], user)


CONTRACT: list[Callable[[World], Awaitable[None]]] = []


def promise(check: Callable[[World], Awaitable[None]]) -> Callable[[World], Awaitable[None]]:
    CONTRACT.append(check)
    return check


@promise
async def what_counts_is_shown_with_its_limit_network_attempts_and_end(world: World) -> None:
    assert await world.look(ONE) == Waits()
    await world.guess(ONE, 10)
    await world.guess(ONE, 3, address="192.0.2.11")
    await world.guess(ONE, 2, device="laptop")
    found = await world.look(ONE)
    assert list(found.waits) == [
        Wait(LimitName.ACCOUNT_NETWORK, "192.0.2.1", 10, NOON + MINUTE),
        *found.waits[1:],
    ]
    rest = {(each.limit, each.network, each.attempts, each.until) for each in found.waits[1:]}
    assert rest == {
        (LimitName.ACCOUNT, None, 13, None),
        (LimitName.FAILURES, None, 13, None),
        (LimitName.ACCOUNT_NETWORK, "192.0.2.11", 3, None),
        (LimitName.DEVICE, None, 2, None),
    }
    assert (found.until, found.more) == (NOON + MINUTE, 0)


@promise
async def what_users_do_themselves_is_shown_too(world: World) -> None:
    await world.attempt(POLICY.for_confirmation(ONE), 10)
    await world.attempt(POLICY.for_rename(1), 10)
    await world.attempt(POLICY.for_password(1))
    await world.attempt(POLICY.for_export(1))
    hour = NOON + 60 * MINUTE
    assert {(each.limit, each.attempts, each.until) for each in (await world.look(ONE)).waits} == {
        (LimitName.RENAMES, 10, hour),
        (LimitName.CONFIRMATIONS, 10, NOON + MINUTE),
        (LimitName.REFUSED_CONFIRMATIONS, 10, None),
        (LimitName.LOGINS, 1, None),
    }


@promise
async def what_is_over_or_was_taken_back_is_not_shown(world: World) -> None:
    await world.guess(ONE, 10)
    world.clock.advance(MINUTE)
    first = (await world.look(ONE)).waits[0]
    assert first.until is None, "it passes now"
    world.clock.advance(DAY)
    assert [each.limit for each in (await world.look(ONE)).waits] == [LimitName.FAILURES]
    login = POLICY.for_password(12)
    await world.throttle.reserve(login, client=CLIENT)
    await world.throttle.refund(login, client=CLIENT)
    assert await world.look(TWELVE) == Waits()


@promise
async def of_many_the_longest_waits_are_told_and_the_rest_counted(world: World) -> None:
    for number in range(6):
        passed = await world.guess(ONE, 3 + number, address=f"198.51.100.{number}")
        assert passed == 3 + number
    await world.guess(ONE, 10, address="203.0.113.1")
    found = await world.look(ONE, at_most=3)
    assert len(found.waits) == 3
    assert (found.waits[0].network, found.until) == ("203.0.113.1", NOON + MINUTE)
    assert [each.attempts for each in found.waits[1:]] == [43, 43], "then those with most attempts"
    assert found.more == 6


@promise
async def an_account_whose_id_or_name_begins_alike_is_told_apart(world: World) -> None:
    for user in (ONE, TWELVE):
        await world.guess(user, 2)
        await world.guess(user, 2, device="laptop")
    assert len((await world.look(ONE)).waits) == len((await world.look(TWELVE)).waits) == 4
    assert await world.forget(ONE) == 4
    assert await world.look(ONE) == Waits()
    assert len((await world.look(TWELVE)).waits) == 4


@promise
async def who_was_forgotten_may_try_again_at_once_and_others_wait_on(world: World) -> None:
    await world.guess(ONE, 10)
    await world.guess(ONE, 10, device="laptop")
    await world.guess(TWELVE, 10)
    await world.attempt(POLICY.for_confirmation(ONE), 10)
    assert await world.forget(ONE) == 6
    assert await world.forget(ONE) == 0
    assert await world.guess(ONE, 11) == 10
    assert await world.guess(ONE, 11, device="laptop") == 10
    assert await world.attempt(POLICY.for_confirmation(ONE), 11) == 10
    assert await world.guess(TWELVE) == 0


@promise
async def limits_of_whole_networks_and_exports_are_not_the_accounts(world: World) -> None:
    networks = networks_of("192.0.2.1")
    for number in range(100):
        await world.attempt(POLICY.for_login(f"name{number}", None, networks, None))
    await world.attempt(POLICY.for_export(1))
    assert await world.look(ONE) == Waits()
    assert await world.forget(ONE) == 0
    assert await world.guess(ONE) == 0
    assert await world.attempt(POLICY.for_export(1)) == 0


@promise
async def what_is_undone_has_forgotten_nothing(world: World) -> None:
    await world.guess(ONE, 10)
    before = await world.look(ONE)
    with pytest.raises(ZeroDivisionError):
        async with world.begin() as work:
            assert await work.counts.forget(counted(ONE)) == 3
            raise ZeroDivisionError
    assert await world.look(ONE) == before
    assert await world.guess(ONE) == 0


@promise
async def a_clock_set_back_shows_no_wait_beyond_the_longest(world: World) -> None:
    await world.guess(ONE, 10)
    world.clock.advance(-400 * DAY)
    found = await world.look(ONE)
    assert len(found.waits) == 3
    assert found.until is not None
    assert found.until <= world.clock.now() + POLICY.account_network.longest_wait


@asynccontextmanager
async def in_memory(_: Path) -> AsyncIterator[World]:
    clock, store = FakeClock(), FakeStore()
    yield World(MemoryThrottle(clock, store=store), store.begin, clock)


def world_on(storage: Storage, clock: FakeClock) -> World:
    throttle = SqlThrottle(storage.transactions, Turns(), storage.reader, clock)
    return World(throttle, SqlUnitOfWorkFactory(storage.transactions, str.upper), clock)


@asynccontextmanager
async def in_sqlite(folder: Path) -> AsyncIterator[World]:
    async with storage_on(SQLITE, folder) as storage:
        yield world_on(storage, FakeClock())


@asynccontextmanager
async def in_postgresql(folder: Path) -> AsyncIterator[World]:
    async with storage_on(POSTGRESQL, folder) as storage:
        yield world_on(storage, FakeClock())


@pytest.mark.parametrize("check", CONTRACT, ids=lambda check: check.__name__)
@pytest.mark.parametrize("place", [in_memory, in_sqlite, in_postgresql])
async def test_it_keeps_the_promise(place: Any, check: Any, tmp_path: Path) -> None:
    async with place(tmp_path) as world:
        await check(world)


class Careless(MemoryThrottle):
    """Takes 12 for 1."""

    async def look(self, counted: Sequence[Counted], *, at_most: int) -> Waits:
        cut = [replace(each, key=each.key.rstrip()) for each in counted]
        return await super().look(cut, at_most=at_most)


class Endless(MemoryThrottle):
    async def look(self, counted: Sequence[Counted], *, at_most: int) -> Waits:
        return await super().look(counted, at_most=1_000)


class HastyStore(FakeStore):
    """Forgets before the commit."""

    @asynccontextmanager
    async def begin(self, *_: Any, **__: Any) -> AsyncIterator[Any]:
        async with super().begin() as work:
            work.counts = Hasty(self.buckets)
            yield work


class Hasty(FakeCounts):
    async def forget(self, counted: Sequence[Counted]) -> int:
        number = await super().forget(counted)
        for key in self.forgotten:
            self.buckets.pop(key, None)
        return number


@pytest.mark.parametrize(
    ("throttle", "store", "check"),
    [
        (Careless, FakeStore, an_account_whose_id_or_name_begins_alike_is_told_apart),
        (Endless, FakeStore, of_many_the_longest_waits_are_told_and_the_rest_counted),
        (MemoryThrottle, HastyStore, what_is_undone_has_forgotten_nothing),
    ],
)
async def test_a_broken_one_is_caught(
    throttle: type[MemoryThrottle], store: type[FakeStore], check: Any
) -> None:
    clock, broken = FakeClock(), store()
    with pytest.raises(AssertionError):
        await check(World(throttle(clock, store=broken), broken.begin, clock))


def statements() -> list[Any]:
    of_one = throttle_counts._are_of(counted(ONE))
    return [
        throttle_counts.shown([throttle_buckets.c.key], counted(ONE), NOON, at_most=100),
        throttle_counts._held(of_one),
        delete(throttle_buckets).where(of_one),
    ]


async def plan_of(storage: Storage, engine: str, statement: Any) -> str:
    dialect: Any = {SQLITE: sqlite, POSTGRESQL: postgresql}[engine].dialect()
    sql = str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    explain = "EXPLAIN QUERY PLAN" if engine == SQLITE else "EXPLAIN"
    async with storage.transactions.begin() as transaction:
        if engine == POSTGRESQL:  # which reads an empty table as a whole
            await transaction.execute(text("SET LOCAL enable_seqscan = off"))
        rows = await transaction.all(text(f"{explain} {sql}".replace(":", r"\:")))
    return "\n".join(str(row) for row in rows)


@pytest.mark.parametrize("kind", [SQLITE, POSTGRESQL])
async def test_the_buckets_of_an_account_are_found_by_the_key(kind: str, tmp_path: Path) -> None:
    """Whatever number of others there is."""
    index = {SQLITE: "sqlite_autoindex_throttle_buckets_1", POSTGRESQL: "pk_throttle_buckets"}
    async with storage_on(kind, tmp_path) as storage:
        for statement in statements():
            plan = await plan_of(storage, kind, statement)
            assert plan.count(index[kind]) == 3, plan
            for scan in ("SCAN throttle_buckets", "Seq Scan", "forget_at on", "ix_throttle"):
                assert scan not in plan


async def test_two_nodes_that_guess_and_forget_do_not_wait_in_a_circle() -> None:
    demand()
    clock, url = FakeClock(), new_database()
    async with storage_at(url) as one, storage_at(url) as other:
        worlds = [world_on(one, clock), world_on(other, clock)]
        await asyncio.gather(
            *(worlds[n % 2].guess(ONE, address=f"198.51.100.{n % 7}") for n in range(60)),
            *(worlds[n % 2].forget(ONE) for n in range(30)),
        )
        await worlds[0].forget(ONE)
        assert await worlds[1].look(ONE) == Waits()
    drop_database(url)
