"""Up, down and up again; the code's tables are what the migrations make."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from adapters.sql.account_history import SqlAccountHistory
from adapters.sql.devices import DeviceNames
from adapters.sql.fingerprints import AnotherSecret, SharedSecret, forget
from adapters.sql.lookup import SqlLookup
from adapters.sql.migrations import HEAD
from adapters.sql.migrations.upgrade import FOLDER
from adapters.sql.reader import SqliteReader
from adapters.sql.schema import SchemaTooNew, SchemaTooOld, migrate
from adapters.sql.sqlite import create_database, writing_engine
from adapters.sql.sqlite_sessions import SqliteSessions
from adapters.sql.tables import metadata
from adapters.sql.writer import Writer
from adapters.user_agents import device_of
from domain.labels import NO_METADATA
from domain.user import Username


def config(connection: Connection | None = None) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(FOLDER))
    return config


REVISIONS = [script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()][
    ::-1
]


@contextmanager
def database(folder: Path) -> Iterator[Engine]:
    create_database(folder / "frontdesk.db")
    engine = writing_engine(folder / "frontdesk.db")
    yield engine
    engine.dispose()


def schema_of(path: Path) -> list[tuple[str, str]]:
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT name, sql FROM sqlite_schema ORDER BY name").fetchall()
    connection.close()
    return rows


def contents_of(folder: Path) -> list[str]:
    """What it takes to make it again, rows included, whatever the order and the spaces."""
    connection = sqlite3.connect(folder / "frontdesk.db")
    statements = ["".join(statement.split()) for statement in connection.iterdump()]
    connection.close()
    return sorted(statements)


def columns_of(folder: Path) -> dict[str, list[str]]:
    """In the order in which the table has them."""
    connection = sqlite3.connect(folder / "frontdesk.db")
    rows = connection.execute(
        "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c"
        " WHERE t.type = 'table' ORDER BY t.name, c.cid"
    ).fetchall()
    connection.close()
    found: dict[str, list[str]] = {}
    for table, column in rows:
        found.setdefault(table, []).append(column)
    return found


def assert_alike(migrated: Path, new: Path) -> None:
    """`ALTER TABLE` adds a column behind all others; `tables.py` has to say it there."""
    theirs, ours = columns_of(migrated), columns_of(new)
    assert theirs.keys() == ours.keys(), "the migrations make the tables of tables.py"
    for table, columns in theirs.items():
        assert ours[table] == columns, f"the columns of {table} in tables.py, and their order"
    assert contents_of(migrated) == contents_of(new)


def test_head_is_the_newest_revision() -> None:
    assert REVISIONS[-1] == HEAD


def walk(connection: Connection, step: str, revision: str) -> None:
    if step == "up":
        command.upgrade(config(connection), revision)
    else:
        command.downgrade(config(connection), "-1")


def test_the_stairway(tmp_path: Path) -> None:
    """Each step up, down again to the same schema, and up."""
    with database(tmp_path) as engine:
        for revision in REVISIONS:
            before = schema_of(tmp_path / "frontdesk.db")
            for step in ("up", "down", "up"):
                with engine.begin() as connection:
                    walk(connection, step, revision)
                if step == "down":
                    after = schema_of(tmp_path / "frontdesk.db")
                    ignored = ("alembic_version", "sqlite_")
                    assert [row for row in after if not row[0].startswith(ignored)] == [
                        row for row in before if not row[0].startswith(ignored)
                    ]


def test_a_new_database_is_what_all_migrations_make(tmp_path: Path) -> None:
    with database(tmp_path / "migrated") as engine, engine.begin() as connection:
        walk(connection, "up", HEAD)
        assert list(compare_metadata(MigrationContext.configure(connection), metadata)) == []
    create_database(tmp_path / "new" / "frontdesk.db")
    migrate(tmp_path / "new" / "frontdesk.db")
    assert_alike(tmp_path / "migrated", tmp_path / "new")


@pytest.mark.parametrize("revision", REVISIONS)
def test_an_older_database_becomes_a_new_one(tmp_path: Path, revision: str) -> None:
    with database(tmp_path) as engine, engine.begin() as connection:
        walk(connection, "up", revision)
    migrate(tmp_path / "frontdesk.db")
    create_database(tmp_path / "new" / "frontdesk.db")
    migrate(tmp_path / "new" / "frontdesk.db")
    assert_alike(tmp_path, tmp_path / "new")


def test_every_table_is_strict_and_every_account_id_new(tmp_path: Path) -> None:
    path = tmp_path / "frontdesk.db"
    create_database(path)
    migrate(path)
    tables = {name: sql for name, sql in schema_of(path) if (sql or "").startswith("CREATE TABLE")}
    for name in ("users", "sessions", "readiness"):
        assert tables[name].rstrip().endswith("STRICT")
    assert "AUTOINCREMENT" in tables["users"]


def test_migrating_again_does_nothing(tmp_path: Path) -> None:
    path = tmp_path / "frontdesk.db"
    create_database(path)
    migrate(path)
    before = schema_of(path)
    migrate(path)
    assert schema_of(path) == before


def newer(path: Path, *, readable_by: str) -> None:
    create_database(path)
    migrate(path)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.execute("UPDATE compatibility SET readable_by = ?", [readable_by])
    connection.commit()
    connection.close()


def test_a_newer_schema_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "frontdesk.db"
    newer(path, readable_by="9999")
    before = schema_of(path)
    with pytest.raises(SchemaTooNew, match="9999"):
        migrate(path)
    assert schema_of(path) == before


def test_a_newer_schema_may_say_that_this_code_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "frontdesk.db"
    newer(path, readable_by=HEAD)
    before = schema_of(path)
    migrate(path)
    migrate(path, may_change=False)
    assert schema_of(path) == before


@pytest.mark.parametrize("revision", [None, "0003"])
def test_who_may_not_migrate_says_what_is_missing(tmp_path: Path, revision: str | None) -> None:
    path = tmp_path / "frontdesk.db"
    with database(tmp_path) as engine, engine.begin() as connection:
        if revision:
            walk(connection, "up", revision)
    with pytest.raises(SchemaTooOld, match="frontdesk database upgrade"):
        migrate(path, may_change=False)


OLD, NEW, KEY = b"an old pepper", b"a new pepper", b"the key of all nodes"


@pytest.mark.parametrize(
    ("first", "then", "is_refused"),
    [
        (SharedSecret("PEPPER", OLD), SharedSecret("PEPPER", OLD), False),
        (SharedSecret("PEPPER", OLD), SharedSecret("PEPPER", NEW), True),
        (SharedSecret("PEPPER", OLD), SharedSecret("PEPPER", NEW, [OLD]), False),
        (SharedSecret("PEPPER", OLD), SharedSecret("PEPPER"), True),
        (SharedSecret("PEPPER"), SharedSecret("PEPPER", NEW), True),
        (SharedSecret("PEPPER"), SharedSecret("PEPPER"), False),
    ],
)
def test_a_node_with_another_secret_is_refused(
    tmp_path: Path, first: SharedSecret, then: SharedSecret, is_refused: bool
) -> None:
    path, key = tmp_path / "frontdesk.db", SharedSecret("KEY", KEY)
    create_database(path)
    migrate(path, secrets=[key, first])
    with pytest.raises(AnotherSecret, match="PEPPER") if is_refused else nullcontext():
        migrate(path, secrets=[key, then])
    if is_refused:
        with writing_engine(path).begin() as connection:
            forget(connection)
        migrate(path, secrets=[key, then])


def test_what_is_stored_of_a_secret_is_not_the_secret(tmp_path: Path) -> None:
    secret = SharedSecret("KEY", KEY)
    assert KEY.decode() not in repr(secret)
    assert KEY not in secret.fingerprint
    assert secret.fingerprint != SharedSecret("PEPPER", KEY).fingerprint


FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
_FITTING = {
    "username": "Ada",
    "username_key": "ada",
    "digest": b"d" * 32,
    "token_digest": b"t" * 32,
    "user_agent": FIREFOX,
    "details": "{}",
    "scopes": "data.view",
    "purpose": "reset",
    "kind": "signed_up",
    "checked_at": 0,
    "readable_by": "0001",
    "fingerprint": b"f",
}


def populate(path: Path) -> dict[str, int]:
    """A row in every table there is, whatever its columns; how many rows each has."""
    connection = sqlite3.connect(path)
    tables = [
        name
        for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        if not name.startswith("sqlite_")
        and name not in ("alembic_version", "readiness", "compatibility")
    ]
    for table in tables:
        columns = connection.execute(f"SELECT name, type FROM pragma_table_info('{table}')")
        row = {name: _FITTING.get(name, "x" if type_ == "TEXT" else 1) for name, type_ in columns}
        places = ", ".join("?" * len(row))
        connection.execute(
            f"INSERT INTO {table} ({', '.join(map(repr, row))}) VALUES ({places})", [*row.values()]
        )
    connection.commit()
    connection.close()
    return dict.fromkeys(tables, 1)


@pytest.mark.parametrize("revision", REVISIONS)
async def test_a_populated_database_of_every_earlier_schema_goes_on(
    tmp_path: Path, revision: str
) -> None:
    path = tmp_path / "frontdesk.db"
    with database(tmp_path) as engine, engine.begin() as connection:
        walk(connection, "up", revision)
    rows = populate(path)
    migrate(path)
    after = sqlite3.connect(path)
    assert after.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert after.execute("PRAGMA foreign_key_check").fetchall() == []
    for table in rows:
        kept = 0 if table == "one_time_codes" and revision < "0006" else 1
        ((found,),) = after.execute(f"SELECT count(*) FROM {table}").fetchall()
        assert found == kept, table
    after.close()
    writer, reader = Writer(path), SqliteReader(path)
    with reader.open():
        names = DeviceNames(reader, writer, device_of)
        while await names.fill():
            pass
        (session,) = await SqlAccountHistory(reader).sessions(1)
        user = await SqlLookup(reader, SqliteSessions(reader).fetch).user(Username("ADA"))
    writer.close()
    assert user is not None
    assert user.username.value == "Ada"
    expected = "Firefox on Linux" if revision < "0006" else "x"
    assert session.caller.device == expected


async def test_devices_are_named_some_at_a_time_and_never_for_who_has_left(tmp_path: Path) -> None:
    path = tmp_path / "frontdesk.db"
    create_database(path)
    migrate(path)
    connection = sqlite3.connect(path)
    connection.executemany(
        "INSERT INTO events (kind, at, user_id, address, user_agent, details, device)"
        " VALUES ('renamed', 0, ?, '', ?, '{}', ?)",
        [(1, f"{FIREFOX}{number}", None) for number in range(250)] + [(2, "", "")],
    )
    connection.commit()
    writer, reader = Writer(path), SqliteReader(path)
    with reader.open():
        names = DeviceNames(reader, writer, device_of)
        assert [await names.fill() for _ in range(4)] == [100, 100, 50, 0]
    writer.close()
    devices = connection.execute("SELECT device, count(*) FROM events GROUP BY 1").fetchall()
    connection.close()
    assert dict(devices) == {"Firefox on Linux": 250, "": 1}


async def test_code_of_before_roles_can_go_on_adding_users(tmp_path: Path) -> None:
    path = tmp_path / "frontdesk.db"
    create_database(path)
    migrate(path)
    connection = sqlite3.connect(path)
    connection.execute(
        "INSERT INTO users (username, username_key, password_hash, signup_time, auth_version)"
        " VALUES ('Ada', 'ada', 'x', 0, 1)"
    )
    connection.commit()
    connection.close()
    reader = SqliteReader(path)
    with reader.open():
        user = await SqlLookup(reader, SqliteSessions(reader).fetch).user(Username("ada"))
    assert user is not None
    assert (user.roles, user.metadata) == ((), NO_METADATA)
