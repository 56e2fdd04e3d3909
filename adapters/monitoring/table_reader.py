"""Rows for operators, from tables as their own SQL describes them.

Each question runs on another thread with a connection of its own, for it may take long, and is
given up after a while.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from adapters.monitoring import table_query as shapes
from adapters.monitoring.table_query import Columns, Marks, quoted
from adapters.sql.sqlite import open_reader, translated
from application.operations.queries import Condition, Count, Page, Row, Table, Value
from domain.errors import Busy, InvalidQuery, NoSuchRow, QueryTooSlow, StorageUnavailable

_Result = TypeVar("_Result")
_Ask = Callable[[sqlite3.Connection], _Result]

_STEPS = 10_000  # of SQLite's machine, between two looks at the clock
_COUNTED_AT_MOST = 10_000
_ASKED_AT_MOST = 32  # questions under way; further ones are told at once


class SqliteTableReader:
    """Fits `Tables`, for the tables that a schema makes in a file. No question takes
    longer than `patience` seconds.
    """

    def __init__(self, path: Path, schema: str, marks: Marks, *, patience: float = 2) -> None:
        self._path = path
        self._schema, self._marks = schema, marks
        self._patience = patience
        self._asked = 0
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="browser")

    @cached_property
    def _tables(self) -> dict[str, Columns]:
        return shapes.described(self._schema, self._marks)

    def close(self) -> None:
        """Let the last questions end."""
        self._threads.shutdown()

    async def tables(self) -> list[Table]:
        def ask(connection: sqlite3.Connection) -> list[Table]:
            return [
                Table(name, each.all, _about(connection, each))
                for name, each in self._tables.items()
            ]

        return await self._ask(ask)

    async def page(
        self,
        table: str,
        conditions: Sequence[Condition] = (),
        *,
        columns: Sequence[str] = (),
        sort: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page:
        found = self._find(table)
        order = found.order(sort, conditions)
        shown = [found.known(name) for name in dict.fromkeys(columns)] or found.public
        selected = ", ".join([*map(quoted, shown), *order.columns])
        where = found.where(conditions, *order.beyond(after))
        rows = await self._all(
            f"SELECT {selected} FROM {found.table}{where.text} ORDER BY {order.text} LIMIT ?",
            (*where.values, limit + 1),
        )
        page = [found.to_row(shown, row) for row in rows[:limit]]
        last = rows[limit - 1][len(shown) :] if len(rows) > limit else None
        return Page(page, shapes.cursor(last) if last else None)

    async def row(self, table: str, key: str) -> Row:
        found = self._find(table)
        where, selected = found.key_is(key), ", ".join(map(quoted, found.public))
        rows = await self._all(f"SELECT {selected} FROM {found.table}{where.text}", where.values)
        if not rows:
            raise NoSuchRow
        return found.to_row(found.public, rows[0])

    async def count(
        self, table: str, conditions: Sequence[Condition] = (), *, exact: bool = False
    ) -> Count:
        found = self._find(table)
        if not conditions and not exact:
            return await self._ask(lambda connection: _about(connection, found))
        where = found.where(conditions)
        matching = f"SELECT 1 FROM {found.table}{where.text}"
        if not exact:
            matching += f" LIMIT {_COUNTED_AT_MOST + 1}"
        ((number,),) = await self._all(f"SELECT count(*) FROM ({matching})", where.values)
        if exact or number <= _COUNTED_AT_MOST:
            return Count(number, exact=True)
        return Count(_COUNTED_AT_MOST, exact=False, at_least=True)

    async def values(
        self, table: str, column: str, conditions: Sequence[Condition] = (), *, limit: int = 50
    ) -> list[tuple[Value, int]]:
        found = self._find(table)
        counted, where = found.known(column), found.where(conditions)
        rows = await self._all(
            f"SELECT {quoted(counted)}, count(*) FROM {found.table}{where.text} GROUP BY 1"
            " ORDER BY 2 DESC, 1 LIMIT ?",
            (*where.values, limit),
        )
        return [(shapes.to_value(counted, value), count) for value, count in rows]

    def _find(self, name: str) -> Columns:
        if name not in self._tables:
            raise InvalidQuery("There is no such table.")
        return self._tables[name]

    async def _all(self, sql: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        return await self._ask(lambda connection: connection.execute(sql, values).fetchall())

    async def _ask(self, ask: _Ask[_Result]) -> _Result:
        if self._asked >= _ASKED_AT_MOST:
            raise Busy
        deadline = time.monotonic() + self._patience

        def run() -> _Result:
            if time.monotonic() > deadline:
                raise QueryTooSlow  # others took so long
            with translated(), closing(open_reader(self._path)) as connection:
                connection.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
                try:
                    return ask(connection)
                except sqlite3.OperationalError as error:
                    if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                        raise QueryTooSlow from error
                    if error.sqlite_errorcode == sqlite3.SQLITE_ERROR:  # nothing is in the file yet
                        raise StorageUnavailable from error
                    raise

        self._asked += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, run)
        finally:
            self._asked -= 1


def _about(connection: sqlite3.Connection, table: Columns) -> Count:
    """Ids are never reused, so that there are at most as many rows as from the first to the last.
    Where there are no ids, there are few rows.
    """
    if table.has_ids:
        # Asked for together, SQLite would look through the whole table.
        ends = (f"(SELECT {end}({quoted(table.key)}) FROM {table.table})" for end in ("min", "max"))
        lowest, highest = connection.execute(f"SELECT {', '.join(ends)}").fetchone()
        return Count(highest - lowest + 1 if highest else 0, exact=False)
    (number,) = connection.execute(f"SELECT count(*) FROM {table.table}").fetchone()
    return Count(number, exact=True)
