"""Following requests that several workers write at once."""

import base64
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, false, func, or_, select, true

from adapters.monitoring.request_log.tables import requests
from adapters.monitoring.table_query import TableQuery
from adapters.monitoring.table_reader import Questions
from adapters.sql.values import NowMicros
from application.operations.nodes import WorkerName
from application.operations.queries import Condition, Tail
from domain.errors import InvalidQuery

NEARLY_NEW = 1_000
"""So many ids below the newest, on an engine where workers write at once, there may be rows yet to
come of a worker of whom nothing was seen: they are numbered a moment before they are committed.
"""
_NAMED = 40
"""So many workers are remembered, those with the newest rows."""
_HOUR = 3_600_000_000


class Seen:
    """The newest id that was seen of each worker, and of those that are not named `floor`. A
    worker writes its rows one batch after the other, so that none of its rows comes below the
    newest; rows of several workers come in any order.
    """

    def __init__(self, floor: int, newest: dict[WorkerName, int]) -> None:
        known = sorted(newest.items(), key=lambda each: each[1], reverse=True)
        self.floor = max([floor, *(id_ for _, id_ in known[_NAMED:])])
        self.newest = dict(known[:_NAMED])

    def of(self, name: WorkerName) -> int:
        """The newest of this worker's."""
        return self.newest.get(name, self.floor)

    def advanced(
        self, heads: dict[WorkerName, int], *, upto: int | None, nearly_new: int
    ) -> "Seen":
        """When everything up to these was seen, or if `upto` is given only what is not above it."""
        newest = {
            name: max(self.of(name), head if upto is None else min(head, upto))
            for name, head in (self.newest | heads).items()
        }
        end = max([self.floor, *newest.values()]) if upto is None else upto
        return Seen(max(self.floor, end - nearly_new), newest if nearly_new else {})

    def __str__(self) -> str:
        named = [[name.node, name.worker, id_] for name, id_ in self.newest.items()]
        text = json.dumps([self.floor, named], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, raw: str) -> "Seen":
        """Raises `InvalidQuery`."""
        try:
            floor, named = json.loads(base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)))
            newest = {
                WorkerName(_text(node), _text(worker)): _id(id_) for node, worker, id_ in named
            }
            return cls(_id(floor), newest)
        except (ValueError, TypeError, RecursionError):
            raise InvalidQuery("This is no `next` of the tail; begin again without it.") from None


class SqlRequestTail:
    """Fits `RequestTail`. Where rows are committed in the order of their ids, `nearly_new` is 0."""

    def __init__(self, questions: Questions, *, nearly_new: int = 0) -> None:
        self._questions = questions
        self._nearly_new = nearly_new
        self._query = TableQuery(requests)

    async def begin(self) -> str:
        def ask(connection: Connection) -> Seen:
            newest = connection.scalar(select(func.max(requests.c.id))) or 0
            nothing = Seen(max(newest - self._nearly_new, 0), {})
            heads = _heads(connection, nothing)
            return nothing.advanced(heads, upto=None, nearly_new=self._nearly_new)

        return str(await self._questions.ask(ask))

    async def follow(
        self, after: str, conditions: Sequence[Condition], *, columns: Sequence[str], limit: int
    ) -> Tail:
        seen, query = Seen.parse(after), self._query
        shown = [query.known(name) for name in columns]
        fitting = query.where(conditions)

        def ask(connection: Connection) -> Tail:
            heads = _heads(connection, seen)
            if not heads:
                _check(connection, seen)
                return Tail([], after)
            statement = (
                select(requests.c.id, *map(query.of, shown))
                .where(_between(seen, heads), _RECENT, fitting)
                .order_by(requests.c.id)
                .limit(limit)
            )
            found = connection.execute(statement).fetchall()
            upto = found[-1][0] if len(found) == limit else None
            rows = [query.to_row(shown, row[1:]) for row in found]
            following = seen.advanced(heads, upto=upto, nearly_new=self._nearly_new)
            return Tail(rows, str(following))

        return await self._questions.ask(ask)


_RECENT = requests.c.time > NowMicros() - _HOUR
"""So that PostgreSQL looks only into the partitions of today."""


def _check(connection: Connection, seen: Seen) -> None:
    """Ids begin anew when the records were lost."""
    newest = connection.scalar(select(func.max(requests.c.id)).where(_RECENT))
    if newest is not None and newest < seen.floor:
        raise InvalidQuery("The records were made anew; begin again without `after`.")


def _heads(connection: Connection, seen: Seen) -> dict[WorkerName, int]:
    """The newest of each worker of whom there is something new."""
    by = requests.c.node, requests.c.worker
    late = (_of(name, id_, None) for name, id_ in seen.newest.items() if id_ < seen.floor)
    newer = or_(requests.c.id > seen.floor, *late)
    statement = select(*by, func.max(requests.c.id)).where(newer, _RECENT).group_by(*by)
    found = {WorkerName(row[0], row[1]): row[2] for row in connection.execute(statement)}
    return {name: head for name, head in found.items() if head > seen.of(name)}


def _between(seen: Seen, heads: dict[WorkerName, int]) -> ColumnElement[bool]:
    """Not beyond the heads: what is committed since may have others before it."""
    return or_(false(), *(_of(name, seen.of(name), head) for name, head in heads.items()))


def _of(name: WorkerName, above: int, upto: int | None) -> ColumnElement[bool]:
    return and_(
        requests.c.node == name.node,
        requests.c.worker == name.worker,
        requests.c.id > above,
        true() if upto is None else requests.c.id <= upto,
    )


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\0" in value or any("\ud800" <= c <= "\udfff" for c in value):
        raise ValueError
    return value


def _id(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        raise ValueError
    return value
