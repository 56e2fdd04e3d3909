"""Figures that add up over processes and time."""

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from adapters.monitoring.metrics.meter import Meter
from adapters.monitoring.metrics.recorder import MetricsRecorder
from adapters.monitoring.metrics.sqlite import HOUR, MINUTE, MetricsFile
from application.operations.metrics import LATENCY_BOUNDS_MS, Figures
from domain.events import EventKind
from domain.operator import Scope
from entrypoints.client import in_process
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


def test_a_file_keeps_minutes_hours_and_totals(tmp_path: Path) -> None:
    file = MetricsFile(tmp_path / "metrics.db")
    for process, began, requests in (
        ("a", NOW, 1),
        ("a", NOW, 2),
        ("b", NOW, 4),
        ("a", NOW + MINUTE, 8),
        ("a", NOW - HOUR, 16),
    ):
        file.add(process, began, figures(requests))
    minutes = file.read(MINUTE, NOW, NOW + HOUR)
    assert [(began, each.counts["requests"]) for began, each in minutes] == [
        (NOW, 7),
        (NOW + MINUTE, 8),
    ]
    for _ in range(2):
        file.roll_up(NOW + 2 * MINUTE)
        hours = file.read(HOUR, NOW - HOUR, NOW + HOUR)
        assert [each.counts["requests"] for _, each in hours] == [16, 15], "and not twice"
    assert file.totals().counts == {"requests": 31}
    file.roll_up(NOW + 26 * HOUR)
    assert file.read(MINUTE, 0, NOW + HOUR) == []
    assert len(file.read(HOUR, 0, NOW + HOUR)) == 2
    file.roll_up(NOW + 32 * 24 * HOUR)
    assert file.read(HOUR, 0, NOW + HOUR) == []
    assert file.totals().counts == {"requests": 31}


async def test_a_recorder_loses_and_doubles_nothing(tmp_path: Path) -> None:
    levels = {"hash_queue_refused": 3.0, "writers_waiting": 1.0}

    async def gauges() -> dict[str, float]:
        return dict(levels)

    recorder = MetricsRecorder(tmp_path / "metrics.db", gauges, FakeClockWatch())
    file = MetricsFile(tmp_path / "metrics.db")
    (tmp_path / "metrics.db").mkdir()
    recorder.observe(record())
    await recorder.take()  # it tries in vain, and keeps what it has
    await recorder.take()
    (tmp_path / "metrics.db").rmdir()
    await recorder.take()
    assert file.totals().counts == {"requests": 1, "successful": 1, "hash_queue_refused": 3}
    await recorder.take()
    levels["hash_queue_refused"] = 5.0
    recorder.observe(record())
    await recorder.take()
    totals = await recorder.totals()
    assert totals.counts == {"requests": 2, "successful": 2, "hash_queue_refused": 5}
    assert sum(totals.latency) == 2
    hours = await recorder.history(
        hourly=True, since=datetime.now(UTC) - timedelta(hours=2), until=datetime.now(UTC)
    )
    assert sum(each.figures.counts["requests"] for each in hours) >= 1, "it rolls up"
    lags = [each.figures.gauges["event_loop_lag_ms"] for each in hours]
    assert max(lags) < 5_000


async def test_a_lag_is_told_once(tmp_path: Path) -> None:
    async def gauges() -> dict[str, float]:
        return {}

    recorder = MetricsRecorder(tmp_path / "metrics.db", gauges, FakeClockWatch())
    recorder._lag = 3.0
    await recorder._take(dict)
    assert recorder._lag == 0.0


def test_waiting_writers_add_up() -> None:
    parts = [figures(0, writers_waiting=2), figures(0, writers_waiting=3)]
    assert Figures.of_processes(parts).gauges == {"writers_waiting": 5}


def test_who_waits_on_purpose_is_not_slow() -> None:
    meter = Meter()
    meter(record(route="/api/ops/logs/tail", duration_ms=5_000))
    taken = meter.take()
    assert (taken.counts["requests"], sum(taken.latency)) == (1, 0)


def test_hours_of_a_day_that_nobody_rolled_up_are_made_at_the_next_start(tmp_path: Path) -> None:
    file = MetricsFile(tmp_path / "metrics.db")
    file.add("a", NOW, figures(10))
    file.roll_up(NOW)
    file.add("a", NOW + MINUTE, figures(5))
    file.roll_up(NOW + 5 * HOUR, hours=24)
    assert [each.counts["requests"] for _, each in file.read(HOUR, 0, NOW + 9 * HOUR)] == [15]
    file.roll_up(NOW + 24 * HOUR + MINUTE, hours=24)
    assert [each.counts["requests"] for _, each in file.read(HOUR, 0, NOW + 9 * HOUR)] == [15]


def test_a_file_of_another_layout_begins_anew(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "metrics.db")) as connection:
        connection.execute("CREATE TABLE figures (old TEXT)")
    file = MetricsFile(tmp_path / "metrics.db")
    file.add("a", NOW, figures(1))
    assert file.totals().counts == {"requests": 1}


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
    gauges = metrics(desk.root)["gauges"]
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
        "writers_waiting",
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
        assert bad.problem == "invalid_request"


def test_prometheus_reads_them(desk: Desk) -> None:
    program = desk.with_key(desk.key(Scope.METRICS_VIEW))

    def look() -> str | None:
        scraped = program.request("GET", "/metrics")
        assert scraped.status == 200
        assert scraped.headers["content-type"].startswith("text/plain; version=0.0.4")
        counted = bool(buckets(scraped.text)) and max(buckets(scraped.text)) > 3
        return scraped.text if counted and "frontdesk_sign_ups_total 1.0" in scraped.text else None

    def buckets(text: str) -> list[float]:
        return [float(each) for each in re.findall(r"request_seconds_bucket.* (\S+)", text)]

    text = str(eventually(look))
    assert "# TYPE frontdesk_requests_total counter" in text or "frontdesk_requests counter" in text
    passed = buckets(text)
    assert passed == sorted(passed)
    assert "frontdesk_active_sessions" in text
    assert "ada" not in text
