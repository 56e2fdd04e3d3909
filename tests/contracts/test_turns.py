"""Turns before the database: one unit of work a user and site, four a site; the others pass."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import anyio
import pytest

from adapters.sql.turns import Turns
from domain.errors import StorageUnavailable
from domain.network import Client

PATIENCE = 60.0


def user(number: int, site: str = "192.0.2.1") -> Client:
    return Client(site, site, user_id=number)


def site(name: str) -> Client:
    return Client(name, name)


class Visits:
    """Units of work that stay until they are let go."""

    def __init__(self) -> None:
        self.turns = Turns()
        self.inside: list[str] = []
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._leave: dict[str, asyncio.Event] = {}

    async def come(self, client: Client | None, *names: str) -> None:
        for name in names:
            self._leave[name] = asyncio.Event()
            self._tasks[name] = asyncio.create_task(self._visit(client, name))
        await settled()

    async def leave(self, name: str) -> None:
        self._leave[name].set()
        await self._tasks[name]
        await settled()

    async def cancel(self, name: str) -> None:
        self._tasks[name].cancel()
        await asyncio.gather(self._tasks[name], return_exceptions=True)
        await settled()

    async def _visit(self, client: Client | None, name: str) -> None:
        async with self.turns.take(client, until=patience()):
            self.inside.append(name)
            try:
                await self._leave[name].wait()
            finally:
                self.inside.remove(name)


def patience() -> float:
    return asyncio.get_running_loop().time() + PATIENCE


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


@contextmanager
def nothing_remains(turns: Turns) -> Iterator[None]:
    yield
    assert turns.waiting == 0
    assert turns.known == 0


@pytest.fixture
async def visits() -> AsyncIterator[Visits]:
    visits = Visits()
    yield visits
    for name in [*visits._tasks]:
        await visits.cancel(name)
    assert visits.turns.waiting == 0
    assert visits.turns.known == 0, "nobody is remembered"


async def test_a_user_has_one_at_a_time_and_others_pass(visits: Visits) -> None:
    await visits.come(user(1), "first", "second", "third")
    await visits.come(user(2), "other")
    assert visits.inside == ["first", "other"]
    await visits.leave("first")
    assert visits.inside == ["other", "second"], "in the order they came"
    assert visits.turns.waiting == 1


async def test_a_site_has_four_at_a_time_and_others_pass(visits: Visits) -> None:
    await visits.come(site("a"), *"123456")
    await visits.come(site("b"), "other")
    assert visits.inside == [*"1234", "other"]
    await visits.leave("2")
    assert visits.inside == [*"134", "other", "5"]


async def test_one_user_holds_one_place_of_the_site_however_many_wait(visits: Visits) -> None:
    await visits.come(user(1), *(f"rename {number}" for number in range(200)))
    for number in (2, 3, 4):
        await visits.come(user(number), f"neighbour {number}")
    assert visits.inside == ["rename 0", "neighbour 2", "neighbour 3", "neighbour 4"]


async def test_the_service_itself_and_who_has_no_site_have_no_limit(visits: Visits) -> None:
    await visits.come(None, *(f"background {number}" for number in range(9)))
    await visits.come(site(""), *(f"console {number}" for number in range(9)))
    assert len(visits.inside) == 18


async def test_who_leaves_while_waiting_gives_the_place_back(visits: Visits) -> None:
    await visits.come(user(1), "first", "second", "third")
    await visits.cancel("second")
    await visits.leave("first")
    assert visits.inside == ["third"]


async def test_who_leaves_at_the_moment_of_its_turn_hands_it_on(visits: Visits) -> None:
    async with visits.turns.take(user(1), until=patience()):
        await visits.come(user(1), "second", "third")
    visits._tasks["second"].cancel()  # the turn is its own, and it has yet to wake up
    await settled()
    assert visits.inside == ["third"]


async def test_who_waits_for_the_site_and_leaves_gives_the_users_place_back(
    visits: Visits,
) -> None:
    await visits.come(site("a"), *"1234")
    await visits.come(user(1, "a"), "waiting")
    await visits.cancel("waiting")
    await visits.come(user(1, "a"), "again")
    await visits.leave("1")
    assert "again" in visits.inside


async def test_who_crowds_a_site_with_a_stolen_session_is_not_in_its_owners_way(
    visits: Visits,
) -> None:
    await visits.come(site("crowded"), *"123456")
    await visits.come(user(1, "crowded"), *(f"stolen {number}" for number in range(60)))
    await visits.come(user(1, "home"), "owner")
    assert "owner" in visits.inside


async def test_a_request_that_is_cancelled_waits_no_longer() -> None:
    turns = Turns()
    with nothing_remains(turns):
        async with turns.take(user(1), until=patience()):
            with anyio.CancelScope() as request:
                request.cancel()
                async with turns.take(user(1), until=patience()):
                    pytest.fail("it is not its turn")
            assert request.cancelled_caught
            assert turns.waiting == 0


async def test_an_exception_gives_the_place_back() -> None:
    turns = Turns()
    with nothing_remains(turns):
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                async with turns.take(user(1), until=patience()):
                    raise ZeroDivisionError


async def test_who_has_waited_until_the_deadline_is_refused() -> None:
    turns = Turns()
    with nothing_remains(turns):
        async with turns.take(user(1), until=patience()):
            with pytest.raises(StorageUnavailable):
                async with turns.take(user(1), until=0):
                    pytest.fail("it is not its turn")
        async with turns.take(user(1), until=0):
            pass  # nobody is before it
