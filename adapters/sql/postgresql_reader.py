"""Reading committed state of PostgreSQL, outside transactions."""

import asyncio
from collections.abc import Sequence
from time import perf_counter

from sqlalchemy import BigInteger, ColumnElement, Executable, Text, cast, func
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.sql.postgresql import Access, translated
from adapters.sql.tables import events
from adapters.sql.tally import count_since
from adapters.sql.transactions import Row


class PostgresqlReader:
    """Fits `adapters.sql.transactions.Reader`."""

    def __init__(self, engine: AsyncEngine, access: Access) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._seconds = access.lookup_seconds

    async def all(self, statement: Executable, **values: object) -> Sequence[Row]:
        started = perf_counter()
        with translated():
            async with asyncio.timeout(self._seconds), self._engine.connect() as connection:
                found = (await connection.execute(statement, values)).fetchall()
        count_since(started)
        return found

    async def one(self, statement: Executable, **values: object) -> Row | None:
        found = await self.all(statement, **values)
        return found[0] if found else None


_oldest_open = cast(cast(func.pg_snapshot_xmin(func.pg_current_snapshot()), Text), BigInteger)
SETTLED: ColumnElement[bool] = events.c.transaction_id < _oldest_open
"""No transaction before this event's may still commit; asked in the statement that reads it."""
