"""The queue before the hashes: bounded, fair, and quick to let go."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable

import pytest

from adapters.passwords.hash_queue import HashQueue
from domain.errors import Busy
from domain.network import Client


class Gate:
    """Jobs that run until they are let go, and note the order in which they began."""

    def __init__(self) -> None:
        self.began: list[str] = []
        self._open = threading.Semaphore(0)

    def job(self, name: str) -> Callable[[], str]:
        def job() -> str:
            self.began.append(name)
            self._open.acquire()
            return name

        return job

    def let_go(self, count: int = 1) -> None:
        self._open.release(count)


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
async def queue(gate: Gate) -> AsyncIterator[HashQueue]:
    queue = HashQueue(threads=1, max_wait=4, seconds_a_job=1)
    yield queue
    gate.let_go(1000)
    queue.close()


def from_(network: str) -> Client:
    return Client(network, network)


def enter(queue: HashQueue, gate: Gate, client: str | Client, name: str) -> asyncio.Task[str]:
    client = client if isinstance(client, Client) else from_(client)
    return asyncio.create_task(queue.run(client, gate.job(name)))


async def turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_results_and_errors_come_back(queue: HashQueue) -> None:
    assert await queue.run(from_("a"), lambda: 42) == 42
    with pytest.raises(ZeroDivisionError):
        await queue.run(from_("a"), lambda: 1 // 0)
    assert (queue.figures.running, queue.figures.waiting) == (0, 0)


async def test_a_newcomer_who_would_wait_too_long_is_told_at_once(
    queue: HashQueue, gate: Gate
) -> None:
    waiting = [enter(queue, gate, "a", str(number)) for number in range(5)]
    await turns()
    with pytest.raises(Busy) as refusal:
        await queue.run(from_("a"), gate.job("late"))
    assert refusal.value.retry_after == 5
    assert queue.figures.refused == 1
    gate.let_go(5)
    assert await asyncio.gather(*waiting) == ["0", "1", "2", "3", "4"]


async def test_clients_lock_for_all_accounts(queue: HashQueue, gate: Gate) -> None:
    tasks = [enter(queue, gate, "flooder", f"f{number}") for number in range(4)]
    await turns()
    tasks += [enter(queue, gate, name, name) for name in ("ada", "bob")]
    await turns()
    gate.let_go(6)
    await asyncio.gather(*tasks)
    assert gate.began == ["f0", "f1", "ada", "bob", "f2", "f3"]


async def test_one_flooder_cannot_keep_others_out(queue: HashQueue, gate: Gate) -> None:
    flood = [enter(queue, gate, "flooder", "f") for _ in range(50)]
    await turns()
    assert queue.figures.refused == 45
    ada = enter(queue, gate, "ada", "ada")
    await turns()
    assert not ada.done(), "in the queue, not refused"
    gate.let_go(100)
    assert await ada == "ada"
    assert gate.began.index("ada") <= 2
    await asyncio.gather(*flood, return_exceptions=True)


ALLOCATION = "2001:db8::/48"


def attacker(number: int, *, recognised: bool = False) -> Client:
    """Each from another /64 of one /48."""
    return Client(ALLOCATION, f"2001:db8:0:{number:x}::/64", recognised)


def device(site: str) -> Client:
    return Client(site, site, recognised=True)


async def began(gate: Gate, tasks: list[asyncio.Task[str]]) -> list[str]:
    """The order in which they begin when all are let go."""
    gate.let_go(1000)
    await asyncio.gather(*tasks, return_exceptions=True)
    return gate.began


async def test_an_allocation_of_many_networks_waits_behind_itself(
    queue: HashQueue, gate: Gate
) -> None:
    tasks = [enter(queue, gate, attacker(number), "attacker") for number in range(150)]
    await turns()
    others = {
        "owner": device("192.0.2.1"),
        "neighbour": Client(ALLOCATION, "2001:db8:0:ffff::/64", recognised=True),
        "stranger": from_("192.0.2.2"),
    }
    tasks += [enter(queue, gate, client, name) for name, client in others.items()]
    await turns()
    order = await began(gate, tasks)
    assert [name for name in others if name not in order] == [], "each was let in"
    assert max(order.index(name) for name in others) <= 5


async def test_strangers_from_many_sites_leave_a_quarter_to_recognised_devices(
    queue: HashQueue, gate: Gate
) -> None:
    tasks = [enter(queue, gate, f"198.51.100.{number}", "attacker") for number in range(100)]
    await turns()
    with pytest.raises(Busy):
        queue.check_turn(from_("192.0.2.2"))
    tasks.append(enter(queue, gate, device("192.0.2.1"), "owner"))
    await turns()
    order = await began(gate, tasks)
    assert order.index("owner") <= 4


async def test_an_attacker_with_devices_of_his_own_waits_behind_himself(
    queue: HashQueue, gate: Gate
) -> None:
    tasks = [
        enter(queue, gate, attacker(number, recognised=True), "attacker") for number in range(150)
    ]
    await turns()
    tasks.append(enter(queue, gate, device("192.0.2.1"), "owner"))
    tasks.append(enter(queue, gate, from_("192.0.2.2"), "stranger"))
    await turns()
    order = await began(gate, tasks)
    assert max(order.index(name) for name in ("owner", "stranger")) <= 4


@pytest.mark.parametrize("recognised", [False, True])
async def test_what_waits_is_bounded_however_many_networks_somebody_has(
    queue: HashQueue, gate: Gate, recognised: bool
) -> None:
    refused = queue.figures.refused
    tasks = [
        enter(queue, gate, Client(f"s{site}", f"s{site}n{network}", recognised), "attacker")
        for network in range(20)
        for site in range(20)
        for _ in range(5)
    ]
    await turns()
    waiting = queue.figures.waiting
    assert waiting <= 16
    assert queue.figures.refused - refused + waiting + 1 == len(tasks)
    await began(gate, tasks)


async def test_whoever_leaves_gives_the_place_back(queue: HashQueue, gate: Gate) -> None:
    running = enter(queue, gate, "a", "running")
    await turns()
    leaving = [enter(queue, gate, "b", "leaving") for _ in range(3)]
    await turns()
    for task in leaving:
        task.cancel()
    await asyncio.gather(*leaving, return_exceptions=True)
    assert (queue.figures.waiting, queue.figures.given_up) == (0, 3)
    gate.let_go()
    assert await running == "running"
    assert gate.began == ["running"]


async def test_a_job_whose_caller_left_does_not_block_the_next(
    queue: HashQueue, gate: Gate
) -> None:
    running = enter(queue, gate, "a", "running")
    await turns()
    running.cancel()
    following = enter(queue, gate, "b", "following")
    await turns()
    gate.let_go(2)
    assert await following == "following"
    assert queue.figures.running == 0


async def test_it_learns_how_long_a_job_takes(queue: HashQueue) -> None:
    for _ in range(50):
        await queue.run(from_("a"), lambda: None)
    assert queue._seconds_a_job < 0.1


async def test_all_threads_work() -> None:
    queue = HashQueue(threads=3, max_wait=60)
    together = threading.Barrier(3, timeout=10)
    places = await asyncio.gather(*(queue.run(from_(str(n)), together.wait) for n in range(3)))
    assert sorted(places) == [0, 1, 2]
    queue.close()
