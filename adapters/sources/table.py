"""Accounts in a table of another program's database, which goes on meanwhile: a page is one short
statement, so that nobody there waits.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeVar

from sqlalchemy import (
    Connection,
    TableClause,
    column,
    func,
    inspect,
    select,
    table,
    text,
)

from adapters.sources.columns import Columns, NoSuchColumn, Reading, columns_in
from adapters.sql.sqlite import foreign_engine
from domain.imports import SourceBatch

if TYPE_CHECKING:
    from adapters.sql.postgresql import Connector

_Result = TypeVar("_Result")
Run = Callable[[Callable[[Connection], Any]], Awaitable[Any]]
"""Let it read."""

_READ_ONLY = "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"
_HEADER, _READ_VERSION, _OF_A_LOG = 20, 19, b"\x02"  # of a SQLite file
_DJANGO, _UTILMETA = "auth_user", "user_user"


class Place(NamedTuple):
    """Where a table is. `None` is the schema that is looked at first."""

    schema: str | None
    table: str

    def __str__(self) -> str:
        return ".".join(filter(None, self))


class NotItsOwner(Exception):
    """A file in WAL mode is somebody else's."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} has a write-ahead log: run this as the owner of the file, or as root."
        )


class NoSuchTable(Exception):
    """Nobody knows in which table the accounts are."""


@dataclass(frozen=True, slots=True)
class TableSource:
    """Fits `domain.imports.AccountSource`. Rows come by growing id."""

    name: str
    run: Run
    reading: Reading
    _rows: TableClause

    @classmethod
    def of(cls, name: str, run: Run, place: "Place", reading: Reading) -> Self:
        """The rows of a table, with the columns that are read."""
        names: list[Any] = [column(each) for each in reading.columns.all]
        return cls(name, run, reading, table(place.table, *names, schema=place.schema))

    async def count(self) -> int:
        statement = select(func.count()).select_from(self._rows)
        return int(await self.run(lambda connection: connection.scalar(statement)))

    async def last_id(self) -> int:
        highest = await self.run(self._highest)
        return highest if isinstance(highest, int) and highest > 0 else 0

    async def batches(self, after: str, *, size: int) -> AsyncIterator[SourceBatch]:
        rows, id_ = self._rows, self._id
        page = select(*rows.c).order_by(id_).limit(size)

        def ask(connection: Connection) -> Sequence[Mapping[str, Any]]:
            behind = page.where(id_ > self._key(connection, after)) if after else page
            return [dict(row) for row in connection.execute(behind).mappings()]

        while found := await self.run(ask):
            after = _cursor(found[-1][id_.name])
            yield SourceBatch([self.reading.account(row) for row in found], after)

    @property
    def _id(self) -> Any:
        return self._rows.c[self.reading.columns.id or ""]

    def _highest(self, connection: Connection) -> Any:
        return connection.scalar(select(self._id).order_by(self._id.desc()).limit(1))

    def _key(self, connection: Connection, after: str) -> object:
        """A cursor is text, and ids may be numbers or UUIDs."""
        highest = self._highest(connection) or ""
        kind: Callable[[str], object] = type(highest)
        return bytes.fromhex(after) if isinstance(highest, bytes) else kind(after)


def _cursor(key: object) -> str:
    return key.hex() if isinstance(key, bytes) else str(key)


def find_table(
    connection: Connection,
    named: str | None,
    columns: Mapping[str, str | None],
    metadata: Sequence[str],
) -> tuple[Place, Columns]:
    """The table and the columns: what is named, or what Django, UtilMeta or somebody
    else usually has. Raises `NoSuchTable`, `NoSuchColumn`.
    """
    look = inspect(connection)
    schema, _, name = (named or "").rpartition(".")
    tables = look.get_table_names(schema=schema or None)
    if not name:
        name = _guess(tables, lambda each: {found["name"] for found in look.get_columns(each)})
    if name not in tables:
        raise NoSuchTable(f"There is no table {named}. There are: {', '.join(sorted(tables))}.")
    there = [str(each["name"]) for each in look.get_columns(name, schema=schema or None)]
    try:
        return Place(schema or None, name), columns_in(there, columns, metadata, needs_id=True)
    except NoSuchColumn as error:
        raise NoSuchColumn(f"Table {name}: {error}") from error


def _guess(tables: Sequence[str], columns_of: Callable[[str], set[str]]) -> str:
    for usual in (_DJANGO, _UTILMETA):
        if usual in tables:
            return usual
    found = [each for each in tables if {"id", "username", "password"} <= columns_of(each)]
    if len(found) == 1:
        return found[0]
    there = ", ".join(sorted(found or tables)) or "none at all"
    raise NoSuchTable(f"Say in which table the accounts are, with --table. There are: {there}.")


def _demand_owner(path: Path) -> None:
    """Who reads a write-ahead log makes files beside it, which its owner then cannot write."""
    if path.exists() and os.geteuid() not in (0, path.stat().st_uid):
        with path.open("rb") as file:
            if file.read(_HEADER)[_READ_VERSION:] == _OF_A_LOG:
                raise NotItsOwner(path)


@asynccontextmanager
async def sqlite_tables(path: Path) -> AsyncIterator[Run]:
    """A file of another program, which is only read. Raises `sqlite3.Error`, `NotItsOwner`."""
    await asyncio.to_thread(_demand_owner, path)
    with foreign_engine(path).connect() as connection:

        async def run(job: Callable[[Connection], _Result]) -> _Result:
            return await asyncio.to_thread(job, connection)

        yield run


@asynccontextmanager
async def postgresql_tables(connector: "Connector") -> AsyncIterator[Run]:
    """A database of a server, which is only read. Raises `StorageUnavailable`."""
    from adapters.sql.postgresql import engine_of, translated

    engine = engine_of(connector, command_seconds=None)
    try:
        with translated():
            async with engine.connect() as connection:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                await connection.execute(text(_READ_ONLY))

                async def run(job: Callable[[Connection], _Result]) -> _Result:
                    return await connection.run_sync(job)

                yield run
    finally:
        await engine.dispose()
