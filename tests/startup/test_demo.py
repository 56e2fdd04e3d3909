"""`frontdesk demo`: a month of invented life, served with a link that logs in."""

import re
import socket
import sqlite3
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from entrypoints.demo.fill import Login
from entrypoints.demo.folder import MARKER, Demo, begin, demo_in, remove
from entrypoints.demo.people import SPAM, USERS
from entrypoints.settings import Settings
from entrypoints.web_app import create_app
from tests.startup.processes import ROOT, Running, free_port, run, running

DEMO = [sys.executable, "-m", "entrypoints", "demo", "--no-browser", "--port", "{port}"]
HTTPS = "https://accounts.example.com"


def demo_at(folder: Path, *more: str) -> list[str]:
    return [*DEMO, "--data-dir", str(folder), *more]


def link_of(server: Running) -> str:
    (link,) = re.findall(rf"{server.url}/demo/[\w-]{{43}}$", server.output(), re.MULTILINE)
    return str(link)


def state_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in files_in(folder)}


def files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def demo(folder: Path) -> Iterator[Running]:
    # Settings have no effect: with such an origin the cookie would not be sent.
    with running(demo_at(folder / "demo"), folder, FRONTDESK_PUBLIC_ORIGIN=HTTPS) as server:
        yield server


@pytest.fixture(scope="module")
def operator(demo: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=demo.url) as client:
        answer = client.get(link_of(demo))
        assert (answer.status_code, answer.headers["location"]) == (302, "/ops")
        yield client


def number_in(operator: httpx.Client, table: str, *filters: str) -> int:
    path = "/api/ops/logs/count" if table == "requests" else f"/api/ops/tables/{table}/count"
    answer = operator.get(path, params={"filter": list(filters), "exact": "true"})
    assert answer.status_code == 200, answer.text
    return int(answer.json()["count"])


def ago(**time: float) -> str:
    return (datetime.now(UTC) - timedelta(**time)).isoformat()


def test_its_link_logs_the_operator_in(operator: httpx.Client) -> None:
    me = operator.get("/api/ops/me").json()
    assert me["user"]["username"] == "root"
    assert me["is_fresh"]
    assert operator.get("/ops").status_code == 200


def test_settings_have_no_effect(operator: httpx.Client) -> None:
    settings = {each["name"]: each for each in operator.get("/api/ops/settings").json()}
    assert settings["FRONTDESK_PUBLIC_ORIGIN"]["value"] == ""
    assert {each["source"] for each in settings.values()} == {"default"}


def test_so_does_the_password_that_is_printed(demo: Running) -> None:
    ((name, password),) = re.findall(r"operator  (\S+), password (\S+)", demo.output())
    body = {"username": name, "password": password}
    assert httpx.post(f"{demo.url}/api/user/login", json=body).json()["username"] == "root"


def test_another_code_is_no_link_and_gives_no_cookie(demo: Running) -> None:
    link = link_of(demo)
    changed = link[:-1] + ("A" if link[-1] != "A" else "B")
    for wrong in (changed, f"{link}A", f"{demo.url}/demo/é", f"{demo.url}/demo"):
        answer = httpx.get(wrong)
        assert answer.status_code == 404
        assert "set-cookie" not in answer.headers
        assert answer.json()["code"] == "not_found"


def test_the_code_is_in_no_log_and_no_record(
    demo: Running, operator: httpx.Client, folder: Path
) -> None:
    code = link_of(demo).rpartition("/")[2]
    lines = [line for line in demo.output().splitlines() if code in line]
    assert len(lines) == 1, "where it is printed"
    until = time.monotonic() + 20  # records are written some moments after the answer
    while not number_in(operator, "requests", "path:eq:/demo/***", "status:eq:302"):
        assert time.monotonic() < until
        time.sleep(0.1)
    for kept in files_in(folder / "demo"):
        assert code.encode() not in kept.read_bytes(), kept


def test_the_link_is_not_described_and_an_ordinary_service_has_none(
    demo: Running, tmp_path: Path
) -> None:
    described = httpx.get(f"{demo.url}/schema/openapi.json").json()["paths"]
    assert "/api/user" in described
    assert not [path for path in described if path.startswith("/demo")]
    routes = [route.path for route in create_app(Settings(data_dir=tmp_path)).routes]
    assert "/api/user" in routes
    assert not [path for path in routes if path.startswith("/demo")]


def test_accounts_are_there(operator: httpx.Client) -> None:
    assert number_in(operator, "users") == USERS + SPAM + 3
    assert number_in(operator, "users", "disabled_at:null:false") == 4
    assert number_in(operator, "users", "username:eq:Zoë") == 1
    assert number_in(operator, "sessions", f"expires_at:gt:{ago()}") > 700
    assert number_in(operator, "sessions", f"last_seen_at:gt:{ago(hours=1)}") > 100
    assert 2_300 < number_in(operator, "events") < 3_600
    assert number_in(operator, "events", "kind:eq:signed_up") == USERS + SPAM
    assert number_in(operator, "events", "kind:eq:renamed") == 2
    assert number_in(operator, "access_tokens") == 2


def test_somebody_has_to_wait_now(operator: httpx.Client) -> None:
    refused = number_in(operator, "events", "kind:eq:login_refused", "address:eq:198.51.100.23")
    assert refused == 14
    waiting = number_in(operator, "throttle_buckets", f"waits_until:gt:{ago()}")
    assert waiting == 1


def test_requests_are_there_and_agree_with_accounts(operator: httpx.Client) -> None:
    assert number_in(operator, "requests") > 14_000
    assert number_in(operator, "requests", f"time:gt:{ago(hours=1)}") > 1_000
    assert number_in(operator, "requests", f"time:gt:{ago(minutes=5)}") > 40
    assert number_in(operator, "requests", "problem:eq:storage_unavailable") > 5
    rows = operator.get(
        "/api/ops/logs", params={"filter": ["problem:eq:internal_error"], "limit": 1}
    ).json()["rows"]
    assert "ValueError" in operator.get(f"/api/ops/logs/{rows[0]['id']}").json()["error"]
    day = ago(hours=23)
    for kind, route in (("logged_in", "/api/user/login"), ("signed_up", "/api/user/signup")):
        events = number_in(operator, "events", f"kind:eq:{kind}", f"at:gt:{day}")
        told = (f"route:eq:{route}", "status:eq:200", f"time:gt:{day}")
        # The link itself logs in by another route.
        assert abs(events - number_in(operator, "requests", *told)) <= 3


def history(operator: httpx.Client, step: str, since: str) -> list[dict[str, Any]]:
    answer = operator.get("/api/ops/metrics/history", params={"step": step, "since": since})
    return list(answer.json())


def test_metrics_are_there_and_agree_with_requests(operator: httpx.Client) -> None:
    minutes = history(operator, "minute", ago(hours=24))
    assert 1_420 <= len(minutes) <= 1_440
    hours = history(operator, "hour", ago(days=30))
    assert len(hours) >= 719
    assert all(each["counts"]["requests"] > 50 for each in hours[:-1])
    recent = [each for each in minutes if each["began"] > ago(minutes=30)[:19]]
    recent = [each for each in recent if "process_memory_bytes" in each["gauges"]]
    first, last = recent[1]["began"], recent[-2]["began"]
    within = (f"time:ge:{first}", f"time:lt:{last}")
    counted = sum(each["counts"]["requests"] for each in recent[1:-2])
    assert counted == number_in(operator, "requests", *within)
    assert {"active_sessions", "event_loop_lag_ms", "host_cpu_percent"} <= recent[1][
        "gauges"
    ].keys()
    gaps = {datetime.fromisoformat(each["began"]) for each in minutes}
    present = max(gaps)
    missing = [number for number in range(60) if present - timedelta(minutes=number) not in gaps]
    assert len(missing) == 2
    assert 35 <= missing[0] < missing[1] <= 45


def test_a_demo_is_reused_and_made_anew_only_if_asked(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    with running(demo_at(folder), tmp_path) as server:
        first = link_of(server)
        assert server.stop() == 0
        assert "Traceback" not in server.output()
    marker = (folder / MARKER).read_bytes()
    assert (folder / MARKER).stat().st_mode & 0o077 == 0
    browser = a_browser(tmp_path)
    opening = [part for part in demo_at(folder) if part != "--no-browser"]
    with running(opening, tmp_path, BROWSER=str(browser)) as server:
        assert httpx.get(f"{server.url}{first[len(server.url) :]}").status_code == 404
        assert httpx.get(link_of(server)).status_code == 302
        until = time.monotonic() + 20
        while not (opened := tmp_path / "opened").exists() or not opened.read_text():
            assert time.monotonic() < until
            time.sleep(0.05)
        assert opened.read_text() == link_of(server)
        opened.unlink()
    assert (folder / MARKER).read_bytes() == marker
    assert _users(folder) == USERS + SPAM + 3
    with running(demo_at(folder, "--fresh", "--seed", "7"), tmp_path) as server:
        assert httpx.get(link_of(server)).status_code == 302
        assert not opened.exists()
    assert (folder / MARKER).read_bytes() != marker
    assert _users(folder) == USERS + SPAM + 3


def a_browser(folder: Path) -> Path:
    """A program that writes down which address it was told to open."""
    program = folder / "browser"
    program.write_text(f'#!/bin/sh\nprintf %s "$1" > {folder}/opened\n')
    program.chmod(0o700)
    return program


def _users(folder: Path) -> int:
    connection = sqlite3.connect(folder / "frontdesk.db")
    ((number,),) = connection.execute("SELECT count(*) FROM users").fetchall()
    connection.close()
    return int(number)


REFUSED_SETTINGS = {
    "hardened": {
        "FRONTDESK_PROFILE": "hardened",
        "FRONTDESK_PUBLIC_ORIGIN": HTTPS,
        "FRONTDESK_BCRYPT_COST": "12",
    },
    "FRONTDESK_DATABASE_URL": {"FRONTDESK_DATABASE_URL": "sqlite:///elsewhere.db"},
    "never in the database": {"FRONTDESK_DATABASE_URL": "postgresql://demo@db.example.com/demo"},
    "FRONTDESK_THROTTLE": {"FRONTDESK_THROTTLE": "perhaps"},
}


@pytest.mark.parametrize("said", REFUSED_SETTINGS)
def test_it_is_refused_where_settings_are_not_for_a_demo(said: str, tmp_path: Path) -> None:
    done = refused(tmp_path, **REFUSED_SETTINGS[said])
    assert said in done
    assert not (tmp_path / "demo").exists()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "accounts.example.com"])
def test_it_is_refused_beyond_loopback(host: str, tmp_path: Path) -> None:
    assert f"{host} is not loopback" in refused(tmp_path, "--host", host)
    assert not (tmp_path / "demo").exists()


def test_it_is_refused_where_somebody_listens_before_anything_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert "cannot be served" in refused(tmp_path, "--port", port)
    assert not (tmp_path / "demo").exists()


@pytest.mark.parametrize("more", [[], ["--fresh"]])
def test_a_demo_that_is_running_is_left_alone(
    demo: Running, folder: Path, operator: httpx.Client, more: list[str]
) -> None:
    assert "Another process has the demo" in refused(folder, *more)
    assert operator.get("/api/ops/me").status_code == 200


def refused(root: Path, *more: str, **settings: str) -> str:
    """What it says on its standard error."""
    command = [part.format(port=free_port()) for part in demo_at(root / "demo", *more)]
    done = run(command, root, stdin=None, cwd=ROOT, **settings)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: ")
    assert "Traceback" not in done.stderr
    return done.stderr


def a_demo(folder: Path, *, is_whole: bool = True) -> None:
    login = Login("root", "something")
    begin(folder, Demo(login=login, made_at=datetime.now(UTC), is_whole=is_whole))


def test_a_folder_of_somebody_else_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    folder.mkdir()
    (folder / "frontdesk.db").write_text("accounts")
    (folder / "notes.txt").write_text("mine")
    before = state_of(folder)
    for more in ((), ("--fresh",)):
        assert "is no demo's" in refused(tmp_path, *more)
        assert state_of(folder) == before


def test_a_folder_with_a_file_that_no_demo_makes_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    a_demo(folder)
    (folder / "notes.txt").write_text("mine")
    before = state_of(folder)
    for more in ((), ("--fresh",)):
        assert "notes.txt" in refused(tmp_path, *more)
        assert state_of(folder) == before


def test_a_file_and_a_marker_of_something_else_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    folder.write_text("mine")
    assert "is no folder" in refused(tmp_path)
    assert folder.read_text() == "mine"
    folder.unlink()
    folder.mkdir()
    (folder / MARKER).write_text('{"made_by": "somebody"}')
    assert "is not of a demo" in refused(tmp_path, "--fresh")
    assert [path.name for path in folder.iterdir()] == [MARKER]


def test_a_demo_that_was_not_finished_waits_for_fresh(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    a_demo(folder, is_whole=False)
    (folder / "frontdesk.db").write_text("half")
    before = state_of(folder)
    assert "was not finished" in refused(tmp_path)
    assert state_of(folder) == before


def test_what_is_removed_are_the_files_of_a_demo(tmp_path: Path) -> None:
    folder, other = tmp_path / "demo", tmp_path / "other.db"
    a_demo(folder)
    other.write_text("mine")
    (folder / "metrics.db").write_text("figures")
    (folder / "requests.db").symlink_to(other)
    remove(folder)
    assert list(folder.iterdir()) == []
    assert demo_in(folder) is None
    assert other.read_text() == "mine"
