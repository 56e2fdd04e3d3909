"""Putting a backup in place of a database, which is kept."""

import asyncio
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from adapters.sql.backups import Manifest
from adapters.sql.migrations import HEAD
from adapters.sql.moving import OnRows, copy
from adapters.sql.open_database import (
    OpenDatabase,
    files_of,
    keep_names,
    new_sqlite_file,
    postgresql_database,
    remove,
    sqlite_file,
)
from adapters.sql.schema import begin_feed, bring_up_to_date, migrate
from adapters.sql.snapshots import sqlite_snapshot
from adapters.sql.tables import metadata

if TYPE_CHECKING:
    from adapters.sql.postgresql import Connector

_TABLES = {*metadata.tables, "alembic_version"}


class Disturbed(Exception):
    """Somebody has opened the old database while it was replaced."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} was replaced, and another process has opened it meanwhile: stop every process"
            " of the service, and restore again."
        )


async def restore(file: Path, manifest: Manifest, target: OpenDatabase, on_rows: OnRows) -> None:
    """Put everything of a backup into an empty database, read it back, compare, and keep it.
    `on_rows` is told of each row twice. Raises `Different`, `NotStorable`, `InUse`.
    """
    async with _as_of_now(file, manifest) as source:

        def work(connection: Connection) -> None:
            bring_up_to_date(connection, "to restore into")
            copy(source.connection, connection, on_rows)
            begin_feed(connection)  # who followed events had seen more than there is now

        await target.run(work)
        await target.demand_alone()
        await target.commit()


@asynccontextmanager
async def in_place_of_file(path: Path, aside: Path) -> AsyncIterator[OpenDatabase]:
    """A new SQLite file, which is in this place once it is committed; the old one is then there.
    Raises `InUse` and `Disturbed`.
    """
    is_there = await asyncio.to_thread(path.exists)
    new = path.with_name(f"{path.name}.restored")
    if is_there:
        # It is opened and closed, so that all of it is in one file; unless it is damaged.
        with suppress(DBAPIError, sqlite3.DatabaseError):
            async with sqlite_file(path):
                pass
    remove(new)  # of one that was killed
    async with new_sqlite_file(new) as end:
        yield end
    if end.is_committed:
        _replace(path, new, aside, is_there=is_there)


def _replace(path: Path, new: Path, aside: Path, *, is_there: bool) -> None:
    """If there was one, there is one in its place at each moment. A log that is left of another one
    would be taken for that of the new one.
    """
    _, *others = files_of(path)
    for file, kept in zip(files_of(path), files_of(aside), strict=True):
        if file in others and file.exists():
            file.rename(kept)
    if is_there:
        os.link(path, aside)
        new.replace(path)
    else:
        os.link(new, path)  # which replaces none that has come meanwhile
        new.unlink()
    keep_names(path.parent)
    if any(file.exists() for file in others):
        raise Disturbed(path)


@asynccontextmanager
async def in_place_of_tables(connector: "Connector", schema: str) -> AsyncIterator[OpenDatabase]:
    """A PostgreSQL database without our tables; those that there were are in this schema, once it
    is committed. Raises `InUse` and `StorageUnavailable`.
    """
    async with postgresql_database(connector) as end:
        await end.hurry()
        await end.run(lambda connection: _set_aside(connection, schema))
        yield end


def _set_aside(connection: Connection, schema: str) -> None:
    found = sorted(_TABLES & set(inspect(connection).get_table_names()))
    if found:
        connection.execute(text(f'CREATE SCHEMA "{schema}"'))
    for name in found:
        connection.execute(text(f'ALTER TABLE "{name}" SET SCHEMA "{schema}"'))


@asynccontextmanager
async def _as_of_now(file: Path, manifest: Manifest) -> AsyncIterator[OpenDatabase]:
    """A backup at the schema of this version: of an older one, a copy beside it is migrated."""
    if manifest.revision == HEAD:
        async with sqlite_snapshot(file) as source:
            yield source
        return
    migrated = file.with_name(f"{file.name}.migrated")
    remove(migrated)  # of one that was killed, with its log
    migrated.touch(mode=0o600)
    try:
        shutil.copyfile(file, migrated)
        migrate(migrated)
        async with sqlite_snapshot(migrated) as source:
            yield source
    finally:
        remove(migrated)
