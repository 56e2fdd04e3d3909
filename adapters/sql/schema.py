"""Whether the database fits the code, and making it fit."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    insert,
    inspect,
    select,
)
from sqlalchemy.exc import DBAPIError

from adapters.sql.migrations import HEAD
from adapters.sql.sqlite import BUSY_TIMEOUT_SECONDS, writing_engine
from adapters.sql.tables import metadata, readiness

# Alembic's own, as it makes it.
_version = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


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
    engine = writing_engine(path, busy_timeout=patience)
    with _drivers_errors(), engine.begin() as connection:
        tables = inspect(connection).get_table_names()
        if not tables:
            _create(connection)
        elif _version.name not in tables:
            raise SchemaUnknown(path)
        revision = connection.scalar(select(_version.c.version_num))
        if revision is None:
            raise SchemaUnknown(path)
        if revision != HEAD:
            # Imported only when there is something to do: it takes ten times as long as `_create`.
            from adapters.sql.migrations.upgrade import upgrade

            if not upgrade(connection, revision):
                raise SchemaTooNew(revision)


def _create(connection: Connection) -> None:
    """Make what all migrations together would; a test compares."""
    _version.create(connection)
    metadata.create_all(connection, checkfirst=False)
    connection.execute(insert(_version).values(version_num=HEAD))
    connection.execute(insert(readiness).values(id=1, checked_at=0))


@contextmanager
def _drivers_errors() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if isinstance(error.orig, sqlite3.Error):
            raise error.orig from error
        raise
