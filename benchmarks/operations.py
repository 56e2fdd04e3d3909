"""What operators ask of a large service, and what it costs to record requests for them."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from msgspec import Struct

from adapters.monitoring.request_log.sqlite import SqliteSink
from adapters.monitoring.request_log.tables import RequestRow
from adapters.monitoring.table_query import cursor
from benchmarks.fill import fill
from benchmarks.targets import PASSWORD, Target, serving
from domain.session import Caller
from entrypoints.services import build_services
from entrypoints.settings import Settings

USERS, REQUESTS = 1_000_000, 200_000
ASKED = 30
OPERATOR = "operator"

_USERS, _SESSIONS = "/api/ops/tables/users", "/api/ops/tables/sessions"


def _after(number: int) -> str:
    return cursor((number,))


_BEGAN = (datetime.now(UTC) - timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
QUESTIONS = {
    "the tables": "/api/ops/tables",
    "newest users": f"{_USERS}/rows",
    "users after row 500,000": f"{_USERS}/rows?after={_after(500_000)}",
    "users whose names begin with `user77`": f"{_USERS}/rows?filter=username:prefix:user77",
    "the user of a name": f"{_USERS}/rows?filter=username:eq:USER77777",
    "how many users, about": f"{_USERS}/count",
    "sessions of a user": f"{_SESSIONS}/rows?filter=user_id:eq:77777",
    "sessions after row 500,000": f"{_SESSIONS}/rows?after={_after(500_000)}",
    "newest requests": "/api/ops/logs",
    "requests after row 100,000": f"/api/ops/logs?after={_after(100_000)}",
    "requests that were refused": "/api/ops/logs?filter=level:eq:warning",
    "requests of a user": "/api/ops/logs?filter=user_id:eq:777",
    "a request by its id": "/api/ops/logs?filter=request_id:eq:request77777",
    "users with `7777` somewhere in the name": f"{_USERS}/rows?filter=username:contains:7777",
    "how many users, exactly": f"{_USERS}/count?exact=true",
    "requests by status": "/api/ops/logs/values/status",
    "how many requests, to 10,000": "/api/ops/logs/count?filter=route:not_prefix:/ops",
    "requests in bars": f"/api/ops/logs/histogram?since={_BEGAN}&step=60",
    "requests by endpoint": "/api/ops/logs/endpoints",
    "what holds a user back": "/api/ops/users/77777/throttle",
}


class Answer(Struct):
    """Milliseconds until a question was answered, over HTTP."""

    question: str
    median: float
    slowest: float


def make_operator(folder: Path, **more: Any) -> None:
    """As at the console, of these settings."""

    async def make() -> None:
        settings = Settings(
            data_dir=folder, bcrypt_cost=10, request_log="off", metrics="off", **more
        )
        services = build_services(settings)
        async with services.running():
            await services.use_cases.create_user(
                username=OPERATOR, password=PASSWORD, caller=Caller("", ""), is_operator=True
            )

    asyncio.run(make())


@contextmanager
def at_work(port: int) -> Iterator[httpx.Client]:
    """An operator in person."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        body = {"username": OPERATOR, "password": PASSWORD}
        client.post("/api/user/login", json=body).raise_for_status()
        yield client


def milliseconds(client: httpx.Client, path: str, times: int = ASKED) -> list[float]:
    """Of each answer."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        client.get(path).raise_for_status()
        took.append((time.perf_counter() - began) * 1000)
    return took


def questions(target: Target) -> Iterator[Answer]:
    """All of them, of a database with a million users and as many sessions."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        with serving(target, folder, users=1):
            pass
        make_operator(folder)
        fill(folder / "frontdesk.db", USERS)
        _fill_requests(folder / "requests.db")
        with serving(target, folder) as server, at_work(server.port) as client:
            for question, path in QUESTIONS.items():
                took = milliseconds(client, path)
                yield Answer(question, statistics.median(took), max(took))


def _fill_requests(path: Path) -> None:
    now = int(time.time() * 1_000_000)
    headers = '{"host": "localhost", "accept": "*/*", "accept-encoding": "gzip, deflate"}'
    sink = SqliteSink(path, mebibytes=1_024)
    for first in range(0, REQUESTS, 10_000):
        sink.add(
            [
                RequestRow(
                    "node",
                    "1",
                    "notable" if number % 100 == 0 else "ordinary",
                    now - (REQUESTS - number) * 1_000,
                    "warning" if number % 100 == 0 else "info",
                    "GET",
                    "/api/user",
                    "/api/user",
                    "",
                    401 if number % 100 == 0 else 200,
                    "not_signed_in" if number % 100 == 0 else "",
                    number % 250 / 10,
                    None if number % 100 == 0 else number % 1_000,
                    "127.0.0.1",
                    "wrk",
                    f"request{number}",
                    0,
                    70,
                    1,
                    0.1,
                    headers,
                    headers,
                    None,
                    None,
                )
                for number in range(first, first + 10_000)
            ]
        )
    sink.close()
