"""However it is started, it is the same service."""

import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from adapters.sql.migrations import HEAD
from entrypoints.commands import main
from tests.client import connect
from tests.startup.processes import ROOT, environment, free_port, run, running

PYTHON = sys.executable
FRONTDESK = [PYTHON, "-m", "entrypoints"]
LITESTAR = [PYTHON, "-m", "litestar"]
WAYS = {
    "make serve": [*FRONTDESK, "serve", "--port", "{port}"],
    "litestar run": [*LITESTAR, "run", "--port", "{port}"],
    "uvicorn": [PYTHON, "-m", "uvicorn", "app:app", "--port", "{port}"],
}


@pytest.mark.parametrize("way", WAYS)
def test_it_serves_on_a_fresh_database(way: str, tmp_path: Path) -> None:
    with running(WAYS[way], tmp_path) as server, connect(server.url) as client:
        assert client.sign_up("user1", "123123").status == 200
        assert client.me().data["username"] == "user1"
        status = server.stop()
        assert status == (-15 if way == "uvicorn" else 0)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == ["data"]
    assert "Traceback" not in server.output()


def _addresses(folder: Path) -> set[str]:
    connection = sqlite3.connect(folder / "data" / "frontdesk.db")
    rows = connection.execute("SELECT address FROM sessions").fetchall()
    connection.close()
    return {address for (address,) in rows}


FORGED = {"X-Forwarded-For": "203.0.113.9:5555", "X-Forwarded-Proto": "https"}


@pytest.mark.parametrize("way", WAYS)
def test_a_forged_forwarding_header_changes_nothing(way: str, tmp_path: Path) -> None:
    with running(WAYS[way], tmp_path) as server:
        body = {"username": "user1", "password": "123123"}
        for forged in (FORGED, {"X-Forwarded-For": "203.0.113.9"}, {"Forwarded": "for=1.2.3.4"}):
            httpx.post(f"{server.url}/api/user/signup", json=body, headers=forged)
            httpx.post(f"{server.url}/api/user/login", json=body, headers=forged)
        assert _addresses(tmp_path) == {"127.0.0.1"}
        assert "203.0.113.9" not in server.output()


@pytest.mark.parametrize("way", WAYS)
def test_a_trusted_proxy_is_believed_as_far_as_it_vouches(way: str, tmp_path: Path) -> None:
    with running(WAYS[way], tmp_path, FRONTDESK_TRUSTED_PROXIES="127.0.0.1") as server:
        httpx.post(
            f"{server.url}/api/user/signup",
            json={"username": "user1", "password": "123123"},
            headers={"X-Forwarded-For": "198.51.100.7, 203.0.113.9"},
        )
        assert _addresses(tmp_path) == {"203.0.113.9"}


SERVING = ("make serve", "litestar run")


@pytest.mark.parametrize("way", SERVING)
def test_it_says_where_it_is(way: str, tmp_path: Path) -> None:
    with running(WAYS[way], tmp_path) as server:
        assert f"{server.url}/api/user" in server.output()
        assert f"{server.url}/schema" in server.output()
        assert f"{server.url}/ops/set-up#" in server.output()
        assert "has no limit" not in server.output()
        assert "server" not in httpx.get(f"{server.url}/healthz").headers


def test_litestar_run_has_the_options_of_litestar_and_the_limits(tmp_path: Path) -> None:
    options = ["-H", "0.0.0.0", "-p", "{port}", "--wc", "2"]
    with running([PYTHON, "-m", "litestar", "run", *options], tmp_path) as server:
        assert "FRONTDESK_PUBLIC_ORIGIN is not https" in server.output()
        address = "127.0.0.1", int(server.url.rpartition(":")[2])
        with socket.create_connection(address, timeout=50) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\0\r\n\r\n")
            assert b"application/problem+json" in connection.recv(65_536)
        httpx.get(f"{server.url}/api/user")
        assert server.stop() == 0
        lines = [line for line in server.output().splitlines() if line.startswith("{")]
    assert "request" in [json.loads(line)["event"] for line in lines]


def test_uvicorn_alone_says_in_one_line_what_it_lacks(tmp_path: Path) -> None:
    with running(WAYS["uvicorn"], tmp_path) as server:
        server.stop()
        said = [line for line in server.output().splitlines() if "frontdesk serve" in line]
    assert len(said) == 1
    assert "no limit on connections" in said[0]


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize(("host", "shown"), [("::", "[::1]"), ("0.0.0.0", "127.0.0.1")])
def test_its_links_open_when_it_listens_everywhere(
    host: str, shown: str, workers: str, tmp_path: Path
) -> None:
    if ":" in host and not _has_ipv6() and "CI" not in os.environ:
        pytest.skip("there is no IPv6 here, which CI must have")
    command = [*WAYS["make serve"], "--host", host, "--workers", workers]
    with running(command, tmp_path) as server:  # which asks by IPv4
        links = re.findall(r"http://\S+", server.output())
        port = server.url.rpartition(":")[2]
        ours = [link for link in links if link.startswith(f"http://{shown}:{port}/")]
        assert [link.split("/", 3)[3].partition("#")[0] for link in ours] == [
            "api/user",
            "schema",
            "ops",
            "ops/set-up",
        ]
        assert [httpx.get(link).status_code for link in ours] == [401, 200, 200, 200]
        assert server.stop() == 0


def _has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


def test_an_address_that_is_taken_ends_it_at_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for host in ("127.0.0.1", "::ffff:127.0.0.1"):
            serve = [PYTHON, "-m", "entrypoints", "serve", "--host", host, "--port", port]
            assert run(serve, tmp_path).returncode != 0


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_limit_of_connections_holds_in_each_worker(workers: str, tmp_path: Path) -> None:
    command = [*WAYS["make serve"], "--workers", workers]
    limit, each = 5, int(workers)
    with (
        running(command, tmp_path, FRONTDESK_CONNECTIONS=str(limit)) as server,
        ExitStack() as held,
    ):
        address = "127.0.0.1", int(server.url.rpartition(":")[2])
        answers = []
        for _ in range(3 * limit * each):
            connection = held.enter_context(socket.create_connection(address, timeout=20))
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answers.append(int(connection.recv(65_536).split()[1]))
        assert set(answers) == {200, 503}
        assert limit <= answers.count(200) <= limit * each


def test_garbage_is_collected_once_the_server_has_started(tmp_path: Path) -> None:
    code = (
        "import asyncio, gc\n"
        "from entrypoints.server import application\n"
        "async def start():\n"
        "    async with application().lifespan():\n"
        "        print(gc.isenabled(), gc.get_freeze_count() > 0)\n"
        "asyncio.run(start())"
    )
    assert run([PYTHON, "-c", code], tmp_path).stdout == "True True\n"


TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def test_logs_are_json_one_line_a_request_without_secrets(tmp_path: Path) -> None:
    with running(WAYS["make serve"], tmp_path) as server, connect(server.url) as client:
        client.sign_up("user1", "hunter2hunter2")
        token = client.cookies["sessionid"]
        headers = {"x-request-id": "mine", "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
        client.request("GET", "/api/user?token=in-the-query", headers=headers)
        client.request("PUT", "/api/user", content=b"{", headers={"content-type": "text/x"})
        client.request("GET", "/nowhere")
        server.stop()
    lines = [line for line in server.output().splitlines() if line.startswith("{")]
    events = [json.loads(line) for line in lines]
    requests = [event for event in events if event["event"] == "request"]
    seen = [(each["method"], each["path"], each["status"]) for each in requests]
    assert seen[-4:] == [
        ("POST", "/api/user/signup", 200),
        ("GET", "/api/user", 200),
        ("PUT", "/api/user", 415),
        ("GET", "/nowhere", 404),
    ]
    assert (requests[-3]["request_id"], requests[-3]["trace_id"]) == ("mine", TRACE)
    assert "trace_id" not in requests[-1]
    assert requests[-3]["user_id"] == 1
    assert all(re.fullmatch(r"\S+Z", event["time"]) and event["level"] for event in events)
    for secret in ("hunter2", token, "in-the-query"):
        assert secret not in server.output()


@pytest.mark.parametrize("program", [[*FRONTDESK, "serve"], [*LITESTAR, "run"]])
def test_wrong_settings_are_reported_at_once_and_nothing_starts(
    program: list[str], tmp_path: Path
) -> None:
    settings: dict[str, Any] = {"FRONTDESK_BCRYPT_COST": "4", "FRONTDESK_PROFILE": "mild"}
    result = run(program, tmp_path, **settings)
    assert result.returncode == 1
    assert "FRONTDESK_BCRYPT_COST" in result.stderr
    assert "FRONTDESK_PROFILE" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "data").exists()


def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    upgraded = run([PYTHON, "-m", "litestar", "database", "upgrade", "--no-prompt"], tmp_path)
    assert upgraded.returncode == 0, upgraded.stderr
    connection = sqlite3.connect(tmp_path / "data" / "frontdesk.db")
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.execute("UPDATE compatibility SET readable_by = '9999'")
    connection.commit()
    connection.close()
    for way in WAYS.values():
        command = [part.format(port=free_port()) for part in way]
        result = run(command, tmp_path)
        assert result.returncode != 0
        assert "revision 9999" in result.stderr + result.stdout


def test_a_database_whose_revision_is_gone_is_refused_with_the_reason(tmp_path: Path) -> None:
    upgraded = run([PYTHON, "-m", "litestar", "database", "upgrade", "--no-prompt"], tmp_path)
    assert upgraded.returncode == 0, upgraded.stderr
    connection = sqlite3.connect(tmp_path / "data" / "frontdesk.db")
    connection.execute("DELETE FROM alembic_version")
    connection.commit()
    connection.close()
    result = run([part.format(port=free_port()) for part in WAYS["make serve"]], tmp_path)
    assert result.returncode == 1
    assert "alembic_version is missing or empty" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("way", WAYS)
def test_a_key_that_is_cut_off_is_refused(way: str, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o700)
    (tmp_path / "data" / "secret.key").write_bytes(b"k" * 31)
    result = run([part.format(port=free_port()) for part in WAYS[way]], tmp_path)
    assert result.returncode != 0
    assert "fewer than 32 bytes" in result.stderr + result.stdout


def test_files_that_others_can_read_are_named_at_the_start(tmp_path: Path) -> None:
    with running(WAYS["make serve"], tmp_path) as server:
        server.stop()
        assert "can be read by other users" not in server.output()
    data = tmp_path / "data"
    data.chmod(0o755)
    (data / "secret.key").chmod(0o644)
    (data / "frontdesk.db").chmod(0o640)
    with running(WAYS["make serve"], tmp_path) as server:
        for name in ("data", "secret.key", "frontdesk.db"):
            assert f"{name} can be read by other users" in server.output()


def test_a_key_that_others_can_read_is_refused_in_the_profile_hardened(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o700)
    (tmp_path / "data" / "secret.key").write_bytes(b"k" * 32)
    (tmp_path / "data" / "secret.key").chmod(0o644)
    settings: dict[str, Any] = {
        "FRONTDESK_PROFILE": "hardened",
        "FRONTDESK_PUBLIC_ORIGIN": "https://accounts.example.com",
        "FRONTDESK_BCRYPT_COST": "12",
    }
    result = run(
        [part.format(port=free_port()) for part in WAYS["make serve"]], tmp_path, **settings
    )
    assert result.returncode == 1
    assert "can be read by others" in result.stderr


def test_an_operator_is_demoted_from_the_command_line(tmp_path: Path) -> None:
    users = [PYTHON, "-m", "litestar", "users"]
    made = run(
        [*users, "create", "grace", "--operator", "--password-stdin"], tmp_path, stdin="123123"
    )
    assert made.returncode == 0, made.stderr
    demoted = run([*users, "operator", "grace", "--remove"], tmp_path)
    assert (demoted.returncode, demoted.stdout.strip()) == (0, "grace is a user.")
    unknown = run([*users, "operator", "nobody", "--remove"], tmp_path)
    assert (unknown.returncode, unknown.stdout) == (1, "")
    with running(WAYS["make serve"], tmp_path) as server, connect(server.url) as client:
        assert client.log_in("grace", "123123").status == 200
        assert client.request("GET", "/api/ops/me").status == 403
        assert "Become the first operator" in server.output()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ipv4_clients_of_a_socket_for_both_are_apart(workers: str, tmp_path: Path) -> None:
    """Such a socket calls them ::ffff:127.0.0.1; they were one network, ::/64."""
    command = [*WAYS["make serve"], "--host", "::", "--workers", workers]
    with running(
        command,
        tmp_path,
        FRONTDESK_LIMIT_NETWORK="5/300",
        FRONTDESK_TRUSTED_PROXIES="127.0.0.3/32",
    ) as server:
        url = f"{server.url}/api/user/login"

        def guess(address: str, **fields: str) -> int:
            transport = httpx.HTTPTransport(local_address=address)
            with httpx.Client(transport=transport) as client:
                body = {"username": f"nobody{address[-1]}", "password": "x"}
                return client.post(url, json=body, headers=fields).status_code

        assert [guess("127.0.0.2") for _ in range(6)] == [403] * 5 + [429]
        assert guess("127.0.0.9") == 403
        behind = {"X-Forwarded-For": "::ffff:192.0.2.7"}
        assert [guess("127.0.0.3", **behind) for _ in range(6)] == [403] * 5 + [429]
        assert guess("127.0.0.3", **{"X-Forwarded-For": "192.0.2.7"}) == 429
        assert guess("127.0.0.3", **{"X-Forwarded-For": "::ffff:192.0.2.8"}) == 403


def test_two_processes_that_start_at_once_migrate_once(tmp_path: Path) -> None:
    ports = [free_port() for _ in range(3)]
    processes = []
    for port in ports:
        command = [part.format(port=port) for part in WAYS["make serve"]]
        with (tmp_path / f"log-{port}").open("w") as log:
            processes.append(
                subprocess.Popen(
                    command, cwd=ROOT, env=environment(tmp_path), stdout=log, stderr=log
                )
            )
    try:
        for port in ports:
            assert _ready(port), (tmp_path / f"log-{port}").read_text()
        with connect(f"http://127.0.0.1:{ports[0]}") as one:
            one.sign_up("user1", "123123")
            with connect(f"http://127.0.0.1:{ports[1]}") as other:
                other.cookies.update(one.cookies)
                assert other.me().data["username"] == "user1"
                one.log_out()
                assert other.me().status == 401, "ended in every process at once"
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(20)
    for port in ports:
        assert '"level":"error"' not in (tmp_path / f"log-{port}").read_text()


def _ready(port: int) -> bool:
    for _ in range(300):
        try:
            return httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
        except httpx.TransportError:
            time.sleep(0.05)
    return False


def test_every_database_command_does_what_it_says(tmp_path: Path) -> None:
    before = "0005"
    for command, said in (
        (["upgrade", "--no-prompt"], ""),
        (["check"], "No new upgrade operations detected"),
        (["show-current-revision"], HEAD),
        (["heads"], HEAD),
        (["history"], before),
        (["show", before], before),
        (["downgrade", before, "--no-prompt"], ""),
        (["show-current-revision"], before),
        (["upgrade", "--no-prompt"], ""),
        (["stamp", before], ""),
        (["show-current-revision"], before),
        (["stamp", HEAD], ""),
        (["check"], "No new upgrade operations detected"),
    ):
        result = run([*FRONTDESK, "database", *command], tmp_path)
        assert result.returncode == 0, result.stdout + result.stderr
        assert said in result.stdout + result.stderr


@pytest.mark.parametrize("command", ["drop-all", "dump-data", "list-templates", "init"])
def test_commands_that_do_something_else_are_not_there(command: str, settled: Path) -> None:
    result = CliRunner().invoke(main, ["database", command])
    assert result.exit_code == 2
    assert "No such command" in result.output


@pytest.mark.parametrize("command", ["check", "show-current-revision", "downgrade"])
def test_a_command_that_needs_a_database_says_so(command: str, settled: Path) -> None:
    result = CliRunner().invoke(main, ["database", command])
    assert result.exit_code == 1
    assert "There is no database at" in result.output
    assert not (settled / "data").exists()


@pytest.fixture
def settled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the settings say that the data is."""
    monkeypatch.setenv("FRONTDESK_DATA_DIR", str(tmp_path / "data"))
    return tmp_path


def test_litestar_has_the_same_commands(tmp_path: Path) -> None:
    shown = run([*LITESTAR, "database", "--help"], tmp_path).stdout
    assert set(re.findall(r"^\W*([a-z-]+)  ", shown, re.MULTILINE)) >= {"check", "upgrade"}
    assert "drop-all" not in shown


def test_a_database_with_tables_and_no_version_is_refused_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o700)
    with sqlite3.connect(tmp_path / "data" / "frontdesk.db") as connection:
        connection.execute("CREATE TABLE users (id INTEGER PRIMARY KEY)")
    connection.close()
    for way in SERVING:
        result = run([part.format(port=free_port()) for part in WAYS[way]], tmp_path)
        assert result.returncode == 1
        assert "alembic_version is missing or empty" in result.stderr
        assert "Traceback" not in result.stderr


def test_a_user_disabled_from_the_console_is_out_at_once(tmp_path: Path) -> None:
    users = [PYTHON, "-m", "litestar", "users"]
    with running(WAYS["make serve"], tmp_path) as server, connect(server.url) as client:
        client.sign_up("ada", "123123")
        assert run([*users, "disable", "ada"], tmp_path).returncode == 0
        assert client.me().status == 401
        assert client.log_in("ada", "123123").code == "invalid_credentials"
        assert run([*users, "enable", "ada"], tmp_path).returncode == 0
        assert client.log_in("ada", "123123").status == 200
        unknown = run([*users, "disable", "nobody"], tmp_path)
        assert unknown.returncode != 0
        assert "There is no such user" in unknown.stderr


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[]", "Give a JSON object"),
        ("{", "Give a JSON object"),
        ('{"a":' * 100_000, "Give a JSON object"),
        ('{"a": {"b": 1, "b": 2}}', "has a name twice"),
    ],
)
def test_metadata_that_is_no_json_object_is_refused_before_anything_else(
    text: str, reason: str
) -> None:
    result = CliRunner().invoke(main, ["users", "metadata", "ada", text])
    assert result.exit_code == 2
    assert reason in result.output
