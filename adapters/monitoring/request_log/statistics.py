"""Counting the records of requests, on every engine."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Executable, and_, case, func, select

from adapters.monitoring.request_log.tables import requests
from adapters.monitoring.table_query import TableQuery
from adapters.monitoring.table_reader import Questions
from adapters.sql.values import to_instant, to_micros
from application.operations.queries import Condition
from application.operations.request_statistics import BARS_MAX, Bar, Endpoint
from domain.errors import InvalidQuery

_REFUSED, _FAILED = 400, 500
_COLUMNS = requests.c


class SqlRequestStatistics:
    """Fits `RequestStatistics`. What is asked for time, level, method, route and duration alone is
    answered from the index over them.
    """

    def __init__(self, questions: Questions) -> None:
        self._questions = questions
        self._query = TableQuery(requests)

    async def histogram(
        self,
        conditions: Sequence[Condition],
        *,
        since: datetime,
        until: datetime,
        step: timedelta,
    ) -> list[Bar]:
        begin, end, width = to_micros(since), to_micros(until), step // timedelta(microseconds=1)
        if not 0 <= begin <= end:
            raise InvalidQuery("Ask from a time since 1970 to a later one.")
        if width < 1 or (end - 1) // width - begin // width >= BARS_MAX:
            raise InvalidQuery(f"Ask for {BARS_MAX} bars at most; take a longer step.")
        span = _COLUMNS.time // width
        found = await self._all(
            select(span, *_by_status())
            .where(_COLUMNS.time >= begin, _COLUMNS.time < end, self._query.where(conditions))
            .group_by(span)
            .order_by(span)
        )
        return [
            Bar(to_instant(number * width), total - refused - failed, refused, failed)
            for number, total, refused, failed in found
        ]

    async def endpoints(self, conditions: Sequence[Condition], *, limit: int) -> list[Endpoint]:
        one = [_COLUMNS.method, _COLUMNS.route]
        ranked = (
            select(
                *one,
                _COLUMNS.status,
                _COLUMNS.duration_ms,
                func.row_number()
                .over(partition_by=one, order_by=_COLUMNS.duration_ms)
                .label("place"),
                func.count().over(partition_by=one).label("places"),
            )
            .where(self._query.where(conditions))
            .subquery()
        )
        columns = ranked.c

        def percentile(percent: int) -> ColumnElement[float]:
            reached = columns.place * 100 >= columns.places * percent
            return func.min(case((reached, columns.duration_ms)))

        total, refused, failed = _by_status(columns.status)
        found = await self._all(
            select(
                columns.method,
                columns.route,
                total,
                refused,
                failed,
                percentile(50),
                percentile(99),
                func.max(columns.duration_ms),
            )
            .group_by(columns.method, columns.route)
            .order_by(total.desc(), columns.method, columns.route)
            .limit(limit)
        )
        return [Endpoint(*row) for row in found]

    async def _all(self, statement: Executable) -> Sequence[Sequence[Any]]:
        return await self._questions.ask(
            lambda connection: connection.execute(statement).fetchall()
        )


def _by_status(
    status: ColumnElement[int] = _COLUMNS.status,
) -> tuple[ColumnElement[int], ColumnElement[int], ColumnElement[int]]:
    """How many there are, how many were refused, and how many failed."""
    refused = and_(status >= _REFUSED, status < _FAILED)
    return (
        func.count(),
        func.count(case((refused, 1))),
        func.count(case((status >= _FAILED, 1))),
    )
