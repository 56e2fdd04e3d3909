"""Databases that nobody else uses meanwhile, between which something is moved."""

import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Connection, column, func, select, table, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.schema import MIGRATION_LOCK_NUMBER
from adapters.sql.sqlite import create_database, empty_log, exclusive_engine
from adapters.sql.tables import metadata

if TYPE_CHECKING:
    from adapters.sql.postgresql import Connector

_Result = TypeVar("_Result")

_ACTIVITY = table("pg_stat_activity", column("datname"), column("pid"), column("application_name"))

_ALL = ", ".join(metadata.tables)
_OTHERS = (
    select(func.count())
    .select_from(_ACTIVITY)
    .where(
        _ACTIVITY.c.datname == func.current_database(),
        _ACTIVITY.c.pid != func.pg_backend_pid(),
        _ACTIVITY.c.application_name == "frontdesk",
    )
)
_TRY_MIGRATION_LOCK = select(func.pg_try_advisory_xact_lock(MIGRATION_LOCK_NUMBER))
_LOCK_MILLISECONDS, _LOCK_NOT_GOT = 2_000, "55P03"


class InUse(Exception):
    """Another process has the database open."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is in use. Stop every process that has it open.")


@dataclass
class OpenDatabase:
    """A transaction that nobody else has at the same time. Unless it is committed, nothing of it is
    kept.
    """

    connection: Connection
    driver: AsyncConnection | None = None
    """Over which it has to be waited for, on PostgreSQL."""
    is_committed: bool = False

    async def run(
        self, job: Callable[[Connection], _Result], *, beside: "OpenDatabase | None" = None
    ) -> _Result:
        """Let it work, also with the connection of another one."""
        driver = self.driver or (beside.driver if beside else None)
        if driver is None:
            return job(self.connection)
        return await driver.run_sync(lambda _: job(self.connection))

    async def hurry(self) -> None:
        """Do not wait for others who have it open. Then they make it raise `InUse`."""

    async def exclude_others(self) -> None:
        """Let nobody write until the end. Raises `InUse`."""

    async def demand_alone(self) -> None:
        """Raises `InUse` if somebody has come meanwhile."""

    async def commit(self) -> None:
        """Keep what was done."""
        if self.driver is None:
            self.connection.commit()
        else:
            await self.driver.commit()
        self.is_committed = True


class OpenPostgresql(OpenDatabase):
    """One that others may reach while it is used."""

    def __init__(self, connection: Connection, driver: AsyncConnection, name: str) -> None:
        super().__init__(connection, driver)
        self._driver, self._name = driver, name

    async def hurry(self) -> None:
        await self._driver.execute(text(f"SET LOCAL lock_timeout = {_LOCK_MILLISECONDS}"))

    async def exclude_others(self) -> None:
        await self.hurry()
        await self._driver.execute(text(f"LOCK TABLE {_ALL} IN EXCLUSIVE MODE"))

    async def demand_alone(self) -> None:
        if await self._driver.scalar(_OTHERS):
            raise InUse(f"The database {self._name}")


@asynccontextmanager
async def sqlite_file(path: Path) -> AsyncIterator[OpenDatabase]:
    """One that is there. Raises `InUse` and `sqlite3.Error`."""
    with _exclusive(path) as connection:
        yield OpenDatabase(connection)


@asynccontextmanager
async def new_sqlite_file(path: Path) -> AsyncIterator[OpenDatabase]:
    """One that is made beside its place, and put there when it is committed, so that it is there
    whole or not at all. Raises `FileExistsError`, also for what is left of another one: SQLite
    would add its log to this.
    """
    with beside(path) as unfinished, _exclusive(unfinished) as connection:
        yield (end := OpenDatabase(connection))
    if end.is_committed:
        empty_log(unfinished)
        put_in_place(unfinished, path)
    else:
        remove(unfinished)


@asynccontextmanager
async def postgresql_database(connector: "Connector") -> AsyncIterator[OpenDatabase]:
    """One of a server. A node that starts meanwhile waits. Raises `InUse` and
    `StorageUnavailable`.
    """
    from adapters.sql.postgresql import engine_of, state_of, translated

    engine = engine_of(connector, command_seconds=None)
    try:
        with translated():
            async with engine.connect() as connection:
                name = str(await connection.scalar(select(func.current_database())))
                if not await connection.scalar(_TRY_MIGRATION_LOCK):
                    raise InUse(f"The database {name}")
                end = OpenPostgresql(await connection.run_sync(lambda sync: sync), connection, name)
                await end.demand_alone()
                yield end
                await connection.rollback()
    except DBAPIError as error:
        if state_of(error) == _LOCK_NOT_GOT:
            raise InUse("The database") from error
        raise
    finally:
        await engine.dispose()


@contextmanager
def _exclusive(path: Path) -> Iterator[Connection]:
    opened = ExitStack()
    try:
        connection = opened.enter_context(exclusive_engine(path).connect())
        connection.begin()
    except (DBAPIError, sqlite3.Error) as error:
        opened.close()
        cause = error.orig if isinstance(error, DBAPIError) else error
        if getattr(cause, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
            raise InUse(str(path)) from error
        raise
    with opened:
        yield connection


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """A new database beside this place."""
    _demand_free(path)
    unfinished = path.with_name(f"{path.name}.unfinished")
    remove(unfinished)  # of one that was killed
    create_database(unfinished)
    try:
        yield unfinished
    except BaseException:
        remove(unfinished)
        raise


def put_in_place(unfinished: Path, path: Path) -> None:
    """Raises `FileExistsError`: it replaces nothing."""
    _demand_free(path)
    os.link(unfinished, path)  # unlike a renaming, it replaces nothing
    unfinished.unlink()
    keep_names(path.parent)


def keep_names(folder: Path) -> None:
    """Write to the disk which files are in it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _demand_free(path: Path) -> None:
    for each in files_of(path):
        if each.exists():
            raise FileExistsError(f"There is a file {each} already; name another one.")


def remove(path: Path) -> None:
    """A database with its other files, those of them that are there."""
    for each in files_of(path):
        each.unlink(missing_ok=True)


def files_of(path: Path) -> list[Path]:
    """The database, and what SQLite may have beside it."""
    return [path.with_name(f"{path.name}{each}") for each in ("", "-wal", "-shm", "-journal")]
