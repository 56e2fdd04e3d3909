"""One thread that writes."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter
from typing import Any, TypeVar

import anyio
from sqlalchemy import Connection, Executable, Table, bindparam, column, func, select, table, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DBAPIError, IntegrityError

from adapters.sql.sqlite import (
    BUSY_TIMEOUT_SECONDS,
    FileIdentity,
    is_taken,
    translated,
    writing_engine,
)
from adapters.sql.tally import count_since
from adapters.sql.transactions import NONE, Row, Values
from domain.errors import StorageUnavailable

_Result = TypeVar("_Result")
_Run = Callable[[Callable[[], Any]], Any]

_SEQUENCES = table("sqlite_sequence", column("name"), column("seq"))
_LAST_ID = select(_SEQUENCES.c.seq).where(_SEQUENCES.c.name == bindparam("of"))
_RAISE_SEQUENCE = (
    update(_SEQUENCES)
    .where(_SEQUENCES.c.name == bindparam("of"))
    .values(seq=func.max(_SEQUENCES.c.seq, bindparam("last")))
)
_ADD_SEQUENCE = insert(_SEQUENCES)


class SqliteTransaction:
    """Fits `Transaction`. A statement costs one hand-over to the writing thread and back; an
    asynchronous driver takes a dozen (docs/performance.md).
    """

    def __init__(self, connection: Connection, run: _Run) -> None:
        self._connection = connection
        self._run = run

    async def execute(self, statement: Executable, values: Values = NONE) -> int:
        return await self._timed(lambda: self._connection.execute(statement, values).rowcount)

    async def execute_each(self, statement: Executable, values: Iterable[Values]) -> None:
        await self._timed(lambda: self._connection.execute(statement, [*values]))

    async def all(
        self, statement: Executable, values: Values | Callable[[], Values] = NONE
    ) -> Sequence[Row]:
        def execute() -> Sequence[Row]:
            made = values() if callable(values) else values
            return self._connection.execute(statement, made).fetchall()

        return await self._timed(execute)

    async def one(self, statement: Executable, values: Values = NONE) -> Row | None:
        found = await self.all(statement, values)
        return found[0] if found else None

    async def add_missing(self, table: Table, rows: Sequence[Values]) -> None:
        await self.execute_each(insert(table).on_conflict_do_nothing(), rows)

    async def last_id(self, table: Table) -> int:
        row = await self.one(_LAST_ID, {"of": table.name})
        return int(row[0]) if row else 0

    async def reserve_ids(self, table: Table, last: int) -> None:
        values: Values = {"of": table.name, "last": last}
        if not await self.execute(_RAISE_SEQUENCE, values):
            await self.execute(_ADD_SEQUENCE, {"name": table.name, "seq": last})

    async def lock_users(self, ids: Collection[int]) -> None:
        """There is one lock, and this transaction has it."""

    async def lock_for_all_accounts(self) -> None:
        """As for `lock_users`."""

    def is_taken(self, error: IntegrityError, constraint: str) -> bool:
        """SQLite gives the columns in a text, and no name. No table has two such constraints."""
        return is_taken(error)

    async def _timed(self, job: Callable[[], _Result]) -> _Result:
        started = perf_counter()
        result: _Result = await self._run(job)
        count_since(started)
        return result


class Writer:
    """Fits `Transactions`. Lets one transaction after the other write: a database file has one
    writer at a time, and waiting in a queue here beats failing there. Who waits longer than
    `patience` seconds, here or for another process, is refused.
    """

    def __init__(self, path: Path, *, patience: float = BUSY_TIMEOUT_SECONDS) -> None:
        self._engine = writing_engine(path, busy_timeout=patience)
        self._patience = patience
        self._file = FileIdentity(path)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._queue = asyncio.Lock()
        self._connection: Connection | None = None
        self._longest_wait = 0.0
        self.waiting = 0
        """How many transactions wait in the queue."""

    @asynccontextmanager
    async def begin(self, *, until: float | None = None) -> AsyncIterator[SqliteTransaction]:
        """Open a transaction; leaving the block commits, an exception rolls back. It waits in the
        queue until the event loop's clock says `until`, or for `patience`. Raises `Unavailable`.
        """
        # A client that goes away cancels its request, but never a transaction halfway.
        with translated(), anyio.CancelScope(shield=True):
            self.waiting += 1
            began = perf_counter()
            try:
                async with asyncio.timeout_at(self.deadline() if until is None else until):
                    await self._queue.acquire()
            except TimeoutError as error:
                raise StorageUnavailable from error
            finally:
                self.waiting -= 1
                self._longest_wait = max(self._longest_wait, perf_counter() - began)
            try:
                connection = await self._run(self._begin)
                yield SqliteTransaction(connection, self._run)
                await self._run(connection.commit)
            except BaseException:
                # Whatever else is cancelled, this is not: an open transaction is the lock.
                await asyncio.shield(self._run(self._roll_back))
                raise
            finally:
                self._queue.release()

    def take_longest_wait(self) -> float:
        longest, self._longest_wait = self._longest_wait, 0.0
        return longest

    def deadline(self) -> float:
        """When the event loop's clock will say that `patience` is over."""
        return asyncio.get_running_loop().time() + self._patience

    def close(self) -> None:
        """Let the last transaction end, and close the connection."""
        self._thread.shutdown()
        self._close()

    def _begin(self) -> Connection:
        if self._connection is None:
            self._file.remember()
            self._connection = self._engine.connect()
        self._file.check()
        self._connection.begin()
        return self._connection

    def _roll_back(self) -> None:
        if self._connection is None:
            return
        try:
            self._connection.rollback()
        except DBAPIError:
            self._close()  # which rolls back, too

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    async def _run(self, job: Callable[[], _Result]) -> _Result:
        # One thread, so that even what was cancelled here ends there before the next job begins.
        return await asyncio.get_running_loop().run_in_executor(self._thread, job)
