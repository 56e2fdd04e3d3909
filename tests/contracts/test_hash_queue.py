"""The line before the hashes: bounded, fair, and quick to let go."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable

import pytest

from adapters.hash_queue import HashQueue
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


def enter(queue: HashQueue, gate: Gate, client: str, name: str) -> asyncio.Task[str]:
    return asyncio.create_task(queue.run(from_(client), gate.job(name)))


async def turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_results_and_errors_come_back(queue: HashQueue) -> None:
    assert await queue.run(from_("a"), lambda: 42) == 42
    with pytest.raises(ZeroDivisionError):
        await queue.run(from_("a"), lambda: 1 // 0)
    assert (queue.figures.done, queue.figures.running, queue.figures.waiting) == (2, 0, 0)


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


async def test_clients_take_turns(queue: HashQueue, gate: Gate) -> None:
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
    assert not ada.done(), "in line, not refused"
    gate.let_go(100)
    assert await ada == "ada"
    assert gate.began.index("ada") <= 2
    await asyncio.gather(*flood, return_exceptions=True)


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
    assert queue.figures.seconds_a_job < 0.1


async def test_all_threads_work() -> None:
    queue = HashQueue(threads=3, max_wait=60)
    together = threading.Barrier(3, timeout=10)
    places = await asyncio.gather(*(queue.run(from_(str(n)), together.wait) for n in range(3)))
    assert sorted(places) == [0, 1, 2]
    queue.close()
