"""Databases that nobody else uses meanwhile, between which something is moved."""

import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, Select, column, func, select, table, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.schema import MIGRATION_LOCK, bring_up_to_date
from adapters.sql.sqlite import create_database, exclusive_engine
from adapters.sql.tables import metadata

if TYPE_CHECKING:
    from adapters.sql.postgresql import Connector

_Result = TypeVar("_Result")

_ACTIVITY = table("pg_stat_activity", column("datname"), column("pid"), column("application_name"))

_ALL = ", ".join(metadata.tables)


class InUse(Exception):
    """Another process has the database open."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is in use. Stop every process that has it open.")


@dataclass
class End:
    """A transaction that nobody else has at the same time. Unless it is committed, nothing of it is
    kept.
    """

    connection: Connection
    driver: AsyncConnection | None = None
    """Over which it has to be waited for, on PostgreSQL."""
    is_committed: bool = False

    async def run(
        self, job: Callable[[Connection], _Result], *, beside: "End | None" = None
    ) -> _Result:
        """Let it work, also with the connection of another end."""
        driver = self.driver or (beside.driver if beside else None)
        if driver is None:
            return job(self.connection)
        return await driver.run_sync(lambda _: job(self.connection))

    async def commit(self) -> None:
        """Keep what was done."""
        if self.driver is None:
            self.connection.commit()
        else:
            await self.driver.commit()
        self.is_committed = True


@asynccontextmanager
async def sqlite_file(path: Path) -> AsyncIterator[End]:
    """One that is there. Raises `InUse` and `sqlite3.Error`."""
    with _exclusive(path) as connection:
        yield End(connection)


@asynccontextmanager
async def new_sqlite_file(path: Path) -> AsyncIterator[End]:
    """One that is made beside its place, and put there when it is committed, so that it is there
    whole or not at all. Raises `FileExistsError`.
    """
    with _beside(path) as unfinished, _exclusive(unfinished) as connection:
        bring_up_to_date(connection, str(path))
        yield (end := End(connection))
    if end.is_committed:
        _put_in_place(unfinished, path)
    else:
        _remove(unfinished)


@asynccontextmanager
async def postgresql_database(connector: "Connector", *, as_target: bool) -> AsyncIterator[End]:
    """One of a server, whose tables are made if it is a target. A node that starts meanwhile waits.
    Raises `InUse` and `StorageUnavailable`.
    """
    from adapters.sql.postgresql import engine_of, translated

    engine = engine_of(connector, command_seconds=None)
    try:
        with translated():
            async with engine.connect() as connection:
                await connection.execute(MIGRATION_LOCK)
                name = str(await connection.scalar(select(func.current_database())))
                if await connection.scalar(_others()):
                    raise InUse(f"The database {name}")
                if as_target:
                    await connection.run_sync(bring_up_to_date, name)
                else:
                    await connection.execute(text(f"LOCK TABLE {_ALL} IN EXCLUSIVE MODE"))
                yield End(await connection.run_sync(lambda sync: sync), connection)
                await connection.rollback()
    finally:
        await engine.dispose()


def _others() -> Select[*tuple[Any, ...]]:
    columns = _ACTIVITY.c
    return (
        select(func.count())
        .select_from(_ACTIVITY)
        .where(
            columns.datname == func.current_database(),
            columns.pid != func.pg_backend_pid(),
            columns.application_name == "frontdesk",
        )
    )


@contextmanager
def _exclusive(path: Path) -> Iterator[Connection]:
    try:
        connection = exclusive_engine(path).connect()
        connection.begin()
    except (DBAPIError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        if getattr(cause, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
            raise InUse(str(path)) from error
        raise
    with connection:
        yield connection


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A new database beside this place."""
    if path.exists():
        raise FileExistsError(f"There is a file {path} already; name another one.")
    unfinished = path.with_name(f"{path.name}.unfinished")
    _remove(unfinished)  # of one that was killed
    create_database(unfinished)
    try:
        yield unfinished
    except BaseException:
        _remove(unfinished)
        raise


def _put_in_place(unfinished: Path, path: Path) -> None:
    unfinished.rename(path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(f"{path.name}{suffix}").unlink(missing_ok=True)
