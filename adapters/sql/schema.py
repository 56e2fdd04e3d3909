"""Whether the database fits the code, and making it fit."""

import secrets as random
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    cast,
    func,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError

from adapters.sql.fingerprints import SharedSecret, compare
from adapters.sql.migrations import HEAD, READABLE_BY
from adapters.sql.sqlite import BUSY_TIMEOUT_SECONDS, writing_engine
from adapters.sql.tables import compatibility, events, metadata, readiness

if TYPE_CHECKING:
    from adapters.sql.postgresql import Connector

# Alembic's own, as it makes it.
_version = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)

MIGRATION_LOCK_NUMBER = 0x46_45
"""Our own: "FE"."""
MIGRATION_LOCK = select(func.pg_advisory_xact_lock(MIGRATION_LOCK_NUMBER))
"""PostgreSQL's, until the transaction ends."""

# A dump that was restored brings the numbers of another server's transactions.
_newest = cast(cast(func.pg_snapshot_xmax(func.pg_current_snapshot()), Text), BigInteger)
_FORGET_TRANSACTIONS = (
    update(events).where(events.c.transaction_id >= _newest).values(transaction_id=0)
)


class SchemaRefused(Exception):
    """This code does not run on that database; the text says why, and what to do."""


class SchemaTooNew(SchemaRefused):
    """The database was made by a newer version of this service."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"The database is at schema revision {revision}, which this version of Frontdesk does "
            f"not know (its newest is {HEAD}). Start the newer version, or restore a backup."
        )


class SchemaTooOld(SchemaRefused):
    """The schema is not the one of this code, which may not change it."""

    def __init__(self, name: str, revision: str | None) -> None:
        is_at = f"is at schema revision {revision}" if revision else "has no tables yet"
        super().__init__(
            f"The database {name} {is_at}, and FRONTDESK_MIGRATE=never keeps this version, which "
            f"needs {HEAD}, from changing it. Run `frontdesk database upgrade` as a role that may."
        )


class SchemaMoved(SchemaRefused):
    """What the database had was moved to another one."""

    def __init__(self, name: str, moved_to: str) -> None:
        super().__init__(
            f"The database {name} was moved to {moved_to}: set FRONTDESK_DATABASE_URL to that. To"
            " use this one again, without what has changed since, run `frontdesk database move"
            " --undo`."
        )


class SchemaUnknown(SchemaRefused):
    """There are tables, and nothing says of which version."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} has tables, but its table alembic_version is missing or empty, so that nobody "
            "knows which schema revision they are of. Restore a backup."
        )


def migrate(
    path: Path,
    *,
    patience: float = BUSY_TIMEOUT_SECONDS,
    may_change: bool = True,
    secrets: Sequence[SharedSecret] = (),
) -> None:
    """Bring the schema of a SQLite file up to date, and see that it is used with these secrets.
    Raises `SchemaRefused`, `SecretRefused` and `sqlite3.Error`.

    It begins with the write lock, for which it waits so many seconds: of several processes that
    start at once, one creates or migrates, and the others find nothing left to do.
    """
    with _drivers_errors(), writing_engine(path, busy_timeout=patience).begin() as connection:
        bring_up_to_date(connection, str(path), may_change=may_change)
        compare(connection, secrets)


async def migrate_postgresql(
    connector: "Connector", *, may_change: bool = True, secrets: Sequence[SharedSecret] = ()
) -> None:
    """The same of a PostgreSQL database, in its `search_path`. Raises `StorageUnavailable` instead
    of `sqlite3.Error`. Of several nodes that start at once one works, and the others wait as long
    as it takes.
    """
    from adapters.sql.postgresql import engine_of, translated

    engine = engine_of(connector, command_seconds=None)
    try:
        with translated():
            async with engine.begin() as connection:
                await connection.execute(MIGRATION_LOCK)
                name = await connection.scalar(select(func.current_database()))
                await connection.run_sync(bring_up_to_date, str(name), may_change=may_change)
                await connection.run_sync(compare, secrets)
                if (await connection.execute(_FORGET_TRANSACTIONS)).rowcount:
                    await connection.run_sync(begin_feed)
    finally:
        await engine.dispose()


def begin_feed(connection: Connection) -> None:
    """Let no cursor from before count: transactions have other numbers now."""
    connection.execute(update(compatibility).values(feed=random.token_hex(8)))


def bring_up_to_date(connection: Connection, name: str, *, may_change: bool = True) -> None:
    """Create or migrate the schema in the transaction that is open, and that nobody else can have
    at the same time; or, unless it `may_change`, see that it fits. `name` is of the database, for
    errors. Raises `SchemaRefused`.
    """
    _bring_up_to_date(connection, name, may_change=may_change)
    if moved_to := connection.scalar(select(compatibility.c.moved_to)):
        raise SchemaMoved(name, moved_to)


def _bring_up_to_date(connection: Connection, name: str, *, may_change: bool) -> None:
    tables = inspect(connection).get_table_names()
    if not tables and may_change:
        _create(connection)
        return
    revision = revision_of(connection)
    if revision is None:
        raise SchemaUnknown(name) if tables else SchemaTooOld(name, None)
    if revision == HEAD or _is_readable(connection, revision, tables):
        return
    if revision > HEAD:
        raise SchemaTooNew(revision)
    if not may_change:
        raise SchemaTooOld(name, revision)
    # Imported only when there is something to do: it takes ten times as long as `_create`.
    from adapters.sql.migrations.upgrade import upgrade

    if not upgrade(connection, revision):
        raise SchemaTooNew(revision)


def revision_of(connection: Connection) -> str | None:
    """At which schema revision it is, if that is known."""
    if _version.name not in inspect(connection).get_table_names():
        return None
    return connection.scalar(select(_version.c.version_num))


def _is_readable(connection: Connection, revision: str, tables: Collection[str]) -> bool:
    """Whether it is newer than this code, and says that this code may run on it."""
    if revision < HEAD or compatibility.name not in tables:
        return False
    readable_by = connection.scalar(select(compatibility.c.readable_by))
    return readable_by is not None and readable_by <= HEAD


def _create(connection: Connection) -> None:
    """Make what all migrations together would; a test compares."""
    _version.create(connection)
    metadata.create_all(connection, checkfirst=False)
    connection.execute(insert(_version).values(version_num=HEAD))
    connection.execute(insert(readiness).values(id=1, checked_at=0))
    connection.execute(insert(compatibility).values(id=1, readable_by=READABLE_BY))


@contextmanager
def _drivers_errors() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if isinstance(error.orig, sqlite3.Error):
            raise error.orig from error
        raise
