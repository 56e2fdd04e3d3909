"""Whether the database fits the code, and making it fit."""

import sqlite3
from contextlib import closing
from pathlib import Path

from adapters.sql.migrations import HEAD
from adapters.sql.sqlite import BUSY_TIMEOUT_SECONDS, begin, open_writer, tables_in
from adapters.sql.tables import schema

_VERSION = """
CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
"""
"""Alembic's own, as it makes it."""


class SchemaTooNew(Exception):
    """The database was made by a newer version of this service."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"The database is at schema revision {revision}, which this version of Frontdesk does "
            f"not know (its newest is {HEAD}). Start the newer version, or restore a backup."
        )


class SchemaUnknown(Exception):
    """There are tables, and nothing says of which version."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} has tables, but its table alembic_version is missing or empty, so that nobody "
            "knows which schema revision they are of. Restore a backup."
        )


def migrate(path: Path, *, patience: float = BUSY_TIMEOUT_SECONDS) -> None:
    """Bring the schema up to date. Raises `SchemaTooNew`, `SchemaUnknown` and `sqlite3.Error`.

    Both ways begin with the write lock, for which they wait so many seconds: of several processes
    that start at once, one creates or migrates, and the others find nothing left to do.
    """
    with closing(open_writer(path, busy_timeout=patience)) as connection:
        begin(connection)
        if not tables_in(connection):
            _create(connection)
        revision = _revision(connection)
        if revision is None:
            raise SchemaUnknown(path)
        connection.commit()
    if revision != HEAD:
        # Imported only when there is something to do: it takes ten times as long as `_create`.
        from adapters.sql.migrations.upgrade import upgrade

        if not upgrade(path, revision, patience=patience):
            raise SchemaTooNew(str(revision))


def _create(connection: sqlite3.Connection) -> None:
    """Make what all migrations together would; a test compares."""
    for statement in f"{_VERSION}{schema()}".split(";\n"):
        connection.execute(statement)
    connection.execute("INSERT INTO alembic_version (version_num) VALUES (?)", [HEAD])
    connection.execute("INSERT INTO readiness (id, checked_at) VALUES (1, 0)")


def _revision(connection: sqlite3.Connection) -> str | None:
    """`None` where nothing says."""
    if "alembic_version" not in tables_in(connection):
        return None
    found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return found and str(found[0])
