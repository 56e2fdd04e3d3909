"""A database is moved to another engine and back, and nobody has to log in again."""

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.postgresql import Cluster, demand, drop_database, execute, new_database
from tests.startup.processes import environment, free_port, run, running

FRONTDESK = [sys.executable, "-m", "entrypoints"]
SERVE = [*FRONTDESK, "serve", "--port", "{port}"]
PASSWORD = "123123"
MANY = 60_000


@pytest.fixture
def url() -> Iterator[str]:
    demand()
    url = new_database()
    yield url
    drop_database(url)


def move(folder: Path, *arguments: str, **settings: Any) -> subprocess.CompletedProcess[str]:
    return run([*FRONTDESK, "database", "move", *arguments], folder, **settings)


_open = ExitStack()


@pytest.fixture(autouse=True)
def _closing() -> Iterator[None]:
    with _open:
        yield


def client_of(url: str) -> httpx.Client:
    """Open until the end of the test."""
    return _open.enter_context(httpx.Client(base_url=url))


def browser(url: str, name: str) -> httpx.Client:
    """Somebody who signed up."""
    client = client_of(url)
    signed_up = client.post("/api/user/signup", json={"username": name, "password": PASSWORD})
    assert signed_up.status_code == 200
    return client


def operator(folder: Path, url: str) -> httpx.Client:
    command = [*FRONTDESK, "users", "create", "root", "--operator", "--password-stdin"]
    assert run(command, folder, stdin=PASSWORD).returncode == 0
    client = client_of(url)
    client.post("/api/user/login", json={"username": "root", "password": PASSWORD})
    return client


def test_in_use_it_is_refused_and_a_rehearsal_changes_nothing(url: str, tmp_path: Path) -> None:
    with running(SERVE, tmp_path) as server:
        browser(server.url, "Ada")
        refused = move(tmp_path, "--to", url)
        assert refused.returncode == 1
        assert "is in use" in refused.stderr
    file = tmp_path / "data" / "frontdesk.db"
    before = file.read_bytes()
    for target in (url, f"sqlite:///{tmp_path}/other.db"):
        rehearsed = move(tmp_path, "--to", target, "--dry-run")
        assert rehearsed.returncode == 0, rehearsed.stderr
        assert "Nothing was kept" in rehearsed.stdout
    assert execute(url, "SELECT count(*) FROM pg_tables WHERE tablename = 'users'") == [(0,)]
    assert list(tmp_path.glob("*.db*")) == []
    assert file.read_bytes() == before


class House:
    """People with sessions, an operator's key, and what they see."""

    def __init__(self, folder: Path, url: str) -> None:
        self.url = url
        self.ada = browser(url, "Ada")
        self.root = operator(folder, url)
        made = self.root.post("/api/ops/tokens", json={"name": "n", "scopes": ["data.view"]})
        self.key = {"Authorization": f"Bearer {made.json()['token']}"}
        gone = browser(url, "gone")
        assert gone.delete("/api/user").status_code == 200
        self.last_id = 3
        self.events = self.feed()

    def feed(self) -> Any:
        return httpx.get(f"{self.url}/api/ops/events", headers=self.key).json()

    def check(self, name: str) -> None:
        """Nobody has to log in again, everything that happened is known, and no id comes twice."""
        assert self.ada.get("/api/user").json()["username"] == name
        assert [each["current"] for each in self.ada.get("/api/user/sessions").json()] == [True]
        seen = [each["position"] for each in self.feed()["events"]]
        known = [each["position"] for each in self.events["events"]]
        assert seen[: len(known)] == known
        new = browser(self.url, f"new{self.last_id}")
        self.last_id += 1
        assert new.get("/api/user").json()["id"] == self.last_id
        assert new.post("/api/user/login", json={"username": name, "password": "wrong"}).is_error
        self.events = self.feed()


def refused_to_start(folder: Path, **settings: Any) -> str:
    left = run([*FRONTDESK, "serve", "--port", str(free_port())], folder, **settings)
    assert left.returncode == 1
    return left.stderr


def test_there_and_back_nobody_logs_in_again(url: str, tmp_path: Path) -> None:
    port = free_port()
    with running(SERVE, tmp_path, port=port) as server:
        house = House(tmp_path, server.url)
    moved = move(tmp_path, "--to", url)
    assert moved.returncode == 0, moved.stderr
    assert "secret.key" in moved.stdout
    said = refused_to_start(tmp_path)
    assert "was moved to postgresql://owner@" in said
    assert "move --undo" in said
    assert "already" in move(tmp_path, "--to", url).stderr

    there: dict[str, Any] = {"FRONTDESK_DATABASE_URL": url}
    with running(SERVE, tmp_path, port=port, **there):
        house.check("Ada")
        assert house.ada.put("/api/user", json={"username": "Augusta"}).status_code == 200
        stored = f"sqlite:///{tmp_path}/back.db"
        assert "is in use" in move(tmp_path, "--to", stored, **there).stderr

    taken = move(tmp_path, "--to", f"sqlite:///{tmp_path}/data/frontdesk.db", **there)
    assert "was moved to postgresql://owner@" in taken.stderr
    back = move(tmp_path, "--to", stored, **there)
    assert back.returncode == 0, back.stderr
    assert "was moved to sqlite:///" in refused_to_start(tmp_path, **there)
    here: dict[str, Any] = {"FRONTDESK_DATABASE_URL": stored}
    following = house.events["next"]
    with running(SERVE, tmp_path, port=port, **here):
        house.check("Augusta")
        stale = httpx.get(
            f"{house.url}/api/ops/events", params={"after": following}, headers=house.key
        )
        assert stale.json()["code"] == "invalid_query"
    assert "was moved to" in move(tmp_path, "--to", url, **here).stderr
    assert move(tmp_path, "--undo", **there).returncode == 0
    assert "accounts in that database" in move(tmp_path, "--to", url, **here).stderr


def test_it_can_be_undone(url: str, tmp_path: Path) -> None:
    with running(SERVE, tmp_path) as server:
        ada = browser(server.url, "Ada")
    assert move(tmp_path, "--to", url).returncode == 0
    undone = move(tmp_path, "--undo")
    assert undone.returncode == 0, undone.stderr
    assert "is not in it" in undone.stdout
    assert move(tmp_path, "--undo").returncode == 1
    with running(SERVE, tmp_path) as server:
        assert httpx.get(f"{server.url}/api/user", cookies=ada.cookies).status_code == 200


@pytest.fixture
def other_url() -> Iterator[str]:
    demand()
    url = new_database()
    yield url
    drop_database(url)


def test_who_follows_events_misses_none_or_is_told(
    url: str, other_url: str, tmp_path: Path
) -> None:
    """From SQLite a cursor counts on; from PostgreSQL, whose transactions have numbers, it ends."""
    port = free_port()

    def follow(cursor: str | None = None) -> Any:
        parameters = {} if cursor is None else {"after": cursor}
        address = f"{house.url}/api/ops/events"
        return httpx.get(address, params=parameters, headers=house.key).json()

    with running(SERVE, tmp_path, port=port) as server:
        house = House(tmp_path, server.url)
        cursor = follow()["next"]
        browser(server.url, "unread")
    assert move(tmp_path, "--to", url).returncode == 0
    there: dict[str, Any] = {"FRONTDESK_DATABASE_URL": url}
    with running(SERVE, tmp_path, port=port, **there):
        assert [each["kind"] for each in follow(cursor)["events"]] == ["signed_up"]
        cursor = follow()["next"]
        browser(server.url, "unread2")
    assert move(tmp_path, "--to", other_url, **there).returncode == 0
    with running(SERVE, tmp_path, port=port, FRONTDESK_DATABASE_URL=other_url):
        assert follow(cursor)["code"] == "invalid_query"
        assert len(follow()["events"]) > 5


def test_a_target_that_a_service_has_made_and_nobody_used_will_do(url: str, tmp_path: Path) -> None:
    fill(tmp_path, 10)
    other: dict[str, Any] = {"FRONTDESK_DATABASE_URL": url, "FRONTDESK_DATA_DIR": f"{tmp_path}/o"}
    for target, settings in (
        (url, other),
        (
            f"sqlite:///{tmp_path}/t.db",
            {**other, "FRONTDESK_DATABASE_URL": f"sqlite:///{tmp_path}/t.db"},
        ),
    ):
        with running(SERVE, tmp_path, **settings):
            pass
        rehearsed = move(tmp_path, "--to", target, "--dry-run")
        assert rehearsed.returncode == 0, rehearsed.stderr
        moved = move(tmp_path, "--to", target)
        assert moved.returncode == 0, moved.stderr
        assert move(tmp_path, "--undo").returncode == 0
    (next_id,) = execute(url, "SELECT nextval(pg_get_serial_sequence('users', 'id'))")[0]
    assert next_id == 20


def test_what_is_left_of_another_database_is_not_added(tmp_path: Path) -> None:
    fill(tmp_path, 1)
    (tmp_path / "t.db-wal").write_bytes(b"of another one")
    refused = move(tmp_path, "--to", f"sqlite:///{tmp_path}/t.db")
    assert "t.db-wal already" in refused.stderr
    assert not (tmp_path / "t.db").exists()


def test_what_cannot_be_marked_is_found_before_anything_is_kept(url: str, tmp_path: Path) -> None:
    path = fill(tmp_path, 10)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "CREATE TRIGGER no BEFORE UPDATE ON compatibility BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    refused = move(tmp_path, "--to", url)
    assert "Nothing was moved" in refused.stderr
    assert execute(url, "SELECT count(*) FROM pg_tables WHERE tablename = 'users'") == [(0,)]


def test_a_node_that_was_cut_off_does_not_write_to_what_was_moved(tmp_path: Path) -> None:
    """A move finds nodes by their connections, and this one has none."""
    demand()
    cluster = Cluster.new()
    try:
        url = new_database(server=cluster.url)
        there: dict[str, Any] = {"FRONTDESK_DATABASE_URL": url}
        with running(SERVE, tmp_path, **there) as server:
            ada = browser(server.url, "Ada")
            cluster.kill()
            cluster.start()
            moved = move(tmp_path, "--to", f"sqlite:///{tmp_path}/t.db", **there)
            if moved.returncode == 0:  # the node had no connection at that moment
                assert ada.put("/api/user", json={"username": "late"}).status_code == 503
                assert ada.get("/api/user").status_code == 503
                assert ada.get("/healthz").status_code == 200
            else:
                assert "is in use" in moved.stderr
    finally:
        cluster.remove()


def test_the_wrong_key_does_not_start_over_there(url: str, tmp_path: Path) -> None:
    with running(SERVE, tmp_path) as server:
        browser(server.url, "Ada")
    assert move(tmp_path, "--to", url).returncode == 0
    refused = run(
        [*FRONTDESK, "serve", "--port", str(free_port())],
        tmp_path,
        FRONTDESK_DATABASE_URL=url,
        FRONTDESK_SECRET_KEY="another key than before, of 32 bytes",
    )
    assert "FRONTDESK_SECRET_KEY" in refused.stderr
    assert refused.returncode == 1


def fill(folder: Path, number: int) -> Path:
    """So many users, sessions and events."""
    command = [*FRONTDESK, "users", "create", "root", "--operator", "--password-stdin"]
    assert run(command, folder, stdin=PASSWORD).returncode == 0
    path = folder / "data" / "frontdesk.db"
    with closing(sqlite3.connect(path)) as connection:
        ids = range(10, 10 + number)
        connection.executemany(
            "INSERT INTO users (id, username, username_key, password_hash, signup_time,"
            " auth_version, roles, last_used_at, last_address)"
            " VALUES (?, ?, ?, ?, 1800000000000000, 0, 'a', 1, '::1')",
            ((n, f"Name{n}", f"name{n}", f"$2b$12${n:053}") for n in ids),
        )
        connection.executemany(
            "INSERT INTO sessions VALUES (?, ?, ?, 0, 1, 1, 4000000000000000, '::1', 'curl', NULL)",
            ((n, n.to_bytes(32, "big"), n) for n in ids),
        )
        connection.executemany(
            "INSERT INTO events VALUES (?, 'signed_up', 1, ?, '::1', 'curl', '{}', NULL, NULL, 0)",
            ((n + 100, n) for n in ids),
        )
        connection.commit()
    return path


def test_killed_on_the_way_nothing_has_happened_and_it_can_be_run_again(
    url: str, tmp_path: Path
) -> None:
    path = fill(tmp_path, MANY)
    before = path.read_bytes()
    command = [*FRONTDESK, "database", "move", "--to", url]
    for delay in (1.0, 1.6, 2.2):
        process = subprocess.Popen(
            command,
            env=environment(tmp_path),
            cwd=Path(__file__).parents[2],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert path.read_bytes() == before
    moved = move(tmp_path, "--to", url)
    assert moved.returncode == 0, moved.stderr
    assert execute(url, "SELECT count(*) FROM users") == [(MANY + 1,)]


def test_killed_before_the_mark_it_is_only_marked_the_next_time(url: str, tmp_path: Path) -> None:
    """The target was complete, and the source was not marked yet."""
    path = fill(tmp_path, 10)
    assert move(tmp_path, "--to", url).returncode == 0
    for target in (url, f"sqlite:///{tmp_path}/t.db"):
        for _ in range(2):
            with closing(sqlite3.connect(path)) as connection:
                connection.execute("UPDATE compatibility SET moved_to = NULL")
                connection.commit()
            again = move(tmp_path, "--to", target)
            assert again.returncode == 0, again.stderr
            assert "was moved to" in run([*FRONTDESK, "serve"], tmp_path).stderr


def test_what_postgresql_cannot_have_is_said_and_nothing_is_moved(url: str, tmp_path: Path) -> None:
    path = fill(tmp_path, 10)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE sessions SET user_agent = 'a' || char(0) WHERE id = 12")
        connection.commit()
    refused = move(tmp_path, "--to", url)
    assert refused.returncode == 1
    assert "Nothing was moved" in refused.stderr
    assert "sessions" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert execute(url, "SELECT count(*) FROM pg_tables WHERE tablename = 'users'") == [(0,)]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "--to URL"),
        (["--to", "mysql://x/y"], "Name a SQLite file"),
        (["--to", "sqlite:///b.db", "--undo"], "--to URL"),
        (["--to", "postgresql://ada:hunter2@127.0.0.1:1/x"], "Nothing was moved"),
        (["--undo"], "was not moved"),
    ],
)
def test_mistakes_get_a_sentence(arguments: list[str], said: str, tmp_path: Path) -> None:
    fill(tmp_path, 1)
    refused = move(tmp_path, *arguments)
    assert refused.returncode != 0
    assert said in refused.stderr
    assert "hunter2" not in refused.stderr
    assert "Traceback" not in refused.stderr


def test_from_one_file_to_another(tmp_path: Path) -> None:
    fill(tmp_path, 10)
    other: dict[str, Any] = {"FRONTDESK_DATABASE_URL": f"sqlite:///{tmp_path}/other.db"}
    assert move(tmp_path, "--to", other["FRONTDESK_DATABASE_URL"]).returncode == 0
    with running(SERVE, tmp_path, **other) as server:
        assert httpx.get(f"{server.url}/readyz").status_code == 200
    same = move(tmp_path, "--to", f"sqlite:///{tmp_path}/data/frontdesk.db")
    assert "same database" in same.stderr
    assert sorted(each.name for each in tmp_path.glob("*.db*")) == ["other.db"]
