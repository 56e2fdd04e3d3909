"""How many nodes and how much disk so many users take.

`python -m benchmarks.scaling` reckons from `INPUTS`, for as many users as are asked for;
`python -m benchmarks.scaling --measure` measures the inputs on this machine.
"""

import argparse
import asyncio
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from msgspec import Struct, structs

from benchmarks.fill import fill, fill_postgresql
from benchmarks.measures import reads
from benchmarks.targets import Server, named, serving
from tests.postgresql import Cluster, new_database

USERS_OF_A_MEASUREMENT = 100_000
_DAY = 86_400
_TICKS = os.sysconf("SC_CLK_TCK")


class Inputs(Struct, frozen=True):
    """What one thing takes. Milliseconds are of one core, the database's share included."""

    login_ms: float
    read_ms: float
    read_bytes: float
    """Of an answer, with its head."""
    user_bytes: float
    session_bytes: float
    event_bytes: float
    """With indexes, on PostgreSQL."""
    request_bytes: float
    """Of the record of a request."""
    connections_a_worker: int


INPUTS = Inputs(
    login_ms=217,
    read_ms=0.074,
    read_bytes=368,
    user_bytes=236,
    session_bytes=272,
    event_bytes=242,
    request_bytes=808,
    connections_a_worker=14,
)
"""Of PostgreSQL, as `--measure` found them; docs/scaling.md says where."""


class Habits(Struct, frozen=True):
    """What a user does. The busiest hour has `peak` times the mean."""

    logins_a_day: float = 0.1
    reads_a_day: float = 50
    sessions: float = 2
    events_a_year: float = 60
    peak: float = 5


class Need(Struct, frozen=True):
    """What so many users need."""

    users: int
    logins_a_second: float
    reads_a_second: float
    cores: int
    nodes: int
    connections: int
    gibibytes: float
    mebibits_a_second: float
    bottleneck: str


def reckon(users: int, habits: Habits, inputs: Inputs = INPUTS, cores_a_node: int = 4) -> Need:
    """Cores are half used in the busiest hour; two nodes are the least, for one may die."""
    logins = users * habits.logins_a_day * habits.peak / _DAY
    reads_ = users * habits.reads_a_day * habits.peak / _DAY
    busy = (logins * inputs.login_ms + reads_ * inputs.read_ms) / 1_000
    cores = max(1, -(-2 * busy // 1))
    nodes = max(2, -(-cores // cores_a_node))
    rows = (
        inputs.user_bytes
        + habits.sessions * inputs.session_bytes
        + habits.events_a_year * inputs.event_bytes
    )
    return Need(
        users=users,
        logins_a_second=logins,
        reads_a_second=reads_,
        cores=int(cores),
        nodes=int(nodes),
        connections=int(nodes * cores_a_node * inputs.connections_a_worker),
        gibibytes=users * rows / 2**30,
        mebibits_a_second=reads_ * inputs.read_bytes * 8 / 2**20,
        bottleneck=_bottleneck(int(cores), int(nodes * cores_a_node * inputs.connections_a_worker)),
    )


def _bottleneck(cores: int, connections: int) -> str:
    """What is short next, in the order in which it comes."""
    if cores <= 2:
        return "none: one machine with SQLite does"
    if connections <= 400:
        return "hashing: add cores"
    if connections <= 2_000:
        return "PostgreSQL's max_connections: a smaller pool, or session pooling"
    return "one PostgreSQL: its processor for look-ups, its disk for commits"


def table_of(needs: list[Need]) -> str:
    """For docs/scaling.md."""
    lines = [
        "| users | logins/s | reads/s | cores | nodes | connections | disk | traffic | next |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {each.users:,} | {each.logins_a_second:,.1f} | {each.reads_a_second:,.0f} |"
        f" {each.cores:,} | {each.nodes:,} | {each.connections:,} | {each.gibibytes:,.1f} GiB |"
        f" {each.mebibits_a_second:,.1f} Mibit/s | {each.bottleneck} |"
        for each in needs
    ]
    return "\n".join(lines)


def measure() -> dict[str, Inputs]:
    """On each engine, with load generator and database on the same machine."""
    cluster = Cluster.new(durable=True)
    try:
        url = new_database(server=cluster.url)
        return {
            "SQLite": _measured({}, list, _sizes_of_sqlite),
            "PostgreSQL": _measured(
                {"FRONTDESK_DATABASE_URL": url, "FRONTDESK_SECRET_KEY": "k" * 32},
                lambda: cluster.pids,
                lambda _: asyncio.run(_sizes_of_postgresql(url)),
            ),
        }
    finally:
        cluster.remove()


def _measured(
    settings: dict[str, Any], others: Callable[[], list[int]], sizes: Callable[[Path], Any]
) -> Inputs:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with serving(named("frontdesk"), folder, users=8, **settings) as server:
            logins, _ = _cost(server, others, lambda: [server.log_in(n % 8) for n in range(40)])
            read, rate = _cost(server, others, lambda: reads(server, 8))
            size = len(_answer(server))
        user, session, event, request = sizes(folder)
        return Inputs(
            login_ms=1_000 * logins / 40,
            read_ms=1_000 * read / (rate.rate * 8),
            read_bytes=size,
            user_bytes=user,
            session_bytes=session,
            event_bytes=event,
            request_bytes=request,
            connections_a_worker=INPUTS.connections_a_worker,
        )


def _cost(server: Server, others: Callable[[], list[int]], act: Callable[[], Any]) -> Any:
    """Seconds of processor that the service and the database took for it, and what it gave."""
    before = _spent([server.process.pid, *others()])
    found = act()
    return _spent([server.process.pid, *others()]) - before, found


def _spent(pids: list[int]) -> float:
    """With that of children which have ended."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += sum(map(int, fields[11:15]))
    return ticks / _TICKS


def _answer(server: Server) -> bytes:
    name, _, value = server.credential.partition(": ")
    answer = httpx.get(f"http://127.0.0.1:{server.port}/api/user", headers={name: value})
    head = b"".join(name + b": " + value + b"\r\n" for name, value in answer.headers.raw)
    return b"HTTP/1.1 200 OK\r\n" + head + b"\r\n" + answer.content


def _sizes_of_sqlite(folder: Path) -> tuple[float, float, float, float]:
    import sqlite3

    fill(folder / "frontdesk.db", USERS_OF_A_MEASUREMENT, known=1)
    with sqlite3.connect(folder / "frontdesk.db") as connection:
        now = "4000000000000000"
        connection.execute(
            "INSERT INTO events (kind, at, user_id, address, user_agent, details, device)"
            f" SELECT 'logged_in', {now}, id, '203.0.113.7', 'Mozilla/5.0 (X11; Linux x86_64)',"
            " '{}', 'Firefox on Linux' FROM users"
        )
        connection.commit()
        sizes = dict(
            connection.execute(
                "SELECT t.tbl_name, sum(d.pgsize) FROM dbstat d JOIN sqlite_schema t"
                " ON t.name = d.name GROUP BY t.tbl_name"
            )
        )
    number = USERS_OF_A_MEASUREMENT
    with sqlite3.connect(folder / "requests.db") as connection:
        (rows,) = connection.execute("SELECT count(*) FROM requests").fetchone()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    request = (folder / "requests.db").stat().st_size / rows
    return sizes["users"] / number, sizes["sessions"] / number, sizes["events"] / number, request


async def _sizes_of_postgresql(url: str) -> tuple[float, float, float, float]:
    await fill_postgresql(url, USERS_OF_A_MEASUREMENT)
    connection = await asyncpg.connect(url)
    await connection.execute(
        "INSERT INTO events (kind, at, user_id, address, user_agent, details, device)"
        " SELECT 'logged_in', 4000000000000000, id, '203.0.113.7',"
        " 'Mozilla/5.0 (X11; Linux x86_64)', '{}', 'Firefox on Linux' FROM users"
    )
    found = [
        await connection.fetchval(
            f"SELECT pg_total_relation_size('{name}')::float / count(*) FROM {name}"
        )
        for name in ("users", "sessions", "events")
    ]
    request = await connection.fetchval(
        "SELECT sum(pg_total_relation_size(inhrelid))::float"
        " / (SELECT count(*) FROM frontdesk_monitoring.requests) FROM pg_inherits"
        " WHERE inhparent = 'frontdesk_monitoring.requests_ordinary'::regclass"
    )
    await connection.close()
    return found[0], found[1], found[2], request


def main() -> None:
    """Measure, or reckon."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=__doc__)
    parser.add_argument("users", type=float, nargs="*", default=[1e4, 1e5, 1e6, 1e7, 1e8])
    parser.add_argument("--measure", action="store_true")
    parser.add_argument("--cores-a-node", type=int, default=4)
    for name, default in structs.asdict(Habits()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=float, default=default)
    given = vars(parser.parse_args())
    if given["measure"]:
        for engine, inputs in measure().items():
            print(engine, inputs)
        return
    habits = Habits(**{name: given[name] for name in Habits.__struct_fields__})
    print(
        table_of(
            [reckon(int(n), habits, cores_a_node=given["cores_a_node"]) for n in given["users"]]
        )
    )


if __name__ == "__main__":
    main()
