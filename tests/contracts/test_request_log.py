"""What `RequestLog` promises, over the fake and over SQLite."""

import asyncio
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from adapters.monitoring.request_log.log import SqlRequestLog
from adapters.monitoring.request_log.sqlite import request_file
from adapters.monitoring.sqlite import SqliteStore
from application.operations.requests import RequestLog
from tests.fakes.traffic import FakeRequestLog
from tests.operations.test_request_log import WITHOUT_BUDGET, record, recorder, rows


def fake(_: Path, users: Mapping[int, int | None]) -> RequestLog:
    return FakeRequestLog(dict(users))


def kept_in(folder: Path) -> SqlRequestLog:
    path = folder / "requests.db"
    store = SqliteStore(path, partial(request_file, path, mebibytes=1_024))
    return SqlRequestLog(store, lambda: 0)


def sqlite(folder: Path, users: Mapping[int, int | None]) -> RequestLog:
    with recorder(folder, max_per_second=10_000, **WITHOUT_BUDGET) as observe:
        for user_id in users.values():
            observe(record(user_id=user_id, request_fields=[(b"user-agent", b"curl")]))
    return kept_in(folder)


@pytest.fixture(params=[fake, sqlite])
def make(request: pytest.FixtureRequest) -> Any:
    return request.param


async def test_users_on_record_come_in_order_once_and_in_pages(make: Any, tmp_path: Path) -> None:
    log = make(tmp_path, {1: 7, 2: 3, 3: None, 4: 7, 5: 9})
    assert await log.users_on_record(after=0, at_most=10) == [3, 7, 9]
    assert await log.users_on_record(after=0, at_most=2) == [3, 7]
    assert await log.users_on_record(after=7, at_most=2) == [9]
    assert await log.users_on_record(after=9, at_most=2) == []


async def test_who_is_blanked_is_not_on_record_any_more(make: Any, tmp_path: Path) -> None:
    log = make(tmp_path, {1: 7, 2: 3, 3: None, 4: 7})
    assert await log.blank([7, 8]) == 2
    assert await log.blank([7, 8]) == 0
    assert await log.users_on_record(after=0, at_most=10) == [3]


async def test_nothing_personal_stays_in_a_blank_record(tmp_path: Path) -> None:
    log = sqlite(tmp_path, dict.fromkeys(range(1, 1203), 7))
    assert await log.blank([7]) == 1_202
    blank = rows(tmp_path / "requests.db")[0]
    for column in ("query", "address", "user_agent", "request_id"):
        assert blank[column] == ""
    assert (blank["user_id"], blank["request_body"], blank["error"]) == (None, None, None)
    assert (blank["request_headers"], blank["response_headers"]) == ("{}", "{}")
    assert (blank["path"], blank["method"], blank["status"]) == ("/api/user", "GET", 200)
    assert (blank["route"], blank["level"], blank["duration_ms"]) == ("/api/user", "info", 1.5)


def test_where_there_is_no_file_none_is_made(tmp_path: Path) -> None:
    log = kept_in(tmp_path)
    assert asyncio.run(log.users_on_record(after=0, at_most=10)) == []
    assert asyncio.run(log.blank([1])) == 0
    assert list(tmp_path.iterdir()) == []
