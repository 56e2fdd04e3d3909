"""Transactions of PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from time import perf_counter
from typing import Any, TypeVar

import anyio
from sqlalchemy import Connection as SyncConnection
from sqlalchemy import CursorResult, Executable, Table, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import REGCLASS, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.sql.postgresql import (
    Access,
    Connection,
    constraint_of,
    has_warned,
    state_of,
    translated,
)
from adapters.sql.tables import users
from adapters.sql.tally import count_since
from adapters.sql.transactions import NONE, Row, Values
from domain.errors import StorageUnavailable, Unavailable

_Result = TypeVar("_Result")

_UNIQUE_VIOLATION = "23505"
_TURNS = 0x46_44  # any number that nobody else takes: "FD"
_LOCK_USERS = (
    select(users.c.id)
    .where(users.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(users.c.id)
    .with_for_update(key_share=True)
)
_LOCK_FOR_ALL_ACCOUNTS = select(func.pg_advisory_xact_lock(_TURNS))
_SEQUENCE = cast(func.pg_get_serial_sequence(bindparam("of"), bindparam("key")), REGCLASS)
_LAST_ID = select(func.pg_sequence_last_value(_SEQUENCE))
_RESERVE = select(func.setval(_SEQUENCE, func.greatest(bindparam("last"), func.nextval(_SEQUENCE))))
_GIVE_UP_SECONDS = 2


class PostgresqlTransaction:
    """Fits `Transaction`. A statement takes at most so many seconds."""

    def __init__(self, connection: AsyncConnection, seconds: float) -> None:
        self._connection, self._seconds = connection, seconds

    async def execute(self, statement: Executable, values: Values = NONE) -> int:
        return (await self._run(statement, values)).rowcount

    async def execute_each(self, statement: Executable, values: Iterable[Values]) -> None:
        made = values if isinstance(values, list) else await asyncio.to_thread(lambda: [*values])
        await self._run(statement, made)

    async def all(
        self, statement: Executable, values: Values | Callable[[], Values] = NONE
    ) -> Sequence[Row]:
        made = await asyncio.to_thread(values) if callable(values) else values
        return (await self._run(statement, made)).fetchall()

    async def one(self, statement: Executable, values: Values = NONE) -> Row | None:
        found = await self.all(statement, values)
        return found[0] if found else None

    async def add_missing(self, table: Table, rows: Sequence[Values]) -> None:
        missing = insert(table)
        keys = {column.name: missing.excluded[column.name] for column in table.primary_key}
        # Updated, if to what it is: then nobody can remove the row before it is looked at.
        there = missing.on_conflict_do_update(index_elements=[*table.primary_key], set_=keys)
        await self._run(there, [*rows])

    async def last_id(self, table: Table) -> int:
        (key,) = table.primary_key
        row = await self.one(_LAST_ID, {"of": table.name, "key": key.name})
        return int(row[0] or 0) if row else 0

    async def reserve_ids(self, table: Table, last: int) -> None:
        (key,) = table.primary_key
        await self._run(_RESERVE, {"of": table.name, "key": key.name, "last": last})

    async def lock_users(self, ids: Collection[int]) -> None:
        if ids:
            await self._run(_LOCK_USERS, {"ids": sorted(ids)})

    async def lock_for_all_accounts(self) -> None:
        await self._run(_LOCK_FOR_ALL_ACCOUNTS, NONE)

    def is_taken(self, error: IntegrityError, constraint: str) -> bool:
        return state_of(error) == _UNIQUE_VIOLATION and constraint_of(error) == constraint

    async def _run(
        self, statement: Executable, values: Values | list[Values]
    ) -> CursorResult[*tuple[Any, ...]]:
        started = perf_counter()
        with translated():
            async with asyncio.timeout(self._seconds):
                result = await self._connection.execute(statement, values)
        count_since(started)
        return result


class Pool:
    """Fits `Transactions`: each has a connection of the pool for itself."""

    def __init__(self, engine: AsyncEngine, access: Access) -> None:
        self._engine, self._access = engine, access
        self._longest_wait = 0.0
        self.waiting = 0
        """How many wait for a connection."""

    @asynccontextmanager
    async def begin(self, *, until: float | None = None) -> AsyncIterator[PostgresqlTransaction]:
        async with self._opened(self.deadline() if until is None else until) as connection:
            yield PostgresqlTransaction(connection, self._access.statement_seconds)

    async def run(self, job: Callable[[SyncConnection], _Result]) -> _Result:
        """Let it work in a transaction, for as long as a statement may take."""
        async with self._opened(self.deadline()) as connection:
            with translated():
                async with asyncio.timeout(self._access.statement_seconds):
                    return await connection.run_sync(job)

    @asynccontextmanager
    async def _opened(self, until: float) -> AsyncIterator[AsyncConnection]:
        # A client that goes away cancels its request, but never a transaction halfway.
        with anyio.CancelScope(shield=True):
            connection = await self._connected(until)
            try:
                yield connection
                await self._commit(connection)
            except BaseException as error:
                await (_give_up if _is_lost(error) else _roll_back)(connection)
                raise
            finally:
                await _give_back(connection)

    async def close(self) -> None:
        """Close the connections."""
        await self._engine.dispose()

    def deadline(self) -> float:
        return asyncio.get_running_loop().time() + self._access.statement_seconds

    async def _connected(self, until: float) -> AsyncConnection:
        self.waiting += 1
        began = perf_counter()
        try:
            with translated():
                async with asyncio.timeout_at(until):
                    return await self._engine.connect()
        finally:
            self.waiting -= 1
            self._longest_wait = max(self._longest_wait, perf_counter() - began)

    def take_longest_wait(self) -> float:
        longest, self._longest_wait = self._longest_wait, 0.0
        return longest

    async def _commit(self, connection: AsyncConnection) -> None:
        """Raises `StorageUnavailable` also where nobody knows whether it lasts: the answer was
        lost, or the server warned that its standby has not confirmed it.
        """
        driver = await _driver_of(connection)
        has_warned(driver)
        with translated():
            async with asyncio.timeout(self._access.commit_seconds):
                await connection.commit()
        if has_warned(driver):
            raise StorageUnavailable


async def _driver_of(connection: AsyncConnection) -> Connection:
    return (await connection.get_raw_connection()).driver_connection


def _is_lost(error: BaseException) -> bool:
    """Whether the server said nothing: there is no use in telling it to roll back."""
    cause = error.__cause__
    return isinstance(error, Unavailable) and cause is not None and state_of(cause) is None


async def _roll_back(connection: AsyncConnection) -> None:
    """Or, if that does not work, give the connection up, which rolls back, too."""
    try:
        async with asyncio.timeout(_GIVE_UP_SECONDS):
            await connection.rollback()
    except Exception:
        await _give_up(connection)


async def _give_back(connection: AsyncConnection) -> None:
    try:
        async with asyncio.timeout(_GIVE_UP_SECONDS):
            await connection.close()
    except Exception:
        await _give_up(connection)


async def _give_up(connection: AsyncConnection) -> None:
    with suppress(Exception):
        (await _driver_of(connection)).terminate()
    with suppress(Exception):
        await connection.invalidate()
    with suppress(Exception):
        await connection.close()
