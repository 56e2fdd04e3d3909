"""`python -m benchmarks.nodes`: two workers and two nodes against one, on both engines, with load
generator and database on the same cores.
"""

import statistics
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

from msgspec import Struct, structs

from benchmarks.engines import ENGINES, database
from benchmarks.measures import reads, storm
from benchmarks.targets import Server, Target, cheap, named, serving

USERS = 8
CLIENTS = 8
SHAPES = {"one worker": (1, 1), "two workers": (1, 2), "two nodes": (2, 1)}
"""Nodes, and workers of each."""


class Shape(Struct):
    """Reads a second, and logins a second, of so many nodes and workers."""

    engine: str
    name: str
    reads: float
    logins: float


def nodes(target: Target, seconds: float, rounds: int) -> list[Shape]:
    """Interleaved; medians of the rounds."""
    return [each for engine in ENGINES for each in _on(engine, target, seconds, rounds)]


def _on(engine: str, target: Target, seconds: float, rounds: int) -> Iterator[Shape]:
    with database(engine) as settings:
        read: dict[str, list[float]] = {name: [] for name in SHAPES}
        logged_in: dict[str, list[float]] = {name: [] for name in SHAPES}
        for _ in range(rounds):
            for name in SHAPES:
                with _running(cheap(target), name, settings) as servers:
                    read[name].append(_together(servers, lambda each: reads(each, seconds).rate))
                with _running(target, name, settings) as servers:
                    logins = partial(_logins, clients=CLIENTS // len(servers), seconds=seconds)
                    logged_in[name].append(_together(servers, logins))
        for name in SHAPES:
            yield Shape(
                engine, name, statistics.median(read[name]), statistics.median(logged_in[name])
            )


def _logins(server: Server, clients: int, seconds: float) -> float:
    return storm(server, clients, seconds, USERS).logins


@contextmanager
def _running(target: Target, shape: str, settings: dict[str, Any]) -> Iterator[list[Server]]:
    number, workers = SHAPES[shape]
    served = structs.replace(target, serve=[*target.serve, "--workers", str(workers)])
    settings = {**settings, "FRONTDESK_SESSIONS_PER_USER": "100"}
    with ExitStack() as stack:
        servers = [stack.enter_context(serving(served, **settings)) for _ in range(number)]
        _sign_in(servers)
        yield servers


def _sign_in(servers: Sequence[Server]) -> None:
    """The same people everywhere; those of a former round are there already."""
    for number in range(USERS):
        try:
            servers[0].log_in(number)
        except Exception:
            servers[0].send(servers[0].sign_up_as(number))
    for server in servers:
        server.credential = server.log_in(USERS - 1)


def _together(servers: Sequence[Server], measure: Callable[[Server], float]) -> float:
    with ThreadPoolExecutor(len(servers)) as threads:
        return sum(threads.map(measure, servers))


def table_of(found: list[Shape]) -> str:
    """For the report."""
    lines = ["| | reads a second | of one | logins a second | of one |", "|---|---|---|---|---|"]
    for each in found:
        one = next(other for other in found if other.engine == each.engine)
        lines.append(
            f"| {each.engine}, {each.name} | {each.reads:,.0f} | {each.reads / one.reads:.2f} |"
            f" {each.logins:.1f} | {each.logins / one.logins:.2f} |"
        )
    return "\n".join(lines) if found else ""


def main() -> None:
    """Measure and print."""
    print(table_of(nodes(named("frontdesk"), 4, 3)))


if __name__ == "__main__":
    main()
