"""One thread that writes."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from time import perf_counter
from typing import Any, TypeVar

import anyio
from sqlalchemy import Connection, CursorResult, Engine, Executable

from adapters.persistence.errors import translated
from adapters.persistence.sqlite import BUSY_TIMEOUT_SECONDS
from adapters.persistence.tally import count_since
from domain.errors import StorageUnavailable

_Result = TypeVar("_Result")
_Run = Callable[[Callable[[], Any]], Any]


class Transaction:
    """An open transaction. A statement costs one hand-over to the writing thread and back; an
    asynchronous driver takes a dozen (docs/performance.md).
    """

    def __init__(self, connection: Connection, run: _Run) -> None:
        self._connection = connection
        self._run = run

    async def execute(
        self,
        statement: Executable,
        parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
    ) -> CursorResult[Any]:
        """Execute a statement of SQLAlchemy."""
        started = perf_counter()
        result: CursorResult[Any] = await self._run(
            partial(self._connection.execute, statement, parameters)
        )
        count_since(started)
        return result


class Writer:
    """Lets one transaction after the other write: a database file has one writer at a time, and
    waiting in line here beats failing there. Who waits longer than `patience` seconds is refused.
    """

    def __init__(self, engine: Engine, *, patience: float = BUSY_TIMEOUT_SECONDS) -> None:
        self._engine = engine
        self._patience = patience
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._line = asyncio.Lock()
        self._connection: Connection | None = None
        self.waiting = 0
        """How many transactions stand in line."""

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Transaction]:
        """Open a transaction; leaving the block commits, an exception rolls back. Raises
        `Unavailable`.
        """
        # A client that goes away cancels its request, but never a transaction halfway.
        with translated(), anyio.CancelScope(shield=True):
            self.waiting += 1
            try:
                async with asyncio.timeout(self._patience):
                    await self._line.acquire()
            except TimeoutError as error:
                raise StorageUnavailable from error
            finally:
                self.waiting -= 1
            try:
                connection = await self._run(self._open)
                yield Transaction(connection, self._run)
                await self._run(partial(self._commit, connection))
            except BaseException:
                # Whatever else is cancelled, this is not: an open transaction is the lock.
                await asyncio.shield(self._run(self._close))
                raise
            finally:
                self._line.release()

    def close(self) -> None:
        """Let the last transaction end, and close the connection."""
        self._thread.shutdown()
        self._engine.dispose()

    def _open(self) -> Connection:
        self._connection = self._engine.connect()
        self._connection.begin()
        return self._connection

    def _commit(self, connection: Connection) -> None:
        connection.commit()
        self._close()

    def _close(self) -> None:
        """Roll back what is not committed."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.close()

    async def _run(self, job: Callable[[], _Result]) -> _Result:
        # One thread, so that even what was cancelled here ends there before the next job begins.
        return await asyncio.get_running_loop().run_in_executor(self._thread, job)
