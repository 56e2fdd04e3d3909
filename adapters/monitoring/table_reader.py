"""Rows for operators, from tables as the schema describes them."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection, MetaData, func, select

from adapters.monitoring import table_query as shapes
from adapters.monitoring.table_query import TableQuery
from application.operations.queries import Condition, Count, Page, Row, Table, Value
from domain.errors import InvalidQuery, NoSuchRow

_Result = TypeVar("_Result")

_COUNTED_AT_MOST = 10_000
_COUNTED_QUICKLY = 100_000


class Questions(Protocol):
    """Asks a database what may take long."""

    async def ask(self, question: Callable[[Connection], _Result]) -> _Result:
        """Let it read. Raises `QueryTooSlow`, `Busy`, `StorageUnavailable`."""

    def close(self) -> None:
        """Let the last ones end."""


class TableReader:
    """Fits `Tables`, for these tables."""

    def __init__(self, questions: Questions, metadata: MetaData) -> None:
        self._questions = questions
        self._tables = {str(table.name): TableQuery(table) for table in metadata.tables.values()}

    def close(self) -> None:
        """Let the last questions end."""
        self._questions.close()

    async def tables(self) -> list[Table]:
        def ask(connection: Connection) -> list[Table]:
            return [
                Table(name, each.all, _about(connection, each))
                for name, each in self._tables.items()
            ]

        return await self._questions.ask(ask)

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
        rows = await self._all(
            select(*map(found.of, shown), *(each.label(None) for each in order.columns))
            .where(found.where(conditions), order.beyond(after))
            .order_by(*order.directed)
            .limit(limit + 1)
        )
        page = [found.to_row(shown, row) for row in rows[:limit]]
        last = rows[limit - 1][len(shown) :] if len(rows) > limit else None
        return Page(page, shapes.cursor(last) if last else None)

    async def row(self, table: str, key: str) -> Row:
        found = self._find(table)
        rows = await self._all(select(*map(found.of, found.public)).where(found.key_is(key)))
        if not rows:
            raise NoSuchRow
        return found.to_row(found.public, rows[0])

    async def count(
        self, table: str, conditions: Sequence[Condition] = (), *, exact: bool = False
    ) -> Count:
        found = self._find(table)
        if not conditions and not exact:
            return await self._questions.ask(lambda connection: _about(connection, found))
        matching = select(sa.literal(1)).select_from(found.table).where(found.where(conditions))
        if not exact:
            matching = matching.limit(_COUNTED_AT_MOST + 1)
        ((number,),) = await self._all(select(func.count()).select_from(matching.subquery()))
        if exact or number <= _COUNTED_AT_MOST:
            return Count(number, exact=True)
        return Count(_COUNTED_AT_MOST, exact=False, at_least=True)

    async def values(
        self, table: str, column: str, conditions: Sequence[Condition] = (), *, limit: int = 50
    ) -> list[tuple[Value, int]]:
        found = self._find(table)
        counted = found.known(column)
        value, times = found.of(counted), func.count()
        rows = await self._all(
            select(value, times)
            .where(found.where(conditions))
            .group_by(value)
            .order_by(times.desc(), value)
            .limit(limit)
        )
        return [(shapes.to_value(counted, value), count) for value, count in rows]

    def _find(self, name: str) -> TableQuery:
        if name not in self._tables:
            raise InvalidQuery("There is no such table.")
        return self._tables[name]

    async def _all(self, statement: sa.Executable) -> Sequence[Sequence[Any]]:
        return await self._questions.ask(
            lambda connection: connection.execute(statement).fetchall()
        )


def _about(connection: Connection, table: TableQuery) -> Count:
    """Exact for a table that is not large. Ids are never reused, so that there are at most as many
    rows as from the first to the last. Where there are no ids, there are few rows.
    """
    if table.has_ids:
        key = table.of(table.key)
        # Asked for together, SQLite would look through the whole table.
        lowest = connection.scalar(select(func.min(key)))
        highest = connection.scalar(select(func.max(key)))
        at_most = highest - lowest + 1 if highest and lowest else 0
        if at_most > _COUNTED_QUICKLY:
            return Count(at_most, exact=False)
    number = connection.scalar(select(func.count()).select_from(table.table))
    return Count(number or 0, exact=True)
