"""Load over plain sockets: as cheap for this machine as Python can be, for it shares the cores."""

import asyncio
import math
import multiprocessing
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

import httptools

READS_A_SECOND = 50
BUSY = 503
PATIENCE_SECONDS = 120
MIX_CLIENTS, MIX_ADDRESSES = 32, 200


class Connection:
    """One connection from a loopback address of its own, kept open as long as the server likes."""

    def __init__(self, port: int, number: int = 0) -> None:
        self._port = port
        self._source = f"127.0.{1 + number // 250}.{1 + number % 250}", 0
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def exchange(self, request: bytes) -> int:
        """Send a request; give the status of the answer."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            if self._streams:
                with suppress(ConnectionError):  # the server may have closed it meanwhile
                    return await self._ask(*self._streams, request)
                self.close()
            self._streams = await asyncio.open_connection(
                "127.0.0.1", self._port, local_addr=self._source
            )
            return await self._ask(*self._streams, request)

    async def _ask(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
    ) -> int:
        writer.write(request)
        answer = _Answer()
        while not answer.complete:
            if not (data := await reader.read(65_536)):
                raise ConnectionError("the server closed the connection in the middle")
            answer.parser.feed_data(data)
        if not answer.keep_alive:
            self.close()
        return int(answer.parser.get_status_code())

    def close(self) -> None:
        if self._streams:
            self._streams[1].close()
            self._streams = None


class _Answer:
    """What httptools tells while it reads one."""

    def __init__(self) -> None:
        self.parser = httptools.HttpResponseParser(self)
        self.complete = self.keep_alive = False

    def on_message_complete(self) -> None:
        # Afterwards the parser does not know it any more.
        self.complete, self.keep_alive = True, self.parser.should_keep_alive()


async def hammer(
    port: int, requests: list[list[bytes]], seconds: float, pause: float = 0
) -> dict[int, int]:
    """Each list is one client, which sends its requests in turn, again and again, with this pause
    or a longer one if it is turned away. Give how many answers of each status came in time.
    """
    counts: dict[int, int] = {}
    ends = time.perf_counter() + seconds

    async def work(number: int, own: list[bytes]) -> None:
        connection, turn = Connection(port, number), 0
        while time.perf_counter() < ends:
            status = await connection.exchange(own[turn % len(own)])
            turn += 1
            if time.perf_counter() < ends:
                counts[status] = counts.get(status, 0) + 1
            if pause:
                await asyncio.sleep(pause)
            if status == BUSY:
                await come_again()
        connection.close()

    await asyncio.gather(*(work(number, own) for number, own in enumerate(requests)))
    return counts


async def come_again() -> None:
    """After less than Retry-After asks for; at random, for clients are not in step."""
    await asyncio.sleep(0.5 + random.random())


async def read_steadily(port: int, request: bytes, seconds: float, after: float) -> list[float]:
    """Read 50 times a second, on time whatever the one before took; say how long each took."""
    free: list[Connection] = []
    took: list[float] = []

    async def read(due: float) -> None:
        connection = free.pop() if free else Connection(port)
        assert await connection.exchange(request) == 200
        took.append(time.perf_counter() - due)
        free.append(connection)

    await asyncio.sleep(after)
    started, tasks = time.perf_counter(), []
    for number in range(int(seconds * READS_A_SECOND)):
        due = started + number / READS_A_SECOND
        await asyncio.sleep(max(0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(read(due)))
    await asyncio.gather(*tasks)
    for connection in free:
        connection.close()
    return took


class _Mix:
    """Clients that send requests of several kinds, each by its share, at random."""

    def __init__(self, port: int, kinds: dict[str, tuple[float, list[bytes]]]) -> None:
        self._port, self._kinds, self._chance = port, kinds, random.Random(1)
        self._shares = [share for share, _ in kinds.values()]
        self._free: list[Connection] = []
        self._opened = 0
        self.took: dict[str, list[float]] = {name: [] for name in kinds}

    async def send(self, due: float, ends: float = math.inf) -> None:
        """One request, as often as it is turned away; note how long it took since it was due, if it
        came in time.
        """
        (name,) = self._chance.choices([*self._kinds], self._shares)
        request = self._chance.choice(self._kinds[name][1])
        connection = self._free.pop() if self._free else self._another()
        while (status := await connection.exchange(request)) == BUSY:
            await come_again()
        self._free.append(connection)
        if not 200 <= status < 300:
            raise RuntimeError(f"{name}: {status}")
        if (now := time.perf_counter()) <= ends:
            self.took[name].append(now - due)

    async def send_until(self, ends: float) -> None:
        """One after the other."""
        while (now := time.perf_counter()) < ends:
            await self.send(now, ends)

    def _another(self) -> Connection:
        self._opened += 1
        return Connection(self._port, self._opened % MIX_ADDRESSES)

    def close(self) -> None:
        for connection in self._free:
            connection.close()


async def mix(
    port: int, kinds: dict[str, tuple[float, list[bytes]]], seconds: float, *, pace: float
) -> dict[str, list[float]]:
    """As many requests as 32 clients get done, or so many a second (`pace`), on time whatever those
    before took. Say how long each took.
    """
    clients = _Mix(port, kinds)
    started = time.perf_counter()
    if pace:
        tasks = []
        for number in range(int(seconds * pace)):
            due = started + number / pace
            await asyncio.sleep(max(0, due - time.perf_counter()))
            tasks.append(asyncio.create_task(clients.send(due)))
        await asyncio.gather(*tasks)
    else:
        await asyncio.gather(*(clients.send_until(started + seconds) for _ in range(MIX_CLIENTS)))
    clients.close()
    return clients.took


Elsewhere = Callable[..., Future[Any]]


@contextmanager
def elsewhere(processes: int = 2) -> Iterator[Elsewhere]:
    """Give a function that runs a load in a process of its own."""
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        yield lambda load, *arguments, **options: pool.submit(_run, load, arguments, options)


def _run(
    load: Callable[..., Awaitable[Any]], arguments: tuple[Any, ...], options: dict[str, Any]
) -> Any:
    async def main() -> Any:
        return await load(*arguments, **options)

    return asyncio.run(main())
