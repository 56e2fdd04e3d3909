"""What nothing built on them can pass: bare Litestar, raw ASGI, raw bcrypt, raw commits."""

import os
import sqlite3
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import bcrypt
from msgspec import Struct

COST = 12
BODY = b'{"id":1,"username":"user1","signup_time":"2026-01-31T12:00:00.123456Z"}'


class Account(Struct):
    """The same three fields as ours."""

    id: int
    username: str
    signup_time: datetime


async def read() -> Account:
    """Know nothing, ask nobody."""
    return Account(1, "user1", datetime.now(UTC))


def bare() -> Any:
    """An application of Litestar with that one handler."""
    from litestar import Litestar, get

    return Litestar([get("/api/user")(read)], openapi_config=None)


async def raw(scope: Any, receive: Any, send: Any) -> None:
    """The least an ASGI application can do."""
    if scope["type"] == "lifespan":
        while (message := await receive())["type"] != "lifespan.shutdown":
            await send({"type": f"{message['type']}.complete"})
        return
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(BODY))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": BODY})


def hashes_a_second(seconds: float) -> float:
    """Bcrypt on all cores, and nothing else."""
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


def commits_a_second(folder: Path, seconds: float) -> float:
    """One row updated, one event inserted, one commit that reaches the disk, from one thread."""
    connection = sqlite3.connect(folder / "commits.db", isolation_level=None)
    for statement in (
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=FULL",
        "CREATE TABLE IF NOT EXISTS names (id INTEGER PRIMARY KEY, name TEXT UNIQUE) STRICT",
        "CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY, what TEXT) STRICT",
        "INSERT OR REPLACE INTO names VALUES (1, 'nobody')",
    ):
        connection.execute(statement)
    done, started = 0, time.perf_counter()
    while time.perf_counter() < started + seconds:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE names SET name = ? WHERE id = 1", (f"name{done}",))
        connection.execute("INSERT INTO events (what) VALUES ('renamed')")
        connection.execute("COMMIT")
        done += 1
    connection.close()
    return done / (time.perf_counter() - started)


def main() -> None:
    """`bare PORT`, `raw PORT`, `hashes SECONDS`."""
    what, number = sys.argv[1:]
    if what == "hashes":
        print(hashes_a_second(float(number)))
        return
    import uvicorn

    uvicorn.run(
        raw if what == "raw" else bare(),
        port=int(number),
        http="httptools",
        loop="uvloop",
        ws="none",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_level="warning",
    )


if __name__ == "__main__":
    main()
