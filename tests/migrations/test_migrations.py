"""Up, down and up again; the code's tables are what the migrations make."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from adapters.persistence.migrations import HEAD
from adapters.persistence.migrations.upgrade import FOLDER, described, open_engine
from adapters.persistence.schema import SchemaTooNew, migrate
from adapters.persistence.sqlite import create_database


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
    engine = open_engine(folder / "frontdesk.db")
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
        assert list(compare_metadata(MigrationContext.configure(connection), described())) == []
    create_database(tmp_path / "new" / "frontdesk.db")
    migrate(tmp_path / "new" / "frontdesk.db")
    assert contents_of(tmp_path / "new") == contents_of(tmp_path / "migrated")


@pytest.mark.parametrize("revision", REVISIONS)
def test_an_older_database_becomes_a_new_one(tmp_path: Path, revision: str) -> None:
    with database(tmp_path) as engine, engine.begin() as connection:
        walk(connection, "up", revision)
    migrate(tmp_path / "frontdesk.db")
    create_database(tmp_path / "new" / "frontdesk.db")
    migrate(tmp_path / "new" / "frontdesk.db")
    assert contents_of(tmp_path) == contents_of(tmp_path / "new")


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


def test_a_newer_schema_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "frontdesk.db"
    create_database(path)
    migrate(path)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    before = schema_of(path)
    with pytest.raises(SchemaTooNew, match="9999"):
        migrate(path)
    assert schema_of(path) == before
