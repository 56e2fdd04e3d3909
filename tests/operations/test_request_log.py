"""Requests are recorded, without secrets and without getting in anybody's way."""

import csv
import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from adapters.http.operations.log_views import LoggedRequest
from adapters.monitoring.masking.masking import Masking
from adapters.monitoring.request_log.budget import Budget
from adapters.monitoring.request_log.recorder import RequestRecorder
from adapters.monitoring.request_log.rows import RetentionPolicy, row_of
from adapters.monitoring.request_log.sqlite import SqliteSink
from adapters.monitoring.request_log.tables import requests
from application.operations.nodes import WorkerName
from application.operations.requests import RequestEntry, Tally
from domain.errors import StorageFull
from domain.operator import Scope
from tests.client import Response, in_process
from tests.conftest import settings_in
from tests.engines import insert
from tests.examples import PASSWORD
from tests.fakes.system import FakeClockWatch
from tests.operations.conftest import Desk, desk_in, eventually, make_operator

WORKER = WorkerName("node", "1-abc")
WITHOUT_BUDGET: dict[str, Any] = {
    "network_max_kib_per_second": 1_000_000,
    "network_seconds_a_second": 1_000.0,
}


def record(**changes: Any) -> RequestEntry:
    plain = RequestEntry(
        time=time.time(),
        request_id="id",
        level="info",
        method="GET",
        route="/api/user",
        path="/api/user",
        query=b"",
        status=200,
        problem="",
        duration_ms=1.5,
        address="192.0.2.1",
        user_id=1,
        request_fields=[(b"host", b"localhost")],
        request_body=b"",
        request_bytes=0,
        response_fields=[],
        response_bytes=10,
        tally=Tally(2, 0.001),
        error=None,
    )
    return replace(plain, **changes)


def rows(path: Path) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute("SELECT * FROM requests ORDER BY id")]


def made_recorder(folder: Path, *, mebibytes: int = 1_024, **options: Any) -> RequestRecorder:
    given = {
        "clock_watch": FakeClockWatch(),
        "masking": Masking(),
        "retention": RetentionPolicy(),
        **options,
    }
    sink = partial(SqliteSink, folder / "requests.db", mebibytes=mebibytes)
    return RequestRecorder(sink, WORKER, **given)


@contextmanager
def recorder(folder: Path, **options: Any) -> Iterator[RequestRecorder]:
    made = made_recorder(folder, **options)
    with made.running():
        yield made


def test_what_is_recorded(tmp_path: Path) -> None:
    with recorder(tmp_path) as observe:
        observe(record(time=1.5, request_fields=[(b"user-agent", b"curl")], query=b"token=x&a=b"))
        observe(record(path="/\udcff\udc00", level="error", error=ValueError("what")))
    first, second = rows(tmp_path / "requests.db")
    assert first["time"] == 1_500_000
    assert (first["user_agent"], first["query"]) == ("curl", "token=***&a=b")
    assert (first["statements"], first["statements_ms"]) == (2, 1.0)
    assert second["path"] == "/??"
    assert "ValueError: what" in second["error"]
    assert (tmp_path / "requests.db").stat().st_mode & 0o077 == 0


def test_some_things_can_be_left_out(tmp_path: Path) -> None:
    retention = RetentionPolicy(addresses=False, users=False, excluded=("/healthz",))
    with recorder(tmp_path, retention=retention) as observe:
        observe(record())
        observe(record(route="/healthz"))
    (only,) = rows(tmp_path / "requests.db")
    assert (only["address"], only["user_id"]) == ("", None)


def test_what_is_too_much_is_dropped_and_counted_what_failed_last(tmp_path: Path) -> None:
    made = made_recorder(
        tmp_path,
        max_per_second=40,
        error_headroom=5,
    )
    for _ in range(15):
        made(record())
    for _ in range(10):
        made(record(level="warning"))
    assert made.lost == 5 + 5
    with made.running():
        pass
    kept = [each["level"] for each in rows(tmp_path / "requests.db")]
    assert kept == ["info"] * 10 + ["warning"] * 5


def test_after_too_much_more_is_taken_again(tmp_path: Path) -> None:
    began = time.monotonic()
    made = made_recorder(
        tmp_path,
        max_per_second=40,
    )

    def is_taken() -> bool:
        lost = made.lost
        made(record())
        return made.lost == lost

    with made.running():
        tried: list[bool] = []
        while tried.count(False) < 1_000 or tried.count(True) < 15:  # ten at once, and five more
            tried.append(is_taken())
            time.sleep(0.0001)
        # By its own clock: what was taken is at most what that earned.
        assert tried.count(True) <= 10 + 40 * (time.monotonic() - began) + 1


def test_a_flood_of_refusals_hides_nothing_that_went_well(tmp_path: Path) -> None:
    made = made_recorder(
        tmp_path,
        max_per_second=40,
        error_headroom=5,
    )
    for _ in range(100):
        made(record(level="warning"))
    lost = made.lost
    for _ in range(10):
        made(record())
    assert made.lost == lost


def test_a_record_that_cannot_be_made_stops_nothing(tmp_path: Path) -> None:
    with recorder(tmp_path) as observe:
        observe(record(tally=None))
        eventually(lambda: observe.lost)
        observe(record())
    assert len(rows(tmp_path / "requests.db")) == 1


def test_half_a_character_in_a_body_stops_nothing(desk: Desk) -> None:
    for raw in (b'{"x":"\\ud800"}', b'{"x":"\xed\xa0\x80"}'):
        json_type = {"Content-Type": "application/json"}
        desk.ada.request("POST", "/api/user/login", content=raw, headers=json_type)
    desk.stranger().me()
    assert desk.requests("status:eq:401")
    assert len(desk.requests("status:eq:400", at_least=2)) == 2


def test_in_a_full_file_the_oldest_make_room(tmp_path: Path) -> None:
    large = [(b"x-%d" % number, b"x y " * 250) for number in range(4)]
    with recorder(tmp_path, mebibytes=1, **WITHOUT_BUDGET) as observe:
        for number in range(400):
            observe(
                record(
                    path=f"/{number}", level="warning", request_fields=large, response_fields=large
                )
            )
            eventually(lambda: len(observe._records) < 50)
    kept = [each["path"] for each in rows(tmp_path / "requests.db")]
    assert kept[-1] == "/399"
    assert "/0" not in kept
    assert observe.lost == 0
    assert (tmp_path / "requests.db").stat().st_size <= 2**20


def refused(status: int, **changes: Any) -> RequestEntry:
    return record(level="warning", status=status, route="/api/user/login", user_id=None, **changes)


def test_a_flood_does_not_flush_the_record_of_an_attack_on_accounts(tmp_path: Path) -> None:
    attack = [refused(403 if number < 10 else 429, path=f"/a/{number}") for number in range(40)]
    large = [(b"x-%d" % number, b"x y " * 250) for number in range(4)]
    noise = record(level="warning", status=404, route="", request_fields=large, query=b"a" * 4_000)
    with recorder(tmp_path, mebibytes=1, **WITHOUT_BUDGET) as observe:
        for each in attack:
            observe(each)
        for number in range(1_000):
            observe(replace(noise, path=f"/{number}"))
            if number % 100 == 0:
                eventually(lambda: not observe._records)
    kept = [each["path"] for each in rows(tmp_path / "requests.db")]
    assert "/0" not in kept
    assert [each for each in kept if each.startswith("/a/")] == [each.path for each in attack]


def test_what_account_routes_refused_takes_no_more_than_its_part_of_a_full_file(
    tmp_path: Path,
) -> None:
    large = [(b"x-%d" % number, b"x y " * 200) for number in range(4)]
    with recorder(tmp_path, mebibytes=1, **WITHOUT_BUDGET) as observe:
        for number in range(600):
            observe(refused(401, path=f"/a/{number}", request_fields=large))
            observe(record(path=f"/{number}", level="warning", request_fields=large))
            if number % 5 == 0:
                eventually(lambda: not observe._records and not observe._refusals)
    found = rows(tmp_path / "requests.db")
    refusals = [each for each in found if each["status"] == 401]
    assert refusals[-1]["path"] == "/a/599"
    assert sum(len(each["request_headers"]) for each in refusals) < 2**20 / 3
    assert len(found) > 1.5 * len(refusals)


def test_a_network_has_a_budget_and_others_have_theirs(tmp_path: Path) -> None:
    made = made_recorder(
        tmp_path,
        network_max_kib_per_second=4,
    )
    noise = record(level="warning", status=404, route="", query=b"a" * 1_000)
    for number in range(200):
        made(replace(noise, address=f"2001:db8::{number:x}"))
    taken = len(made._records)
    assert 20 <= taken <= 45, "ten seconds of 4 KiB, and what was earned meanwhile"
    assert made.lost == 200 - taken
    for other in (replace(noise, address="192.0.2.9"), refused(403, address="2001:db8::1")):
        lost = made.lost
        made(other)
        assert made.lost == lost


def test_no_other_requests_push_out_what_account_routes_refused(tmp_path: Path) -> None:
    made = made_recorder(
        tmp_path,
        max_per_second=40,
        error_headroom=5,
    )
    for number in range(100):
        made(record(level="warning", status=404, route="", address=f"192.0.2.{number}"))
    lost = made.lost
    for status in (401, 403, 429):
        made(refused(status))
    assert made.lost == lost
    for number in range(100):
        made(refused(401, address=f"192.0.2.{number}"))
    assert made.lost == lost + 100 - 2


def test_who_makes_masking_expensive_is_recorded_no_more() -> None:
    budget = Budget(bytes_a_second=1_000_000, seconds_a_second=0.02)
    assert budget.spend("a", 1)
    budget.charge("a", 3_600)
    assert not budget.spend("a", 1)
    assert budget.spend("b", 1)


def test_only_so_many_networks_are_remembered() -> None:
    budget = Budget(bytes_a_second=1, seconds_a_second=1, at_most=100)
    for number in range(1_000):
        assert budget.spend(str(number), 5)
    assert len(budget._balances) == 100


def test_the_time_of_masking_is_charged_to_its_network(tmp_path: Path) -> None:
    made = made_recorder(tmp_path)
    made(record(address="192.0.2.1"))
    before = made._budget._balances["192.0.2.1"].seconds
    with made.running():
        pass
    made(record(address="192.0.2.2"))
    assert made._budget._balances["192.0.2.1"].seconds < before


def test_a_file_that_is_deleted_is_made_again(tmp_path: Path) -> None:
    with recorder(tmp_path) as observe:
        observe(record(path="/before"))
        eventually(lambda: rows(tmp_path / "requests.db"))
        for suffix in ("", "-wal", "-shm"):
            (tmp_path / f"requests.db{suffix}").unlink(missing_ok=True)
        observe(record(path="/after"))
    assert [each["path"] for each in rows(tmp_path / "requests.db")] == ["/after"]


def test_a_store_that_goes_on_failing_is_complained_of_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "requests.db").mkdir()
    with recorder(tmp_path) as observe:
        observe(record())
        eventually(lambda: observe.lost == 1)
        observe(record())
        eventually(lambda: observe.lost == 2)
    assert [each.message for each in caplog.records] == ["requests cannot be recorded"]


def test_words_of_ones_own_and_addresses_are_masked_as_set(tmp_path: Path) -> None:
    with desk_in(
        tmp_path, request_log_masked=("iban",), request_log_addresses="off", request_log_users="off"
    ) as desk:
        named = {"X-Iban": "DE02", "X-Forwarded-For": "192.0.2.7", "CF-Connecting-IP": "192.0.2.7"}
        desk.ada.request("GET", "/api/user", headers=named)
        (row,) = desk.requests("route:eq:/api/user")
        assert (row["address"], row["user_id"]) == ("", None)
        assert row["statements"] >= 1
        shown = desk.root.request("GET", f"/api/ops/logs/{row['id']}").text
        assert "DE02" not in shown
        assert "192.0.2.7" not in shown


def test_a_full_file_takes_no_more_until_something_is_removed(tmp_path: Path) -> None:
    sink = SqliteSink(tmp_path / "requests.db", mebibytes=1)
    long = record(request_fields=[(b"x-long", b"x y " * 250)] * 5)
    row = row_of(long, Masking(), RetentionPolicy(), WORKER)
    with pytest.raises(StorageFull):
        for _ in range(1_000):
            sink.insert([row] * 10)
    assert (tmp_path / "requests.db").stat().st_size <= 2**20
    with pytest.raises(StorageFull):
        sink.insert([row] * 10)
    sink.add([row] * 10)
    sink.close()


def test_old_ones_are_removed_and_notable_ones_stay_longer(tmp_path: Path) -> None:
    now, old, older = time.time(), time.time() - 8 * 86_400, time.time() - 91 * 86_400
    with recorder(tmp_path) as observe:
        for at in (now, old, older):
            observe(record(time=at, path="/plain"))
            observe(record(time=at, path="/warning", level="warning"))
            observe(record(time=at, path="/slow", duration_ms=1_000))
    with recorder(tmp_path):
        eventually(lambda: len(rows(tmp_path / "requests.db")) == 5)
    left = [(each["path"], each["time"] // 1_000_000) for each in rows(tmp_path / "requests.db")]
    assert left == [
        ("/plain", int(now)),
        ("/warning", int(now)),
        ("/slow", int(now)),
        ("/warning", int(old)),
        ("/slow", int(old)),
    ]


def test_a_file_of_another_layout_begins_anew(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "requests.db")) as connection:
        connection.execute("CREATE TABLE requests (other TEXT)")
        connection.execute("PRAGMA user_version=99")
        connection.commit()
    with recorder(tmp_path) as observe:
        observe(record())
    assert len(rows(tmp_path / "requests.db")) == 1


@pytest.mark.sqlite
@pytest.mark.parametrize("broken", ["nonsense", "locked", "folder"])
def test_a_store_that_fails_costs_records_and_nothing_else(broken: str, tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    path = settings.data_dir / "requests.db"
    path.parent.mkdir(parents=True)
    lock = None
    if broken == "nonsense":
        path.write_bytes(b"not a database" * 1_000)
    elif broken == "folder":
        path.mkdir()
    else:
        lock = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        lock.execute("PRAGMA locking_mode=EXCLUSIVE")
        lock.execute("BEGIN EXCLUSIVE")
    make_operator(settings)
    with in_process(settings) as client:
        client.log_in("root", PASSWORD)
        for _ in range(20):
            assert client.me().status == 200
        eventually(lambda: lost(client) >= 20, seconds=30)
        answer = client.request("GET", "/api/ops/logs")
        assert (answer.status, answer.code) == (503, "storage_unavailable")
        assert client.me().status == 200
    if lock:
        lock.close()


def lost(client: Any) -> int:
    history = client.request("GET", "/api/ops/metrics/history").data
    return sum(each["counts"].get("requests_not_recorded", 0) for each in history)


def test_a_refusal_is_on_record_with_its_secrets_masked(desk: Desk) -> None:
    program = desk.with_key(desk.key(Scope.DATA_UPDATE, Scope.LOG_VIEW))
    program.request("POST", f"/api/ops/users/{desk.user_id()}/disable")
    assert desk.ada.request("GET", "/api/user?token=s3cret").status == 401
    (refusal,) = desk.requests("status:eq:401")
    assert (refusal["route"], refusal["query"]) == ("/api/user", "token=***")
    detail = program.request("GET", f"/api/ops/logs/{refusal['id']}").data
    assert detail["request_headers"]["cookie"] == "***"
    assert detail["response_headers"]["www-authenticate"]
    assert detail["error"] is None
    missing = program.request("GET", "/api/ops/logs/4711")
    assert (missing.status, missing.code) == (404, "no_such_row")


def test_records_are_filtered_ordered_counted(desk: Desk) -> None:
    for _ in range(3):
        desk.ada.me()
    desk.stranger().me()
    desk.stranger().log_in("nobody", "wrong password")
    desk.requests("route:eq:/api/user", at_least=4)

    def ask(path: str, **params: Any) -> Any:
        return desk.root.request("GET", path, params=params).data

    assert len(desk.requests("status:ge:400", "status:lt:500", at_least=2)) == 2
    assert len(desk.requests("level:eq:warning", "method:eq:POST")) == 1
    ada = desk.user_id()
    assert {each["user_id"] for each in desk.requests(f"user_id:eq:{ada}")} == {ada}
    slowest = ask("/api/ops/logs", sort="-duration_ms", limit=3)["rows"]
    times = [each["duration_ms"] for each in slowest]
    assert times == sorted(times, reverse=True)
    assert ask("/api/ops/logs/count", filter="status:eq:401")["count"] == 1
    by_status = {each["value"]: each["count"] for each in ask("/api/ops/logs/values/status")}
    assert (by_status[401], by_status[403]) == (1, 1)
    one = desk.requests("status:eq:401")[0]
    assert desk.requests(f"request_id:eq:{one['request_id']}") == [one]


def test_deleting_is_itself_on_record(desk: Desk) -> None:
    desk.stranger().me()
    desk.requests("status:eq:401")
    bare = desk.root.request("DELETE", "/api/ops/logs")
    assert bare.code == "invalid_request", "never everything by mistake"
    asked = {"filter": ["status:eq:401"]}
    assert desk.root.request("DELETE", "/api/ops/logs", params=asked).data == {"forgotten": 1}
    assert desk.root.request("DELETE", "/api/ops/logs", params=asked).data == {"forgotten": 0}
    feed = desk.root.request("GET", "/api/ops/events").data["events"]
    (event,) = [each for each in feed if each["kind"] == "requests_forgotten"]
    assert event["details"] == {"filter": "status:eq:401"}
    assert event["actor_id"]


def test_why_a_request_was_refused_and_who_tried_to_log_in_is_on_record(desk: Desk) -> None:
    stranger = desk.stranger()
    for name in ("ada", "nobody"):
        stranger.log_in(name, "wrong password")
    json_type = {"Content-Type": "application/json"}
    stranger.request("POST", "/api/user/login", content=b"{", headers=json_type)
    stranger.request("GET", "/nowhere")
    stranger.request("POST", "/api/user/logout", headers={"Origin": "https://evil.example"})
    refused = desk.requests("problem:eq:invalid_credentials", at_least=2)
    assert {each["user_id"] for each in refused} == {desk.user_id(), None}
    for problem in ("malformed_request", "not_found", "cross_origin_refused"):
        assert desk.requests(f"problem:eq:{problem}")
    assert {each["status"] for each in desk.requests("problem:eq:")} <= {200, 302}


def test_lists_can_be_taken_as_csv(desk: Desk) -> None:
    for number in range(3):
        desk.stranger().sign_up(f"=cmd{number}", PASSWORD)
    ada = desk.user_id()
    found = desk.root.request(
        "GET",
        "/api/ops/tables/users/rows.csv",
        params={"columns": "id,username,is_operator,disabled_at", "sort": "id"},
    )
    assert found.headers["content-type"] == "text/csv; charset=utf-8"
    assert "users.csv" in found.headers["content-disposition"]
    lines = list(csv.reader(found.text.splitlines()))
    assert lines[0] == ["id", "username", "is_operator", "disabled_at"]
    assert lines[2] == [str(ada), "ada", "false", ""]
    assert [each[1] for each in lines[3:]] == ["'=cmd0", "'=cmd1", "'=cmd2"], "no formulas"
    whole = desk.root.request("GET", "/api/ops/tables/users/rows.csv").text
    assert "password_hash" not in whole
    desk.requests("route:eq:/api/user/signup", at_least=4)
    requests = desk.root.request(
        "GET", "/api/ops/logs/rows.csv", params={"filter": "route:eq:/api/user/signup"}
    )
    assert len(requests.text.splitlines()) == 5
    for path in ("tables/nowhere/rows.csv", "tables/users/rows.csv?columns=password_hash"):
        assert desk.root.request("GET", f"/api/ops/{path}").code == "invalid_query"
    for path in ("tables/users/rows.csv", "logs/rows.csv"):
        assert desk.ada.request("GET", f"/api/ops/{path}").status == 403
    many = [{"username": f"n{n}", "username_key": f"n{n}"} for n in range(1_200)]
    same = {"password_hash": "x", "signup_time": 1, "auth_version": 1}
    insert(desk.settings, "users", [{**each, **same} for each in many])
    everybody = desk.root.request("GET", "/api/ops/tables/users/rows.csv", params={"columns": "id"})
    ids = everybody.text.split()[1:]
    assert len(ids) == len(set(ids)) >= 1_200


def test_the_tail_shows_what_comes(desk: Desk) -> None:
    own = "route:eq:/api/user"

    def tail(**params: Any) -> Response:
        return desk.root.request("GET", "/api/ops/logs/tail", params={"filter": own, **params})

    desk.ada.me()
    desk.requests(own)
    begun = tail().data
    assert begun["rows"] == [], "only what comes"
    thread = threading.Timer(0.3, desk.ada.me)
    thread.start()
    found = tail(after=begun["next"], wait=5).data
    thread.join()
    assert [each["route"] for each in found["rows"]] == ["/api/user"]
    assert tail(after=found["next"]).data["rows"] == []
    assert tail(after="nonsense").code == "invalid_query"
    assert tail(wait=60).code == "invalid_request"
    assert not [each for each in desk.requests() if each["route"] == "/api/ops/logs/tail"]


@pytest.mark.sqlite
def test_a_failure_has_its_stack(tmp_path: Path) -> None:
    with desk_in(tmp_path) as desk:
        database = desk.settings.database
        database.rename(database.with_suffix(".away"))
        assert desk.ada.update(username="other").status == 503
        database.with_suffix(".away").rename(database)
        (failure,) = desk.requests("status:eq:503")
        detail = desk.root.request("GET", f"/api/ops/logs/{failure['id']}").data
        assert "StorageUnavailable" in detail["error"]
        assert "update_own_account.py" in detail["error"]
        assert detail["request_body"] == {"username": "***"}, "it did not succeed"


@pytest.mark.sqlite
def test_switched_off_the_account_api_is_the_same_byte_for_byte(tmp_path: Path) -> None:
    def play(folder: Path, **changes: Any) -> list[Any]:
        seen = []
        with in_process(settings_in(folder, **changes)) as client:
            for answer in (
                client.sign_up("ada", PASSWORD),
                client.me(),
                client.update(username="augusta"),
                client.another().log_in("augusta", "wrong password"),
                client.another().me(),
                client.request("GET", "/nowhere"),
                client.request("POST", "/api/user/login", content=b"{"),
                client.sessions(),
                client.log_out(),
            ):
                head = {
                    name: value
                    for name, value in answer.headers.items()
                    if name not in ("x-request-id", "set-cookie")
                }
                text = json.dumps(answer.data) if answer.data else answer.text
                seen.append((answer.status, head, text.replace("T", "")[:20]))
        return seen

    on = play(tmp_path / "on")
    off = play(tmp_path / "off", request_log="off", metrics="off")
    assert on == off
    assert sorted(each.name for each in (tmp_path / "off/data").iterdir()) == [
        "frontdesk.db",
        "secret.key",
    ]


def test_switched_off_there_is_nothing_to_ask(tmp_path: Path) -> None:
    with desk_in(tmp_path, request_log="off", metrics="off") as desk:
        for path in ("/api/ops/logs", "/api/ops/metrics", "/api/ops/nodes", "/metrics"):
            assert desk.root.request("GET", path).status == 404


TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (f"00-{TRACE}-{PARENT}-01", TRACE),
        (f"01-{TRACE}-{PARENT}-01-more", TRACE),
        (f"ff-{TRACE}-{PARENT}-01", ""),
        (f"00-{'0' * 32}-{PARENT}-01", ""),
        (f"00-{TRACE}-{'0' * 16}-01", ""),
        (f"00-{TRACE.upper()}-{PARENT}-01", ""),
        (f"00-{TRACE}", ""),
        ("", ""),
    ],
)
def test_the_trace_of_a_caller_is_on_record(desk: Desk, given: str, kept: str) -> None:
    desk.ada.request("GET", "/api/user/events", headers={"traceparent": given})
    (found,) = desk.requests("route:eq:/api/user/events")
    assert found["trace_id"] == kept
    if kept:
        assert desk.requests(f"trace_id:eq:{kept}") == [found]


def test_every_column_of_the_request_log_is_described() -> None:
    assert {*LoggedRequest.__struct_fields__} == {column.name for column in requests.columns}
