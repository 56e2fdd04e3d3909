"""Writing requests to PostgreSQL, by COPY."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection

from adapters.monitoring.request_log import partitions
from adapters.monitoring.request_log.tables import RequestRow
from adapters.sql.postgresql import state_of

_Result = TypeVar("_Result")
_NO_PARTITION = "23514"


class Runs(Protocol):
    """The schema, over connections that are used by one thread."""

    async def run(self, job: Callable[[Connection], _Result]) -> _Result:
        """Let it work in a transaction."""

    async def close(self) -> None:
        """Close the connections."""


class PostgresqlSink:
    """Fits `Sink`, with an event loop and a connection of its own: whatever PostgreSQL does, no
    request waits for it. It is opened in the thread that first uses it.
    """

    def __init__(self, open_store: Callable[[], Runs], *, mebibytes: int) -> None:
        self._open_store = open_store
        self._limit = mebibytes * 2**20
        self._loop: asyncio.AbstractEventLoop | None = None
        self._store: Runs | None = None

    def add(self, rows: Sequence[RequestRow]) -> None:
        try:
            self._run(partial(_copy, rows=rows))
        except Exception as error:
            if state_of(error) != _NO_PARTITION:
                raise
            self._run(partitions.add_days)  # it is another day, and nobody has made them yet
            self._run(partial(_copy, rows=rows))

    def make_room(self) -> None:
        self._run(partitions.add_days)
        self._run(partial(partitions.cut_large, limit=self._limit))
        self._run(partial(partitions.drop_beyond, limit=self._limit))

    def clean(self, *, ordinary: int, all_: int) -> bool:
        before = {"ordinary": ordinary, "notable": all_, "refusal": all_}
        self._run(partial(partitions.drop_old, before=before))
        return False

    def close(self) -> None:
        if self._loop is not None:
            if self._store is not None:
                self._loop.run_until_complete(self._store.close())
            self._loop.close()

    def _run(self, job: Callable[[Connection], _Result]) -> _Result:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
        if self._store is None:
            self._store = self._open_store()
        return self._loop.run_until_complete(self._store.run(job))


def _copy(connection: Connection, rows: Sequence[RequestRow]) -> None:
    """Asyncpg's own, which SQLAlchemy does not know; it is one statement, and so all or nothing."""
    if not rows:
        return

    async def copy(driver: Any) -> None:
        await driver.copy_records_to_table("requests", records=rows, columns=RequestRow._fields)

    adapted: Any = connection.connection.dbapi_connection
    adapted.run_async(copy)
