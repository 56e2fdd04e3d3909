"""A migrated database on each engine, put together as the service does it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from adapters.sql.postgresql import Access, Connector
from adapters.sql.postgresql_storage import postgresql_storage
from adapters.sql.schema import migrate, migrate_postgresql
from adapters.sql.sqlite import create_database
from adapters.sql.storage import Storage, sqlite_storage
from tests.engines import SQLITE
from tests.postgresql import demand, drop_database, new_database

_PATIENCE = 60  # seconds, for a machine that is slow


@asynccontextmanager
async def storage_on(engine: str, folder: Path) -> AsyncIterator[Storage]:
    """Two with one folder have one SQLite file; each PostgreSQL database is a new one."""
    if engine == SQLITE:
        path = folder / "with a space?" / "frontdesk.db"
        create_database(path)
        migrate(path)
        async with _running(sqlite_storage(path, patience=_PATIENCE)) as storage:
            yield storage
        return
    demand()
    url = new_database()
    async with storage_at(url) as storage:
        yield storage
    drop_database(url)


@asynccontextmanager
async def storage_at(url: str) -> AsyncIterator[Storage]:
    """On a PostgreSQL database that is there."""
    connector = Connector(
        Access(
            url=url,
            pool_seconds=_PATIENCE,
            connect_seconds=_PATIENCE,
            lookup_seconds=_PATIENCE,
            statement_seconds=_PATIENCE,
            commit_seconds=_PATIENCE,
            lock_seconds=_PATIENCE,
        )
    )
    await migrate_postgresql(connector)
    async with _running(postgresql_storage(connector)) as storage:
        yield storage


@asynccontextmanager
async def _running(storage: Storage) -> AsyncIterator[Storage]:
    try:
        async with storage.running():
            yield storage
    finally:
        storage.questions.close()
        await storage.close()
