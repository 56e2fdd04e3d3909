"""`make bench`: how logins and reads fare in a storm of logins, against what bcrypt alone can do.

One server process on SQLite, one process per kind of load, loopback only. Rounds are interleaved,
and what counts are medians and ratios within one run: machines drift.
"""

import argparse
import asyncio
import multiprocessing
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bcrypt

from entrypoints.client import connect
from tests.startup.processes import running

COST = 12
READS_A_SECOND = 50
WARM_UP_SECONDS = 1.5  # all clients arrive at once, and then reads are measured
PASSWORD = "correct horse"
STORMS = (8, 32, 128)
SERVERS = {
    "queue": [sys.executable, "-m", "entrypoints.serve", "--port", "{port}"],
    "event loop": [sys.executable, "-m", "tests.benchmarks.on_the_loop", "{port}"],
}


@dataclass
class Storm:
    """What one phase measured."""

    logins: float
    refused: float
    reads: list[float]

    @property
    def p50(self) -> float:
        return statistics.median(self.reads) * 1000

    @property
    def p99(self) -> float:
        return sorted(self.reads)[int(len(self.reads) * 0.99)] * 1000


def raw_hashes_a_second(seconds: float) -> float:
    """bcrypt on all cores, and nothing else."""
    salt, ends = bcrypt.gensalt(COST), time.perf_counter() + seconds

    def work(_: int) -> int:
        done = 0
        while time.perf_counter() < ends:
            bcrypt.hashpw(b"x" * 64, salt)
            done += 1
        return done

    cores = len(os.sched_getaffinity(0))
    started = time.perf_counter()
    with ThreadPoolExecutor(cores) as pool:
        done = sum(pool.map(work, range(cores)))
    return done / (time.perf_counter() - started)


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> int:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    await reader.readexactly(length)
    return int(head[9:12])


async def _hammer(port: int, clients: int, seconds: float) -> tuple[float, float]:
    """Log in without a pause, every client from an address of its own; count 200 and the rest."""
    body = b'{"username": "ada", "password": "%s"}' % PASSWORD.encode()
    request = (
        b"POST /api/user/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n" % len(body)
    ) + body
    counts = [0, 0]
    seconds += WARM_UP_SECONDS
    ends = time.perf_counter() + seconds

    async def work(number: int) -> None:
        source = f"127.0.{1 + number // 250}.{1 + number % 250}", 0
        reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=source)
        while time.perf_counter() < ends:
            status = await _exchange(reader, writer, request)
            in_time = time.perf_counter() < ends
            counts[status != 200] += in_time
            if status == 503:
                # Less than Retry-After asks for; at random, for clients are not in step.
                await asyncio.sleep(0.5 + random.random())
        writer.close()

    await asyncio.gather(*(work(number) for number in range(clients)))
    return counts[0] / seconds, counts[1] / seconds


async def _read(port: int, token: str, seconds: float) -> list[float]:
    """Read 50 times a second, on time whatever the one before took; say how long each took."""
    request = b"GET /api/user HTTP/1.1\r\nHost: localhost\r\nCookie: sessionid=%s\r\n\r\n"
    request %= token.encode()
    free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    took: list[float] = []

    async def read(due: float) -> None:
        connection = free.pop() if free else await asyncio.open_connection("127.0.0.1", port)
        assert await _exchange(*connection, request) == 200
        took.append(time.perf_counter() - due)
        free.append(connection)

    await asyncio.sleep(WARM_UP_SECONDS)
    started = time.perf_counter()
    tasks = []
    for number in range(int(seconds * READS_A_SECOND)):
        due = started + number / READS_A_SECOND
        await asyncio.sleep(max(0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(read(due)))
    await asyncio.gather(*tasks)
    return took


def _run(load: Callable[..., Any], *arguments: Any) -> Any:
    return asyncio.run(load(*arguments))


def phase(port: int, token: str, clients: int, seconds: float) -> Storm:
    """Reads, and that many clients logging in meanwhile."""
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        reads = pool.submit(_run, _read, port, token, seconds)
        hammer = pool.submit(_run, _hammer, port, clients, seconds)
        logins, refused = hammer.result(4 * seconds + 60)
        return Storm(logins, refused, reads.result(4 * seconds + 60))


def measure(kind: str, rounds: int, seconds: float, storms: tuple[int, ...]) -> dict[str, Any]:
    """Interleaved rounds of bcrypt alone, idle, and the storms."""
    raw: list[float] = []
    phases: dict[int, list[Storm]] = {clients: [] for clients in (0, *storms)}
    settings: dict[str, Any] = {"FRONTDESK_BCRYPT_COST": str(COST), "FRONTDESK_THROTTLE": "off"}
    with (
        tempfile.TemporaryDirectory() as folder,
        running(SERVERS[kind], Path(folder), **settings) as server,
        connect(server.url) as client,
    ):
        client.another().sign_up("ada", PASSWORD)
        client.sign_up("reader", PASSWORD)
        token, port = client.cookies["sessionid"], int(server.url.rpartition(":")[2])
        for _ in range(rounds):
            raw.append(raw_hashes_a_second(seconds))
            for clients, storm in phases.items():
                storm.append(phase(port, token, clients, seconds))
    return {"raw": statistics.median(raw), "phases": phases}


def table(kind: str, found: dict[str, Any]) -> str:
    """One row a storm, medians over the rounds."""
    lines = [
        f"Hashing in the {kind}; bcrypt alone on all cores: {found['raw']:.2f} hashes/s",
        "",
        "| clients | logins/s | of raw | refused/s | read p50 ms | p99 ms | of idle |",
        "|---|---|---|---|---|---|---|",
    ]
    idle = statistics.median(storm.p99 for storm in found["phases"][0])
    for clients, storms in found["phases"].items():
        logins = statistics.median(storm.logins for storm in storms)
        refused = statistics.median(storm.refused for storm in storms)
        p50 = statistics.median(storm.p50 for storm in storms)
        p99 = statistics.median(storm.p99 for storm in storms)
        lines.append(
            f"| {clients} | {logins:.2f} | {logins / found['raw']:.2f} | {refused:.1f} "
            f"| {p50:.1f} | {p99:.1f} | {p99 / idle:.1f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=6, help="for each phase")
    given = parser.parse_args()
    print(table("queue", measure("queue", given.rounds, given.seconds, STORMS)), flush=True)
    print()
    print(table("event loop", measure("event loop", 1, given.seconds, STORMS[:1])))


if __name__ == "__main__":
    main()
