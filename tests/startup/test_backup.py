"""Everything in one file while the service goes on, and back from it, on either engine."""

import json
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.sql.migrations import HEAD
from tests.engines import ENGINES, SQLITE
from tests.postgresql import demand, drop_database, execute, new_database
from tests.startup.processes import in_this_process, run, running

FRONTDESK = [sys.executable, "-m", "entrypoints"]
SERVE = [*FRONTDESK, "serve", "--port", "{port}"]
PASSWORD = "123123"
KEY: dict[str, Any] = {"FRONTDESK_SECRET_KEY": "the key of both instances with 32 bytes and more"}
ROOT_TABLES = ("users", "sessions", "events", "names")


def call(folder: Path, *arguments: str, **settings: Any) -> subprocess.CompletedProcess[str]:
    return in_this_process(arguments, folder, **{**KEY, **settings})


Databases = list[dict[str, Any]]


@pytest.fixture(params=ENGINES)
def databases(request: pytest.FixtureRequest) -> Iterator[Databases]:
    """Settings for two instances on this engine."""
    if request.param == SQLITE:
        yield [{}, {}]
        return
    demand()
    urls = [new_database() for _ in range(2)]
    yield [{"FRONTDESK_DATABASE_URL": url} for url in urls]
    for url in urls:
        drop_database(url)


def sign_up(client: httpx.Client, name: str) -> None:
    answer = client.post("/api/user/signup", json={"username": name, "password": PASSWORD})
    assert answer.status_code == 200


def test_it_is_taken_from_a_service_and_serves_in_another(
    databases: Databases, tmp_path: Path
) -> None:
    here, there = databases
    file = tmp_path / "backup.db"
    (old := tmp_path / "old").mkdir()
    (new := tmp_path / "new").mkdir()
    with running(SERVE, old, **KEY, **here) as server, httpx.Client(base_url=server.url) as ada:
        sign_up(ada, "ada")
        taken = call(old, "backup", str(file), **here)
        assert taken.returncode == 0, taken.stderr
        assert "has everything" in taken.stdout
        with httpx.Client(base_url=server.url) as late:
            sign_up(late, "late")
    assert file.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.db", "new", "old"]
    again = call(old, "backup", str(file), **here)
    assert again.returncode == 1
    assert "There is a file" in again.stderr
    restored = call(new, "restore", str(file), **there)
    assert restored.returncode == 0, restored.stderr
    assert "secret key and the pepper" in restored.stdout
    with running(SERVE, new, **KEY, **there) as server:
        with httpx.Client(base_url=server.url, cookies=ada.cookies) as client:
            assert client.get("/api/user").json()["username"] == "ada", "the session goes on"
        with httpx.Client(base_url=server.url) as client:
            body = {"username": "late", "password": PASSWORD}
            assert client.post("/api/user/login", json=body).status_code == 403
            sign_up(client, "late")


def test_the_old_database_is_kept(databases: Databases, tmp_path: Path) -> None:
    here, file = databases[0], tmp_path / "backup.db"
    with running(SERVE, tmp_path, **KEY, **here) as server:
        with httpx.Client(base_url=server.url) as client:
            sign_up(client, "ada")
        assert call(tmp_path, "backup", str(file), **here).returncode == 0
        with httpx.Client(base_url=server.url) as client:
            sign_up(client, "late")
        refused = call(tmp_path, "restore", str(file), **here)
        assert refused.returncode == 1
        assert "Nothing was restored" in refused.stderr
        assert "in use" in refused.stderr
        assert httpx.get(f"{server.url}/readyz").status_code == 200
    restored = call(tmp_path, "restore", str(file), **here)
    assert restored.returncode == 0, restored.stderr
    if url := here.get("FRONTDESK_DATABASE_URL"):
        query = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'before_restore_%'"
        ((schema,),) = execute(url, query)
        names = [name for (name,) in execute(url, f'SELECT username FROM "{schema}".users')]
        now = [name for (name,) in execute(url, "SELECT username FROM users")]
    else:
        (aside,) = (tmp_path / "data").glob("frontdesk.db.before-restore-*")
        names, now = names_in(aside), names_in(tmp_path / "data" / "frontdesk.db")
    assert (names, now) == (["ada", "late"], ["ada"])


def names_in(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as database:
        return [name for (name,) in database.execute("SELECT username FROM users ORDER BY id")]


@pytest.mark.parametrize("target", ["file", "server"])
def test_a_backup_of_one_engine_goes_into_the_other(target: str, tmp_path: Path) -> None:
    demand()
    url = new_database()
    server: dict[str, Any] = {"FRONTDESK_DATABASE_URL": url}
    first, second = ({}, server) if target == "server" else (server, {})
    try:
        made = run(
            [*FRONTDESK, "users", "create", "ada", "--password-stdin"],
            tmp_path,
            stdin=PASSWORD,
            **KEY,
            **first,
        )
        assert made.returncode == 0, made.stderr
        file = tmp_path / "backup.db"
        assert call(tmp_path, "backup", str(file), **first).returncode == 0
        restored = call(tmp_path, "restore", str(file), **second)
        assert restored.returncode == 0, restored.stderr
        if target == "server":
            assert execute(url, "SELECT username FROM users") == [("ada",)]
        else:
            assert names_in(tmp_path / "data" / "frontdesk.db") == ["ada"]
    finally:
        drop_database(url)


def backed_up(folder: Path) -> Path:
    made = run(
        [*FRONTDESK, "users", "create", "ada", "--password-stdin"], folder, stdin=PASSWORD, **KEY
    )
    assert made.returncode == 0, made.stderr
    file = folder / "backup.db"
    assert call(folder, "backup", str(file)).returncode == 0
    return file


def changed(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as database, database:
        database.execute(statement)


NEWER = f"UPDATE backup_manifest SET document = replace(document, '{HEAD}', '9999')"
DAMAGES = {
    "a row that was changed": ("UPDATE users SET username = 'eve'", "is damaged"),
    "a row that is missing": ("DELETE FROM events", "is damaged"),
    "a table that is missing": ("DROP TABLE names", "is damaged"),
    "a manifest that is none": ("UPDATE backup_manifest SET document = '{}'", "is no backup"),
    "no manifest": ("DROP TABLE backup_manifest", "is no backup"),
    "a newer schema": (NEWER, "was made by a newer version (schema revision 9999"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_not_a_whole_backup_is_refused_and_nothing_is_touched(
    damage: str, tmp_path: Path
) -> None:
    file, (statement, said) = backed_up(tmp_path), DAMAGES[damage]
    changed(file, statement)
    database = tmp_path / "data" / "frontdesk.db"
    before = database.read_bytes()
    refused = call(tmp_path, "restore", str(file))
    assert refused.returncode == 1
    assert "Nothing was restored" in refused.stderr
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr
    assert database.read_bytes() == before
    assert sorted(each.name for each in database.parent.iterdir()) == ["frontdesk.db"]


@pytest.mark.parametrize("content", [None, b"", b"x" * 9_000])
def test_what_is_no_database_is_refused(content: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "backup.db"
    if content is not None:
        file.write_bytes(content)
    refused = call(tmp_path, "restore", str(file))
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert not (tmp_path / "data" / "frontdesk.db").exists()


def test_a_backup_of_an_older_schema_is_brought_up_to_date(tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.mkdir()
    backed_up(old)
    downgraded = call(old, "database", "downgrade", "0010", "--no-prompt")
    assert downgraded.returncode == 0, downgraded.stderr
    file = tmp_path / "older.db"
    # As that version made it: its tables, its columns, its revision.
    program = (
        "import sys; from pathlib import Path; from datetime import UTC, datetime;"
        " from sqlalchemy import MetaData; from adapters.sql import backups, moving;"
        " from adapters.sql.sqlite import writing_engine; path = Path(sys.argv[1]);"
        " engine = writing_engine(path); connection = engine.connect().__enter__();"
        " tables = MetaData(); tables.reflect(connection);"
        " there = tables.tables; names = [each.name for each in moving.MOVED];"
        " moved = [there[name] for name in names if name in there];"
        " found = moving.contents(connection, lambda _: None, moved);"
        " manifest = backups.Manifest('0.0.9', '0010', 'SQLite', datetime.now(UTC), found);"
        " backups._manifest.create(connection);"
        " connection.execute(backups.insert(backups._manifest).values("
        "id=1, document=backups.json.encode(manifest).decode())); connection.commit()"
    )
    (old / "data" / "frontdesk.db").rename(file)
    made = run([sys.executable, "-c", program, str(file)], tmp_path)
    assert made.returncode == 0, made.stderr
    before = file.read_bytes()
    restored = call(tmp_path, "restore", str(file))
    assert restored.returncode == 0, restored.stderr
    database = tmp_path / "data" / "frontdesk.db"
    assert names_in(database) == ["ada"]
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(HEAD,)]
    assert file.read_bytes() == before
    assert list(tmp_path.glob("*.migrated*")) == []


def test_a_damaged_database_is_replaced_and_kept(tmp_path: Path) -> None:
    file = backed_up(tmp_path)
    database = tmp_path / "data" / "frontdesk.db"
    database.write_bytes(b"damaged" * 1_000)
    restored = call(tmp_path, "restore", str(file))
    assert restored.returncode == 0, restored.stderr
    assert names_in(database) == ["ada"]
    (aside,) = database.parent.glob("*.before-restore-*")
    assert aside.read_bytes().startswith(b"damaged")


class People:
    """They sign up one after the other, and remember who was let in, and when."""

    def __init__(self) -> None:
        self.url, self.answered = "", dict[str, float]()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work)

    def __enter__(self) -> "People":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _work(self) -> None:
        number = 0
        while not self._stopped.is_set():
            number += 1
            body = {"username": f"user{number}", "password": PASSWORD}
            try:
                answer = httpx.post(f"{self.url}/api/user/signup", json=body, timeout=20)
            except httpx.HTTPError:
                time.sleep(0.05)
                continue
            if answer.status_code == 200:
                self.answered[body["username"]] = time.time()


def test_backups_during_a_kill_loop_have_all_that_was_answered_before(
    databases: Databases, tmp_path: Path
) -> None:
    here, there = databases
    settings: dict[str, Any] = {**KEY, **here, "FRONTDESK_THROTTLE": "off"}
    settings["FRONTDESK_BCRYPT_COST"] = "10"
    taken: list[tuple[float, Path]] = []
    with People() as people:
        for number in range(3):
            with running(SERVE, tmp_path, **settings) as server:
                people.url = server.url
                time.sleep(1)
                began, file = time.time(), tmp_path / f"{number}.db"
                killed = threading.Timer(0.5, server.process.send_signal, [signal.SIGKILL])
                killed.start()
                backup = call(tmp_path, "backup", str(file), **here)
                assert backup.returncode == 0, backup.stderr
                taken.append((began, file))
                killed.join()
                server.process.wait()
    assert people.answered
    (other := tmp_path / "other").mkdir()
    for began, file in taken:
        restored = call(other, "restore", str(file), **there)
        assert restored.returncode == 0, restored.stderr
        known = set(names_in(file))
        before = {name for name, at in people.answered.items() if at < began}
        assert before <= known
    with running(SERVE, other, **{**settings, **there}) as server:
        name = min(people.answered, key=lambda each: people.answered[each])
        body = {"username": name, "password": PASSWORD}
        assert httpx.post(f"{server.url}/api/user/login", json=body).status_code == 200


def test_in_a_folder_a_backup_is_named_by_the_time(tmp_path: Path) -> None:
    (folder := tmp_path / "backups").mkdir()
    assert call(tmp_path, "users", "list").returncode == 1
    run([*FRONTDESK, "database", "upgrade", "--no-prompt"], tmp_path)
    for _ in range(2):
        taken = call(tmp_path, "backup", str(folder))
        assert taken.returncode == 0, taken.stderr
    first, second = sorted(folder.iterdir())
    assert str(second) in taken.stdout
    assert first.name.startswith("frontdesk-20")


def test_the_manifest_says_what_is_in_it(tmp_path: Path) -> None:
    file = backed_up(tmp_path)
    with closing(sqlite3.connect(file)) as database:
        ((document,),) = database.execute("SELECT document FROM backup_manifest")
        counts = {
            name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
            for name in ROOT_TABLES
        }
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA journal_mode").fetchall() == [("delete",)]
    manifest = json.loads(document)
    assert (manifest["revision"], manifest["engine"]) == (HEAD, "SQLite")
    rows = {each["name"]: each["rows"] for each in manifest["tables"]}
    assert {name: rows[name] for name in ROOT_TABLES} == counts
    assert all(len(each["digest"]) == 64 for each in manifest["tables"])


def test_a_log_that_is_left_of_another_database_does_not_come_back(tmp_path: Path) -> None:
    file, database = backed_up(tmp_path), tmp_path / "data" / "frontdesk.db"
    with closing(sqlite3.connect(database)) as killed:
        killed.execute("UPDATE users SET username = 'eve'")
        killed.commit()
        kept = {each.name: each.read_bytes() for each in database.parent.glob("*-wal")}
    assert kept["frontdesk.db-wal"]
    database.unlink()
    for name, content in kept.items():
        (database.parent / name).write_bytes(content)
    restored = call(tmp_path, "restore", str(file))
    assert restored.returncode == 0, restored.stderr
    assert names_in(database) == ["ada"]


def test_what_was_moved_is_not_backed_up(tmp_path: Path) -> None:
    backed_up(tmp_path)
    moved = call(tmp_path, "database", "move", "--to", f"sqlite:///{tmp_path}/other.db")
    assert moved.returncode == 0, moved.stderr
    refused = call(tmp_path, "backup", str(tmp_path / "second.db"))
    assert refused.returncode == 1
    assert "It was moved to" in refused.stderr


def test_a_backup_that_was_put_in_place_by_hand_can_be_backed_up(tmp_path: Path) -> None:
    file = backed_up(tmp_path)
    (tmp_path / "data" / "frontdesk.db").write_bytes(file.read_bytes())
    again = call(tmp_path, "backup", str(tmp_path / "second.db"))
    assert again.returncode == 0, again.stderr
    assert call(tmp_path, "restore", str(tmp_path / "second.db")).returncode == 0
