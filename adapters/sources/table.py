"""Accounts in a table of another program's database, which goes on meanwhile: a page is one short
statement, so that nobody there waits.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeVar
from urllib.parse import quote, unquote
from uuid import UUID

from sqlalchemy import (
    ColumnClause,
    Connection,
    Date,
    DateTime,
    TableClause,
    Text,
    cast,
    column,
    distinct,
    func,
    inspect,
    literal,
    select,
    table,
    text,
)
from sqlalchemy.exc import DBAPIError

from adapters.sources.columns import Columns, NoSuchColumn, Reading, columns_in
from adapters.sql.sqlite import foreign_engine
from domain.imports import ID_MAX, SourceBatch

if TYPE_CHECKING:
    from adapters.sql.postgresql import Connector

_Result = TypeVar("_Result")
Run = Callable[[Callable[[Connection], Any]], Awaitable[Any]]
"""Let it read."""

_IDENTITY = text("SELECT system_identifier, current_database() FROM pg_control_system()")
_READ_ONLY = "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"
_HEADER, _READ_VERSION, _OF_A_LOG = 20, 19, b"\x02"  # of a SQLite file
_DJANGO, _UTILMETA = "auth_user", "user_user"
_OUR_OWN = ("username_key", "auth_version", "password_hash")


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


class BadIds(Exception):
    """Rows cannot be told apart or put into an order, so that some would be left out."""


@dataclass(frozen=True, slots=True)
class TableSource:
    """Fits `domain.imports.AccountSource`. Rows come by growing id, of which no two are alike and
    none is missing (`demand_ids`). A cursor says which column the id is.
    """

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

    async def last_id(self, *, after: str) -> int:
        """Raises `BadIds`."""
        await self.run(self.demand_ids)
        if after:
            self._key(after)
        highest = await self.run(self._highest)
        if not isinstance(highest, int):
            return 0
        kept = select(func.max(self._id)).where(self._id <= ID_MAX)
        return max(0, await self.run(lambda connection: connection.scalar(kept)) or 0)

    async def batches(self, after: str, *, size: int) -> AsyncIterator[SourceBatch]:
        key = self._key(after) if after else None
        page = select(*map(self._readable, self._rows.c)).order_by(self._id).limit(size)

        def ask(connection: Connection) -> Sequence[Mapping[str, Any]]:
            behind = page if key is None else page.where(self._id > key)
            return [dict(row) for row in connection.execute(behind).mappings()]

        while found := await self.run(ask):
            key = found[-1][self._id.name]
            yield SourceBatch([self.reading.account(row) for row in found], self._cursor(key))

    def demand_ids(self, connection: Connection) -> None:
        """Raise `BadIds` unless each row has an id of its own, all of one type."""
        id_, number = self._id, func.count()
        is_sqlite = connection.dialect.name == "sqlite"  # where a column has values of any type
        kinds = func.count(distinct(func.typeof(id_))) if is_sqlite else literal(1)
        # In one statement, for others go on writing.
        found = select(number, func.count(id_), func.count(distinct(id_)), kinds)
        rows, there, apart, types = connection.execute(found.select_from(self._rows)).one()
        if not rows == there == apart or types > 1:
            raise BadIds(
                f"The column {id_.name} has an id twice, none in some row, or numbers beside texts:"
                " nobody could say where to go on. Name another one with --id."
            )

    @property
    def _id(self) -> Any:
        return self._rows.c[self.reading.columns.id or ""]

    def _readable(self, each: ColumnClause[Any]) -> Any:
        """PostgreSQL's times reach further than Python's, and are read as text."""
        if each.name == self.reading.columns.time_as_text:
            return cast(each, Text).label(each.name)
        return each

    def _highest(self, connection: Connection) -> Any:
        return connection.scalar(select(self._id).order_by(self._id.desc()).limit(1))

    def _cursor(self, key: object) -> str:
        """As text, whatever it is: a number, a text, bytes or a UUID."""
        kinds = {int: "int", bytes: "bytes", UUID: "uuid"}
        kind = next((name for type_, name in kinds.items() if isinstance(key, type_)), "text")
        value = key.hex() if isinstance(key, bytes) else str(key)
        return f"{quote(self._id.name)} {kind} {quote(value, errors='surrogateescape')}"

    def _key(self, cursor: str) -> object:
        name, kind, value = cursor.split(" ")
        if unquote(name) != self._id.name:
            raise BadIds(
                f"Accounts of this table were taken over by their column {unquote(name)}: say --id"
                f" {unquote(name)}."
            )
        plain = unquote(value, errors="surrogateescape")
        read: dict[str, Callable[[str], object]] = {
            "int": int,
            "bytes": bytes.fromhex,
            "uuid": UUID,
        }
        return read.get(kind, str)(plain)


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
    schema = schema or look.default_schema_name or ""
    tables = look.get_table_names(schema=schema or None)
    if not name:
        name = _guess(tables, lambda each: {found["name"] for found in look.get_columns(each)})
    if name not in tables:
        raise NoSuchTable(f"There is no table {named}. There are: {', '.join(sorted(tables))}.")
    found = look.get_columns(name, schema=schema or None)
    there = [str(each["name"]) for each in found]
    if {*_OUR_OWN} <= {*there}:
        raise NoSuchTable(
            f"Table {name} is of a Frontdesk: `frontdesk users export` and `import` take its"
            " accounts over."
        )
    try:
        wanted = columns_in(there, columns, metadata, needs_id=True)
    except NoSuchColumn as error:
        raise NoSuchColumn(f"Table {name}: {error}") from error
    if connection.dialect.name == "postgresql":
        times = {each["name"] for each in found if isinstance(each["type"], DateTime | Date)}
        wanted = replace(wanted, time_as_text=next(iter(times & {wanted.signup_time}), None))
    return Place(schema or None, name), wanted


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


def identity(connection: Connection) -> str | None:
    """Which database of which PostgreSQL server it is, by whatever name it was reached; `None` if
    this role may not know.
    """
    try:
        server, name = connection.execute(_IDENTITY).one()
    except DBAPIError:
        return None
    return f"postgresql {server}/{name}"


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
