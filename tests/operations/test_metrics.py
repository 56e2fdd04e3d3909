"""Figures that add up over processes and time."""

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from socket import gethostname
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, update

from adapters.monitoring.metrics.collector import Gauges, MetricsCollector
from adapters.monitoring.metrics.figures import HOUR, MINUTE, SqlFigures
from adapters.monitoring.metrics.meter import Meter
from adapters.monitoring.metrics.tables import workers
from adapters.monitoring.metrics.workers import SqlWorkers
from adapters.monitoring.store import Store
from application.operations.metrics import COUNTERS, GAUGES, LATENCY_BOUNDS_MS, Figures
from application.operations.nodes import State, WorkerName, nodes_of
from domain.errors import StorageUnavailable
from domain.events import EventKind
from domain.operator import Scope
from entrypoints.monitoring_storage import open_monitoring
from tests.client import in_process
from tests.conftest import settings_in
from tests.examples import PASSWORD
from tests.fakes.system import FakeClockWatch
from tests.operations.conftest import Desk, eventually
from tests.operations.test_request_log import record

NOW = 1_800_000_000 // HOUR * HOUR


def figures(requests: int, **gauges: float) -> Figures:
    latency = (requests,) + (0,) * len(LATENCY_BOUNDS_MS)
    return Figures({"requests": requests}, gauges, latency)


def test_a_meter_counts_what_operators_ask_for() -> None:
    meter = Meter()
    for route, status in (
        ("/api/user/login", 200),
        ("/api/user/login", 403),
        ("/api/user/login", 429),
        ("/api/user/signup", 200),
        ("/api/user/signup", 400),
        ("/api/user", 500),
        ("/", 302),
    ):
        meter(record(route=route, status=status))
    meter.raise_to({"lag": 3})
    meter.raise_to({"lag": 2})
    taken = meter.take()
    assert taken.counts == {
        "requests": 7,
        "successful": 2,
        "refused": 3,
        "failed": 1,
        "redirected": 1,
    }
    assert taken.gauges == {"lag": 3}
    assert sum(taken.latency) == 7
    assert meter.take() == Figures()


def test_a_meter_counts_what_happened_to_accounts() -> None:
    meter = Meter()
    meter.count_events([EventKind.LOGGED_IN, EventKind.SESSIONS_ENDED, EventKind.LOGIN_REFUSED])
    meter.count_events([EventKind.SIGNED_UP, EventKind.LOGIN_REFUSED])
    assert meter.take().counts == {"log_ins": 1, "log_ins_refused": 2, "sign_ups": 1}


@given(st.lists(st.floats(0, 30_000), min_size=1, max_size=50), st.floats(0.01, 1))
def test_percentiles_are_right_to_within_a_class(durations: list[float], share: float) -> None:
    meter = Meter()
    for duration in durations:
        meter(record(duration_ms=duration))
    found = meter.take().percentile(share)
    rank = max(1, -(-share * len(durations) // 1))
    exact = sorted(durations)[int(rank) - 1]
    assert found is not None
    assert exact <= found or exact > LATENCY_BOUNDS_MS[-1]
    assert found <= max(LATENCY_BOUNDS_MS[0], exact * 1.4144)


def test_nothing_has_no_percentile() -> None:
    assert Figures().percentile(0.5) is None


def test_processes_add_up_and_times_take_the_highest() -> None:
    parts = [
        figures(1, process_threads=3, event_loop_lag_ms=5),
        figures(2, process_threads=4, event_loop_lag_ms=2),
    ]
    together = Figures.of_processes(parts)
    assert together.counts == {"requests": 3}
    assert together.gauges == {"process_threads": 7, "event_loop_lag_ms": 5}
    assert Figures.of_times(parts).gauges == {"process_threads": 4, "event_loop_lag_ms": 5}
    assert Figures.of_times([]) == Figures()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    kept = open_monitoring(settings_in(tmp_path))
    tmp_path.joinpath("data").mkdir(exist_ok=True)
    yield kept.metrics
    kept.questions.close()
    await kept.close()


A, A2, B = WorkerName("one", "a"), WorkerName("one", "a2"), WorkerName("two", "b")


async def test_minutes_hours_and_totals_are_kept(store: Store) -> None:
    kept = SqlFigures(store)
    for worker, began, requests in (
        (A, NOW, 1),
        (A2, NOW, 2),
        (B, NOW, 4),
        (A, NOW + MINUTE, 8),
        (A, NOW - HOUR, 16),
    ):
        await kept.add(worker, began, figures(requests))
    assert await requests_in(kept, MINUTE) == {NOW - HOUR: 16, NOW: 7, NOW + MINUTE: 8}
    assert await requests_in(kept, MINUTE, "two") == {NOW: 4}
    for _ in range(2):
        await kept.roll_up(NOW + 2 * MINUTE)
        assert await requests_in(kept, HOUR) == {NOW - HOUR: 16, NOW: 15}, "and not twice"
    assert await requests_in(kept, HOUR, "one") == {NOW - HOUR: 16, NOW: 11}
    assert await total(kept) == {"one": 27, "two": 4}
    await kept.roll_up(NOW + 26 * HOUR)
    assert await requests_in(kept, MINUTE) == {}
    assert len(await requests_in(kept, HOUR)) == 2
    assert await total(kept) == {"one": 27, "two": 4}
    await kept.roll_up(NOW + 32 * 24 * HOUR)
    assert await requests_in(kept, HOUR) == {}
    assert await total(kept) == {}, "they have not been heard of for a month"


async def requests_in(kept: SqlFigures, length: int, node: str | None = None) -> dict[int, int]:
    spans = await kept.read(length, NOW - 2 * HOUR, NOW + HOUR, node)
    return {began: each.counts["requests"] for began, each in spans}


async def total(kept: SqlFigures) -> dict[str, int]:
    return {node: each.counts["requests"] for node, each in (await kept.totals()).items()}


async def test_workers_that_add_at_once_lose_nothing(store: Store) -> None:
    kept = SqlFigures(store)
    names = [WorkerName("one", str(number)) for number in range(8)]
    await asyncio.gather(*(kept.add(name, NOW, figures(1)) for name in names for _ in range(5)))
    assert await total(kept) == {"one": 40}
    assert await requests_in(kept, MINUTE) == {NOW: 40}


class Flaky:
    """A store that fails when it is told to."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.fails = False

    async def exists(self) -> bool:
        return await self._store.exists()

    async def run(self, job: Any, *, writing: bool = True) -> Any:
        if self.fails:
            raise StorageUnavailable
        return await self._store.run(job, writing=writing)


def recorder(store: Store, gauges: Gauges, folder: Path) -> MetricsCollector:
    return MetricsCollector(
        store, A, version="1", data_dir=folder, gauges=gauges, clock_watch=FakeClockWatch()
    )


async def test_a_recorder_loses_and_doubles_nothing(store: Store, tmp_path: Path) -> None:
    levels = {"hash_queue_refused": 3.0, "writers_waiting": 1.0}

    async def gauges() -> dict[str, float]:
        return dict(levels)

    flaky = Flaky(store)
    made = recorder(flaky, gauges, tmp_path)
    flaky.fails = True
    made.observe(record())
    await made.take()  # it tries in vain, and keeps what it has
    await made.take()
    flaky.fails = False
    await made.take()
    totals = await made.totals()
    assert totals["one"].counts == {"requests": 1, "successful": 1, "hash_queue_refused": 3}
    await made.take()
    levels["hash_queue_refused"] = 5.0
    made.observe(record())
    await made.take()
    totals = await made.totals()
    assert totals["one"].counts == {"requests": 2, "successful": 2, "hash_queue_refused": 5}
    assert sum(totals["one"].latency) == 2
    hours = await made.history(
        hourly=True, since=datetime.now(UTC) - timedelta(hours=2), until=datetime.now(UTC)
    )
    assert sum(each.figures.counts["requests"] for each in hours) >= 1, "it rolls up"
    lags = [each.figures.gauges["event_loop_lag_ms"] for each in hours]
    assert max(lags) < 5_000


async def test_a_lag_is_told_once(store: Store, tmp_path: Path) -> None:
    async def gauges() -> dict[str, float]:
        return {}

    made = recorder(store, gauges, tmp_path)
    made._lag = 3.0
    await made._take(dict)
    assert made._lag == 0.0


async def test_who_says_nothing_is_missing_and_who_said_goodbye_has_stopped(store: Store) -> None:
    kept, began = SqlWorkers(store), datetime.now(UTC)
    await kept.report(A, version="1.0", started=began, leases=["metrics"])
    await kept.report(B, version="1.0", started=began, leases=[])
    await kept.report(A2, version="1.0", started=began, leases=[], has_stopped=True)
    found = {each.name: each for each in await kept.all()}
    assert (found[A].state, found[A].leases) == (State.UP, ["metrics"])
    assert abs(found[A].seen - began) < timedelta(hours=1)
    assert found[A2].state is State.STOPPED
    assert [node.state for node in nodes_of(list(found.values()))] == [State.UP, State.UP]

    ages = {A: timedelta(seconds=20), B: timedelta(days=2)}
    for name, age in ages.items():
        await store.run(partial(make_older, name=name, age=age))
    await kept.forget()
    left = await kept.all()
    assert {each.name: each.state for each in left} == {A: State.MISSING, A2: State.STOPPED}
    (node,) = nodes_of(left)
    assert node.state is State.MISSING


def make_older(connection: Connection, name: WorkerName, age: timedelta) -> None:
    this = (workers.c.node == name.node) & (workers.c.worker == name.worker)
    seen = workers.c.seen - age // timedelta(microseconds=1)
    connection.execute(update(workers).where(this).values(seen=seen))


def test_waiting_writers_add_up() -> None:
    parts = [figures(0, writers_waiting=2), figures(0, writers_waiting=3)]
    assert Figures.of_processes(parts).gauges == {"writers_waiting": 5}


def test_who_waits_on_purpose_is_not_slow() -> None:
    meter = Meter()
    meter(record(route="/api/ops/logs/tail", duration_ms=5_000))
    taken = meter.take()
    assert (taken.counts["requests"], sum(taken.latency)) == (1, 0)


async def test_hours_of_a_day_that_nobody_rolled_up_are_made_later(store: Store) -> None:
    kept = SqlFigures(store)
    await kept.add(A, NOW, figures(10))
    await kept.roll_up(NOW)
    await kept.add(A, NOW + MINUTE, figures(5))
    await kept.roll_up(NOW + 5 * HOUR, hours=24)
    assert await requests_in(kept, HOUR) == {NOW: 15}
    await kept.roll_up(NOW + 24 * HOUR + MINUTE, hours=24)
    assert await requests_in(kept, HOUR) == {NOW: 15}


@pytest.mark.sqlite
async def test_a_file_of_another_layout_begins_anew(store: Store, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "data" / "metrics.db")) as connection:
        connection.execute("CREATE TABLE figures (old TEXT)")
    kept = SqlFigures(store)
    await kept.add(A, NOW, figures(1))
    assert await total(kept) == {"one": 1}


def metrics(client: Any, **params: Any) -> Any:
    return client.request("GET", "/api/ops/metrics", params=params).data


def test_figures_over_http_survive_a_restart(desk: Desk) -> None:
    desk.ada.me()
    desk.stranger().log_in("ada", "wrong password")

    def look() -> Any:
        history = desk.root.request("GET", "/api/ops/metrics/history").data
        counts = [each["counts"] for each in history]
        return history if sum(each.get("log_ins_refused", 0) for each in counts) else None

    history = eventually(look)
    assert sum(each["counts"].get("sign_ups", 0) for each in history) == 1
    eventually(lambda: "process_cpu_percent" in metrics(desk.root)["gauges"])
    now = metrics(desk.root)
    assert {*now["counts"]} <= {*COUNTERS}
    assert {*now["gauges"]} <= {*GAUGES}
    gauges = metrics(desk.root)["gauges"]
    for node in ("%00", "a b", "n" * 65):
        hostile = desk.root.request("GET", f"/api/ops/metrics?node={node}")
        assert hostile.code == "invalid_request"
    assert metrics(desk.root, node="elsewhere")["counts"] == {}
    for name in (
        "process_cpu_percent",
        "process_memory_bytes",
        "process_threads",
        "process_open_files",
        "host_cpu_percent",
        "host_memory_percent",
        "disk_used_percent",
        "event_loop_lag_ms",
        "hash_queue_waiting",
        "database_bytes",
        *(() if desk.settings.postgresql else ("database_wal_bytes",)),
        *(["event_feed_lag_seconds"] if desk.settings.postgresql else []),
        "writers_waiting",
        "pool_wait_ms",
        "look_up_batch",
        "leases_held",
        "active_sessions",
    ):
        assert name in gauges, name
    (latency, *_) = [each["latency_ms"] for each in history if each["latency_ms"]["p50"]]
    assert latency["p99"] >= latency["p50"] > 0
    with in_process(desk.settings) as again:
        again.log_in("root", PASSWORD)
        after = again.request("GET", "/api/ops/metrics/history").data
        assert sum(each["counts"].get("sign_ups", 0) for each in after) == 1
        hours = again.request("GET", "/api/ops/metrics/history", params={"step": "hour"})
        assert hours.status == 200
        bad = again.request("GET", "/api/ops/metrics/history", params={"step": "day"})
        assert bad.code == "invalid_request"


SIGN_UPS = f'frontdesk_sign_ups_total{{node="{gethostname()}"}} 1.0'


def test_prometheus_reads_them(desk: Desk) -> None:
    program = desk.with_key(desk.key(Scope.METRICS_VIEW))

    def look() -> str | None:
        scraped = program.request("GET", "/metrics")
        assert scraped.status == 200
        assert scraped.headers["content-type"].startswith("text/plain; version=0.0.4")
        counted = bool(buckets(scraped.text)) and max(buckets(scraped.text)) > 3
        return scraped.text if counted and SIGN_UPS in scraped.text else None

    def buckets(text: str) -> list[float]:
        return [float(each) for each in re.findall(r"request_seconds_bucket.* (\S+)", text)]

    text = str(eventually(look))
    assert "# TYPE frontdesk_requests_total counter" in text or "frontdesk_requests counter" in text
    passed = buckets(text)
    assert passed == sorted(passed)
    assert "frontdesk_active_sessions" in text
    assert "ada" not in text
