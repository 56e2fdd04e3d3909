"""Signals, lost workers, two workers on one file, and connections that say nothing."""

import contextlib
import os
import signal
import socket
import sqlite3
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from frontdesk_client import Unavailable

from adapters.system import SystemSecrets
from domain.secrets import SessionToken
from tests.client import connect
from tests.examples import fresh_name
from tests.reliability.conftest import Tell
from tests.startup.processes import running

SERVE = [sys.executable, "-m", "entrypoints", "serve", "--port", "{port}"]
PASSWORD = "123123"
LOADED: dict[str, Any] = {"FRONTDESK_THROTTLE": "off", "FRONTDESK_HASH_MAX_WAIT_SECONDS": "60"}


def test_sigterm_answers_what_is_in_flight_and_ends_well(tmp_path: Path, tell: Tell) -> None:
    with running(SERVE, tmp_path, FRONTDESK_BCRYPT_COST="12", **LOADED) as server:

        def sign_up(number: int) -> int:
            with connect(server.url) as client:
                return client.sign_up(f"user{number}", PASSWORD).status

        with ThreadPoolExecutor(8) as pool:
            answers = [pool.submit(sign_up, number) for number in range(8)]
            with connect(server.url) as client:
                while client.request("GET", "/healthz").status != 200:
                    pass
                threading.Event().wait(0.3)
            server.process.send_signal(signal.SIGTERM)
            statuses = [answer.result() for answer in answers]
        assert statuses == [200] * 8
        assert server.process.wait(10) == 0
    assert '"level":"error"' not in server.output()
    tell("8 sign-ups in flight, 8 answered 200, exit 0")


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in listed]


def _workers(pid: int) -> list[int]:
    return [child for child in _children(pid) if b"spawn_main" in _command(child)]


def _command(pid: int) -> bytes:
    """What it was started with; nothing when it ended after it was listed."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_killed_worker_is_replaced_and_sessions_go_on(tmp_path: Path, tell: Tell) -> None:
    with running([*SERVE, "--workers", "2"], tmp_path, **LOADED) as server:
        with connect(server.url) as client:
            client.sign_up("ada", PASSWORD)
            before = _workers(server.process.pid)
            assert len(before) == 2
            os.kill(before[0], signal.SIGKILL)
            failed = 0
            while len(set(_workers(server.process.pid)) - {before[0]}) < 2:
                with contextlib.suppress(Unavailable):
                    assert client.me().status == 200
                    continue
                failed += 1
            assert client.update(username="bob").status == 200
        assert server.stop() == 0
    tell(f"one of two workers killed and replaced; {failed} connections lost meanwhile")


def test_two_workers_on_one_file_under_mixed_load_give_no_5xx(tmp_path: Path, tell: Tell) -> None:
    statuses: dict[int, int] = {}
    lock = threading.Lock()

    def work(number: int) -> None:
        with connect(server.url) as client:
            name = f"user{number}"
            client.sign_up(name, PASSWORD)
            for count in range(25):
                answers = [
                    client.me(),
                    client.update(username=f"{name}-{count}"),
                    client.log_in(f"{name}-{count}", PASSWORD),
                    client.sessions(),
                    client.events(),
                    client.log_in("nobody", PASSWORD),
                    client.request("GET", "/readyz"),
                ]
                with lock:
                    for answer in answers:
                        statuses[answer.status] = statuses.get(answer.status, 0) + 1

    with running([*SERVE, "--workers", "2"], tmp_path, **LOADED) as server:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(work, range(8)))
        assert server.stop() == 0
    assert set(statuses) == {200, 403}
    assert '"level":"error"' not in server.output()
    tell(f"answers by status: {statuses}")


def _with_sessions(database: Path, user_id: int, number: int) -> list[str]:
    """The tokens of so many sessions of this user, more than anybody could open."""
    tokens = [SystemSecrets().new(SessionToken) for _ in range(number)]
    now, day = time.time_ns() // 1000, 86_400_000_000
    with sqlite3.connect(database, timeout=50) as connection:
        connection.executemany(
            "INSERT INTO sessions (user_id, token_digest, auth_version, created_at, last_seen_at,"
            " expires_at, address, user_agent) VALUES (?, ?, 1, ?, ?, ?, '', '')",
            [(user_id, token.digest, now, now, now + day) for token in tokens],
        )
    connection.close()
    return [token.value for token in tokens]


def test_a_session_ended_in_one_process_is_dead_in_another_at_once(
    tmp_path: Path, tell: Tell
) -> None:
    done, rounds, reads = threading.Event(), 1_000, 0
    with (
        running(SERVE, tmp_path, **LOADED) as first,
        running(SERVE, tmp_path, **LOADED) as second,
        ThreadPoolExecutor(4) as pool,
        connect(first.url) as one,
        connect(second.url) as other,
    ):

        def read_on(token: str) -> int:
            count = 0
            with connect(first.url) as client:
                while not done.is_set():
                    answer = client.request("GET", "/api/user", headers=_cookie(token))
                    assert answer.status == 200
                    count += 1
            return count

        user_id = one.sign_up("grace", PASSWORD).data["id"]
        readers = [pool.submit(read_on, one.cookies["sessionid"]) for _ in range(4)]
        one.cookies.clear()
        try:
            for token in _with_sessions(tmp_path / "data/frontdesk.db", user_id, rounds):
                headers = _cookie(token)
                statuses = [
                    one.request("GET", "/api/user", headers=headers).status,
                    other.request("POST", "/api/user/logout", headers=headers).status,
                    one.request("GET", "/api/user", headers=headers).status,
                ]
                assert statuses == [200, 200, 401]
        finally:
            done.set()
        reads = sum(reader.result() for reader in readers)
    tell(f"{rounds} sessions ended next door, all refused at once, amid {reads} reads answered 200")


def _cookie(token: str) -> dict[str, str]:
    return {"cookie": f"sessionid={token}"}


def test_half_open_connections_leave_reads_alone_and_are_closed(tmp_path: Path, tell: Tell) -> None:
    with running(SERVE, tmp_path, **LOADED) as server, connect(server.url) as client:
        client.sign_up("ada", PASSWORD)
        address = "127.0.0.1", int(server.url.rpartition(":")[2])
        silent = [socket.create_connection(address, timeout=30) for _ in range(120)]
        for number, connection in enumerate(silent):
            connection.sendall(
                (b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: localhost\r\n")[number % 3]
            )
        assert {client.me().status for _ in range(500)} == {200}
        closed = sum(connection.recv(1) == b"" for connection in silent)
        for connection in silent:
            connection.close()
        assert closed == 120
        assert client.me().status == 200
    tell("120 half-open connections, 500 reads all 200, 120 closed by the server")


def test_a_write_lock_held_elsewhere_delays_writes_only(tmp_path: Path, tell: Tell) -> None:
    with running(SERVE, tmp_path, **LOADED) as server, connect(server.url) as client:
        client.sign_up("ada", PASSWORD)
        other = sqlite3.connect(tmp_path / "data" / "frontdesk.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with ThreadPoolExecutor(1) as pool:
            writing = pool.submit(client.another().sign_up, fresh_name(), PASSWORD)
            reads = 0
            while not writing.done():
                assert client.me().status == 200
                reads += 1
            assert (writing.result().status, writing.result().code) == (
                503,
                "storage_unavailable",
            )
        other.execute("ROLLBACK")
        other.close()
        assert client.update(username="bob").status == 200
    tell(f"the write was refused with 503 while {reads} reads were answered 200")
