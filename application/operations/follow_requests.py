"""Follow the records of requests."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from application.operations.queries import Comparison, Condition, Row, Tables, Tail

_TABLE = "requests"

_Look = Callable[[], Awaitable[list[Row]]]


@dataclass(frozen=True, slots=True)
class FollowRequests:
    """The records after the id `after` that fulfil the conditions; without it, those that come from
    now on. `wait` looks until there are some, or until it has had enough.

    Raises `InvalidQuery`, `QueryTooSlow`, `Busy`, `StorageUnavailable`.
    """

    records: Tables

    async def __call__(
        self,
        *,
        conditions: Sequence[Condition],
        columns: Sequence[str],
        after: int | None,
        limit: int,
        wait: Callable[[_Look], Awaitable[list[Row]]],
    ) -> Tail:
        seen = await self._newest() if after is None else after
        newer = [*conditions, Condition("id", Comparison.GT, str(seen))]

        async def look() -> list[Row]:
            page = await self.records.page(_TABLE, newer, columns=columns, sort="id", limit=limit)
            return list(page.rows)

        rows = await wait(look)
        return Tail(rows, max([seen, *map(_id, rows)]))

    async def _newest(self) -> int:
        page = await self.records.page(_TABLE, columns=["id"], limit=1)
        return max([0, *map(_id, page.rows)])


def _id(row: Row) -> int:
    return int(str(row["id"]))
