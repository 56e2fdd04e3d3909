"""Records counted, over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

from domain.operator import Scope
from tests.operations.conftest import Desk, eventually

LAST_HOUR = (datetime.now(UTC) - timedelta(hours=1)).isoformat()


def test_requests_are_counted_over_time_and_by_endpoint(desk: Desk) -> None:
    root = desk.root
    for _ in range(3):
        desk.stranger().me()

    def counted() -> bool:
        query = {"filter": "route:eq:/api/user"}
        return bool(endpoints(root, query) and endpoints(root, query)[0]["refused"] >= 3)

    eventually(counted)
    query: dict[str, Any] = {"filter": "route:eq:/api/user"}
    (found,) = endpoints(root, query)
    assert found["method"] == "GET"
    assert found["requests"] == found["refused"] == 3
    assert found["failed"] == 0
    assert 0 < found["p50_ms"] <= found["p99_ms"] <= found["slowest_ms"]
    bars = root.request(
        "GET", "/api/ops/logs/histogram", params={**query, "since": LAST_HOUR, "step": 3600}
    )
    assert bars.status == 200
    assert sum(bar["refused"] for bar in bars.data) == 3


def endpoints(client: Any, query: dict[str, Any]) -> list[Any]:
    answer = client.request("GET", "/api/ops/logs/endpoints", params=query)
    assert answer.status == 200
    found: list[Any] = answer.data
    return found


def test_a_histogram_needs_a_range_that_is_not_too_fine(shared: Desk) -> None:
    for query in (
        {},
        {"since": "yesterday"},
        {"since": LAST_HOUR, "step": 0},
        {"since": LAST_HOUR, "step": 1},
        {"since": LAST_HOUR, "until": "2000-01-01T00:00:00Z"},
        {"since": "0001-01-01T00:00:00Z", "step": 86_400},
        {"since": LAST_HOUR, "filter": "nothing:eq:1"},
    ):
        answer = shared.root.request("GET", "/api/ops/logs/histogram", params=query)
        assert answer.status == 400, query


def test_who_may_not_see_records_may_not_count_them(shared: Desk) -> None:
    for path in (f"histogram?since={LAST_HOUR.replace('+', '%2B')}", "endpoints"):
        program = shared.with_key(shared.key(Scope.DATA_VIEW))
        assert program.request("GET", f"/api/ops/logs/{path}").status == 403
        assert shared.ada.request("GET", f"/api/ops/logs/{path}").status == 403
        assert shared.stranger().request("GET", f"/api/ops/logs/{path}").status == 401


def test_a_small_table_is_counted_exactly(shared: Desk) -> None:
    tables = shared.root.request("GET", "/api/ops/tables").data
    assert {each["rows"]["relation"] for each in tables} == {"exact"}


def test_operators_are_told_what_runs_where(shared: Desk) -> None:
    about = shared.root.request("GET", "/api/ops/about").data
    assert set(about) == {"version", "node", "started", "data_dir", "database"}
    assert about["database"] in ("SQLite", "PostgreSQL")
    assert shared.stranger().request("GET", "/api/ops/about").status == 401
